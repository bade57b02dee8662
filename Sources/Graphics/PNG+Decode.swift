import Deflate

/// A PNG file that can't be read: the place of the problem and what was expected there.
public struct PNGError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of problem.
    public enum Kind: Hashable, Sendable {
        /// The file does not follow the format, or it is truncated.
        case damaged
        /// The file is a PNG of a kind that is not supported: more or fewer than 8 bits per channel, or interlaced.
        case unsupported
        /// The image has more pixels than the caller allowed.
        case tooLarge
    }
    public let kind: Kind
    /// The offset in the file, counted from 0, at which the problem was found.
    public let offset: Int
    /// What was expected there and what was found.
    public let problem: String

    /// A sentence with the offset, the problem and the next thing to try.
    public var description: String {
        let advice =
            switch kind {
            case .damaged: "save or copy the file again"
            case .unsupported: "save it with 8 bits per channel and without interlacing"
            case .tooLarge: "scale it down first"
            }
        return "PNG, byte \(offset): \(problem); \(advice)."
    }
}

extension PNG {
    /// The image in a PNG file: 8-bit grey, grey with alpha, RGB, RGBA or palette, not interlaced, transparency (tRNS)
    /// included. Gamma and colour profiles are not applied.
    ///
    /// Memory is bounded by a few times the file's size times deflate's largest ratio (1,032), and by `maximumPixels`
    /// pixels.
    /// - Throws: ``PNGError`` for anything else, and for images with more than `maximumPixels` pixels.
    public static func decode(_ file: [UInt8], maximumPixels: Int = 1 << 26) throws(PNGError) -> Frame {
        var reader = ChunkReader(file: file)
        try reader.readSignature()
        let header = try Header(reader.next(), maximumPixels: maximumPixels)
        var palette = Palette()
        var compressed: [UInt8] = []
        var dataOffset: Int?
        var dataEnded = false
        while true {
            let chunk = try reader.next()
            if chunk.type != "IDAT" && dataOffset != nil { dataEnded = true }
            switch chunk.type {
            case "PLTE": try palette.readColors(chunk)
            case "tRNS": try palette.readTransparency(chunk, header)
            case "IDAT":
                if dataEnded { throw chunk.damaged("expected consecutive IDAT chunks, found a later one") }
                dataOffset = dataOffset ?? chunk.offset
                compressed += chunk.data
            case "IEND":
                guard let dataOffset else { throw chunk.damaged("expected an IDAT chunk before IEND, found none") }
                return try pixels(compressed, at: dataOffset, header, palette)
            default:
                // A capital first letter marks chunks that a decoder must understand (section 5.4).
                if chunk.isCritical { throw chunk.unsupported("expected a known chunk, found \(chunk.type)") }
            }
        }
    }

    private static func pixels(
        _ compressed: [UInt8], at offset: Int, _ header: Header, _ palette: Palette
    ) throws(PNGError) -> Frame {
        func damaged(_ problem: String) -> PNGError { PNGError(kind: .damaged, offset: offset, problem: problem) }
        if header.color == .palette && palette.colors.isEmpty {
            throw damaged("expected a PLTE chunk before the pixels of a palette image, found none")
        }
        let rowBytes = header.width * header.color.channels
        let count = header.height * (rowBytes + 1)
        if count / DeflateFormat.largestRatio > compressed.count {
            throw damaged("expected data for \(header.width) x \(header.height) pixels, found too little")
        }
        guard var data = inflated(compressed, .zlib, size: count)?.content else {
            throw damaged("expected a zlib stream of \(count) bytes, found damage or a different length")
        }
        var frame = Frame(width: header.width, height: header.height)
        for y in 0..<header.height {
            let start = y * (rowBytes + 1)
            guard let filter = Filter(rawValue: data[start]) else {
                throw damaged("expected a filter of 0 to 4 in row \(y), found \(data[start])")
            }
            let row = start + 1..<start + 1 + rowBytes
            unfilter(&data, row, filter, isFirst: y == 0, header.color.channels)
            for x in 0..<header.width {
                guard let color = palette.color(data, row.lowerBound + x * header.color.channels, header.color) else {
                    throw damaged(
                        "expected palette indices below \(palette.colors.count) in row \(y), found a larger one")
                }
                frame.pixels[y * header.width + x] = color.rgba
            }
        }
        return frame
    }

    private static func unfilter(
        _ data: inout [UInt8], _ row: Range<Int>, _ filter: Filter, isFirst: Bool, _ channels: Int
    ) {
        if filter == .none { return }
        let stride = row.count + 1
        for index in row {
            let hasLeft = index - channels >= row.lowerBound
            data[index] &+= filter.prediction(
                left: hasLeft ? data[index - channels] : 0,
                above: isFirst ? 0 : data[index - stride],
                corner: hasLeft && !isFirst ? data[index - stride - channels] : 0)
        }
    }
}

/// One chunk of a file, with a correct checksum.
private struct Chunk {
    let type: String
    /// The byte of the file at which its data begins.
    let offset: Int
    let data: ArraySlice<UInt8>

    var isCritical: Bool { type.utf8.first! & 0x20 == 0 }

    func damaged(_ problem: String) -> PNGError { PNGError(kind: .damaged, offset: offset, problem: problem) }
    func unsupported(_ problem: String) -> PNGError { PNGError(kind: .unsupported, offset: offset, problem: problem) }
}

private struct ChunkReader {
    let file: [UInt8]
    var offset = 0

    mutating func readSignature() throws(PNGError) {
        guard file.starts(with: PNG.signature) else {
            throw PNGError(
                kind: .damaged, offset: 0, problem: "expected the signature of a PNG file, found other bytes")
        }
        offset = PNG.signature.count
    }

