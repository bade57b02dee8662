import Graphics

/// A picture of 8 × 8 pixels that fills one cell of the grid.
struct Sprite: Sendable {
    /// Pixels of the frame per pixel of a sprite, across and down.
    static let scale = 4
    /// Pixels of the frame per cell, across and down.
    static let cellSide = 8 * scale

    private let pixels: [Color?]

    /// Reads a picture of eight rows of eight letters, each the name of a colour; a dot is transparent.
    init(_ colors: [Character: UInt32], _ rows: String) {
        pixels = rows.filter { !$0.isWhitespace }.map { letter in
            precondition(letter == "." || colors[letter] != nil, "no colour is given for the letter \(letter)")
            return colors[letter].map { Color(hex: $0) }
        }
        precondition(pixels.count == 64, "expected a sprite of 64 pixels, found \(pixels.count)")
    }

    /// Draws the picture into a cell; `mirrored` swaps left and right.
    func draw(_ x: Int8, _ y: Int8, mirrored: Bool = false, into frame: inout Frame) {
        for (index, color) in pixels.enumerated() {
            guard let color else { continue }
            let column = mirrored ? 7 - index % 8 : index % 8
            frame.fillRectangle(
                x: Int(x) * Self.cellSide + column * Self.scale, y: Int(y) * Self.cellSide + index / 8 * Self.scale,
                width: Self.scale, height: Self.scale, color)
        }
    }

    /// Draws the picture into each cell of a set.
    func draw(_ cells: CellSet, into frame: inout Frame) {
        for cell in cells { draw(Int8(cell % 10), Int8(cell / 10), into: &frame) }
    }
}

extension Frame {
    /// Fills whole rows of the grid.
    mutating func fillGridRows(_ rows: ClosedRange<Int>, _ color: Color) {
        fillRectangle(
            x: 0, y: rows.lowerBound * Sprite.cellSide, width: width, height: rows.count * Sprite.cellSide, color)
    }
}
