import ArgumentParser
import Environments
import Foundation
import Storage

struct Trace: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print a trajectory as JSON Lines.",
        discussion: """
            The first line is the reset, then one line an action; when an episode ends and actions are left, another \
            reset line follows, without a seed, so that the random stream runs on. With the same seed and actions the \
            original (Gymnasium) gives the same lines.

            EXAMPLE
              printf '0\\n1\\n1\\n' > actions.txt
              reverie trace CartPole-v1 --seed 7 --actions actions.txt
            """)

    @Argument(help: "An environment's id; 'reverie list environments' shows them.")
    var environment: String

    @Option(help: "The seed of the first reset.")
    var seed: UInt64 = 0

    @Option(help: "A file with one action a line; - reads standard input.")
    var actions: String

    @OptionGroup var options: EnvironmentOptionFlags

    func run() throws {
        let batch = try EnvironmentCatalog.make(environment, count: 1, autoreset: .disabled, options: options.values())
        guard case .discrete(let count) = batch.actionSpace else {
            throw ValidationError("trace plays discrete actions; \(environment) has \(batch.actionSpace).")
        }
        let chosen = try readActions(count: count)
        batch.reset(seed: seed)
        print(["reset": true, "observation": batch.observationJSON] as JSON)
        for (index, action) in chosen.enumerated() {
            batch.discreteActions[0] = action
            batch.step()
            let (terminated, truncated) = (batch.terminated[0], batch.truncated[0])
            print(
                [
                    "observation": batch.observationJSON, "reward": .number(batch.rewards[0]),
                    "terminated": .boolean(terminated), "truncated": .boolean(truncated),
                ] as JSON)
            if (terminated || truncated) && index + 1 < chosen.count {
                batch.reset()
                print(["reset": true, "observation": batch.observationJSON] as JSON)
            }
        }
    }

    private func readActions(count: Int) throws -> [Int] {
        let path = actions == "-" ? "/dev/stdin" : actions
        let text = String(decoding: try InputFile.bytes(of: path, limit: 1 << 28), as: UTF8.self)
        var result: [Int] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let word = line.trimmingCharacters(in: .whitespaces)
            if word.isEmpty { continue }
            guard let action = Int(word), (0..<count).contains(action) else {
                throw DataError(
                    "\(actions):\(index + 1): expected an action from 0 to \(count - 1), found '\(word.prefix(40))'")
            }
            result.append(action)
        }
        return result
    }
}

extension BatchedEnvironment {
    /// The first environment's observation: a number, or a flat list.
    fileprivate var observationJSON: JSON {
        let numbers: [JSON] = observationNumbers(of: 0).map {
            elementType == .float32 ? .number($0) : .integer(Int($0))
        }
        if case .discrete = observationSpace { return numbers[0] }
        return .array(numbers)
    }
}
