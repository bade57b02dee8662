import Datasets
import Graphics

/// Rows of data as a picture, by what they are: images, cells, points, text, piano rolls. What the window shows, and
/// what files of pictures hold.
public struct RowPicture {
    /// How rows become a picture.
    fileprivate enum Layout {
        /// Pictures side by side.
        case grid(height: Int, width: Int, channels: Int)
        /// The same of places with more channels than colours have: each channel a colour of its own.
        case planes(height: Int, width: Int, channels: Int)
        /// A row of cells each.
        case matrix(width: Int)
        /// Points.
        case plane
        /// Points of each pair of dimensions.
        case scatter(width: Int)
        /// Text.
        case text(TextPicture)
        /// The steps of a sequence from left to right, its numbers from the bottom to the top.
        case roll(width: Int)
    }

    private let layout: Layout
    private let tileCount: Int
    /// The numbers that are black and white; nil for weights, which are grey where they are 0.
    private let greys: ClosedRange<Float>?
    /// Rows of the data to compare with.
    private let background: [Float]

    /// What a picture is to fill; the window has room for it.
    public static let room = FrameSize(width: 640, height: 540)
    /// The pictures, rows or lines that one picture holds at most.
    public static let mostRows = 256

    /// Pictures of rows of data, as a view of a model has them.
    ///
    /// - Parameter background: Rows of the data, asked for where rows become points, or pictures of reals.
    public init(_ data: Dataset.Description, of view: ModelView, background: () -> [Float]) {
        layout = Layout(data, of: view)
        tileCount = view.tileCount
        let isOfReals = data.kind == .reals && view != .weights
        self.background = layout.isOfPoints || isOfReals ? background() : []
        if view == .weights {
            greys = nil
        } else if isOfReals, !layout.isOfPoints, let least = self.background.min(), let most = self.background.max() {
            greys = least...max(most, least + .leastNormalMagnitude)
        } else {
            greys = 0...data.kind.white
        }
    }

    /// Rows that a picture has room for.
    public var usualCount: Int {
        switch layout {
        case .grid(let height, let width, _), .planes(let height, let width, _):
            let (across, down) = (Self.room.width / (width + 2), Self.room.height / (height + 2))
            return max(1, min(64, across * down) / tileCount)
        case .matrix: return 64
        case .plane, .scatter: return 1000
        case .text(let text): return text.usualCount
        case .roll: return 3
        }
    }

    /// The picture of rows; points, texts and rolls are those of the current ones.
    public func frame(_ rows: Content) -> Frame {
        switch layout {
        case .grid(let height, let width, let channels):
            return tiles(rows.tiles, height: height, width: width, channels: channels)
        case .planes(let height, let width, let channels):
            return tiles(
                rows.tiles.map { coloured($0, channels: channels) }, height: height, width: width, channels: 3)
        case .matrix(let width): return tiles(rows.tiles, height: rows.count, width: width)
        case .plane: return PlanePicture(data: background, samples: rows.current).frame()
        case .scatter(let width): return ScatterMatrix(width: width, data: background, samples: rows.current).frame()
        case .text(let text): return text.frame(rows)
        case .roll(let width):
            let steps = rows.current.count / rows.count / width
            return tiles([turned(rows.current, height: steps, width: width)], height: width, width: steps)
        }
    }

    /// The texts of rows, one after another: a line each, or with rules between them; nil where rows are no texts.
    public func texts(_ rows: Content) -> String? {
        guard case .text(let text) = layout else { return nil }
        return text.texts(rows).joined(separator: text.endSymbol == nil ? "\n" + TextPicture.rule + "\n" : "\n") + "\n"
    }

    /// Tiles of each row next to each other, as large as the room allows.
    private func tiles(_ parts: [[Float]], height: Int, width: Int, channels: Int = 1) -> Frame {
        let size = height * width * channels
        let count = min(parts[0].count / size, Self.mostRows)
        var values: [Float] = []
        values.reserveCapacity(count * size * parts.count)
        for row in 0..<count {
            for part in parts { values += part[row * size..<(row + 1) * size] }
        }
        let greys = greys ?? Self.greys(of: values)
        let range = greys.upperBound - greys.lowerBound
        for index in values.indices { values[index] = (values[index] - greys.lowerBound) / range }
        let across = Self.columns(count, of: FrameSize(width: width * parts.count, height: height))
        let (columns, down) = (across * parts.count, (count + across - 1) / across)
        let margin = 2
        let scale = min(
            (Self.room.width - margin * (columns + 1)) / (columns * width),
            (Self.room.height - margin * (down + 1)) / (down * height))
        let grid = ImageGrid(
            height: height, width: width, channels: channels, columns: columns, scale: max(1, scale), margin: margin)
        var frame = grid.frame(values)
        let distance = parts.count * (width * grid.scale + margin)
        for edge in 1..<max(1, across) where parts.count > 1 {
            frame.fillRectangle(x: edge * distance, y: 0, width: margin, height: frame.height, .gray)
        }
        return frame
    }

