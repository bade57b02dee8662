import Graphics

/// Pictures made smaller: each new pixel is the mean of the area that it covers, rounded to OpenCV's bytes
/// (`cv2.resize` with `INTER_AREA`, as its x86 build rounds).
///
/// Weights are whole numbers, so sums are exact; where a mean lies in the middle between two bytes, it is computed once
/// more in OpenCV's order with its floats, whose errors decide.
struct AreaResize: Sendable {
    /// What a picture needs while it is made; the picture last.
    struct Scratch: Sendable {
        // Two rows of sums, one in each half of a number, so that one product counts for both.
        fileprivate var line: [UInt64]
        fileprivate var sums: [UInt64]
        /// The new picture, height × width × channels.
        fileprivate(set) var picture: [UInt8]
    }

    private let source: FrameSize
    private let target: FrameSize
    private let channels: Int
    private let rows: Cover
    private let columns: Cover
    /// What sums are divided by to be means.
    private let total: UInt32

    /// Makes pictures of the size `source` ones of the size `target`.
    ///
    /// - Precondition: the new size is positive and not greater, the old one at most 256 × 256.
    init(_ source: FrameSize, to target: FrameSize, channels: Int) {
        precondition(
            1...source.width ~= target.width && 1...source.height ~= target.height
                && max(source.width, source.height) <= 256,
            "pictures of \(source.height) × \(source.width) can't be made \(target.height) × \(target.width)")
        (self.source, self.target, self.channels) = (source, target, channels)
        rows = Cover(of: source.height, by: target.height, stride: source.width * channels)
        columns = Cover(of: source.width, by: target.width, stride: channels)
        total = UInt32(rows.length * columns.length)
    }

    func makeScratch() -> Scratch {
        Scratch(
            line: Array(repeating: 0, count: (source.width + columns.taps) * channels),
            sums: Array(repeating: 0, count: target.width * channels),
            picture: Array(repeating: 0, count: target.width * target.height * channels))
    }

    /// Makes a picture smaller, into `scratch.picture`.
    func shrink(_ picture: [UInt8], _ scratch: inout Scratch) {
        precondition(
            picture.count == source.width * source.height * channels,
            "a picture of \(picture.count) bytes, not \(source.height) × \(source.width) × \(channels)")
        let width = target.width * channels
        picture.withUnsafeBufferPointer { picture in
            scratch.line.withUnsafeMutableBufferPointer { line in
                scratch.sums.withUnsafeMutableBufferPointer { sums in
                    scratch.picture.withUnsafeMutableBufferPointer { target in
                        for row in stride(from: 0, to: self.target.height, by: 2) {
                            // Of an odd number of rows the last is its own partner.
                            let partner = min(row + 1, self.target.height - 1)
                            addRows(row, partner, of: picture.baseAddress!, to: line.baseAddress!)
                            addColumns(of: line.baseAddress!, to: sums.baseAddress!)
                            for (row, half) in [(row, UInt64(0)), (partner, 32)] {
                                round(sums, half, row, picture.baseAddress!, to: target.baseAddress! + row * width)
                            }
                        }
                    }
                }
            }
        }
    }

    /// The weighted sums of the rows that two new ones cover.
    @inline(__always)
    private func addRows(
        _ row: Int, _ partner: Int, of picture: UnsafePointer<UInt8>, to line: UnsafeMutablePointer<UInt64>
    ) {
        let (a, b, unit, width) = (rows.spans[row], rows.spans[partner], rows.unit, source.width * channels)
        let (top, last) = (picture + a.start, picture + (a.start + a.lastOffset))
        let (otherTop, otherLast) = (picture + b.start, picture + (b.start + b.lastOffset))
        if a.count == 3, b.count == 3 {
            let (middle, otherMiddle) = (top + width, otherTop + width)
            for x in 0..<width {
                let one = a.first &* UInt32(top[x]) &+ unit &* UInt32(middle[x]) &+ a.last &* UInt32(last[x])
                let two =
                    b.first &* UInt32(otherTop[x]) &+ unit &* UInt32(otherMiddle[x]) &+ b.last &* UInt32(otherLast[x])
                line[x] = UInt64(one) | UInt64(two) &<< 32
            }
            return
        }
        for x in 0..<width {
            let one = a.first &* UInt32(top[x]) &+ a.last &* UInt32(last[x])
            let two = b.first &* UInt32(otherTop[x]) &+ b.last &* UInt32(otherLast[x])
            line[x] = UInt64(one) | UInt64(two) &<< 32
        }
        for (start, count, half) in [(top, a.count, UInt64(0)), (otherTop, b.count, 32)] {
            for place in 1..<max(count - 1, 1) {
                let middle = start + place * width
                for x in 0..<width { line[x] &+= UInt64(unit &* UInt32(middle[x])) &<< half }
            }
        }
    }

