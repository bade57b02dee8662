import Graphics

/// Shrinks images: each new pixel is the mean of the area that it covers, rounded as OpenCV does (`cv2.resize` with
/// `INTER_AREA`, as its x86 build rounds).
///
/// Weights are integers, so sums are exact; if a mean lies halfway between two bytes, it is computed again in OpenCV's
/// order with its floats, whose errors decide.
struct AreaResize: Sendable {
    /// The buffers for shrinking an image; the result last.
    struct Scratch: Sendable {
        // Sums of rows; then several such rows packed into one integer, so that one multiplication serves all.
        fileprivate var rows: [UInt16]
        fileprivate var line: [UInt64]
        fileprivate var sums: [UInt64]
        /// The new image, height × width × channels.
        fileprivate(set) var picture: [UInt8]
    }

    private let source: FrameSize
    private let target: FrameSize
    private let channels: Int
    private let rows: Cover
    private let columns: Cover
    /// The divisor that makes sums into means.
    private let total: UInt32
    /// How many sums a 64-bit integer holds: 4 or 2.
    private let parts: Int

    /// Prepares to shrink images of the size `source` to the size `target`.
    ///
    /// - Precondition: the new size is positive and not larger than the old one, which is at most 256 × 256.
    init(_ source: FrameSize, to target: FrameSize, channels: Int) {
        precondition(
            1...source.width ~= target.width && 1...source.height ~= target.height
                && max(source.width, source.height) <= 256,
            "images of \(source.height) × \(source.width) can't be resized to \(target.height) × \(target.width)")
        (self.source, self.target, self.channels) = (source, target, channels)
        rows = Cover(of: source.height, by: target.height, stride: source.width * channels)
        columns = Cover(of: source.width, by: target.width, stride: channels)
        total = UInt32(rows.length * columns.length)
        parts = 255 * total <= UInt16.max ? 4 : 2
    }

    func makeScratch() -> Scratch {
        Scratch(
            rows: Array(repeating: 0, count: parts * source.width * channels),
            line: Array(repeating: 0, count: (source.width + columns.taps) * channels),
            sums: Array(repeating: 0, count: target.width * channels),
            picture: Array(repeating: 0, count: target.width * target.height * channels))
    }

    /// Shrinks an image, into `scratch.picture`.
    func shrink(_ picture: [UInt8], _ scratch: inout Scratch) {
        precondition(
            picture.count == source.width * source.height * channels,
            "expected an image of \(source.height) × \(source.width) × \(channels) bytes, found \(picture.count)")
        picture.withUnsafeBufferPointer { picture in
            let picture = picture.baseAddress!
            scratch.rows.withUnsafeMutableBufferPointer { rows in
                scratch.line.withUnsafeMutableBufferPointer { line in
                    scratch.sums.withUnsafeMutableBufferPointer { sums in
                        scratch.picture.withUnsafeMutableBufferPointer { target in
                            for row in stride(from: 0, to: self.target.height, by: parts) {
                                add(rowsFrom: row, of: picture, to: rows.baseAddress!)
                                pack(rows.baseAddress!, to: line.baseAddress!)
                                addColumns(of: line.baseAddress!, to: sums.baseAddress!)
                                round(sums, rowsFrom: row, of: picture, to: target.baseAddress!)
                            }
                        }
                    }
                }
            }
        }
    }

    /// The weighted sums of the rows that new rows cover; below the last new row, the last one again.
    @inline(__always)
    private func add(
        rowsFrom row: Int, of picture: UnsafePointer<UInt8>, to sums: UnsafeMutablePointer<UInt16>
    ) {
        let (unit, width) = (UInt16(rows.unit), source.width * channels)
        rows.spans.withUnsafeBufferPointer { spans in
            for part in 0..<parts {
                let span = spans[min(row + part, spans.count - 1)]
                let (first, final) = (UInt16(span.first), UInt16(span.last))
                let (top, last, sum) = (
                    picture + span.start, picture + (span.start + span.lastOffset), sums + part * width
                )
                if span.count == 3 {
                    let middle = top + width
                    for x in 0..<width {
                        sum[x] = first &* UInt16(top[x]) &+ unit &* UInt16(middle[x]) &+ final &* UInt16(last[x])
                    }
                    continue
                }
                for x in 0..<width { sum[x] = first &* UInt16(top[x]) &+ final &* UInt16(last[x]) }
                for place in 1..<max(span.count - 1, 1) {
                    let middle = top + place * width
                    for x in 0..<width { sum[x] &+= unit &* UInt16(middle[x]) }
                }
            }
        }
    }

    /// Packs the sums of several rows into integers.
    @inline(__always)
    private func pack(_ rows: UnsafePointer<UInt16>, to line: UnsafeMutablePointer<UInt64>) {
        let width = source.width * channels
        let second = rows + width
        guard parts == 4 else {
            for x in 0..<width { line[x] = UInt64(rows[x]) | UInt64(second[x]) &<< 32 }
            return
        }
        let (third, fourth) = (second + width, second + 2 * width)
        for x in 0..<width {
            line[x] =
                UInt64(rows[x]) | UInt64(second[x]) &<< 16 | UInt64(third[x]) &<< 32 | UInt64(fourth[x]) &<< 48
        }
    }

    /// The weighted sums of the columns that new columns cover.
    @inline(__always)
    private func addColumns(of line: UnsafePointer<UInt64>, to sums: UnsafeMutablePointer<UInt64>) {
        // The loops for the usual size, with constants instead of names.
        if columns.taps == 3, channels == 1 {
            addColumns(of: line, to: sums, taps: 3, channels: 1)
        } else {
            addColumns(of: line, to: sums, taps: columns.taps, channels: channels)
        }
    }