    /// Which numbers are black and white: ±a for weights, 99 of 100 of which are no larger than a.
    private static func greys(of weights: [Float]) -> ClosedRange<Float> {
        let sizes = weights.map(abs).sorted()
        let limit = max(sizes[sizes.count * 99 / 100], .leastNormalMagnitude)
        return -limit...limit
    }

    /// Red, green and blue of places from their channels, which are added up.
    private func coloured(_ values: [Float], channels: Int) -> [Float] {
        let colors = (0..<channels).map { Color.series[$0 % Color.series.count] }
        let parts = colors.map { [Float($0.red), Float($0.green), Float($0.blue)].map { $0 / 255 } }
        return (0..<values.count / channels * 3).map { index in
            let (place, part) = (index / 3, index % 3)
            return (0..<channels).reduce(0) { $0 + values[place * channels + $1] * parts[$1][part] }
        }
    }

    /// Rows that are stacks of `height` rows as ones of `width`, the last one on top.
    private func turned(_ rows: [Float], height: Int, width: Int) -> [Float] {
        rows.indices.map { index in
            let (row, place) = (index / (height * width), index % (height * width))
            let (number, step) = (width - 1 - place / height, place % height)
            return rows[(row * height + step) * width + number]
        }
    }

    /// The number of columns in which tiles can be drawn largest.
    private static func columns(_ count: Int, of size: FrameSize) -> Int {
        func scale(_ columns: Int) -> Double {
            let down = (count + columns - 1) / columns
            return min(
                Double(room.width) / Double(columns * size.width), Double(room.height) / Double(down * size.height))
        }
        return (1...max(1, count)).max { scale($0) < scale($1) }!
    }
}

extension RowPicture {
    /// Rows in the units of the data, with what they came from.
    public struct Content: Sendable {
        /// How many there are.
        public var count: Int
        /// What they were made from: rows with a half missing, disturbed ones, rows of the data.
        public var before: [Float]?
        /// The rows.
        public var current: [Float]
        /// What they should have become.
        public var original: [Float]?
        /// Steps of each sequence that are there already; nil for all.
        public var steps: Int?

        /// Rows, each array (count, width).
        public init(
            count: Int, before: [Float]? = nil, current: [Float], original: [Float]? = nil, steps: Int? = nil
        ) {
            (self.count, self.before, self.current) = (count, before, current)
            (self.original, self.steps) = (original, steps)
        }

        /// What is shown of each row, from left to right.
        var tiles: [[Float]] { [before, current, original].compactMap(\.self) }
    }
}

extension RowPicture.Layout {
    fileprivate init(_ data: Dataset.Description, of view: ModelView) {
        if data.isSequential {
            if case .symbols(let symbols) = data.kind {
                self = .text(TextPicture(symbols: symbols, endSymbol: data.endSymbol))
            } else {
                self = .roll(width: data.width)
            }
        } else if let size = data.picture {
            self = .grid(height: size.height, width: size.width, channels: size.channels)
        } else if let size = data.grid {
            self = .planes(height: size.height, width: size.width, channels: size.channels)
        } else if data.kind != .reals || view == .weights {
            self = .matrix(width: data.width)
        } else {
            self = data.width == 2 ? .plane : .scatter(width: data.width)
        }
    }

    /// Whether rows become points.
    fileprivate var isOfPoints: Bool {
        switch self {
        case .plane, .scatter: true
        default: false
        }
    }
}

extension ElementKind {
    /// The greatest number of the kind, as pictures are drawn; 1 for reals, where there are no data to tell.
    var white: Float {
        switch self {
        case .levels(let count): Float(count - 1)
        case .symbols(let symbols): Float(max(1, symbols.count - 1))
        case .bits, .unit, .reals: 1
        }
    }
}
