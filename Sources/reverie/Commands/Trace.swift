import ArgumentParser
import Environments
import Storage

struct Trace: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print a trajectory as JSON Lines.",
        discussion: """
            The first line is the reset, then one line an action; when an episode ends and actions are left, another \
            reset line follows, without a seed, so that the random stream runs on. With the same seed and actions the \
            original (Gymnasium) gives the same lines, so that 'diff' can compare them.

            EXAMPLE
              printf '0\\n1\\n1\\n' > actions.txt
              reverie trace CartPole-v1 --seed 7 --actions actions.txt
            """)

    @Argument(
        help: "An environment's id; 'reverie list environments' shows them.", completion: Completions.environments)
    var environment: String

    @Option(parsing: .unconditional, help: "The seed of the first reset.")
    var seed = 0

    @Option(help: "A file with one action a line; - reads standard input.", completion: .file())
    var actions: String

    @OptionGroup var options: EnvironmentOptionFlags

    func validate() throws { try require("--seed", seed, in: seedRange) }

    func run() throws {
        let batch = try EnvironmentCatalog.make(environment, count: 1, autoreset: .disabled, options: options.values())
        guard case .discrete(let count) = batch.actionSpace else {
            throw UsageError("trace plays discrete actions; \(environment) has \(batch.actionSpace)")
        }
        let chosen = try readActions(count: count)
        var lines = OutputLines()
        batch.reset(seed: UInt64(seed))
        try lines.append(batch.resetLine)
        for (index, action) in chosen.enumerated() {
            batch.discreteActions[0] = action
            batch.step()
            try lines.append(batch.stepLine)
            if batch.terminated[0] || batch.truncated[0], index + 1 < chosen.count {
                batch.reset()
                try lines.append(batch.resetLine)
            }
        }
        try lines.flush()
    }

    private func readActions(count: Int) throws -> [Int] {
        let name = actions == "-" ? "standard input" : actions
        let bytes = actions == "-" ? try standardInput() : try InputFile.bytes(of: actions, limit: 1 << 28)
        let blanks = [UInt8](" \t\r".utf8)
        var result: [Int] = []
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            let words = line.split { blanks.contains($0) }.map { String(decoding: $0, as: UTF8.self) }
            if words.isEmpty { continue }
            guard words.count == 1, let action = Int(words[0]), (0..<count).contains(action) else {
                throw DataError(
                    "\(name):\(index + 1): expected an action from 0 to \(count - 1), found '\(words.joined(separator: " ").prefix(40))'"
                )
            }
            result.append(action)
        }
        return result
    }
}

// JSON with the blanks that Python's json.dumps writes, so that traces of both can be compared as texts.
extension BatchedEnvironment {
    fileprivate var resetLine: String { #"{"reset": true, "observation": \#(observationText)}"# }

    fileprivate var stepLine: String {
        """
        {"observation": \(observationText), "reward": \(rewards[0]), "terminated": \(terminated[0]), \
        "truncated": \(truncated[0])}
        """
    }

    /// The first environment's observation: a number, or a flat list.
    private var observationText: String {
        let numbers = observationNumbers(of: 0).map { elementType == .float32 ? "\($0)" : "\(Int($0))" }
        if case .discrete = observationSpace { return numbers[0] }
        return "[\(numbers.joined(separator: ", "))]"
    }
}
