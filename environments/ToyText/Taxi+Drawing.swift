import Graphics

extension Taxi {
    private static let (margin, side) = (20, 80)

    public var frameSize: FrameSize {
        let length = TaxiTown.side * Self.side + 2 * Self.margin
        return FrameSize(width: length, height: length)
    }

    /// 4: slow enough to follow.
    public var framesPerSecond: Double { 4 }

    /// Draws the town, its four stops, the waiting passenger, a flag at the destination, and the taxi.
    public func draw(into frame: inout Frame) {
        let place = TaxiTown.Place(state)
        drawTown(into: &frame)
        for (stop, cell) in TaxiTown.stops.enumerated() {
            drawStop(stop, Corner(cell), isDestination: stop == place.destination, into: &frame)
        }
        drawTaxi(Corner(place.cell), isCarrying: place.passenger == TaxiTown.riding, into: &frame)
        if place.passenger < TaxiTown.riding {
            drawPassenger(Corner(TaxiTown.stops[place.passenger]), into: &frame)
        }
    }

    /// The upper left corner of a cell, from which lengths below are measured in pixels.
    private struct Corner {
        let x: Int
        let y: Int

        init(_ cell: Int) {
            x = Taxi.margin + cell % TaxiTown.side * Taxi.side
            y = Taxi.margin + cell / TaxiTown.side * Taxi.side
        }

        func point(_ across: Double, _ down: Double) -> Point { Point(x: Double(x) + across, y: Double(y) + down) }
    }

    private func drawTown(into frame: inout Frame) {
        let wall = Color(hex: 0x3A3F4B)
        frame.clear(wall)
        for cell in 0..<TaxiTown.side * TaxiTown.side {
            let corner = Corner(cell)
            frame.fillRectangle(x: corner.x, y: corner.y, width: Self.side, height: Self.side, Color(hex: 0xC9CCD2))
            frame.strokeRectangle(x: corner.x, y: corner.y, width: Self.side, height: Self.side, Color(hex: 0xDFE1E6))
        }
        for cell in 0..<TaxiTown.side * TaxiTown.side where TaxiTown.hasWall(eastOf: cell) {
            let corner = Corner(cell)
            frame.fillRectangle(x: corner.x + Self.side - 4, y: corner.y, width: 8, height: Self.side, wall)
        }
    }

    private func drawStop(_ stop: Int, _ corner: Corner, isDestination: Bool, into frame: inout Frame) {
        let color = Color(hex: [0xE0584F, 0x58B368, 0xE8CE4D, 0x4F86E0][stop])
        frame.fillRectangle(x: corner.x + 6, y: corner.y + 6, width: Self.side - 12, height: Self.side - 12, color)
        frame.drawText(["R", "G", "Y", "B"][stop], x: corner.x + 10, y: corner.y + 9, scale: 2, Color(hex: 0x26262B))
        guard isDestination else { return }
        let (foot, top) = (corner.point(50, 70), corner.point(50, 12))
        frame.drawLine(from: foot, to: top, width: 3, Color(hex: 0x5B4636))
        // A chequered flag.
        for row in 0..<3 {
            for column in 0..<3 {
                frame.fillRectangle(
                    x: corner.x + 51 + 6 * column, y: corner.y + 12 + 6 * row, width: 6, height: 6,
                    (row + column) % 2 == 0 ? .black : .white)
            }
        }
    }

    private func drawPassenger(_ corner: Corner, into frame: inout Frame) {
        let (coat, skin) = (Color(hex: 0x5B3FA0), Color(hex: 0xF0C9A0))
        for across in [15.0, 23.0] {
            frame.drawLine(
                from: corner.point(across, 58), to: corner.point(across, 73), width: 5, Color(hex: 0x2B2B40))
        }
        frame.fillPolygon(
            [corner.point(10, 62), corner.point(13, 44), corner.point(25, 44), corner.point(28, 62)], coat)
        let head = corner.point(19, 37)
        frame.fillCircle(centerX: head.x, centerY: head.y, radius: 8, skin)
    }

    private func drawTaxi(_ corner: Corner, isCarrying: Bool, into frame: inout Frame) {
        let (body, dark) = (Color(hex: 0xF7C325), Color(hex: 0x26262B))
        let cabin = [(24.0, 38.0), (31.0, 24.0), (53.0, 24.0), (61.0, 38.0)].map { corner.point($0.0, $0.1) }
        let windows = [(28.0, 37.0), (33.0, 27.0), (51.0, 27.0), (57.0, 37.0)].map { corner.point($0.0, $0.1) }
        frame.fillPolygon(cabin, body)
        frame.fillPolygon(windows, Color(hex: 0xDCEBF5))
        if isCarrying {
            let head = corner.point(42, 32)
            frame.fillCircle(centerX: head.x, centerY: head.y, radius: 5, Color(hex: 0xF0C9A0))
        }
        frame.fillRectangle(x: corner.x + 36, y: corner.y + 18, width: 12, height: 6, dark)
        let outline = [(10.0, 38.0), (70.0, 38.0), (73.0, 44.0), (73.0, 57.0), (7.0, 57.0), (7.0, 44.0)]
        frame.fillPolygon(outline.map { corner.point($0.0, $0.1) }, body)
        for square in 0..<10 {
            frame.fillRectangle(
                x: corner.x + 10 + 6 * square, y: corner.y + 44 + square % 2 * 4, width: 6, height: 4, dark)
        }
        for across in [22.0, 58.0] {
            let wheel = corner.point(across, 58)
            frame.fillCircle(centerX: wheel.x, centerY: wheel.y, radius: 8, dark)
            frame.fillCircle(centerX: wheel.x, centerY: wheel.y, radius: 3, Color(hex: 0xA0A0A8))
        }
    }
}
