extension Arcade.SpaceInvaders {
    private static let space = Arcade.Ink(0x0B0E1D)
    private static let haze = Arcade.Ink(0x151A33)
    private static let star = Arcade.Ink(0x5A6390)
    private static let soil = Arcade.Ink(0x3E6B4F)
    private static let soilDark = Arcade.Ink(0x2C4D39)
    private static let mint = Arcade.Ink(0x7CF2B8)
    private static let flame = Arcade.Ink(0xFFB454)
    private static let snow = Arcade.Ink(0xF5F7FF)
    private static let rose = Arcade.Ink(0xFF5C8A)
    private static let shieldInk = Arcade.Ink(0xE08A4B)
    private static let digits = Arcade.Digits(snow, scale: (3, 2))

    /// The night sky over the ground.
    public static let backdrop = Arcade.Backdrop(of: Self.self)

    public static func drawBackdrop<Pixel>(into raster: Arcade.Raster<Pixel>) {
        raster.fill(0, 0, 160, 210, space)
        raster.fill(0, 140, 160, 52, haze)
        for index in 0..<46 { raster.fill(index * 67 % 159, 20 + index * 41 % 160, 1, 1, star) }
        raster.fill(0, Int(ground), 160, 2, soil)
        raster.fill(0, Int(ground) + 2, 160, 16, soilDark)
    }

    /// Draws points, lives, invaders, shields, cannon and everything that flies.
    public func draw<Pixel>(into raster: Arcade.Raster<Pixel>) {
        Self.digits.draw(score, right: 66, 4, count: 4, into: raster)
        for life in 0..<max(lives - 1, 0) { raster.draw(Self.cannonPicture, 130 - 14 * life, 197) }
        for row in 0..<Self.rows { drawRow(row, into: raster) }
        drawShields(into: raster)
        if saucerHeading != 0 { raster.draw(Self.saucerPicture, Int(saucer), Int(Self.saucerY)) }
        if burstTime > 0 { raster.draw(Self.burstPicture, Int(burst.x), Int(burst.y)) }
        if recovery > 0 {
            raster.draw(Self.wrecks[Int(recovery / 6) & 1], Int(cannon) - 2, Int(Self.cannonY))
        } else {
            raster.draw(Self.cannonPicture, Int(cannon), Int(Self.cannonY))
        }
        if shot.isFlying { raster.fill(Int(shot.x), Int(shot.y), 2, Int(Self.shotLength), Self.snow) }
        for index in bombs.indices where bombs[index].isFlying {
            raster.fill(Int(bombs[index].x), Int(bombs[index].y), 2, Int(Self.bombLength), Self.flame)
            raster.fill(Int(bombs[index].x) - 1, Int(bombs[index].y) + Int(clock >> 2) & 3, 4, 1, Self.flame)
        }
    }

    private func drawRow<Pixel>(_ row: Int, into raster: Arcade.Raster<Pixel>) {
        let picture = Self.invaderPictures[2 * row + Int(formationX >> 1) & 1]
        let y = Int(formationY + Int32(row) * Self.rowHeight)
        // Two at once: a column is 16 pixels wide.
        for column in stride(from: 0, to: Self.columns, by: 2) {
            let pair = UInt32(invaders[row] >> UInt8(column))
            let x = Int(formationX + Int32(column) * Self.columnWidth)
            raster.draw(picture, x, y, copies: pair & 1 | (pair & 2) << 15)
        }
    }

    private func drawShields<Pixel>(into raster: Arcade.Raster<Pixel>) {
        for shield in 0..<3 {
            for row in 0..<12 {
                raster.paint(
                    UInt32(shields[12 * shield + row]), Int(Self.shieldX[shield]), Int(Self.shieldY) + row,
                    Self.shieldInk)
            }
        }
    }

    /// Two for each row from the top: legs apart and legs together.
    private static let invaderPictures: [Arcade.Picture] = [
        (0xFF7BAC, crown, crownLegs), (0xE58CFF, crown, crownLegs), (0x9C9CFF, crab, crabLegs),
        (0x6FC7FF, crab, crabLegs), (0x6BE3D0, squid, squidLegs), (0xB6EB7A, squid, squidLegs),
    ].flatMap { hex, body, legs in
        legs.map { Arcade.Picture(["#": Arcade.Ink(UInt32(hex)), "o": space], body + "\n" + $0) }
    }

    private static let crown = """
        #..##..#
        #.####.#
        ########
        #.o##o.#
        ##o##o##
        ########
        .######.
        """
    private static let crownLegs = ["..#..#..\n.#....#.\n#......#", "..#..#..\n..#..#..\n.##..##."]

    private static let crab = """
        ..#..#..
        .######.
        ########
        #oo##oo#
        #oo##oo#
        ########
        #.####.#
        """
    private static let crabLegs = ["#.#..#.#\n..#..#..\n.#....#.", "..#..#..\n.#.##.#.\n#......#"]

    private static let squid = """
        ...##...
        ..####..
        .######.
        ##o##o##
        ##o##o##
        ########
        ..#..#..
        """
    private static let squidLegs = [".#.##.#.\n#.#..#.#\n........", ".#.##.#.\n.#....#.\n..#..#.."]

    private static let cannonPicture = Arcade.Picture(
        ["g": mint, "w": snow],
        """
        ....w....
        ....g....
        ...ggg...
        ...ggg...
        .ggggggg.
        ggggggggg
        ggggggggg
        ggggggggg
        gg.ggg.gg
        """)

    private static let wrecks: [Arcade.Picture] = [
        """
        .............
        ..f.....f....
        .....f.....f.
        ...f...f.....
        ......g..f...
        ..f.gfg......
        ...ggfgg.f...
        ..ggggggggg..
        .ggg.ggg.ggg.
        """,
        """
        ..f...f.....f
        ....f.....f..
        .f.....f.....
        ....f.....f..
        ..f...g......
        .....fg..f...
        .f.ggfgg.....
        ...ggggggg...
        ..gg.ggg.gg..
        """,
    ].map { Arcade.Picture(["f": flame, "g": mint], $0) }

    private static let burstPicture = Arcade.Picture(
        ["f": flame, "w": snow],
        """
        f..f...f
        .f.f..f.
        ...w.f..
        ff.ww...
        ...ww.ff
        ..f.w...
        .f..f.f.
        f..f...f
        """)

    private static let saucerPicture = Arcade.Picture(
        ["r": rose, "w": snow],
        """
        .....rrrrrr.....
        ...rrrrrrrrrr...
        ..rrrrrrrrrrrr..
        .rrwrrwrrwrrwrr.
        rrrrrrrrrrrrrrrr
        ..rrr..rr..rrr..
        ...r........r...
        """)
}