    /// The weighted sums of the columns that new ones cover.
    @inline(__always)
    private func addColumns(of line: UnsafePointer<UInt64>, to sums: UnsafeMutablePointer<UInt64>) {
        // The usual picture's loops, with numbers in place of names.
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

    /// Divides one half of the sums and rounds to the nearest.
    @inline(__always)
    private func round(
        _ sums: UnsafeMutableBufferPointer<UInt64>, _ half: UInt64, _ row: Int, _ picture: UnsafePointer<UInt8>,
        to target: UnsafeMutablePointer<UInt8>
    ) {
        let (total, inverse) = (Int32(total), 1 / Float(total))
        // Whole sums make means that lie at least 1 / (2 * total) from the middle between two bytes, or in it.
        let tolerance = total / 500
        var ties: Int32 = 0
        for index in 0..<sums.count {
            let sum = Int32(truncatingIfNeeded: sums[index] &>> half)
            // Numbers from 2²³ on have no fraction: adding it rounds.
            let byte = Int32(bitPattern: (Float(sum) * inverse + 0x1p23).bitPattern & 0xff)
            target[index] = UInt8(truncatingIfNeeded: byte)
            let twice = 2 &* (sum &- byte &* total)
            ties |= total &- max(twice, 0 &- twice) &- tolerance &- 1
        }
        if ties < 0 { settleTies(sums, half, row, picture, to: target) }
    }

    @inline(never)
    private func settleTies(
        _ sums: UnsafeMutableBufferPointer<UInt64>, _ half: UInt64, _ row: Int, _ picture: UnsafePointer<UInt8>,
        to target: UnsafeMutablePointer<UInt8>
    ) {
        let total = Int32(total)
        for index in 0..<sums.count {
            let sum = Int32(truncatingIfNeeded: sums[index] >> half)
            if total - abs(2 * (sum - Int32(target[index]) * total)) <= total / 500 {
                target[index] = nearTie(row, index / channels, picture + index % channels)
            }
        }
    }

    /// A mean as OpenCV's floats have it: columns first, to the nearest, halves to even.
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

/// Which places along an axis each of fewer new ones covers.
private struct Cover: Sendable {
    /// What one new place covers: whole weights, and the shares that OpenCV's floats give.
    struct Span: Sendable, BitwiseCopyable {
        /// Elements before its first place.
        var start: Int
        /// Places.
        var count: Int
        /// Elements from its first place to its last.
        var lastOffset: Int
        /// The weight of the first place, of which there may be no other.
        var first: UInt32
        /// The weight of the last place, where it isn't the first.
        var last: UInt32
        var firstShare: Float
        var innerShare: Float
        var lastShare: Float

        func share(_ place: Int) -> Float {
            place == 0 ? firstShare : place == count - 1 ? lastShare : innerShare
        }
    }

    let spans: [Span]
    /// Elements before the first place of each new one.
    let starts: [Int]
    /// The weights of each new one's places, as many as the most has: where it has fewer, zeros follow.
    let weights: [UInt64]
    /// The greatest number of places.
    let taps: Int
    /// The weight of a place that is covered whole.
    let unit: UInt32
    /// The sum of a new place's weights.
    let length: Int

    /// Covers `count` places, `stride` elements from each to the next, by `newCount` new ones.
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
            // OpenCV's shares are quotients of doubles, made floats.
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
