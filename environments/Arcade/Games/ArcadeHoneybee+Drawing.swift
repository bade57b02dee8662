extension Arcade.Honeybee {
    private static let wood = Arcade.Ink(0x6B4A32)
    private static let leaf = Arcade.Ink(0x3F9255)
    private static let stem = Arcade.Ink(0x2F7A48)
    private static let grass = Arcade.Ink(0x5DB35E)
    private static let grassDark = Arcade.Ink(0x46984F)
    private static let hill = Arcade.Ink(0x86C9A0)
    private static let honey = Arcade.Ink(0xF2A93B)
    private static let honeyDark = Arcade.Ink(0xC47F22)
    private static let ink = Arcade.Ink(0x2A2136)
    private static let snow = Arcade.Ink(0xFFFFFF)
    private static let pollen = Arcade.Ink(0xFFE14D)
    private static let sun = Arcade.Ink(0xFFF3B0)
    private static let digits = Arcade.Digits(snow, scale: (3, 2))

    /// The sky over the meadow, and the tree.
    public static let backdrop = Arcade.Backdrop(of: Self.self)

    /// Draws sky, hills, meadow, stems, and the branch with the hive.
    public static func drawBackdrop<Pixel>(into raster: Arcade.Raster<Pixel>) {
        raster.fill(0, 0, 160, 210, ink)
        let sky: [UInt32] = [0x6FB7E8, 0x7FC0EA, 0x90CAED, 0xA2D4EF, 0xB5DEF1, 0xC9E8F3]
        for (index, hex) in sky.enumerated() { raster.fill(0, 16 + 28 * index, 160, 28, Arcade.Ink(hex)) }
        for x in 0..<160 {
            // Two hills as parabolas.
            let (left, right) = ((x - 40) * (x - 40) / 90, (x - 128) * (x - 128) / 60)
            let top = min(150 + left, 156 + right)
            raster.fill(x, top, 1, 200 - top, hill)
        }
        raster.fill(0, 184, 160, 26, grass)
        for x in stride(from: 1, to: 160, by: 6) { raster.fill(x, 183 - x % 3, 1, 3, grass) }
        for index in 0..<40 { raster.fill(index * 53 % 158, 188 + index * 17 % 20, 2, 1, grassDark) }
        for flower in 0..<7 {
            let (x, y) = (flowerX[flower] + 4, flowerY[flower] + 7)
            raster.fill(x, y, 1, 190 - y, stem)
            raster.draw(leafPicture, x - 4, (y + 190) / 2)
        }
        raster.fill(0, 36, 30, 4, wood)
        raster.fill(0, 34, 18, 3, wood)
        raster.fill(18, 40, 2, 5, wood)
        raster.draw(foliage, 0, 24)
        raster.draw(foliage, 14, 27)
        raster.draw(hive, hiveX, hiveY)
    }

    /// Draws points, lives, jar, sun, flowers, wasps and bee.
    public func draw<Pixel>(into raster: Arcade.Raster<Pixel>) {
        Self.digits.draw(score, right: 50, 3, count: 3, into: raster)
        for life in 0..<max(lives - 1, 0) { raster.draw(Self.beePictures[0], 62 + 13 * life, 4) }
        drawJar(into: raster)
        drawSun(into: raster)
        for flower in flowers.indices { drawFlower(flower, into: raster) }
        for index in 0..<waspCount where wasps[index].wait == 0 {
            let (body, beat) = (wasps[index].body, Int(daylight >> 2) & 1)
            raster.draw(Self.waspPictures[(body.across < 0 ? 2 : 0) + beat], body.column, body.row)
        }
        // After a sting the bee blinks for as long as wasps ignore it.
        guard grace & 4 == 0 else { return }
        let side = bee.across < 0 ? 2 : 0
        raster.draw(Self.beePictures[side + Int(daylight >> 1) & 1], bee.column, bee.row)
        for load in 0..<Int(loads) { raster.fill(bee.column + 2 * load, bee.row + 8 + load % 2, 2, 2, Self.pollen) }
    }

    /// The jar shows the loads delivered; its rim turns white when they are enough.
    private func drawJar<Pixel>(into raster: Arcade.Raster<Pixel>) {
        raster.fill(104, 4, 50, 8, Int(delivered) >= quota ? Self.snow : Self.honeyDark)
        raster.fill(105, 5, 48, 6, Self.ink)
        raster.fill(105, 5, 48 * min(Int(delivered), quota) / quota, 6, Self.honey)
    }

    /// The sun moves from left to right in an arc.
    private func drawSun<Pixel>(into raster: Arcade.Raster<Pixel>) {
        let progress = Int(Self.dayLength - daylight) * 120 / Int(Self.dayLength)
        let (x, y) = (30 + progress, 24 + (progress - 60) * (progress - 60) / 80)
        raster.fill(x + 2, y, 6, 10, Self.sun)
        raster.fill(x, y + 2, 10, 6, Self.sun)
        raster.fill(x + 1, y + 1, 8, 8, Self.sun)
    }

    /// A bud, a flower, or a withering one.
    private func drawFlower<Pixel>(_ flower: Int, into raster: Arcade.Raster<Pixel>) {
        let (x, y) = (Self.flowerX[flower], Self.flowerY[flower])
        if flowers[flower] <= 0 {
            raster.draw(Self.bud, x + 2, y + 3)
        } else {
            raster.draw(Self.flowerPictures[flowers[flower] < 120 ? 3 : flower % 3], x, y)
        }
    }

    private static let leafPicture = Arcade.Picture(
        ["l": leaf],
        """
        .ll...ll.
        llll.llll
        .llllll..
        ...ll....
        """)

    private static let foliage = Arcade.Picture(
        ["l": leaf, "g": grass],
        """
        ..ll....ll....ll....
        .lggl..lggll.lggl...
        lggggllgggglllgggl..
        lgggggllgggggllgggl.
        .lggggggglgggggggggl
        ..lgggglllggggllggl.
        ...llll...llll..ll..
        """)

    private static let hive = Arcade.Picture(
        ["h": honey, "d": honeyDark, "k": ink],
        """
        .........dddddd.........
        .......dhhhhhhhhd.......
        .....ddhhhhhhhhhhdd.....
        ....dhhhhhhhhhhhhhhd....
        ...dddddddddddddddddd...
        ..dhhhhhhhhhhhhhhhhhhd..
        ..dhhhhhhhhhhhhhhhhhhd..
        .dhhhhhhhhhhhhhhhhhhhhd.
        .dddddddddddddddddddddd.
        dhhhhhhhhhhhhhhhhhhhhhhd
        dhhhhhhhhhhhhhhhhhhhhhhd
        dhhhhhhhhhhhhhhhhhhhhhhd
        dddddddddddddddddddddddd
        dhhhhhhhhhkkkkhhhhhhhhhd
        dhhhhhhhhkkkkkkhhhhhhhhd
        dhhhhhhhhkkkkkkhhhhhhhhd
        .ddddddddkkkkkkdddddddd.
        .dhhhhhhhhkkkkhhhhhhhhd.
        .dhhhhhhhhhhhhhhhhhhhhd.
        ..dhhhhhhhhhhhhhhhhhhd..
        ..dddddddddddddddddddd..
        ...dhhhhhhhhhhhhhhhhd...
        ....dhhhhhhhhhhhhhhd....
        .....ddhhhhhhhhhhdd.....
        .......dddddddddd.......
        """)

    private static let bud = Arcade.Picture(
        ["l": leaf, "s": stem],
        """
        ..l..
        .lll.
        .lsl.
        .lll.
        ..l..
        """)

    /// Three kinds, and a withering one.
    private static let flowerPictures: [Arcade.Picture] = [
        (0xE84A8A, 0xFFD94D), (0x8A4FD9, 0xFFD94D), (0xF25C3B, 0xFFE88A), (0x9A7B62, 0x7C6A4F),
    ].map { petal, heart in
        Arcade.Picture(
            ["p": Arcade.Ink(UInt32(petal)), "y": Arcade.Ink(UInt32(heart))],
            """
            ...ppp...
            .ppppppp.
            .ppppppp.
            pppyyyppp
            pppyyyppp
            pppyyyppp
            .ppppppp.
            .ppppppp.
            ...ppp...
            """)
    }

    /// Flying to the right, wings up and down, then to the left.
    private static let beePictures: [Arcade.Picture] = insects(
        body: honey, wing: snow,
        [
            """
            ..ww.ww...
            ..www.ww..
            ...ww.ww..
            ..kyykykk.
            .yykyykykk
            kyykyykkyk
            .yykyykkk.
            ..kyykyk..
            """,
            """
            ..........
            ...w.w....
            .wwww.www.
            ..kyykykk.
            .yykyykykk
            kyykyykkyk
            .yykyykkk.
            ..kyykyk..
            """,
        ])

    private static let waspPictures: [Arcade.Picture] = insects(
        body: Arcade.Ink(0xE5393B), wing: Arcade.Ink(0xD9E4F2),
        [
            """
            ...w.ww...
            ...www.ww.
            ....ww.kk.
            .ykyykkkyk
            kkykyykkkk
            .ykyykkkk.
            ....k..k..
            """,
            """
            ..........
            ..wwwwww..
            ...ww..kk.
            .ykyykkkyk
            kkykyykkkk
            .ykyykkkk.
            ...k..k...
            """,
        ])

    private static func insects(body: Arcade.Ink, wing: Arcade.Ink, _ drawings: [String]) -> [Arcade.Picture] {
        [false, true].flatMap { isMirrored in
            drawings.map { Arcade.Picture(["y": body, "k": ink, "w": wing], isMirrored: isMirrored, $0) }
        }
    }
}
