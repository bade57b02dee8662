import Graphics

extension RepeatPrevious {
    public var frameSize: FrameSize { FrameSize(width: 600, height: 420) }

    /// 4: slow enough to follow.
    public var framesPerSecond: Double { 4 }

    /// Draws the last k cards, face down except for the latest, with a mark at the one asked for; below, what the last
    /// answer was and should have been.
    public func draw(into frame: inout Frame) {
        frame.clear(Color(hex: 0x1F6B46))
        frame.drawText("CARD \(dealt) OF \(cardCount)", x: 30, y: 22, scale: 3, .white)
        let first = max(1, dealt - k + 1)
        // Many cards overlap, so that the last one still fits.
        let stride = min(104, 450 / Double(max(1, dealt - first)))
        for card in first...dealt {
            let sheet = PlayingCard(x: 30 + Int(Double(card - first) * stride), y: 66)
            if card == dealt {
                sheet.drawFace(rank: "", suit: Self.symbols[suit(of: card)], into: &frame)
            } else {
                sheet.drawBack(into: &frame)
            }
        }
        if askedSuit != nil {
            // Below the part of the card that can be seen.
            let (mark, middle) = (Color(hex: 0xF2C14E), 30 + min(45, stride / 2))
            frame.fillPolygon(
                [Point(x: middle - 12, y: 222), Point(x: middle, y: 202), Point(x: middle + 12, y: 222)], mark)
            frame.drawText("WHICH SUIT?", x: Int(middle) + 24, y: 204, scale: 2, mark)
        }
        if let answer { draw(answer, to: suit(of: dealt - k), into: &frame) }
    }

    private func draw(_ answer: Int, to asked: Int, into frame: inout Frame) {
        PlayingCard(x: 30, y: 256).drawFace(rank: "", suit: Self.symbols[asked], into: &frame)
        let names = actionNames.map { $0.uppercased() }
        frame.drawText("CARD \(dealt - k): \(names[asked])", x: 150, y: 276, scale: 2, .white)
        let isRight = answer == asked
        frame.drawText(
            "\(names[answer]): \(isRight ? "RIGHT" : "WRONG")", x: 150, y: 312, scale: 3,
            Color(hex: isRight ? 0x9BE28A : 0xFFA08A))
    }

    /// The numbers of the suits on a ``PlayingCard``.
    private static let symbols = [3, 1, 0, 2]
}
