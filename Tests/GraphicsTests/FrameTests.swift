import Testing

@testable import Graphics

@Suite struct FrameTests {
    @Test func memoryOrderIsRedGreenBlueAlpha() {
        let color = Color(red: 1, green: 2, blue: 3, alpha: 4)
        withUnsafeBytes(of: color.rgba) { #expect(Array($0) == [1, 2, 3, 4]) }
        #expect(Color(hex: 0x123456) == Color(red: 0x12, green: 0x34, blue: 0x56, alpha: 255))
    }

    @Test func mixingGoesFromOneColourToTheOther() {
        #expect(Color.black.mixed(with: .white, amount: 0) == .black)
        #expect(Color.black.mixed(with: .white, amount: 1) == .white)
        #expect(Color.black.mixed(with: .white, amount: 0.5) == Color(gray: 128))
        #expect(Color.red.mixed(with: .blue, amount: 7) == .blue)
        #expect(Color.red.mixed(with: .blue, amount: .nan) == .red)
    }

    @Test func paintingFollowsTheSourceOverRule() {
        let half = Color(red: 255, green: 255, blue: 255, alpha: 128)
        #expect(half.painted(over: .black) == Color(gray: 128))
        #expect(half.painted(over: .clear) == half)
        #expect(Color.clear.painted(over: .red) == .red)
        #expect(Color.red.painted(over: half, coverage: 0) == half)
    }

    @Test(arguments: [
        (0, 0, 3, 2), (-2, -1, 4, 3), (5, 4, 10, 10), (-5, 0, 3, 3), (8, 0, 1, 1), (2, 2, 0, 5), (2, 2, -3, 5),
        (Int.min, Int.min, Int.max, Int.max), (-1, -1, Int.max, Int.max),
    ])
    func rectanglesAreClipped(x: Int, y: Int, width: Int, height: Int) {
        var frame = Frame(width: 8, height: 6)
        frame.fillRectangle(x: x, y: y, width: width, height: height, .white)
        for row in 0..<6 {
            for column in 0..<8 {
                let expected = covers(x, width, column) && covers(y, height, row)
                #expect((frame[column, row] == .white) == expected, "pixel (\(column), \(row))")
            }
        }
    }

    /// Whether `start..<start + length` holds `place`, without integer overflow.
    private func covers(_ start: Int, _ length: Int, _ place: Int) -> Bool {
        place >= start && Double(place) < Double(start) + Double(length)
    }

    @Test func outlinesAreOnePixelWide() {
        var filled = Frame(width: 9, height: 9)
        var outlined = filled
        filled.fillRectangle(x: 1, y: 2, width: 6, height: 5, .white)
        filled.fillRectangle(x: 2, y: 3, width: 4, height: 3, .black)
        outlined.strokeRectangle(x: 1, y: 2, width: 6, height: 5, .white)
        #expect(filled == outlined)
        // With a translucent colour, no corner is painted twice.
        var faint = Frame(width: 4, height: 4)
        faint.strokeRectangle(x: 0, y: 0, width: 4, height: 4, Color.white.opacity(0.5))
        #expect(Set(faint.pixels) == [Color.black.rgba, Color(gray: 128).rgba])
    }

    @Test func framesAreDrawnAsCrispSquares() {
        var small = Frame(width: 2, height: 2)
        small[0, 0] = .red
        small[1, 0] = .green
        small[0, 1] = .blue
        small[1, 1] = .clear
        var large = Frame(width: 7, height: 7, fill: .white)
        large.draw(small, x: -1, y: 2, scale: 3)
        #expect(large[0, 1] == .white)
        #expect(large[0, 2] == .red && large[1, 4] == .red)
        #expect(large[2, 2] == .green && large[4, 4] == .green)
        #expect(large[5, 2] == .white)
        #expect(large[1, 6] == .blue)
        #expect(large[2, 5] == .white, "transparent pixels leave what is there")
    }

    @Test func croppingKeepsThePixels() {
        let frame = Frame(width: 4, height: 3, pixels: (0..<12).map { UInt32($0) })
        #expect(frame.cropped(x: 1, y: 1, width: 2, height: 2).pixels == [5, 6, 9, 10])
    }
}

@Suite struct ShapeTests {
    /// The area that white shapes cover on a black frame, in pixels.
    private func area(_ frame: Frame) -> Double {
        frame.pixels.reduce(0) { $0 + Double(Color(rgba: $1).red) / 255 }
    }

    @Test func polygonsCoverTheirExactArea() {
        var frame = Frame(width: 60, height: 40)
        let triangle = [Point(x: 3.3, y: 5.7), Point(x: 51.9, y: 9.1), Point(x: 17.2, y: 36.4)]
        frame.fillPolygon(triangle, .white)
        let (a, b, c) = (triangle[0], triangle[1], triangle[2])
        let expected = abs((b.x - a.x) * (c.y - a.y) - (c.x - a.x) * (b.y - a.y)) / 2
        // Every pixel on the edge is rounded to 1/255, about 130 of them.
        #expect(abs(area(frame) - expected) < 0.1)
        var reversed = Frame(width: 60, height: 40)
        reversed.fillPolygon(triangle.reversed(), .white)
        #expect(abs(area(reversed) - area(frame)) < 0.02)
    }

    @Test func polygonsWithWholeCornersEqualRectangles() {
        var polygon = Frame(width: 10, height: 8)
        var rectangle = polygon
        polygon.fillPolygon([Point(x: 2, y: 1), Point(x: 7, y: 1), Point(x: 7, y: 6), Point(x: 2, y: 6)], .white)
        rectangle.fillRectangle(x: 2, y: 1, width: 5, height: 5, .white)
        #expect(polygon == rectangle)
        polygon.fillPolygon([Point(x: 0, y: 0), Point(x: 10, y: 0), Point(x: 10, y: 8), Point(x: 0, y: 8)], .red)
        #expect(polygon == Frame(width: 10, height: 8, fill: .red), "the frame's own outline fills all of it")
    }

