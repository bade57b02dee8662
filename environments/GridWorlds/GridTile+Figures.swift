import Graphics

/// Things that can be carried, opened or met, and the wind.
extension GridTile {
    /// The colours of keys and doors: a amber, b green, c purple.
    private static func lockColor(_ key: Int) -> Color {
        Color(hex: [0xE39A1A, 0x1F9E86, 0xA1458F][key])
    }

    private static func darkLockColor(_ key: Int) -> Color { lockColor(key).mixed(with: .black, amount: 0.45) }

    /// A key with its ring to the upper left.
    func paintKey(_ key: Int, into frame: inout Frame) {
        for (shift, color) in [(0.03, Self.darkLockColor(key)), (0.0, Self.lockColor(key))] {
            circle(0.34, 0.36 + shift, 0.18, color, &frame)
            line((0.44, 0.46 + shift), (0.78, 0.80 + shift), 0.11, color, &frame)
            for along in [0.64, 0.78] {
                line((along, along + 0.02 + shift), (along + 0.12, along - 0.10 + shift), 0.09, color, &frame)
            }
        }
        circle(0.34, 0.36, 0.08, Color(hex: 0xF1EDE4), &frame)
    }

    /// A door with a keyhole; an open one stands ajar.
    func paintDoor(_ key: Int, isOpen: Bool, into frame: inout Frame) {
        let (light, dark) = (Self.lockColor(key), Self.darkLockColor(key))
        for (across, width) in [(0.0, 0.12), (0.88, 0.12)] { rectangle(across, 0, width, 1, dark, &frame) }
        rectangle(0, 0, 1, 0.10, dark, &frame)
        if isOpen {
            frame.fillPolygon([point(0.12, 0.10), point(0.34, 0.24), point(0.34, 1), point(0.12, 1)], light)
            circle(0.29, 0.60, 0.04, dark, &frame)
            return
        }
        rectangle(0.12, 0.10, 0.76, 0.90, light, &frame)
        let lines = light.mixed(with: dark, amount: 0.5)
        for across in [0.36, 0.62] { rectangle(across, 0.10, 0.025, 0.90, lines, &frame) }
        circle(0.5, 0.50, 0.10, Color(hex: 0x2B2118), &frame)
        frame.fillPolygon([point(0.5, 0.46), point(0.58, 0.74), point(0.42, 0.74)], Color(hex: 0x2B2118))
    }

    /// Chevrons in the direction of the wind, up to three.
    func paintWind(_ strength: Int, into frame: inout Frame) {
        let color = Color(hex: 0x8FB7D1)
        let count = min(abs(strength), 3)
        for chevron in 0..<count {
            let middle = 0.5 + (Double(chevron) - Double(count - 1) / 2) * 0.22
            let (tip, end) = strength > 0 ? (middle - 0.07, middle + 0.07) : (middle + 0.07, middle - 0.07)
            line((0.30, end), (0.5, tip), 0.05, color, &frame)
            line((0.5, tip), (0.70, end), 0.05, color, &frame)
        }
    }

    /// A guard with a lantern that lights the way ahead.
    func paintGuard(_ facing: GridMove, into frame: inout Frame) {
        let (down, across): (Double, Double) =
            switch facing {
            case .left: (0, -1)
            case .down: (1, 0)
            case .right: (0, 1)
            case .up: (-1, 0)
            }
        let far = (across: 0.5 + 0.5 * across, down: 0.52 + 0.48 * down)
        frame.fillPolygon(
            [
                point(0.5, 0.52), point(far.across + 0.34 * down, far.down - 0.34 * across),
                point(far.across - 0.34 * down, far.down + 0.34 * across),
            ], Color(hex: 0xFFD23F).opacity(0.75))
        circle(0.5, 0.56, 0.27, Color(hex: 0x27351F), &frame)
        circle(0.5, 0.53, 0.25, Color(hex: 0x5F7F45), &frame)
        rectangle(0.26, 0.30, 0.48, 0.14, Color(hex: 0x27351F), &frame)
        rectangle(0.34, 0.18, 0.32, 0.14, Color(hex: 0x27351F), &frame)
        paintEyes(across: 0.05 * across, down: 0.04 * down, into: &frame)
    }

    /// A ghost for the wanderer.
    func paintWanderer(into frame: inout Frame) {
        let color = Color(hex: 0x8E7CC3)
        circle(0.5, 0.44, 0.28, color, &frame)
        rectangle(0.22, 0.44, 0.56, 0.30, color, &frame)
        for across in [0.315, 0.5, 0.685] { circle(across, 0.74, 0.095, color, &frame) }
        paintEyes(across: 0, down: 0, into: &frame)
    }

    /// A horned, angry figure.
    func paintChaser(into frame: inout Frame) {
        let (red, dark) = (Color(hex: 0xD03A2E), Color(hex: 0x5E1410))
        frame.fillPolygon([point(0.24, 0.14), point(0.46, 0.30), point(0.26, 0.44)], dark)
        frame.fillPolygon([point(0.76, 0.14), point(0.54, 0.30), point(0.74, 0.44)], dark)
        circle(0.5, 0.57, 0.30, dark, &frame)
        circle(0.5, 0.54, 0.28, red, &frame)
        paintEyes(across: 0, down: 0.03, into: &frame)
        line((0.30, 0.38), (0.47, 0.46), 0.06, dark, &frame)
        line((0.70, 0.38), (0.53, 0.46), 0.06, dark, &frame)
    }

    private func paintEyes(across: Double, down: Double, into frame: inout Frame) {
        for eye in [0.40, 0.60] {
            circle(eye + across, 0.50 + down, 0.075, .white, &frame)
            circle(eye + 1.6 * across, 0.51 + 1.6 * down, 0.038, Color(hex: 0x201A1A), &frame)
        }
    }

    /// A key that the agent has, the `index`-th, small at the bottom of its cell.
    func paintCarried(_ key: Int, index: Int, into frame: inout Frame) {
        let size = max(side * 2 / 5, 3)
        let left = x + index * (side - size) / 2
        GridTile(x: left, y: y + side - size, side: size).paintKey(key, into: &frame)
    }

    /// A dark shade over unobserved cells.
    func paintShade(into frame: inout Frame) { fill(Color(hex: 0x101828).opacity(0.62), &frame) }
}
