extension Arcade.SpaceInvaders.Missile: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&x, in: -64...256)
        try coder.code(&y, in: -1...256)
    }
}

extension Arcade.SpaceInvaders: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&invaders, in: 0...Self.fullRow)
        try coder.code(&formationX, in: -128...160)
        try coder.code(&formationY, in: 0...256)
        try coder.code(&heading, in: -1...1)
        try coder.code(&cannon, in: 0...160)
        try shot.codeState(with: &coder)
        for index in bombs.indices { try bombs[index].codeState(with: &coder) }
        try coder.code(&saucer, in: -64...256)
        try coder.code(&saucerHeading, in: -1...1)
        try coder.code(&shields)
        try coder.code(&cannons, in: 0...3)
        try coder.code(&points, in: 0...1_000_000_000)
        try coder.code(&wave, in: 0...1_000_000)
        try coder.code(&recovery, in: 0...Self.recoveryTime)
        try coder.code(&clock, in: 0...1 << 30)
        for path in [\Self.untilStep, \.untilBomb, \.untilSaucer] {
            try coder.code(&self[keyPath: path], in: -10_000...10_000)
        }
        try burst.codeState(with: &coder)
        try coder.code(&burstTime, in: 0...24)
    }
}
