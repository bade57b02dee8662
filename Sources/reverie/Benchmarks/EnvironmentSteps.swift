import Environments
import Random

extension Benchmark {
    /// Environment steps with random actions: drawing the actions, resetting and writing every observation included.
    static var environmentSteps: [Benchmark] {
        [
            "CartPole-v1", "FrozenLake-v1", "MinAtar/Asterix-v0", "MinAtar/Breakout-v0", "MinAtar/Freeway-v0",
            "MinAtar/Seaquest-v0", "MinAtar/SpaceInvaders-v0",
        ]
        .flatMap { [environment($0, count: 1024), environment($0, count: 1)] }
    }

    private static func environment(_ id: String, count: Int) -> Benchmark {
        let batches = max(1, 1024 / count)
        return Benchmark(name: "\(id) n=\(count)", unit: .stepsPerSecond(perCall: batches * count)) {
            let batch = try EnvironmentCatalog.make(id, count: count)
            guard case .discrete(let actionCount) = batch.actionSpace else {
                preconditionFailure("\(id) has no discrete actions")
            }
            var random = RandomStream(seed: 0)
            batch.reset(seed: 0)
            try check(id, count: min(count, 3), actionCount: actionCount)
            return {
                for _ in 0..<batches {
                    draw(batch.discreteActions, below: actionCount, &random)
                    batch.step()
                }
            }
        }
    }

    /// Actions from the bits of few draws, several a draw where there are powers of two of them.
    private static func draw(_ actions: UnsafeMutableBufferPointer<Int>, below count: Int, _ random: inout RandomStream)
    {
        guard count & (count - 1) == 0 else {
            for index in actions.indices { actions[index] = random.integers(below: count) }
            return
        }
        let bits = count.trailingZeroBitCount
        var (word, left): (UInt64, Int) = (0, 0)
        for index in actions.indices {
            if left < bits { (word, left) = (random.next(), 64) }
            actions[index] = Int(word & UInt64(count - 1))
            word >>= UInt64(bits)
            left -= bits
        }
    }

    /// A batch must give what single environments give.
    private static func check(_ id: String, count: Int, actionCount: Int) throws {
        let batch = try EnvironmentCatalog.make(id, count: count)
        let singles = try (0..<count).map { _ in try EnvironmentCatalog.make(id, count: 1) }
        batch.reset(seed: 0)
        for (index, single) in singles.enumerated() { single.reset(seed: UInt64(index)) }
        var random = RandomStream(seed: 1)
        for _ in 0..<200 {
            draw(batch.discreteActions, below: actionCount, &random)
            for (index, single) in singles.enumerated() { single.discreteActions[0] = batch.discreteActions[index] }
            batch.step()
            for (index, single) in singles.enumerated() {
                single.step()
                precondition(
                    single.observation(of: 0).elementsEqual(batch.observation(of: index)),
                    "\(id): a batch differs from single environments")
            }
        }
    }
}
