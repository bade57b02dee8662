import Graphics
import Random

extension MinAtar {
    /// MinAtar's Seaquest: shoot fish and enemy submarines, pick up divers, and surface before the oxygen is used up.
    ///
    /// The reward is 1 for each enemy shot, and up to 9, depending on the oxygen left, for surfacing with six divers.
    /// The episode ends when an enemy or its bullet touches the submarine, when the oxygen is used up, or when the
    /// submarine surfaces without a diver.
    public struct Seaquest: MinAtarGame {
        /// The two halves of the submarine, its bullets, trails of enemies and divers, enemies' bullets, fish, enemy
        /// submarines, the gauges in the last row, divers.
        public enum Channel: Int, CaseIterable, Sendable {
            case front, back, ownBullet, trail, enemyBullet, fish, enemySubmarine, oxygen, diverGauge, diver
        }

        /// The column of the submarine's front.
        public internal(set) var x: Int8 = 5
        /// The submarine's row, 0 (the surface) ... 8.
        public internal(set) var y: Int8 = 0
        /// 1 if the submarine faces right, -1 if left.
        public internal(set) var facing: Int8 = -1
        /// Time steps for which the oxygen lasts under water, at most 200.
        public internal(set) var oxygen = 200
        /// Whether these are the rules of MinAtar 1.0.10 and older, from which the paper's figures are: the oxygen
        /// lasts one more time step, in which the gauge looks almost full. Random numbers are used as in the newest
        /// version.
        public let flashesOxygen: Bool
        /// Divers on board; in the original, surfacing with six can make it -1.
        public internal(set) var diverCount = 0
        /// The submarine's bullets.
        public internal(set) var ownBullets = MoverList()
        /// The enemies' bullets.
        public internal(set) var enemyBullets = MoverList()
        /// The fish.
        public internal(set) var fish = MoverList()
        /// The enemy submarines.
        public internal(set) var enemySubmarines = MoverList()
        /// The divers to pick up.
        public internal(set) var divers = MoverList()
        /// The intervals between enemies and between their moves.
        public internal(set) var ramp: Ramp
        /// Whether the submarine is lost.
        public internal(set) var isOver = false
        var hasSurfaced = true
        var enemyCountdown: Int8 = 20
        var diverCountdown: Int8 = 30
        var shotCountdown: Int8 = 0

        public static var name: String { "Seaquest" }
        public static var summary: String { "rescue divers in a submarine" }
        /// What pays, and what ends a game.
        public static var rewards: String {
            "1 for each fish or submarine; surfacing with six divers pays by the oxygen left. A hit or no oxygen ends "
                + "it."
        }
        /// 10: see ``Channel``.
        public static var channelCount: Int { 10 }
        public static var minimalActions: [Action] { Action.allCases }
        /// How often the game has become harder.
        public var difficulty: Int? { ramp.difficulty }

        static var fullOxygen: Int { 200 }
        static var crew: Int { 6 }

        /// Makes a game with the newest rules; start it before use.
        public init(rampsDifficulty: Bool) { self.init(rampsDifficulty: rampsDifficulty, flashesOxygen: false) }

        /// Makes a game; start it before use.
        public init(rampsDifficulty: Bool, flashesOxygen: Bool) {
            self.flashesOxygen = flashesOxygen
            ramp = Ramp(isOn: rampsDifficulty, spawnInterval: 20, moveInterval: 5, shortestMoveInterval: 2)
        }

        /// Empties the sea, with the submarine at the surface. Uses no random numbers.
        public mutating func start(_: inout MT19937) {
            self = Seaquest(rampsDifficulty: ramp.isOn, flashesOxygen: flashesOxygen)
        }

        /// Lets things appear, then moves the submarine and everything else, kind by kind.
        public mutating func act(_ action: Action, _ random: inout MT19937) -> Int {
            if enemyCountdown == 0 {
                spawnEnemy(&random)
                enemyCountdown = ramp.spawnInterval
            }
            if diverCountdown == 0 {
                spawnDiver(&random)
                diverCountdown = 30
            }
            steer(action)
            var reward = moveOwnBullets()
            moveDivers()
            reward += moveEnemySubmarines()
            moveEnemyBullets()
            reward += moveFish()
            enemyCountdown.countDown()
            diverCountdown.countDown()
            shotCountdown.countDown()
            if oxygen < (flashesOxygen ? 0 : 1) { isOver = true }
            return reward + breathe()
        }