    @inline(__always)
    private func addColumns(
        of line: UnsafePointer<UInt64>, to sums: UnsafeMutablePointer<UInt64>, taps: Int, channels: Int
    ) {
        columns.weights.withUnsafeBufferPointer { weights in
            columns.starts.withUnsafeBufferPointer { starts in
                for column in 0..<starts.count {
                    for channel in 0..<channels {
                        let place = line + (starts[column] &+ channel)
                        var sum: UInt64 = 0
                        for tap in 0..<taps { sum &+= weights[column &* taps &+ tap] &* place[tap &* channels] }
                        sums[column &* channels &+ channel] = sum
                    }
                }
            }
        }
    }

    /// Divides the sums and rounds to the nearest integer.
    @inline(__always)
    private func round(
        _ sums: UnsafeMutableBufferPointer<UInt64>, rowsFrom first: Int, of picture: UnsafePointer<UInt8>,
        to target: UnsafeMutablePointer<UInt8>
    ) {
        let (total, inverse, bits) = (Int32(total), 1 / Float(total), UInt64(64 / parts))
        let mask: UInt64 = (1 &<< bits) &- 1
        // Integer sums give means that lie exactly halfway between two bytes, or at least 1 / (2 * total) away from it.
        let tolerance = total / 500
        for part in 0..<min(parts, self.target.height - first) {
            let row = target + (first + part) * sums.count
            let shift = UInt64(part) &* bits
            var ties: Int32 = 0
            for index in 0..<sums.count {
                let sum = Int32(truncatingIfNeeded: sums[index] &>> shift & mask)
                // Floats from 2²³ on have no fraction, so adding it rounds.
                let byte = Int32(bitPattern: (Float(sum) * inverse + 0x1p23).bitPattern & 0xff)
                row[index] = UInt8(truncatingIfNeeded: byte)
                let twice = 2 &* (sum &- byte &* total)
                ties |= total &- max(twice, 0 &- twice) &- tolerance &- 1
            }
            guard ties < 0 else { continue }
            for index in 0..<sums.count {
                let sum = Int32(truncatingIfNeeded: sums[index] &>> shift & mask)
                if total - abs(2 * (sum - Int32(row[index]) * total)) <= tolerance {
                    row[index] = nearTie(first + part, index / channels, picture + index % channels)
                }
            }
        }
    }

    /// A mean as OpenCV's floats give it: columns first, rounded to the nearest, halves to even.
    @inline(never)
    private func nearTie(_ row: Int, _ column: Int, _ picture: UnsafePointer<UInt8>) -> UInt8 {
        let (down, across) = (rows.spans[row], columns.spans[column])
        var sum: Float = 0
        for y in 0..<down.count {
            let line = picture + (down.start + y * source.width * channels + across.start)
            var part: Float = 0
            for x in 0..<across.count { part += Float(line[x * channels]) * across.share(x) }
            sum += part * down.share(y)
        }
        return UInt8(sum.rounded(.toNearestOrEven))
    }
}

/// Which old places along an axis each new one covers.
private struct Cover: Sendable {
    /// The places that one new place covers: integer weights, and the shares in OpenCV's floats.
    struct Span: Sendable, BitwiseCopyable {
        /// The elements before its first place.
        var start: Int
        /// The number of places.
        var count: Int
        /// The elements from its first place to its last.
        var lastOffset: Int
        /// The weight of the first place, which may be the only one.
        var first: UInt32
        /// The weight of the last place, if it isn't the first.
        var last: UInt32
        var firstShare: Float
        var innerShare: Float
        var lastShare: Float

        func share(_ place: Int) -> Float {
            place == 0 ? firstShare : place == count - 1 ? lastShare : innerShare
        }
    }

    let spans: [Span]
    /// The elements before the first place of each new one.
    let starts: [Int]
    /// The weights of each new one's places, padded with zeros to the largest number of places.
    let weights: [UInt64]
    /// The largest number of places.
    let taps: Int
    /// The weight of a place that is fully covered.
    let unit: UInt32
    /// The sum of a new place's weights.
    let length: Int

    /// Covers `count` places, `stride` elements apart, by `newCount` new ones.
    init(of count: Int, by newCount: Int, stride: Int) {
        var (divisor, rest) = (count, newCount)
        while rest != 0 { (divisor, rest) = (rest, divisor % rest) }
        let (length, unit) = (count / divisor, newCount / divisor)
        (self.length, self.unit) = (length, UInt32(unit))
        let scale = 1 / (Double(newCount) / Double(count))
        spans = (0..<newCount).map { new in
            let (low, high) = (new * length, (new + 1) * length)
            let (start, end) = (low / unit, (high + unit - 1) / unit)
            let isOnePlace = end - start == 1
            // OpenCV's shares are quotients of doubles, converted to floats.
            let (left, width) = (Double(new) * scale, min(scale, Double(count) - Double(new) * scale))
            let whole = Float(1 / width)
            let cutFirst = low % unit != 0
            let cutLast = high % unit != 0
            return Span(
                start: start * stride, count: end - start, lastOffset: (end - 1 - start) * stride,
                first: UInt32(min((start + 1) * unit, high) - low),
                last: isOnePlace ? 0 : UInt32(high - (end - 1) * unit),
                firstShare: cutFirst ? Float((Double(start + 1) - left) / width) : whole, innerShare: whole,
                lastShare: cutLast ? Float(min(left + scale - Double(end - 1), 1, width) / width) : whole)
        }
        let taps = spans.map(\.count).max()!
        self.taps = taps
        starts = spans.map(\.start)
        weights = spans.flatMap { span in
            (0..<taps).map { tap in
                UInt64(tap == 0 ? span.first : tap < span.count - 1 ? UInt32(unit) : tap < span.count ? span.last : 0)
            }
        }
    }
}