    @Test func clippedPolygonsEqualThePartOfTheWhole() {
        let points = [Point(x: -31.5, y: 2.25), Point(x: 70.25, y: 6.5), Point(x: 30.75, y: 55), Point(x: -3, y: 21)]
        var window = Frame(width: 20, height: 16)
        window.fillPolygon(points, .white)
        var whole = Frame(width: 140, height: 100)
        whole.fillPolygon(points.map { Point(x: $0.x + 50, y: $0.y + 20) }, .white)
        #expect(window == whole.cropped(x: 50, y: 20, width: 20, height: 16))
        #expect(area(window) > 50)
    }

    @Test func circlesCoverTheirArea() {
        var frame = Frame(width: 64, height: 64)
        frame.fillCircle(centerX: 31.2, centerY: 30.9, radius: 20.3, .white)
        #expect(abs(area(frame) - Double.pi * 20.3 * 20.3) < 4)
        #expect(frame[31, 30] == .white && frame[31, 5] == .black)
    }

    @Test func linesCoverLengthTimesWidth() {
        var frame = Frame(width: 100, height: 80)
        frame.drawLine(from: Point(x: 10.5, y: 12), to: Point(x: 85, y: 61.5), width: 4, .white)
        let length = (74.5 * 74.5 + 49.5 * 49.5).squareRoot()
        #expect(abs(area(frame) - (length * 4 + Double.pi * 4)) < 6)
        var crisp = Frame(width: 12, height: 5)
        crisp.drawLine(from: Point(x: 3.5, y: 2.5), to: Point(x: 8.5, y: 2.5), .white)
        #expect((3...8).allSatisfy { crisp[$0, 2] == .white }, "a line along pixel centres fills those pixels")
        #expect(crisp[5, 1] == .black && crisp[5, 3] == .black)
    }

    @Test func coordinatesThatAreNotNumbersDrawNothing() {
        for bad in [Double.nan, .infinity, -.infinity, 1e300] {
            var frame = Frame(width: 8, height: 8)
            frame.fillPolygon([Point(x: bad, y: 0), Point(x: 8, y: 0), Point(x: 8, y: 8)], .white)
            frame.drawLine(from: Point(x: 1, y: bad), to: Point(x: 5, y: 5), .white)
            frame.drawLine(from: Point(x: 1, y: 1), to: Point(x: 5, y: 5), width: bad, .white)
            frame.fillCircle(centerX: bad, centerY: 2, radius: 3, .white)
            #expect(frame == Frame(width: 8, height: 8))
        }
    }

    @Test func shapesOnEmptyFramesAreHarmless() {
        var frame = Frame(width: 0, height: 5)
        frame.fillPolygon([Point(x: -1, y: -1), Point(x: 9, y: 0), Point(x: 3, y: 8)], .white)
        frame.fillCircle(centerX: 1, centerY: 1, radius: 9, .white)
        frame.drawText("nothing", x: 0, y: 0, .white)
        #expect(frame.pixels.isEmpty)
    }
}

@Suite struct TextTests {
    private func glyph(_ character: Character) -> Frame {
        var frame = Frame(Font.cell)
        frame.drawText(String(character), x: 0, y: 0, .white)
        return frame
    }

    @Test func everyPrintableCharacterHasItsOwnGlyph() {
        let characters =
            (33...126).map { Character(Unicode.Scalar($0)!) } + Array("εγ·±→←↑↓…×–αβδηθλμπστφΔΣ∞≈≤≥°²▶■●○✓⏸")
        let pictures = characters.map(glyph)
        #expect(Set(pictures).count == characters.count)
        #expect(pictures.allSatisfy { Set($0.pixels).count == 2 }, "every glyph has ink")
        #expect(characters.allSatisfy(Font.contains))
        #expect(glyph(" ") == Frame(Font.cell))
        #expect(glyph("漢") == glyph("🙂"), "unknown characters are the same box")
        #expect(!Font.contains("漢") && !pictures.contains(glyph("漢")))
    }

    @Test func glyphsLeaveRoomToTheirNeighbours() {
        for code in 33...126 {
            let picture = glyph(Character(Unicode.Scalar(code)!))
            #expect((0..<12).allSatisfy { picture[5, $0] == .black }, "column between letters, character \(code)")
            #expect((10..<12).allSatisfy { row in (0..<6).allSatisfy { picture[$0, row] == .black } })
        }
    }

    @Test func textIsDrawnLineByLineAtScale() {
        #expect(Frame.textSize("abc\nde", scale: 2) == FrameSize(width: 36, height: 48))
        #expect(Frame.textSize("") == FrameSize(width: 0, height: 0))
        var text = Frame(width: 12, height: 24)
        text.drawText("A\nAB", x: 0, y: 0, .white)
        #expect(text.cropped(x: 0, y: 0, width: 6, height: 12) == glyph("A"))
        #expect(text.cropped(x: 0, y: 12, width: 6, height: 12) == glyph("A"))
        #expect(text.cropped(x: 6, y: 12, width: 6, height: 12) == glyph("B"))
        var large = Frame(width: 12, height: 24)
        large.drawText("g", x: 0, y: 0, scale: 2, .white)
        var scaled = Frame(width: 12, height: 24)
        scaled.draw(glyph("g"), x: 0, y: 0, scale: 2)
        #expect(large == scaled)
    }
}
