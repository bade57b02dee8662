import ArgumentParser
import Environments
import Storage

struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check that an environment keeps to the rules.",
        discussion: """
            The rules are those of Gymnasium's and Stable-Baselines3's checkers that apply here, and more: episodes \
            can be repeated exactly, instances don't affect each other, saved states continue exactly, and a batch \
            gives what single environments give. If a rule fails, the exit code is 1. In code, EnvironmentCheck does \
            the same.

            EXAMPLE
              reverie check FrozenLake-v1
              reverie check CartPole-v1 --wrap frame-stack=4 --json
            """)

    @Argument(
        help: "An environment's id; 'reverie list environments' shows them.", completion: Completions.environments)
    var environment: String

    @OptionGroup var options: EnvironmentOptionFlags

    @Option(parsing: .unconditional, help: "The seed of resets and actions. (default: 123)", transform: readCount)
    var seed = 123

    @Option(parsing: .unconditional, help: "Steps per rule. (default: 200)", transform: readCount)
    var steps = 200

    @Flag(help: "Print one JSON object.")
    var json = false

    mutating func validate() throws {
        environment = EnvironmentCatalog.canonical(environment)
        try require("--seed", seed, in: seedRange)
        try require("--steps", steps, in: 1...1_000_000)
    }

    func run() throws {
        let options = try options.values()
        let check = try EnvironmentCheck(id: environment, seed: UInt64(seed), steps: steps) {
            try EnvironmentCatalog.make(environment, count: $0, autoreset: $1, options: options)
        }
        warnOfMap(environment, options)
        try output(json ? "\(check.json)" : check.text)
        guard check.passed else {
            for result in check.failures { complain("\(environment): \(result.summary): \(result.finding.text)") }
            throw ExitCode(ExitStatus.failure.rawValue)
        }
    }
}

extension EnvironmentCheck {
    fileprivate var json: JSON {
        let results = results.map { result -> JSON in
            [
                "rule": .string(result.rule), "summary": .string(result.summary),
                "result": .string(result.finding.word),
                "message": result.finding.text.isEmpty ? .null : .string(result.finding.text),
            ]
        }
        return ["environment": .string(id), "passed": .boolean(passed), "rules": .array(results)]
    }

    fileprivate var text: String {
        table(
            ["rule", "result", "what it demands"],
            results.map { result in
                let text = result.finding.text
                return [result.rule, result.finding.word, result.summary + (text.isEmpty ? "" : ": \(text)")]
            })
    }
}
