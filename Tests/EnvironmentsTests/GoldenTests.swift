import Environments
import Experience
import Testing

/// The table of golden checks: seed 1, the two rules of actions, Gymnasium 1.4.
@Suite struct GoldenTests {
    @Test func cartPoleRuleA() {
        var world = TimeLimit(CartPole(), steps: 500)
        let sums = play(&world, .a)
        #expect(sums.episodes == 6)
        #expect(sums.reward == 300)
        #expect(sums.checksum == -27356.425397286002)
        #expect(sums.bits == 0x0005_162a_86e8_0aa3)
        #expect(sums.firstEnds == [25, 84, 110, 154, 255])
        #expect(world.base.random.random() == 0.16065200877512686)
    }

    @Test func cartPoleRuleB() {
        var world = TimeLimit(CartPole(), steps: 500)
        let sums = play(&world, .b)
        #expect(sums.episodes == 232)
        #expect(sums.reward == 5000)
        #expect(sums.checksum == -66377.66489729405)
        #expect(sums.bits == 0x004b_f70c_d829_218a)
        #expect(sums.firstEnds == [20, 58, 92, 137, 149])
        #expect(world.base.random.random() == 0.9991993182784583)
    }

    @Test func cartPoleFirstObservations() {
        var world = CartPole()
        world.reset(seed: 1)
        #expect(observation(of: world) == [0.0011821624, 0.04504637, -0.03558404, 0.044864945])
        _ = world.step(1)
        #expect(observation(of: world) == [0.00208309, 0.24066003, -0.03468674, -0.2588293])
    }

    struct Lake: Sendable {
        var rule: String
        var lake: Environments.Lake
        var steps: Int
        var successRate: Double?
        var rewards = FrozenLake.Rewards()
        var episodes: Int
        var reward: Double
        var checksum: Double
        var firstEnds: [Int]
        var next: Double
    }

    static let schedule = FrozenLake.Rewards(goal: 10, hole: -5, frozen: -1)
    static let lakes = [
        Lake(
            rule: "a", lake: .small, steps: 100, successRate: 1.0 / 3, episodes: 37, reward: 1, checksum: 368636,
            firstEnds: [2, 6, 10, 19, 49], next: 0.8063489347063569),
        Lake(
            rule: "a", lake: .large, steps: 200, successRate: 1.0 / 3, episodes: 6, reward: 0, checksum: 1_716_908,
            firstEnds: [22, 55, 85, 97, 205], next: 0.4580795604861192),
        Lake(
            rule: "a", lake: .small, steps: 100, successRate: nil, episodes: 75, reward: 0, checksum: 221507,
            firstEnds: [2, 6, 10, 14, 18], next: 0.12252565076900024),
        Lake(
            rule: "a", lake: .small, steps: 100, successRate: 0.75, rewards: schedule, episodes: 51, reward: -504,
            checksum: 339774, firstEnds: [7, 10, 14, 18, 22], next: 0.5151553035895896),
        Lake(
            rule: "b", lake: .small, steps: 100, successRate: 1.0 / 3, episodes: 652, reward: 10,
            checksum: 7_836_023, firstEnds: [2, 9, 14, 18, 27], next: 0.4803225417382838),
        Lake(
            rule: "b", lake: .large, steps: 200, successRate: 1.0 / 3, episodes: 171, reward: 0,
            checksum: 27_311_791, firstEnds: [12, 81, 113, 130, 144], next: 0.9406501357675099),
        Lake(
            rule: "b", lake: .small, steps: 100, successRate: nil, episodes: 675, reward: 7, checksum: 7_743_742,
            firstEnds: [10, 19, 27, 32, 42], next: 0.3692756956058796),
        Lake(
            rule: "b", lake: .small, steps: 100, successRate: 0.75, rewards: schedule, episodes: 666, reward: -7529,
            checksum: 8_189_400, firstEnds: [10, 19, 31, 33, 42], next: 0.19613026927744082),
    ]

    @Test(arguments: lakes) func frozenLake(_ golden: Lake) {
        var world = TimeLimit(
            FrozenLake(golden.lake, successRate: golden.successRate, rewards: golden.rewards), steps: golden.steps)
        let sums = play(&world, Rule(rawValue: golden.rule)!)
        #expect(sums.episodes == golden.episodes)
        #expect(sums.reward == golden.reward)
        #expect(sums.checksum == golden.checksum)
        #expect(sums.firstEnds == golden.firstEnds)
        var random = world.base.random
        #expect(random.random() == golden.next)
    }

    @Test(arguments: [
        (AutoresetMode.nextStep, 55, 845.0, 63355.71620398013, UInt64(0x000d_3c3e_7584_bfb1)),
        (.sameStep, 59, 900, 50952.19824564929, 0x000d_27bb_02b0_a528),
    ])
    func vectorCartPole(mode: AutoresetMode, ends: Int, reward: Double, checksum: Double, bits: UInt64) throws {
        let batch = try EnvironmentCatalog.make("CartPole-v1", count: 3, autoreset: mode)
        try batch.reset(seed: 1)
        #expect(batch.observation(of: 2).bindMemory(to: Float.self)[3] == 0.008216203)
        var sums = Checksums()
        for t in 0..<300 {
            for j in 0..<3 { batch.actionRows.integers[j] = (7 * t + 3 * j + t / 3) % 2 }
            try batch.step()
            for j in 0..<3 {
                sums.episodes += batch.terminated[j] || batch.truncated[j] ? 1 : 0
                sums.reward += batch.rewards[j]
            }
            sums.add(Array(batch.observations.bytes.bindMemory(to: Float.self)), at: t)
        }
        #expect(sums.episodes == ends)
        #expect(sums.reward == reward)
        #expect(sums.checksum == checksum)
        #expect(sums.bits == bits)
    }
}
