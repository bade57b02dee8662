/// An image as indices into a palette of at most 256 colours; alpha is ignored.
struct IndexedColors {
    struct Palette {
        let colors: [Color]
        fileprivate let index: [UInt32: UInt8]

        init(colors: [Color]) {
            precondition(colors.count <= 256, "a palette holds at most 256 colours, got \(colors.count)")
            self.colors = colors
            // Two boxes of a median cut may have the same mean, so a colour may occur twice.
            index = Dictionary(colors.enumerated().map { ($1.rgba, UInt8($0)) }) { first, _ in first }
        }

        /// The number of bits of an index, 1...8.
        var bits: Int { max(1, Int.bitWidth - (colors.count - 1).leadingZeroBitCount) }

        /// The colours as bytes R, G, B, padded with black to a count of 2^``bits``.
        var table: [UInt8] {
            colors.flatMap { [$0.red, $0.green, $0.blue] }
                + [UInt8](repeating: 0, count: 3 * ((1 << bits) - colors.count))
        }
    }
    let palette: Palette
    /// One palette index per pixel, in the frame's order.
    let indices: [UInt8]

    /// The frame in its own colours if there are at most 256, in the order of appearance; otherwise in 256 by median
    /// cut.
    init(_ frame: Frame) {
        var colors: [Color] = []
        var known: Set<UInt32> = []
        var latest: UInt32?
        for pixel in frame.pixels {
            let color = Color(rgba: pixel).opacity(1)
            if color.rgba == latest { continue }
            latest = color.rgba
            if known.insert(color.rgba).inserted { colors.append(color) }
            if colors.count > 256 { break }
        }
        if colors.count <= 256 {
            self.init(frame, in: Palette(colors: colors))!
        } else {
            self.init(quantising: frame)
        }
    }

    /// The frame in the colours of `palette`; nil if it has any other.
    init?(_ frame: Frame, in palette: Palette) {
        var indices: [UInt8] = []
        indices.reserveCapacity(frame.pixels.count)
        var latest: (color: UInt32, index: UInt8)?
        for pixel in frame.pixels {
            let color = Color(rgba: pixel).opacity(1).rgba
            if color != latest?.color {
                guard let index = palette.index[color] else { return nil }
                latest = (color, index)
            }
            indices.append(latest!.index)
        }
        self.palette = palette
        self.indices = indices
    }

    private init(quantising frame: Frame) {
        let cut = MedianCut(frame)
        palette = Palette(colors: cut.colors)
        indices = frame.pixels.map { cut.entries[MedianCut.cell(Color(rgba: $0))] }
    }
}

/// The median cut (Heckbert, "Color Image Quantization for Frame Buffer Display", 1982) over colours with 5 bits per
/// channel: the box of colours with the widest spread of pixels is cut in two at its median until there are 256.
private struct MedianCut {
    private(set) var colors: [Color] = []
    /// For each cell of the colour cube, the index of its colour; 0 for cells that the image does not use.
    private(set) var entries = [UInt8](repeating: 0, count: 1 << 15)

    /// The cell of the 32 x 32 x 32 colour cube that a colour lies in.
    static func cell(_ color: Color) -> Int {
        Int(color.red >> 3) << 10 | Int(color.green >> 3) << 5 | Int(color.blue >> 3)
    }

    private struct Cell {
        let index: Int
        var count = 0
        var sums = (red: 0, green: 0, blue: 0)

        func level(_ axis: Int) -> Int { index >> (10 - 5 * axis) & 31 }
    }

    private struct Box {
        var cells: [Cell]
        /// The channel along which the box is longest, 0...2, and its pixels times the squared length: the gain of
        /// cutting it.
        let axis: Int
        let gain: Int

        init(_ cells: [Cell]) {
            self.cells = cells
            let lengths = (0..<3).map { axis in
                let levels = cells.lazy.map { $0.level(axis) }
                return levels.max()! - levels.min()!
            }
            axis = lengths.indices.max { lengths[$0] < lengths[$1] }!
            gain = cells.reduce(0) { $0 + $1.count } * lengths[axis] * lengths[axis]
        }

        /// Two halves with about equal numbers of pixels along the longest channel; neither is empty.
        func cut() -> (Box, Box) {
            let sorted = cells.sorted { ($0.level(axis), $0.index) < ($1.level(axis), $1.index) }
            let half = sorted.reduce(0) { $0 + $1.count } / 2
            var passed = 0
            let middle = sorted.firstIndex {
                passed += $0.count
                return passed > half
            }!
            let split = max(1, min(middle, sorted.count - 1))
            return (Box(Array(sorted[..<split])), Box(Array(sorted[split...])))
        }
    }

    init(_ frame: Frame) {
        var cells = (0..<1 << 15).map { Cell(index: $0) }
        for pixel in frame.pixels {
            let color = Color(rgba: pixel)
            let index = MedianCut.cell(color)
            cells[index].count += 1
            cells[index].sums.red += Int(color.red)
            cells[index].sums.green += Int(color.green)
            cells[index].sums.blue += Int(color.blue)
        }
        var boxes = [Box(cells.filter { $0.count > 0 })]
        while boxes.count < 256 {
            let widest = boxes.indices.max { boxes[$0].gain < boxes[$1].gain }!
            if boxes[widest].gain == 0 { break }
            let (low, high) = boxes[widest].cut()
            boxes[widest] = low
            boxes.append(high)
        }
        for box in boxes { add(box) }
    }

    private mutating func add(_ box: Box) {
        let count = box.cells.reduce(0) { $0 + $1.count }
        func mean(_ channel: KeyPath<Cell, Int>) -> UInt8 {
            UInt8((box.cells.reduce(0) { $0 + $1[keyPath: channel] } + count / 2) / count)
        }
        let color = Color(red: mean(\.sums.red), green: mean(\.sums.green), blue: mean(\.sums.blue))
        for cell in box.cells { entries[cell.index] = UInt8(colors.count) }
        colors.append(color)
    }
}
