import Random
import Testing

@testable import Environments

/// Integers that summarise long plays with fixed actions, and the look of the games at certain moments.
@Suite struct MinAtarRuleTests {
    /// The result of a play; `firstEnds` are the first time steps that ended an episode.
    struct Outcome: Equatable, Sendable {
        var episodes: Int
        var reward: Int
        var checksum: Int
        var firstEnds: [Int]
        var nextDraw: Double
    }

    /// Plays `actions` from `seed`, episode after episode, and computes a checksum of all observations.
    private func play<Game: MinAtarGame>(
        _: Game.Type, seed: UInt64 = 1, stickiness: Double = 0.1, ramps: Bool = true, ends: Int, _ actions: [Int]
    ) -> Outcome {
        var world = MinAtarEnvironment(Game(rampsDifficulty: ramps), stickyActionProbability: stickiness)
        var outcome = Outcome(episodes: 0, reward: 0, checksum: 0, firstEnds: [], nextDraw: 0)
        var cells = [UInt8](repeating: 0, count: world.observationSpace.count)
        world.reset(seed: seed)
        for (time, action) in actions.enumerated() {
            let step = world.step(action)
            var span = cells.mutableSpan
            world.observe(into: &span)
            outcome.reward += Int(step.reward)
            for index in cells.indices where cells[index] == 1 { outcome.checksum += (31 * time + 17 * index) % 1009 }
            if step.terminated {
                outcome.episodes += 1
                if outcome.firstEnds.count < ends { outcome.firstEnds.append(time) }
                world.reset(seed: nil)
            }
        }
        outcome.nextDraw = world.random.rand()
        return outcome
    }

    private let cycle = (0..<300).map { (7 * $0 + 3) % 6 }

    private let scattered: [Int] = {
        var state = 1
        return (0..<20_000).map { _ in
            state = (1_103_515_245 * state + 12_345) % (1 << 31)
            return state / 65_536 % 6
        }
    }()

    private func expect<Game: MinAtarGame>(_ game: Game.Type, _ cycled: Outcome, _ long: Outcome, _ plain: Outcome) {
        #expect(play(game, ends: cycled.firstEnds.count, cycle) == cycled)
        #expect(play(game, ends: long.firstEnds.count, scattered) == long)
        let found = play(
            game, seed: 2_147_483_655, stickiness: 0, ramps: false, ends: plain.firstEnds.count, scattered)
        #expect(found == plain)
    }

    private func outcome(_ episodes: Int, _ reward: Int, _ checksum: Int, _ ends: [Int], _ draw: Double) -> Outcome {
        Outcome(episodes: episodes, reward: reward, checksum: checksum, firstEnds: ends, nextDraw: draw)
    }

    @Test func asterix() {
        expect(
            MinAtar.Asterix.self,
            outcome(4, 0, 870_113, [76, 138, 185, 247], 0.1603951795196491),
            outcome(288, 137, 63_759_632, [130, 296, 427, 469], 0.8497313698958219),
            outcome(282, 141, 64_502_649, [65, 139, 260, 300], 0.2252811055254389))
    }

    @Test func breakout() {
        expect(
            MinAtar.Breakout.self,
            outcome(17, 19, 4_848_423, [25, 31, 37, 43, 59, 65], 0.31226983770191696),
            outcome(1757, 925, 328_063_641, [15, 21, 27, 43], 0.9020566625747909),
            outcome(1775, 916, 328_261_783, [15, 21, 27, 33], 0.6968406189842132))
    }

