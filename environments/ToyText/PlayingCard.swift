import Graphics

/// A card on the table, its upper left corner at (x, y).
struct PlayingCard {
    let x: Int
    let y: Int
    static let (width, height) = (90, 126)

    private func point(_ across: Double, _ down: Double) -> Point { Point(x: Double(x) + across, y: Double(y) + down) }

    private func drawSheet(_ color: Color, into frame: inout Frame) {
        frame.fillRectangle(x: x + 3, y: y + 4, width: Self.width, height: Self.height, Color(hex: 0x154D32))
        frame.fillRectangle(x: x, y: y, width: Self.width, height: Self.height, color)
        frame.strokeRectangle(x: x, y: y, width: Self.width, height: Self.height, Color(hex: 0x30303A))
    }

    /// The pattern of the backs.
    func drawBack(into frame: inout Frame) {
        drawSheet(.white, into: &frame)
        frame.fillRectangle(x: x + 6, y: y + 6, width: Self.width - 12, height: Self.height - 12, Color(hex: 0x9C2F3B))
        for row in 0..<6 {
            for column in 0..<4 {
                let centre = point(15 + 20 * Double(column), 13 + 20 * Double(row))
                frame.fillPolygon(
                    [(0.0, -8.0), (8.0, 0.0), (0.0, 8.0), (-8.0, 0.0)].map {
                        Point(x: centre.x + $0.0, y: centre.y + $0.1)
                    }, Color(hex: 0xC9606A))
            }
        }
    }

    /// The rank, which may be empty, in the corner and a large symbol of the suit (0 clubs, 1 diamonds, 2 hearts,
    /// 3 spades) in the middle.
    func drawFace(rank: String, suit: Int, into frame: inout Frame) {
        drawSheet(.white, into: &frame)
        let color = suit == 1 || suit == 2 ? Color(hex: 0xC62F35) : Color(hex: 0x1D1D24)
        frame.drawText(rank, x: x + 7, y: y + 5, scale: 3, color)
        switch suit {
        case 0: drawClub(color, into: &frame)
        case 1: frame.fillPolygon([point(45, 46), point(67, 76), point(45, 106), point(23, 76)], color)
        case 2: drawHeart(tip: 106, shoulders: 66, color, into: &frame)
        default:
            drawHeart(tip: 46, shoulders: 82, color, into: &frame)
            drawFoot(color, into: &frame)
        }
    }

    private func drawClub(_ color: Color, into frame: inout Frame) {
        for (across, down) in [(45.0, 60.0), (31.0, 82.0), (59.0, 82.0)] {
            let leaf = point(across, down)
            frame.fillCircle(centerX: leaf.x, centerY: leaf.y, radius: 14, color)
        }
        drawFoot(color, into: &frame)
    }

    /// Two circles and a tip: a heart or, upside down, the leaf of a spade.
    private func drawHeart(tip: Double, shoulders: Double, _ color: Color, into frame: inout Frame) {
        for across in [33.0, 57.0] {
            let shoulder = point(across, shoulders)
            frame.fillCircle(centerX: shoulder.x, centerY: shoulder.y, radius: 13, color)
        }
        let edge = shoulders + (tip > shoulders ? 6 : -6)
        frame.fillPolygon(
            [point(21.5, edge), point(45, shoulders), point(68.5, edge), point(45, tip)], color)
    }

    private func drawFoot(_ color: Color, into frame: inout Frame) {
        frame.fillPolygon([point(43, 76), point(47, 76), point(55, 108), point(35, 108)], color)
    }
}
