import CMath
import Experience
import Graphics

/// What the two mountain cars have in common: spaces, options and drawing.
enum MountainValley {
    static let positions = -1.2...0.6
    static let speeds = -0.07...0.07
    /// The bounds, which single precision may round outwards.
    static let reachablePositions = -Double(Float(1.2).nextUp)...Double(Float(0.6).nextUp)
    static let reachableSpeeds = -Double(Float(0.07).nextUp)...Double(Float(0.07).nextUp)
    private static let usualStart = -0.6 ... -0.4

    static var observationSpace: Space {
        let bounds: ((ClosedRange<Double>) -> Double) -> [Double] = {
            [Double(Float($0(positions))), Double(Float($0(speeds)))]
        }
        return .box(low: bounds(\.lowerBound), high: bounds(\.upperBound), shape: [2], element: .float32)
    }

    static let options =
        EnvironmentOption.startRange(of: "the position", usual: usualStart)
        + [EnvironmentOption("goal_velocity", "the velocity that the car must have at the goal", usual: "0")]

    static func startRange(_ options: EnvironmentOptions) throws(EnvironmentError) -> ClosedRange<Double> {
        try options.startRange(usual: usualStart, in: positions)
    }

    static func goalVelocity(_ options: EnvironmentOptions) throws(EnvironmentError) -> Double {
        try options.number("goal_velocity", in: speeds) ?? 0
    }

    static let frameSize = FrameSize(width: 600, height: 400)
    private static let scale = 600 / (positions.upperBound - positions.lowerBound)

    /// The point of the ground at a position, in pixels.
    private static func ground(_ position: Double) -> Point {
        let height = rv_sincos(3 * position).sine * 0.45 + 0.55
        return Point(x: (position - positions.lowerBound) * scale, y: 400 - height * scale)
    }

    /// Draws the sky, the valley, the flag and the car, which stands upright on the slope.
    static func draw(carAt position: Double, flagAt goal: Double, into frame: inout Frame) {
        frame.clear(Color(hex: 0xE3F0FA))
        let steps = 120
        let ridge = (0...steps).map { step in
            ground(positions.lowerBound + (positions.upperBound - positions.lowerBound) * Double(step) / Double(steps))
        }
        frame.fillPolygon(ridge + [Point(x: 600, y: 400), Point(x: 0, y: 400)], Color(hex: 0x8FB573))
        for (from, to) in zip(ridge, ridge.dropFirst()) {
            frame.drawLine(from: from, to: to, width: 4, Color(hex: 0x4F6B3C))
        }
        drawFlag(at: ground(goal), into: &frame)
        drawCar(at: position, into: &frame)
    }

    private static func drawFlag(at foot: Point, into frame: inout Frame) {
        let top = Point(x: foot.x, y: foot.y - 50)
        frame.drawLine(from: foot, to: top, width: 3, Color(hex: 0x5B4636))
        frame.fillPolygon(
            [top, Point(x: top.x + 26, y: top.y + 9), Point(x: top.x, y: top.y + 18)], Color(hex: 0xD9483B))
    }

    private static func drawCar(at position: Double, into frame: inout Frame) {
        let foot = ground(position)
        // The slope of the ground is 3 × 0.45 cos(3 position).
        let slope = 1.35 * rv_sincos(3 * position).cosine
        let length = (1 + slope * slope).squareRoot()
        let (along, up) = (1 / length, slope / length)
        func point(_ x: Double, _ y: Double) -> Point {
            Point(x: foot.x + x * along - y * up, y: foot.y - x * up - y * along)
        }
        let cabin = [(-12.0, 22.0), (-7.0, 33.0), (9.0, 33.0), (15.0, 22.0)].map(point)
        let body = [(-22.0, 8.0), (-22.0, 22.0), (22.0, 22.0), (22.0, 8.0)].map(point)
        frame.fillPolygon(cabin, Color(hex: 0x9FC3E0))
        frame.fillPolygon(body, Color(hex: 0xC0392B))
        for wheel in [point(-12, 7), point(12, 7)] {
            frame.fillCircle(centerX: wheel.x, centerY: wheel.y, radius: 7, Color(hex: 0x2B2B30))
            frame.fillCircle(centerX: wheel.x, centerY: wheel.y, radius: 3, Color(hex: 0xA0A0A8))
        }
    }
}
