import Graphics

extension GridWorld {
    /// One square per cell, as large as fits into about 512 pixels.
    public var frameSize: FrameSize { GridPainter(rows: map.rows, columns: map.columns).frameSize }

    /// 5: slow enough to follow.
    public var framesPerSecond: Double { 5 }

    /// Draws the map, the enemies, and the agent with its keys.
    public func draw(into frame: inout Frame) {
        let map = map
        let painter = GridPainter(rows: map.rows, columns: map.columns)
        for (index, cell) in map.cells.enumerated() {
            let tile = painter.tile(index)
            if cell != .wall {
                tile.paintFloor(into: &frame, variant: index / map.columns + index % map.columns)
                if !map.wind.isEmpty { tile.paintWind(map.wind[index % map.columns], into: &frame) }
            }
            paint(cell, tile, &frame)
        }
        for (index, enemy) in map.enemies.enumerated() {
            paint(enemy, index, painter.tile(self.cell(ofEnemy: index)), &frame)
        }
        let tile = painter.tile(self.cell)
        tile.paintAgent(into: &frame)
        for (index, key) in rules.keys.filter(hasKey).enumerated() {
            tile.paintCarried(key, index: index, into: &frame)
        }
    }

    private func paint(_ cell: GridMap.Cell, _ tile: GridTile, _ frame: inout Frame) {
        switch cell {
        case .wall: tile.paintWall(into: &frame)
        case .floor: break
        case .start: tile.paintStart(into: &frame)
        case .goal: tile.paintGoal(into: &frame)
        case .smallGoal: tile.paintSmallGoal(into: &frame)
        case .pit: tile.paintPit(into: &frame)
        case .cliff: tile.paintCliff(into: &frame)
        case .keyA, .keyB, .keyC: if !hasKey(cell.key!) { tile.paintKey(cell.key!, into: &frame) }
        case .doorA, .doorB, .doorC: tile.paintDoor(cell.door!, isOpen: hasKey(cell.door!), into: &frame)
        }
    }

    private func paint(_ enemy: GridMap.Enemy, _ index: Int, _ tile: GridTile, _ frame: inout Frame) {
        switch enemy.kind {
        case .wanderer: tile.paintWanderer(into: &frame)
        case .chaser: tile.paintChaser(into: &frame)
        case .guardLeft, .guardDown, .guardRight, .guardUp:
            tile.paintGuard(facing(ofEnemy: index)!, into: &frame)
        }
    }
}