        public func observe(into observation: inout MutableSpan<UInt8>) {
            Self.mark(x, y, .front, in: &observation)
            Self.mark(x - facing, y, .back, in: &observation)
            for column in 0..<oxygenGauge { Self.mark(column, MinAtar.last, .oxygen, in: &observation) }
            for column in diverGauge { Self.mark(column, MinAtar.last, .diverGauge, in: &observation) }
            Self.mark(ownBullets, .ownBullet, in: &observation)
            Self.mark(enemyBullets, .enemyBullet, in: &observation)
            Self.mark(fish, .fish, leavesTrail: true, in: &observation)
            Self.mark(enemySubmarines, .enemySubmarine, leavesTrail: true, in: &observation)
            Self.mark(divers, .diver, leavesTrail: true, in: &observation)
        }

        private static func mark(
            _ list: MoverList, _ channel: Channel, leavesTrail: Bool = false, in observation: inout MutableSpan<UInt8>
        ) {
            for index in list.indices {
                let mover = list[index]
                mark(mover.x, mover.y, channel, in: &observation)
                if leavesTrail && mover.behind.isInGrid { mark(mover.behind, mover.y, .trail, in: &observation) }
            }
        }

        /// Columns that the oxygen fills in the last row.
        var oxygenGauge: Int8 {
            if oxygen < 0 { return flashesOxygen ? MinAtar.last : 0 }
            return Int8(oxygen * MinAtar.side / Self.fullOxygen)
        }

        /// Columns that the divers on board fill in the last row.
        var diverGauge: Range<Int8> { MinAtar.last - Int8(max(0, diverCount))..<MinAtar.last }
    }
}

/// The rules, in the order in which they apply.
extension MinAtar.Seaquest {
    /// Adds an enemy, unless it would meet another one head-on in its row.
    private mutating func spawnEnemy(_ random: inout MT19937) {
        var enemy = Self.newcomer(&random)
        let isSubmarine = random.rand() < 1.0 / 3
        enemy.y = Int8(1 + random.randint(8))
        enemy.moveCountdown = ramp.moveInterval
        if fish.opposes(enemy) || enemySubmarines.opposes(enemy) { return }
        if isSubmarine {
            enemy.shotCountdown = 10
            enemySubmarines.append(enemy)
        } else {
            fish.append(enemy)
        }
    }

    private mutating func spawnDiver(_ random: inout MT19937) {
        var diver = Self.newcomer(&random)
        diver.y = Int8(1 + random.randint(8))
        diver.moveCountdown = 5
        divers.append(diver)
    }

    /// A thing that enters from the left or the right.
    private static func newcomer(_ random: inout MT19937) -> Mover {
        random.rand() < 0.5 ? Mover(x: 0, direction: 1) : Mover(x: MinAtar.last, direction: -1)
    }

    private mutating func steer(_ action: MinAtar.Action) {
        if action == .fire && shotCountdown == 0 {
            ownBullets.append(Mover(x: x, y: y, direction: facing))
            shotCountdown = 5
        }
        if action.across != 0 { facing = action.across }
        x = (x + action.across).clamped(to: 0...MinAtar.last)
        y = (y + action.down).clamped(to: 0...8)
    }

    /// Moves the bullets, each of which may hit a fish or otherwise an enemy submarine; returns the number of hits.
    private mutating func moveOwnBullets() -> Int {
        var hits = 0
        for index in ownBullets.indices.reversed() {
            ownBullets[index].x += ownBullets[index].direction
            let bullet = ownBullets[index]
            if !bullet.x.isInGrid {
                ownBullets.remove(at: index)
            } else if fish.removeFirst(bullet.x, bullet.y) || enemySubmarines.removeFirst(bullet.x, bullet.y) {
                ownBullets.remove(at: index)
                hits += 1
            }
        }
        return hits
    }

    private mutating func moveDivers() {
        for index in divers.indices.reversed() {
            if pickUp(index) { continue }
            if divers[index].moveCountdown > 0 {
                divers[index].moveCountdown -= 1
                continue
            }
            divers[index].moveCountdown = 5
            divers[index].x += divers[index].direction
            if !divers[index].x.isInGrid {
                divers.remove(at: index)
            } else {
                _ = pickUp(index)
            }
        }
    }

