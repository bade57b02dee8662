import Graphics

/// One square of a grid, which can be painted as anything in a grid world.
///
/// Lengths are fractions of the side, so that drawings look the same in all sizes.
struct GridTile {
    let x: Int
    let y: Int
    let side: Int

    func point(_ across: Double, _ down: Double) -> Point {
        Point(x: Double(x) + across * Double(side), y: Double(y) + down * Double(side))
    }

    func fill(_ color: Color, _ frame: inout Frame) {
        frame.fillRectangle(x: x, y: y, width: side, height: side, color)
    }

    func rectangle(
        _ across: Double, _ down: Double, _ width: Double, _ height: Double, _ color: Color, _ frame: inout Frame
    ) {
        frame.fillPolygon(
            [
                point(across, down), point(across + width, down), point(across + width, down + height),
                point(across, down + height),
            ], color)
    }

    func circle(_ across: Double, _ down: Double, _ radius: Double, _ color: Color, _ frame: inout Frame) {
        let centre = point(across, down)
        frame.fillCircle(centerX: centre.x, centerY: centre.y, radius: radius * Double(side), color)
    }

    func line(
        _ from: (Double, Double), _ to: (Double, Double), _ width: Double, _ color: Color, _ frame: inout Frame
    ) {
        frame.drawLine(
            from: point(from.0, from.1), to: point(to.0, to.1), width: max(1, width * Double(side)), color)
    }

    private func border(_ color: Color, _ frame: inout Frame) {
        if side >= 8 { frame.strokeRectangle(x: x, y: y, width: side, height: side, color) }
    }

    /// Ice with a few scratches, which differ between neighbouring cells.
    func paintIce(into frame: inout Frame, variant: Int) {
        fill(Color(hex: 0xD8ECF7), &frame)
        let shift = Double(variant * 7 % 5) * 0.06
        for (across, down, length) in [(0.12, 0.30, 0.22), (0.48, 0.62, 0.26), (0.20, 0.84, 0.14)] {
            line(
                (across + shift, down), (across + shift + length, down - length * 0.7), 0.025, Color(hex: 0xF6FBFE),
                &frame)
        }
        border(Color(hex: 0xB4D3E6), &frame)
    }

    /// A hole in the ice: a broken rim and dark water.
    func paintHole(into frame: inout Frame) {
        circle(0.5, 0.52, 0.40, Color(hex: 0xF6FBFE), &frame)
        circle(0.5, 0.52, 0.36, Color(hex: 0x4C86AD), &frame)
        circle(0.5, 0.56, 0.30, Color(hex: 0x1D4E79), &frame)
        circle(0.40, 0.46, 0.05, Color(hex: 0x7FB2D3), &frame)
    }

    /// A floor, slightly darker in every other cell.
    func paintFloor(into frame: inout Frame, variant: Int) {
        fill(Color(hex: variant % 2 == 0 ? 0xF1EDE4 : 0xE9E4D8), &frame)
    }

    /// A wall of bricks in staggered courses.
    func paintWall(into frame: inout Frame) {
        fill(Color(hex: 0x4A4F5C), &frame)
        guard side >= 12 else { return }
        for course in 0..<3 {
            let down = Double(course) / 3 + 0.03
            let shift = course % 2 == 0 ? 0.0 : -0.25
            for brick in 0..<3 {
                let left = max(0, shift + Double(brick) * 0.5 + 0.02)
                let right = min(1, shift + Double(brick + 1) * 0.5 - 0.02)
                if left < right { rectangle(left, down, right - left, 0.28, Color(hex: 0x6B7282), &frame) }
            }
        }
    }

    /// A mat where episodes start.
    func paintStart(into frame: inout Frame) {
        rectangle(0.14, 0.14, 0.72, 0.72, Color(hex: 0x8FB8A8), &frame)
        rectangle(0.20, 0.20, 0.60, 0.60, Color(hex: 0xB9D8CB), &frame)
    }

    /// A flag on a pole.
    func paintGoal(into frame: inout Frame) {
        circle(0.40, 0.86, 0.10, Color(hex: 0x6A7A52), &frame)
        line((0.40, 0.86), (0.40, 0.12), 0.06, Color(hex: 0x5B4636), &frame)
        frame.fillPolygon([point(0.43, 0.12), point(0.86, 0.28), point(0.43, 0.46)], Color(hex: 0xD9483B))
    }

    /// A coin.
    func paintSmallGoal(into frame: inout Frame) {
        circle(0.5, 0.5, 0.26, Color(hex: 0xB8860B), &frame)
        circle(0.5, 0.5, 0.21, Color(hex: 0xF2C94C), &frame)
        rectangle(0.46, 0.38, 0.08, 0.24, Color(hex: 0xB8860B), &frame)
    }

    /// A pit with a glow at its bottom.
    func paintPit(into frame: inout Frame) {
        rectangle(0.08, 0.08, 0.84, 0.84, Color(hex: 0x3A2B2B), &frame)
        rectangle(0.16, 0.18, 0.68, 0.70, Color(hex: 0x1E1414), &frame)
        circle(0.5, 0.60, 0.20, Color(hex: 0xA8321E), &frame)
        circle(0.5, 0.62, 0.11, Color(hex: 0xF08A24), &frame)
    }

    /// A drop: rock that gets darker towards the bottom.
    func paintCliff(into frame: inout Frame) {
        for (step, color) in [0x8C7B6B, 0x6E5F52, 0x51453B, 0x352D27].enumerated() {
            rectangle(0, Double(step) / 4, 1, 0.25, Color(hex: UInt32(color)), &frame)
        }
        line((0.25, 0.02), (0.38, 0.30), 0.04, Color(hex: 0x51453B), &frame)
        line((0.70, 0.05), (0.60, 0.38), 0.04, Color(hex: 0x51453B), &frame)
    }

    /// The agent: a round figure with eyes and a shadow.
    func paintAgent(into frame: inout Frame) {
        circle(0.5, 0.56, 0.31, Color(hex: 0x1F2A44), &frame)
        circle(0.5, 0.52, 0.29, Color(hex: 0x3D6BD6), &frame)
        for across in [0.40, 0.60] {
            circle(across, 0.46, 0.085, .white, &frame)
            circle(across + 0.015, 0.475, 0.042, Color(hex: 0x14203A), &frame)
        }
    }
}
