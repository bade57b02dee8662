extension Arcade.Breakout {
    private static let night = Arcade.Ink(0x14121F)
    private static let stone = Arcade.Ink(0x8F8BA8)
    private static let stoneLight = Arcade.Ink(0xB7B3CC)
    private static let sky = Arcade.Ink(0x67D4F5)
    private static let snow = Arcade.Ink(0xF4F1FF)

    /// The faces of the rows from the top, with highlights on their upper edges.
    private static let faces = [0xD64C6E, 0xE86F4A, 0xE9A23B, 0xD6CB4B, 0x57B86B, 0x4A7FD6].map { Arcade.Ink($0) }
    private static let lights = [0xF08CA4, 0xF7A488, 0xF6C97F, 0xEEE79B, 0x93DBA1, 0x8FB3F0].map { Arcade.Ink($0) }
    private static let digits = Arcade.Digits(snow, scale: (3, 2))

    /// The walls and the ceiling.
    public static let backdrop = Arcade.Backdrop(of: Self.self)

    public static func drawBackdrop<Pixel>(into raster: Arcade.Raster<Pixel>) {
        raster.fill(0, 0, 160, 210, night)
        raster.fill(0, 18, 160, ceiling - 18, stone)
        raster.fill(0, 18, left, 178, stone)
        raster.fill(right, 18, left, 178, stone)
        raster.fill(0, 18, 160, 2, stoneLight)
        raster.fill(left - 2, ceiling, 2, 164, stoneLight)
        raster.fill(right, ceiling, 2, 164, stoneLight)
        raster.fill(left, ceiling - 2, right - left, 2, stoneLight)
    }

    /// Draws points, lives, bricks, paddle and ball.
    public func draw<Pixel>(into raster: Arcade.Raster<Pixel>) {
        Self.digits.draw(score, right: 56, 4, count: 3, into: raster)
        for ball in 0..<max(lives - (isInPlay ? 1 : 0), 0) { raster.fill(140 - 8 * ball, 7, 4, 4, Self.sky) }
        for row in 0..<6 { drawBricks(row, into: raster) }
        raster.fill(Int(paddle >> 8), Self.paddleTop, paddleWidth, Self.paddleHeight, Self.sky)
        if isInPlay { raster.fill(ball.column, ball.row, Self.ballWidth, Self.ballHeight, Self.snow) }
    }

    /// Draws a row of bricks: the highlight, a line of faces, and copies of that line.
    private func drawBricks<Pixel>(_ row: Int, into raster: Arcade.Raster<Pixel>) {
        let y = Self.wallTop + row * Self.brickHeight
        let (face, light) = (Self.faces[row], Self.lights[row])
        var rest = bricks[row]
        while rest != 0 {
            let x = Self.left + rest.trailingZeroBitCount * Self.brickWidth
            raster.paint(0x7f, x, y, light)
            raster.paint(0x7f, x, y + 1, face)
            rest &= rest - 1
        }
        if bricks[row] != 0 { raster.repeatRow(Self.left, y + 1, width: Self.right - Self.left, rows: 4) }
    }
}
