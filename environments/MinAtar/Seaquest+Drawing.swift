import Graphics

extension MinAtar.Seaquest {
    /// Draws sky, sea and ground with the two gauges, then everything that swims, the submarine last.
    public func draw(into frame: inout Frame) {
        for row in 0...8 {
            let depth = Double(row) / 8
            frame.fillGridRows(row...row, Color(hex: 0x2F7FC1).mixed(with: Color(hex: 0x0A2550), amount: depth))
        }
        frame.fillRectangle(x: 0, y: 0, width: frame.width, height: Sprite.cellSide / 2, Color(hex: 0xF0B48A))
        frame.fillRectangle(x: 0, y: Sprite.cellSide / 2, width: frame.width, height: 3, Color(hex: 0xCFE9F7))
        frame.fillGridRows(9...9, Color(hex: 0x4A3B28))
        for column in 0..<oxygenGauge { Self.oxygenSprite.draw(column, MinAtar.last, into: &frame) }
        for column in diverGauge { Self.helmet.draw(column, MinAtar.last, into: &frame) }
        draw(divers, Self.diver, leavesTrail: true, into: &frame)
        draw(fish, Self.shark, leavesTrail: true, into: &frame)
        draw(enemySubmarines, Self.enemySubmarine, leavesTrail: true, into: &frame)
        draw(enemyBullets, Self.enemyTorpedo, into: &frame)
        draw(ownBullets, Self.torpedo, into: &frame)
        Self.stern.draw(x - facing, y, mirrored: facing < 0, into: &frame)
        Self.bow.draw(x, y, mirrored: facing < 0, into: &frame)
    }

    private func draw(_ list: MoverList, _ sprite: Sprite, leavesTrail: Bool = false, into frame: inout Frame) {
        for index in list.indices {
            let mover = list[index]
            if leavesTrail { Self.bubbles.draw(mover.behind, mover.y, into: &frame) }
            sprite.draw(mover.x, mover.y, mirrored: mover.direction < 0, into: &frame)
        }
    }

    private static let bow = Sprite(
        ["y": 0xF2D03B, "d": 0xB8931C, "w": 0xBFE9FF, "k": 0x2A2A2A],
        """
        kk......
        .k......
        yyyy....
        yyyyyy..
        yywwyyy.
        yywwyyyy
        ddddddd.
        ddddd...
        """)

    private static let stern = Sprite(
        ["y": 0xF2D03B, "d": 0xB8931C, "w": 0xBFE9FF, "k": 0x8A8A8A],
        """
        ........
        ........
        ....yyyy
        k..yyyyy
        kkyywwyy
        kkyywwyy
        k..ddddd
        ....dddd
        """)

    private static let shark = Sprite(
        ["g": 0x7FD6A0, "d": 0x3E9A68, "w": 0xFFFFFF, "k": 0x101010],
        """
        ....d...
        ...dd...
        g..gggg.
        gggggkgg
        ggggggww
        g..gggg.
        ....d...
        ........
        """)

    private static let enemySubmarine = Sprite(
        ["r": 0xC8483E, "d": 0x7E2620, "w": 0xFFE08A, "k": 0x3A3A3A],
        """
        ...kk...
        ....k...
        ...rrr..
        k.rrrrr.
        krrwrwrr
        krrrrrrr
        k.ddddd.
        ........
        """)

    private static let diver = Sprite(
        ["s": 0xF2C9A0, "b": 0x5A4BD0, "m": 0xFFFFFF, "o": 0xF08A24],
        """
        ........
        .....ss.
        .bbb.smm
        obbbbss.
        .bbbbbss
        oo..bb..
        ........
        ........
        """)

    private static let torpedo = Sprite(
        ["y": 0xFFF3B8],
        """
        ........
        ........
        ........
        ..yyyyy.
        ..yyyyyy
        ..yyyyy.
        ........
        ........
        """)

    private static let enemyTorpedo = Sprite(
        ["r": 0xFF8A70],
        """
        ........
        ........
        ........
        ..rrrrr.
        ..rrrrrr
        ..rrrrr.
        ........
        ........
        """)

    private static let bubbles = Sprite(
        ["b": 0x9CCBEA],
        """
        ........
        ......b.
        ..b.....
        ........
        .....b..
        .b......
        ....b...
        ........
        """)

    private static let oxygenSprite = Sprite(
        ["o": 0x8FE3F5, "l": 0xE4FAFF],
        """
        ........
        ........
        llllllll
        oooooooo
        oooooooo
        oooooooo
        ........
        ........
        """)

    private static let helmet = Sprite(
        ["b": 0x5A4BD0, "m": 0xFFFFFF, "s": 0xF2C9A0],
        """
        ........
        ..ssss..
        ..smmm..
        ..ssss..
        .bbbbbb.
        .bbbbbb.
        ..b..b..
        ........
        """)
}