    mutating func next() throws(PNGError) -> Chunk {
        guard file.count - offset >= 12 else { throw damaged("expected another chunk, found the end of the file") }
        let length = integer(at: offset)
        guard length <= file.count - offset - 12 else {
            throw damaged("expected a chunk of \(length) bytes, found \(file.count - offset - 12)")
        }
        let body = file[offset + 4..<offset + 8 + length]
        let letters = body.prefix(4)
        guard letters.allSatisfy({ (65...90).contains($0 & ~0x20) }) else {
            throw damaged("expected a chunk type of four letters, found other bytes")
        }
        let type = String(decoding: letters, as: UTF8.self)
        let (found, expected) = (integer(at: offset + 8 + length), Int(PNG.checksum(body)))
        guard found == expected else {
            throw damaged("expected the checksum \(expected) for chunk \(type), found \(found)")
        }
        defer { offset += 12 + length }
        return Chunk(type: type, offset: offset + 8, data: body.dropFirst(4))
    }

    private func integer(at index: Int) -> Int { file[index..<index + 4].reduce(0) { $0 << 8 | Int($1) } }

    private func damaged(_ problem: String) -> PNGError { PNGError(kind: .damaged, offset: offset, problem: problem) }
}

/// The IHDR chunk (section 11.2.2).
private struct Header {
    enum ColorType: UInt8 {
        case gray = 0
        case rgb = 2
        case palette = 3
        case grayAlpha = 4
        case rgba = 6

        var channels: Int {
            switch self {
            case .gray, .palette: 1
            case .grayAlpha: 2
            case .rgb: 3
            case .rgba: 4
            }
        }
    }
    let width: Int
    let height: Int
    let color: ColorType

    init(_ chunk: Chunk, maximumPixels: Int) throws(PNGError) {
        guard chunk.type == "IHDR", chunk.data.count == 13 else {
            throw chunk.damaged("expected the chunk IHDR of 13 bytes, found \(chunk.type) of \(chunk.data.count)")
        }
        let bytes = Array(chunk.data)
        width = bytes[0..<4].reduce(0) { $0 << 8 | Int($1) }
        height = bytes[4..<8].reduce(0) { $0 << 8 | Int($1) }
        guard (1...Int(Int32.max)).contains(width), (1...Int(Int32.max)).contains(height) else {
            throw chunk.damaged("expected sides of 1 to \(Int32.max) pixels, found \(width) x \(height)")
        }
        guard width * height <= maximumPixels else {
            throw PNGError(
                kind: .tooLarge, offset: chunk.offset,
                problem: "expected at most \(maximumPixels) pixels, found \(width) x \(height)")
        }
        guard let color = ColorType(rawValue: bytes[9]), [1, 2, 4, 8, 16].contains(bytes[8]) else {
            throw chunk.damaged("expected a known colour type and bit depth, found \(bytes[9]) and \(bytes[8])")
        }
        self.color = color
        guard bytes[8] == 8 else { throw chunk.unsupported("expected 8 bits per channel, found \(bytes[8])") }
        guard bytes[10] == 0, bytes[11] == 0, bytes[12] <= 1 else {
            throw chunk.damaged("expected compression 0, filter 0 and interlacing 0 or 1, found \(bytes[10...12])")
        }
        guard bytes[12] == 0 else { throw chunk.unsupported("expected an image without interlacing, found Adam7") }
    }
}

/// The PLTE and tRNS chunks (sections 11.2.3 and 11.3.2.1).
private struct Palette {
    var colors: [Color] = []
    /// For grey and RGB images, the colour that means transparent.
    var transparent: Color?

    mutating func readColors(_ chunk: Chunk) throws(PNGError) {
        let bytes = Array(chunk.data)
        guard bytes.count % 3 == 0, (3...768).contains(bytes.count), colors.isEmpty else {
            throw chunk.damaged("expected one PLTE chunk of 1 to 256 colours, found \(bytes.count) bytes")
        }
        colors = stride(from: 0, to: bytes.count, by: 3).map {
            Color(red: bytes[$0], green: bytes[$0 + 1], blue: bytes[$0 + 2])
        }
    }

    mutating func readTransparency(_ chunk: Chunk, _ header: Header) throws(PNGError) {
        let bytes = Array(chunk.data)
        switch (header.color, bytes.count) {
        case (.palette, 0...colors.count):
            for (index, alpha) in bytes.enumerated() {
                let color = colors[index]
                colors[index] = Color(red: color.red, green: color.green, blue: color.blue, alpha: alpha)
            }
        // Samples are stored in 16 bits whatever the bit depth.
        case (.gray, 2): transparent = Color(gray: bytes[1])
        case (.rgb, 6): transparent = Color(red: bytes[1], green: bytes[3], blue: bytes[5])
        default: throw chunk.damaged("expected transparency for this colour type, found \(bytes.count) bytes")
        }
    }

    /// The colour whose samples begin at `index`; nil for a palette index without a colour.
    func color(_ data: [UInt8], _ index: Int, _ type: Header.ColorType) -> Color? {
        let color: Color
        switch type {
        case .gray: color = Color(gray: data[index])
        case .rgb: color = Color(red: data[index], green: data[index + 1], blue: data[index + 2])
        case .palette: return Int(data[index]) < colors.count ? colors[Int(data[index])] : nil
        case .grayAlpha:
            return Color(red: data[index], green: data[index], blue: data[index], alpha: data[index + 1])
        case .rgba:
            return Color(red: data[index], green: data[index + 1], blue: data[index + 2], alpha: data[index + 3])
        }
        return color == transparent ? color.opacity(0) : color
    }
}
