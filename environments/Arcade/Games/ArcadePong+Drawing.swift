extension Arcade.Pong {
    private static let floor = Arcade.Ink(0x17204A)
    private static let court = Arcade.Ink(0x22306B)
    private static let line = Arcade.Ink(0x4A5AA8)
    private static let wall = Arcade.Ink(0xDDE3F5)
    private static let mint = Arcade.Ink(0x63E6BE)
    private static let coral = Arcade.Ink(0xFF8A65)
    private static let cream = Arcade.Ink(0xFFF3C9)

    private static let ownDigits = Arcade.Digits(mint, scale: (4, 4))
    private static let computerDigits = Arcade.Digits(coral, scale: (4, 4))

    /// The court with its walls and its net.
    public static let backdrop = Arcade.Backdrop(of: Self.self)

    public static func drawBackdrop<Pixel>(into raster: Arcade.Raster<Pixel>) {
        raster.fill(0, 0, 160, 210, floor)
        raster.fill(0, 34, 160, 160, court)
        raster.fill(0, 26, 160, 8, wall)
        raster.fill(0, 194, 160, 8, wall)
        for y in stride(from: 38, to: 194, by: 12) { raster.fill(79, y, 2, 6, line) }
    }

    /// Draws scores, paddles and ball.
    public func draw<Pixel>(into raster: Arcade.Raster<Pixel>) {
        Self.computerDigits.draw(Int(computerPoints), right: 60, 3, into: raster)
        Self.ownDigits.draw(Int(points), right: 132, 3, into: raster)
        raster.fill(Int(Self.computerX >> 8), Int(computer >> 8), 4, 16, Self.coral)
        raster.fill(Int(Self.paddleX >> 8), Int(paddle >> 8), 4, 16, Self.mint)
        raster.fill(ball.column, ball.row, 2, 4, Self.cream)
    }
}
