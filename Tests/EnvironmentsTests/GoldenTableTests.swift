import Environments
import Random
import Testing

/// A row of the table of golden checks: how an environment is played, and the result in Gymnasium 1.4.
struct GoldenRow: Sendable, CustomTestStringConvertible {
    let name: String
    let rule: Rule
    let play: @Sendable (Rule) -> (Checksums, nextDouble: Double)
    let expected: Checksums
    let nextDouble: Double

    var testDescription: String { "\(name), rule \(rule)" }

    init(
        _ name: String, _ rule: Rule, _ play: @escaping @Sendable (Rule) -> (Checksums, Double), _ episodes: Int,
        _ reward: Double, _ checksum: Double, _ bits: UInt64, _ firstEnds: [Int], _ nextDouble: Double
    ) {
        (self.name, self.rule, self.play, self.nextDouble) = (name, rule, play, nextDouble)
        expected = Checksums(
            episodes: episodes, reward: reward, checksum: checksum, bits: bits, firstEnds: firstEnds)
    }
}

/// Plays an environment with discrete actions; `random` is its stream.
private func discrete<World: Environment>(
    _ world: World, steps: Int?, _ random: @escaping @Sendable (World) -> PCG64
) -> @Sendable (Rule) -> (Checksums, Double) where World.Action == Int {
    { rule in
        var world = TimeLimit(world, steps: steps)
        let sums = play(&world, rule)
        var random = random(world.base)
        return (sums, random.random())
    }
}

/// Plays an environment whose actions are numbers from minus `width` to `width`.
private func continuous<World: Environment>(
    _ world: World, steps: Int, width: Double, _ random: @escaping @Sendable (World) -> PCG64
) -> @Sendable (Rule) -> (Checksums, Double) where World.Action == Float {
    { rule in
        var world = TimeLimit(world, steps: steps)
        let sums = play(&world, rule) { rule.force($0, width: width) }
        var random = random(world.base)
        return (sums, random.random())
    }
}

/// The rest of the table of golden checks.
@Suite struct GoldenTableTests {
    @Test(arguments: rows) func row(_ row: GoldenRow) {
        let (sums, nextDouble) = row.play(row.rule)
        #expect(sums == row.expected)
        #expect(nextDouble == row.nextDouble)
    }

    private static let car = discrete(MountainCar(), steps: 200) { $0.random }
    private static let softCar = continuous(MountainCarContinuous(), steps: 999, width: 1) { $0.random }
    private static let pendulum = continuous(Pendulum(), steps: 200, width: 2) { $0.random }
    private static let acrobot = discrete(Acrobot(), steps: 500) { $0.random }
    private static let cliff = discrete(CliffWalking(), steps: nil) { $0.random }
    private static let slipperyCliff = discrete(CliffWalking(isSlippery: true), steps: nil) { $0.random }
    private static let taxi = discrete(Taxi(), steps: 200) { $0.random }
    private static let rainyTaxi = discrete(Taxi(rainyProbability: 0.8), steps: 200) { $0.random }
    private static let fickleTaxi = discrete(Taxi(rainyProbability: 0.8, fickleProbability: 0.3), steps: 200) {
        $0.random
    }
    private static let blackjack = discrete(Blackjack(), steps: nil) { $0.random }
    private static let bonusBlackjack = discrete(Blackjack(rules: .bonus), steps: nil) { $0.random }

    private static let rows = rowsOfRuleA + rowsOfRuleB

    private static let rowsOfRuleA = [
        GoldenRow(
            "MountainCar-v0", .a, car, 1, -300, -77626.28098726572, 0x0002_d7bb_9187_d6b7, [199], 0.14415961271963373),
        GoldenRow(
            "MountainCarContinuous-v0", .a, softCar, 0, -12.000000290274604, -77577.80846431822,
            0x0002_c5ec_5023_b80d, [], 0.9504636963259353),
        GoldenRow(
            "Pendulum-v1", .a, pendulum, 1, -1351.361374861066, 339190.9067087043, 0x0002_f2ff_b1e7_94fd, [199],
            0.31183145201048545),
        GoldenRow(
            "Acrobot-v1", .a, acrobot, 0, -300, 294744.4901572304, 0x0005_9230_47cc_26f9, [], 0.31183145201048545),
        GoldenRow("CliffWalking-v1", .a, cliff, 0, -7725, 4_442_076, 0, [], 0.5503182517007417),
        GoldenRow("CliffWalkingSlippery-v1", .a, slipperyCliff, 0, -1785, 2_255_685, 0, [], 0.5503182517007417),
        GoldenRow("Taxi-v4", .a, taxi, 1, -1200, 34_380_204, 0, [199], 0.55740888009091),
        GoldenRow("Taxi-v4 in the rain", .a, rainyTaxi, 1, -1146, 45_108_788, 0, [199], 0.55740888009091),
        GoldenRow("Taxi-v4, fickle", .a, fickleTaxi, 1, -1200, 35_886_172, 0, [199], 0.42446358463207756),
        GoldenRow("Blackjack-v1", .a, blackjack, 212, -91, 3_745_566, 0, [0, 1, 3, 4, 5], 0.7384308555952237),
        GoldenRow(
            "Blackjack-v1, natural", .a, bonusBlackjack, 212, -89, 3_745_566, 0, [0, 1, 3, 4, 5], 0.7384308555952237),
    ]

    private static let rowsOfRuleB = [
        GoldenRow(
            "MountainCar-v0", .b, car, 25, -5000, -1319746.9447201495, 0x002f_5b6e_a03a_54e0,
            [199, 399, 599, 799, 999], 0.5412268555474342),
        GoldenRow(
            "MountainCarContinuous-v0", .b, softCar, 5, -166.1383587143798, -1326473.8784324038,
            0x002f_3c81_c6f1_8d8f, [998, 1997, 2996, 3995, 4994], 0.8277025938204418),
        GoldenRow(
            "Pendulum-v1", .b, pendulum, 25, -28293.270077382742, 60063.72385264526, 0x003a_d1a9_3679_d818,
            [199, 399, 599, 799, 999], 0.19161625902013524),
        GoldenRow(
            "Acrobot-v1", .b, acrobot, 10, -5000, 3918969.312595058, 0x0060_85f1_1328_7add,
            [499, 999, 1499, 1999, 2499], 0.8398815210314088),
        GoldenRow("CliffWalking-v1", .b, cliff, 0, -55193, 49_789_497, 0, [], 0.7333545351240546),
        GoldenRow("CliffWalkingSlippery-v1", .b, slipperyCliff, 0, -55985, 50_533_780, 0, [], 0.7333545351240546),
        GoldenRow("Taxi-v4", .b, taxi, 25, -19901, 622_473_543, 0, [199, 399, 599, 799, 999], 0.06013136260532015),
        GoldenRow(
            "Taxi-v4 in the rain", .b, rainyTaxi, 25, -20027, 626_932_717, 0, [199, 399, 599, 799, 999],
            0.06013136260532015),
        GoldenRow(
            "Taxi-v4, fickle", .b, fickleTaxi, 25, -20126, 615_299_068, 0, [199, 399, 599, 799, 999],
            0.15408694864588857),
        GoldenRow(
            "Blackjack-v1", .b, blackjack, 3596, -1423, 62_534_541, 0, [0, 1, 3, 4, 6], 0.13847940323334929),
        GoldenRow(
            "Blackjack-v1, natural", .b, bonusBlackjack, 3596, -1402.5, 62_534_541, 0, [0, 1, 3, 4, 6],
            0.13847940323334929),
    ]
}
