extension Arcade.Freeway {
    private static let asphalt = Arcade.Ink(0x3B3F4C)
    private static let paint = Arcade.Ink(0x8D919E)
    private static let yellow = Arcade.Ink(0xF2C14E)
    private static let grass = Arcade.Ink(0x4C8F4A)
    private static let grassDark = Arcade.Ink(0x3F7A41)
    private static let curb = Arcade.Ink(0xB9BCC6)
    private static let night = Arcade.Ink(0x22252F)
    private static let snow = Arcade.Ink(0xF7F5EC)
    private static let digits = Arcade.Digits(snow, scale: (3, 2))

    /// The road with its lanes and lawns.
    public static let backdrop = Arcade.Backdrop(of: Self.self)

    public static func drawBackdrop<Pixel>(into raster: Arcade.Raster<Pixel>) {
        raster.fill(0, 0, 160, 16, night)
        for (top, height) in [(16, 17), (193, 17)] {
            raster.fill(0, top, 160, height, grass)
            for x in stride(from: 4, to: 160, by: 13) { raster.fill(x, top + 4 + x % 7, 2, 1, grassDark) }
            for x in stride(from: 9, to: 160, by: 31) {
                raster.fill(x, top + 11 - x % 5, 2, 2, x % 2 == 0 ? snow : yellow)
            }
        }
        raster.fill(0, roadTop, 160, laneHeight * lanes, asphalt)
        raster.fill(0, 31, 160, 2, curb)
        raster.fill(0, 193, 160, 2, curb)
        for lane in 1..<lanes where lane != 5 {
            for x in stride(from: 4, to: 160, by: 16) { raster.fill(x, roadTop + lane * laneHeight, 8, 1, paint) }
        }
        raster.fill(0, 112, 160, 1, yellow)
        raster.fill(0, 114, 160, 1, yellow)
    }

    /// Draws crossings, time, cars and hen.
    public func draw<Pixel>(into raster: Arcade.Raster<Pixel>) {
        Self.digits.draw(score, right: 60, 3, into: raster)
        // In the last eight seconds the bar blinks.
        if time > 480 || time & 16 == 0 {
            raster.fill(84, 6, Int(time * 64 / Self.duration), 4, time > 480 ? Self.yellow : Self.snow)
        }
        for lane in 0..<Self.lanes {
            for car in 0..<traffic {
                raster.draw(Self.carPictures[lane], column(car, lane), Self.roadTop + lane * Self.laneHeight + 3)
            }
        }
        let picture = tumble > 0 ? 2 + Int(tumble / 4) % 2 : Int(hen >> 10) & 1
        raster.draw(Self.henPictures[picture], Self.henX, Int(hen >> 8))
    }

    private static let henPictures: [Arcade.Picture] = [
        """
        ...rr...
        ..wwww..
        ..wkwkw.
        ..wwyw..
        .wwwwww.
        wwwwwwww
        .wwwwww.
        ..y..y..
        """,
        """
        ...rr...
        ..wwww..
        .wkwkw..
        ..wyww..
        .wwwwww.
        wwwwwwww
        .wwwwww.
        ...yy...
        """,
        """
        ..y..y..
        .wwwwww.
        wwwwwwww
        .wwwwww.
        ..wwyw..
        ..wkwkw.
        ..wwww..
        ...rr...
        """,
        """
        .w....w.
        ww.ww.ww
        .wwwwww.
        yrwkkwwy
        .wwwwww.
        ww.ww.ww
        .w....w.
        ........
        """,
    ].map { Arcade.Picture(["w": snow, "r": Arcade.Ink(0xE5484D), "y": yellow, "k": night], $0) }

    /// The cars of the lanes from above: body, roof, and windows.
    private static let carPictures: [Arcade.Picture] = [
        (0xE8B04A, 0xC48A2C, false), (0xD65DB1, 0xA23F85, true), (0x5BC0EB, 0x3A93BA, true), (0x9BC53D, 0x749A25, true),
        (0xE55934, 0xB23B1C, true), (0xFA7921, 0xC25510, true), (0xC9ADFF, 0x9A7CD6, true), (0xF25F5C, 0xBF3F3D, true),
        (0x70C1B3, 0x4C978A, true), (0xE3E3E3, 0xA8A8B3, false),
    ].enumerated().map { lane, car in
        Arcade.Picture(
            [
                "b": Arcade.Ink(UInt32(car.0)), "r": Arcade.Ink(UInt32(car.1)), "g": Arcade.Ink(0xBFE3F0),
                "k": Arcade.Ink(0x15171D), "y": Arcade.Ink(0xFFF1A8),
            ], isMirrored: lane < 5, car.2 ? sedan : truck)
    }

    /// Both face right.
    private static let sedan = """
        ..kkk.....kkk...
        .bbbbbbbbbbbbbb.
        bbbrrrrrrrggbbby
        bbgrrrrrrrggbbbb
        bbgrrrrrrrggbbbb
        bbgrrrrrrrggbbbb
        bbgrrrrrrrggbbbb
        bbbrrrrrrrggbbby
        .bbbbbbbbbbbbbb.
        ..kkk.....kkk...
        """

    private static let truck = """
        .kkkk......kkk..
        rrrrrrrrrr.bbbb.
        rbbbbbbbbr.bbgby
        rbbbbbbbbrrbbggb
        rbbbbbbbbrrbbggb
        rbbbbbbbbrrbbggb
        rbbbbbbbbrrbbggb
        rbbbbbbbbr.bbgby
        rrrrrrrrrr.bbbb.
        .kkkk......kkk..
        """
}
