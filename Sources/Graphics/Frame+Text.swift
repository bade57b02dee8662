extension Frame {
    /// Draws text with the top left corner of its first character cell at (`x`, `y`), with each pixel of ``Font`` as a
    /// square of `scale` x `scale`. A newline starts the next line; characters that the font lacks are drawn as boxes.
    public mutating func drawText(_ text: String, x: Int, y: Int, scale: Int = 1, _ color: Color) {
        precondition(scale >= 1, "text is drawn at a scale of at least 1, got \(scale)")
        var (left, top) = (x, y)
        for character in text {
            if character.isNewline {
                left = x
                top += Font.cell.height * scale
                continue
            }
            if left < width && left + Font.cell.width * scale > 0 {
                drawGlyph(Font.glyph(character), x: left, y: top, scale: scale, color)
            }
            left += Font.cell.width * scale
        }
    }

    /// The size in pixels that ``drawText(_:x:y:scale:_:)`` needs: the cells of the longest line times the number of
    /// lines.
    public static func textSize(_ text: String, scale: Int = 1) -> FrameSize {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        let columns = lines.map(\.count).max() ?? 0
        return FrameSize(
            width: columns * Font.cell.width * scale,
            height: text.isEmpty ? 0 : lines.count * Font.cell.height * scale)
    }

    private mutating func drawGlyph(_ glyph: Font.Glyph, x: Int, y: Int, scale: Int, _ color: Color) {
        for (row, bits) in glyph.enumerated() where bits != 0 {
            for column in 0..<Font.glyphColumns where bits & 1 << column != 0 {
                fillRectangle(x: x + column * scale, y: y + row * scale, width: scale, height: scale, color)
            }
        }
    }
}