    @Test func freeway() {
        expect(
            MinAtar.Freeway.self,
            outcome(0, 0, 2_551_559, [], 0.19296273201911285),
            outcome(7, 1, 171_366_561, [2500, 5001, 7502, 10003], 0.5851732265015779),
            outcome(7, 1, 171_516_825, [2500, 5001, 7502, 10003], 0.8177385910300723))
        let upwards = Array(repeating: 2, count: 20_000)
        #expect(
            play(MinAtar.Freeway.self, ends: 0, upwards) == outcome(7, 151, 171_720_401, [], 0.735122675078617))
    }

    @Test func seaquest() {
        expect(
            MinAtar.Seaquest.self,
            outcome(13, 0, 1_978_300, [125, 145, 155, 167, 179, 185], 0.1445455401246598),
            outcome(654, 70, 132_081_919, [32, 45, 108, 132], 0.6915750705565884),
            outcome(727, 70, 131_903_929, [20, 30, 41, 106], 0.04284818505864052))
    }

    @Test func spaceInvaders() {
        expect(
            MinAtar.SpaceInvaders.self,
            outcome(15, 27, 7_325_870, [16, 44, 61, 78, 95, 112], 0.8118586977205398),
            outcome(409, 1113, 467_615_970, [76, 252, 270, 308], 0.8058020363002086),
            outcome(407, 1215, 461_522_319, [76, 152, 218, 235], 0.2046396379223443))
    }

    private func started<Game: MinAtarGame>(_: Game.Type, seed: UInt64 = 1, idle: Int = 0) -> MinAtarEnvironment<Game> {
        var world = MinAtarEnvironment<Game>()
        world.reset(seed: seed)
        for _ in 0..<idle { _ = world.step(0) }
        return world
    }

    @Test func firstMoments() {
        #expect((1...4).map { started(MinAtar.Breakout.self, seed: $0).game.ball.x } == [9, 0, 0, 0])
        let cars = started(MinAtar.Freeway.self).game.cars
        #expect(cars.indices.map { cars[$0].velocity } == [-4, -5, -1, 2, -4, 1, -1, 2])
        let lanes = started(MinAtar.Asterix.self, idle: 11).game.lanes
        let things = lanes.indices.filter { lanes[$0].direction != 0 }
        #expect(things == [2])
        #expect(lanes[2].x == 8 && lanes[2].direction == -1 && lanes[2].isGold)
        let sea = started(MinAtar.Seaquest.self, idle: 31).game
        #expect(sea.fish.count == 0 && sea.enemySubmarines.count == 1 && sea.divers.count == 1)
        let (enemy, diver) = (sea.enemySubmarines[0], sea.divers[0])
        #expect(enemy.x == 8 && enemy.y == 7 && enemy.direction == -1)
        #expect(enemy.moveCountdown == 0 && enemy.shotCountdown == 10)
        #expect(diver.x == 0 && diver.y == 1 && diver.direction == 1 && diver.moveCountdown == 4)
    }

    /// Moving up and down at the surface fills the sea as much as possible once one diver too many has left.
    @Test func aFullSeaKeepsItsLists() {
        var world = started(MinAtar.Seaquest.self)
        var most = (enemies: 0, bullets: 0, divers: 0)
        world.game.diverCount = -1
        for time in 0..<20_000 {
            world.game.isOver = false
            _ = world.step(time % 2 == 0 ? 4 : 2)
            most.enemies = max(most.enemies, world.game.fish.count + world.game.enemySubmarines.count)
            most.bullets = max(most.bullets, world.game.enemyBullets.count)
            most.divers = max(most.divers, world.game.divers.count)
        }
        #expect(world.game.difficulty == 19 && world.game.ramp.moveInterval == 2)
        #expect(most.enemies >= 20 && most.enemies < MoverList.capacity)
        #expect(most.bullets >= 3 && most.bullets < MoverList.capacity && most.divers == 2)
    }

    @Test func aFullListTakesNoMore() {
        var list = MoverList()
        for place in 0..<60 { list.append(Mover(x: Int8(place % 10))) }
        #expect(list.count == MoverList.capacity && list[MoverList.capacity - 1].x == 7)
    }

    @Test func theStickyActionOutlivesAReset() {
        var world = MinAtarEnvironment<MinAtar.Freeway>(stickyActionProbability: 1)
        world.lastAction = .up
        world.reset(seed: 1)
        for _ in 0..<4 { _ = world.step(4) }
        #expect(world.lastAction == .up && world.game.y == 8, "the chicken walks on the fourth step")
    }

    @Test func afterTheEndOnlyTheStickinessDraws() {
        var world = started(MinAtar.Breakout.self)
        while !world.step(0).terminated {}
        let over = world
        #expect(world.step(1) == Step(reward: 0, terminated: true))
        #expect(observation(of: world) == observation(of: over) && world.random != over.random)
    }

    @Test func difficultyCanStay() {
        var ramping = MinAtarEnvironment(MinAtar.Asterix(rampsDifficulty: true))
        var constant = MinAtarEnvironment(MinAtar.Asterix(rampsDifficulty: false))
        ramping.reset(seed: 1)
        constant.reset(seed: 1)
        for _ in 0..<2000 {
            ramping.game.isOver = false
            constant.game.isOver = false
            _ = ramping.step(0)
            _ = constant.step(0)
        }
        #expect(ramping.game.difficulty == 9 && ramping.game.ramp.moveInterval == 1)
        #expect(constant.game.difficulty == 0 && constant.game.ramp.moveInterval == 5)
        #expect(MinAtar.Breakout(rampsDifficulty: true).difficulty == nil)
    }

    @Test func cellSetsMove() {
        var cells = CellSet(columns: 0...9, rows: 9...9)
        #expect(cells.reachesBottom && cells.count == 10 && Array(cells) == Array(90...99))
        cells.rollDown()
        #expect(Array(cells) == Array(0...9) && cells.lowestRow == 0)
        cells.moveUp()
        #expect(cells.isEmpty && cells.lowestRow == -1)
        cells[3, 8] = true
        cells.move(across: -1)
        cells.moveDown()
        #expect(Array(cells) == [92] && cells.column(2) == cells && cells.column(3).isEmpty && cells.lowestRow == 9)
        cells.moveDown()
        #expect(cells.isEmpty)
    }
}
