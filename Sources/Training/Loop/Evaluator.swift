import Agents
import Environments

/// Plays whole episodes without learning.
public struct Evaluator {
    /// What one episode gave.
    public struct Episode: Hashable, Sendable {
        /// The sum of rewards.
        public var `return`: Double
        /// The number of steps.
        public var length: Int
        /// What the environment was seeded with.
        public var seed: UInt64
    }

    /// Environments stepped side by side.
    public static let batchLimit = 128

    private let agent: any Agent
    private let mode: ActionMode
    private let makeEnvironment: (Int) throws -> any BatchedEnvironment

    /// An evaluation of `agent` in the environments that `makeEnvironment` makes, so many at a time.
    public init(
        _ agent: any Agent, mode: ActionMode = .greedy, makeEnvironment: @escaping (Int) throws -> any BatchedEnvironment
    ) {
        (self.agent, self.mode, self.makeEnvironment) = (agent, mode, makeEnvironment)
    }

    /// Plays `episodes` episodes, each in an environment of its own, the i-th seeded with `seed + i`: short episodes
    /// weigh no more than long ones.
    ///
    /// - Throws: what the agent or the making of an environment throws.
    public func run(episodes: Int, seed: UInt64) throws -> [Episode] {
        var results: [Episode] = []
        while results.count < episodes {
            let count = min(Self.batchLimit, episodes - results.count)
            results += try runBatch(try makeEnvironment(count), seed: seed + UInt64(results.count))
        }
        return results
    }

    private func runBatch(_ environment: any BatchedEnvironment, seed: UInt64) throws -> [Episode] {
        environment.reset(seed: seed)
        var results = (0..<environment.count).map { Episode(return: 0, length: 0, seed: seed + UInt64($0)) }
        var playing = [Bool](repeating: true, count: environment.count)
        while playing.contains(true) {
            let observations = environment.rows(environment.observations)
            try agent.act(on: observations, mode: mode, into: environment.discreteActions)
            environment.step()
            for index in playing.indices where playing[index] && !environment.isResetStep[index] {
                results[index].return += environment.rewards[index]
                results[index].length += 1
                playing[index] = !(environment.terminated[index] || environment.truncated[index])
            }
        }
        return results
    }
}
