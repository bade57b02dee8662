import Graphics

extension Blackjack {
    public var frameSize: FrameSize { FrameSize(width: 600, height: 420) }

    /// 4: slow enough to follow.
    public var framesPerSecond: Double { 4 }

    /// Draws the dealer's cards, face down except for the first until the player sticks, and the player's cards with
    /// their points.
    public func draw(into frame: inout Frame) {
        frame.clear(Color(hex: 0x1F6B46))
        let showsAll = hasEnded && !player.isBust
        let dealerPoints = showsAll ? "\(dealer.points)" : "?"
        frame.drawText("DEALER \(dealerPoints)", x: 30, y: 22, scale: 3, .white)
        draw(dealer, y: 66, hiddenFrom: showsAll ? dealer.count : 1, isDealer: true, into: &frame)
        let remark =
            player.isBust
            ? "BUST" : player.isNatural ? "NATURAL" : player.hasUsableAce ? "USABLE ACE" : ""
        frame.drawText("PLAYER \(player.points) \(remark)", x: 30, y: 222, scale: 3, .white)
        draw(player, y: 266, hiddenFrom: player.count, isDealer: false, into: &frame)
    }

    private func draw(_ hand: BlackjackHand, y: Int, hiddenFrom: Int, isDealer: Bool, into frame: inout Frame) {
        // Many cards overlap, so that the last one still fits.
        let stride = min(100, 450 / max(1, hand.count - 1))
        for index in 0..<hand.count {
            let card = PlayingCard(x: 30 + index * stride, y: y)
            guard index < hiddenFrom else {
                card.drawBack(into: &frame)
                continue
            }
            let isShown = isDealer && index == 0
            card.drawFace(
                rank: rank(Int(hand.cards[index]), court: isShown ? court : index % 3),
                suit: isShown ? suit : (index + (isDealer ? 2 : 0)) % 4, into: &frame)
        }
    }

    private func rank(_ card: Int, court: Int) -> String {
        switch card {
        case 1: "A"
        case 10: ["J", "Q", "K"][court]
        default: "\(card)"
        }
    }
}