    /// Takes a diver in the submarine's cell on board if there is room; returns whether it did.
    private mutating func pickUp(_ index: Int) -> Bool {
        guard touches(divers[index]) && diverCount < Self.crew else { return false }
        divers.remove(at: index)
        diverCount += 1
        return true
    }

    /// Moves the enemy submarines and lets them shoot, even those that have just been removed; returns the number of
    /// hits.
    private mutating func moveEnemySubmarines() -> Int {
        var hits = 0
        for index in enemySubmarines.indices.reversed() {
            var enemy = enemySubmarines[index]
            let fate = advance(&enemy)
            let shoots = enemy.shotCountdown == 0
            enemy.shotCountdown = shoots ? 10 : enemy.shotCountdown - 1
            enemySubmarines[index] = enemy
            if fate != .lives { enemySubmarines.remove(at: index) }
            if fate == .shot { hits += 1 }
            if shoots { enemyBullets.append(Mover(x: enemy.x, y: enemy.y, direction: enemy.direction)) }
        }
        return hits
    }

    private mutating func moveEnemyBullets() {
        for index in enemyBullets.indices.reversed() {
            if touches(enemyBullets[index]) { isOver = true }
            enemyBullets[index].x += enemyBullets[index].direction
            if !enemyBullets[index].x.isInGrid {
                enemyBullets.remove(at: index)
            } else if touches(enemyBullets[index]) {
                isOver = true
            }
        }
    }

    private mutating func moveFish() -> Int {
        var hits = 0
        for index in fish.indices.reversed() {
            var enemy = fish[index]
            let fate = advance(&enemy)
            fish[index] = enemy
            if fate != .lives { fish.remove(at: index) }
            if fate == .shot { hits += 1 }
        }
        return hits
    }

    private enum Fate { case lives, left, shot }

    /// Moves a fish or an enemy submarine when its time has come; only then can it swim into a bullet.
    private mutating func advance(_ enemy: inout Mover) -> Fate {
        if touches(enemy) { isOver = true }
        if enemy.moveCountdown > 0 {
            enemy.moveCountdown -= 1
            return .lives
        }
        enemy.moveCountdown = ramp.moveInterval
        enemy.x += enemy.direction
        if !enemy.x.isInGrid { return .left }
        if touches(enemy) {
            isOver = true
            return .lives
        }
        return ownBullets.removeFirst(enemy.x, enemy.y) ? .shot : .lives
    }

    private func touches(_ mover: Mover) -> Bool { mover.x == x && mover.y == y }

    /// Uses up oxygen under water, and surfaces; returns the reward.
    private mutating func breathe() -> Int {
        if y > 0 {
            oxygen -= 1
            hasSurfaced = false
            return 0
        }
        if hasSurfaced { return 0 }
        if diverCount == 0 {
            isOver = true
            return 0
        }
        var reward = 0
        if diverCount == Self.crew {
            diverCount = 0
            reward = oxygen * 10 / Self.fullOxygen
        }
        hasSurfaced = true
        oxygen = Self.fullOxygen
        diverCount -= 1
        if ramp.canRise { ramp.rise() }
        return reward
    }
}

extension MinAtar.Seaquest: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(direction: &facing)
        // The back half of the submarine must be in the grid too.
        try coder.code(&x, in: facing > 0 ? 1...MinAtar.last : 0...MinAtar.last - 1)
        try coder.code(&y, in: 0...8)
        try coder.code(&oxygen, in: (flashesOxygen ? -2 : -1)...Self.fullOxygen)
        try coder.code(&diverCount, in: -1_000_000_000_000...Self.crew)
        try ownBullets.codeState(with: &coder)
        try enemyBullets.codeState(with: &coder)
        try fish.codeState(with: &coder)
        try enemySubmarines.codeState(with: &coder)
        try divers.codeState(with: &coder)
        try ramp.codeState(with: &coder)
        try coder.code(&hasSurfaced)
        try coder.code(&enemyCountdown, in: 0...20)
        try coder.code(&diverCountdown, in: 0...30)
        try coder.code(&shotCountdown, in: 0...5)
        try coder.code(&isOver)
    }
}
