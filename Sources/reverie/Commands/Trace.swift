import ArgumentParser
import Environments
import Experience
import Graphics
import Storage

struct Trace: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print a trajectory as JSON Lines.",
        discussion: """
            The first line is the reset, followed by one line per action. If an episode ends before the actions do, \
            another reset line follows, without a seed, so that the random stream continues. With the same seed and \
            actions the original (Gymnasium) gives the same lines, so that 'diff' can compare them.

            EXAMPLE
              printf '0\\n1\\n1\\n' > actions.txt
              reverie trace CartPole-v1 --seed 7 --actions actions.txt
              reverie trace Taxi-v4 --actions actions.txt --frame taxi.png
            """)

    @Argument(
        help: "An environment's id; 'reverie list environments' shows them.", completion: Completions.environments)
    var environment: String

    @Option(parsing: .unconditional, help: "The seed of the first reset. (default: 0)", transform: readCount)
    var seed = 0

    @Option(help: "A file of actions, one per line: a number or several; - reads standard input.", completion: .file())
    var actions: String

    @Option(help: "The file of a picture of the last state (.png).", completion: .file(extensions: ["png"]))
    var frame: String?

    @Flag(help: "Replace the picture if it exists.")
    var force = false

    @OptionGroup var options: EnvironmentOptionFlags

    mutating func validate() throws {
        environment = EnvironmentCatalog.canonical(environment)
        try require("--seed", seed, in: seedRange)
        if let frame { try require("--frame", frame, endsIn: ".png") }
    }

    func run() throws {
        try requireFree(frame, force: force)
        let batch = try EnvironmentCatalog.make(environment, count: 1, autoreset: .disabled, options: options.values())
        let chosen = try readActions(of: batch)
        var lines = OutputLines()
        try batch.reset(seed: UInt64(seed))
        try lines.append(batch.resetLine)
        for (index, action) in chosen.enumerated() {
            batch.setAction(action, of: 0)
            try batch.step()
            try lines.append(batch.stepLine)
            if batch.terminated[0] || batch.truncated[0], index + 1 < chosen.count {
                try batch.reset()
                try lines.append(batch.resetLine)
            }
        }
        try lines.flush()
        if let frame {
            var picture = Frame(batch.frameSize)
            try batch.draw(0, into: &picture)
            try writeAtomically(PNG.encode(picture), to: frame, overwrite: force)
        }
    }

    /// The actions in the file, each as its numbers.
    private func readActions(of batch: any BatchedEnvironment) throws -> [[Double]] {
        let name = actions == "-" ? "standard input" : actions
        let bytes = actions == "-" ? try standardInput() : try InputFile.bytes(of: actions, limit: 1 << 28)
        let blanks = [UInt8](" \t\r".utf8)
        var result: [[Double]] = []
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            let words = line.split { blanks.contains($0) }.map { String(decoding: $0, as: UTF8.self) }
            if words.isEmpty { continue }
            guard let action = batch.action(words) else {
                let found = words.joined(separator: " ").prefix(40)
                throw DataError("\(name):\(index + 1): expected \(batch.actionDescription), found '\(found)'")
            }
            result.append(action)
        }
        return result
    }
}

extension BatchedEnvironment {
    /// The action that the words spell in the original's numbers; nil if they spell none that may be played.
    ///
    /// Numbers of a box are first rounded to its precision, as NumPy does when an environment receives them; those
    /// beyond its bounds are the environment's affair.
    fileprivate func action(_ words: [String]) -> [Double]? {
        let numbers: [Double]
        if case .box(_, _, _, .float32) = actionSpace {
            numbers = words.compactMap(Double.init).map { Double(Float($0)) }
        } else {
            let integers = words.compactMap(Int.init)
            let starts = buffers.actionOrigin?.starts ?? Array(repeating: 0, count: integers.count)
            numbers = zip(integers, starts).map { Double($0 &- $1) }
        }
        return numbers.count == words.count && actionSpace.accepts(numbers) ? numbers : nil
    }

    /// Describes a valid action in words.
    fileprivate var actionDescription: String {
        switch actionSpace {
        case .discrete(let count):
            "an action from \(buffers.actionOrigin?.starts[0] ?? 0) to "
                + "\(count - 1 + (buffers.actionOrigin?.starts[0] ?? 0))"
        case .box(let low, let high, _, _) where low.count == 1: "a number, such as one from \(low[0]) to \(high[0])"
        default: "\(actionSpace.count) numbers in \(buffers.actionSpaceText)"
        }
    }
}

// JSON spaced as Python's json.dumps does it, so that the traces of both can be compared as text.
extension BatchedEnvironment {
    fileprivate var resetLine: String { #"{"reset": true, "observation": \#(observationText)}"# }

    fileprivate var stepLine: String {
        """
        {"observation": \(observationText), "reward": \(Self.text(rewards[0])), "terminated": \(terminated[0]), \
        "truncated": \(truncated[0])}
        """
    }

    /// The first environment's observation: a number, or a flat list.
    private var observationText: String {
        let members = observationNumbers(of: 0)
        let numbers = (buffers.observationOrigin?.original(members) ?? members).map {
            elementType == .float32 ? Self.text($0) : "\(Int($0))"
        }
        if case .discrete = observationSpace { return numbers[0] }
        return "[\(numbers.joined(separator: ", "))]"
    }

    /// A number as Python writes it; JSON has none that is NaN or infinite.
    private static func text(_ number: Double) -> String { number.isFinite ? "\(number)" : "null" }
}
