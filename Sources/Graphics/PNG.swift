import Deflate

/// Images as PNG files (W3C Recommendation, "Portable Network Graphics", second edition).
public enum PNG {
    static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    /// The prediction of a row's bytes that is subtracted before they are compressed (PNG, section 9).
    enum Filter: UInt8, CaseIterable {
        case none, sub, up, average, paeth

        /// The prediction from the bytes to the left, above, and above left.
        @inline(__always)
        func prediction(left: UInt8, above: UInt8, corner: UInt8) -> UInt8 {
            switch self {
            case .none: return 0
            case .sub: return left
            case .up: return above
            case .average: return UInt8((UInt16(left) + UInt16(above)) / 2)
            case .paeth:
                let toLeft = abs(Int(above) - Int(corner))
                let toAbove = abs(Int(left) - Int(corner))
                let toCorner = abs(Int(left) + Int(above) - 2 * Int(corner))
                if toLeft <= toAbove && toLeft <= toCorner { return left }
                return toAbove <= toCorner ? above : corner
            }
        }
    }

    /// The frame as a PNG file: 8-bit RGB if every pixel is opaque, otherwise RGBA. Lossless.
    ///
    /// The frame must have at least one pixel, because the format has no empty image.
    public static func encode(_ frame: Frame) -> [UInt8] {
        precondition(
            frame.width > 0 && frame.height > 0,
            "a PNG needs at least one pixel, got a frame of \(frame.width) x \(frame.height)")
        let opaque = frame.pixels.allSatisfy { Color(rgba: $0).alpha == 255 }
        let channels = opaque ? 3 : 4
        var file = signature
        let header = bigEndian(frame.width) + bigEndian(frame.height) + [8, opaque ? 2 : 6, 0, 0, 0]
        appendChunk("IHDR", header, to: &file)
        appendChunk("IDAT", deflated(filteredRows(frame, channels: channels), .zlib), to: &file)
        appendChunk("IEND", [], to: &file)
        return file
    }

    private static func bigEndian(_ value: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }

    /// The CRC-32 of a stretch of a file.
    static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 { bytes.withUnsafeBytes { crc32($0, continuing: 0) } }

    private static func appendChunk(_ type: String, _ data: [UInt8], to file: inout [UInt8]) {
        file += bigEndian(data.count)
        let start = file.count
        file += type.utf8
        file += data
        file += bigEndian(Int(checksum(file[start...])))
    }

    /// Each row as the number of its filter followed by its bytes minus their prediction, with the filter that has the
    /// smallest sum of differences, as the specification recommends for true colour (section 12.8).
    private static func filteredRows(_ frame: Frame, channels: Int) -> [UInt8] {
        let rowBytes = frame.width * channels
        var result: [UInt8] = []
        result.reserveCapacity(frame.height * (rowBytes + 1))
        var above = [UInt8](repeating: 0, count: rowBytes)
        var current = above
        var candidate = above
        var best = above
        for y in 0..<frame.height {
            for x in 0..<frame.width {
                let color = Color(rgba: frame.pixels[y * frame.width + x])
                current[x * channels] = color.red
                current[x * channels + 1] = color.green
                current[x * channels + 2] = color.blue
                if channels == 4 { current[x * channels + 3] = color.alpha }
            }
            var chosen = (filter: Filter.none, cost: Int.max)
            for filter in Filter.allCases {
                let cost = difference(current, above, channels, filter, into: &candidate)
                if cost < chosen.cost {
                    chosen = (filter, cost)
                    swap(&best, &candidate)
                }
            }
            result.append(chosen.filter.rawValue)
            result += best
            swap(&above, &current)
        }
        return result
    }

    /// Writes the row minus its prediction and returns the sum of the differences' magnitudes, each read as a signed
    /// byte.
    private static func difference(
        _ row: [UInt8], _ above: [UInt8], _ channels: Int, _ filter: Filter, into target: inout [UInt8]
    ) -> Int {
        var cost = 0
        for index in row.indices {
            let left = index >= channels ? row[index - channels] : 0
            let corner = index >= channels ? above[index - channels] : 0
            let value = row[index] &- filter.prediction(left: left, above: above[index], corner: corner)
            target[index] = value
            cost += Int(Int8(bitPattern: value).magnitude)
        }
        return cost
    }
}
