/// Checks an environment against the rules that agents, recordings and exact resume rely on: those of Gymnasium's and
/// Stable-Baselines3's checkers that a type system leaves open, and those of this protocol.
///
/// ```swift
/// let check = EnvironmentCheck("my-world") { MyWorld() }
/// #expect(check.passed, "\(check)")
/// ```
///
/// Each rule plays with random actions that are the same in every check.
public struct EnvironmentCheck: Sendable {
    /// What a rule found.
    public enum Finding: Hashable, Sendable {
        /// The environment keeps the rule.
        case passed
        /// It works, but what is said makes learning harder, or is not known to other tools.
        case warning(String)
        /// It breaks the rule: what was expected and what was found.
        case failed(String)
        /// The rule does not apply, and why.
        case skipped(String)
    }

    /// A rule with what it found.
    public struct Result: Hashable, Sendable {
        /// The rule's name, such as `deterministic`.
        public var rule: String
        /// What the rule demands, in one line.
        public var summary: String
        /// What it found.
        public var finding: Finding
    }

    /// What the environment is called.
    public let id: String
    /// All rules with what they found.
    public let results: [Result]

    /// Whether no rule failed.
    public var passed: Bool { failures.isEmpty }

    /// The rules that failed.
    public var failures: [Result] {
        results.filter { result in
            if case .failed = result.finding { true } else { false }
        }
    }

    /// What the rule of this name found; nil if there is no such rule.
    public subscript(rule: String) -> Finding? { results.first { $0.rule == rule }?.finding }

    /// The names of all rules, in the order in which they are checked.
    public static var ruleNames: [String] { CheckRule.all.map(\.name) }

    /// Checks the environments that `make` makes.
    ///
    /// - Parameters:
    ///   - id: what the environment is called.
    ///   - seed: the seed of the resets and actions.
    ///   - steps: how many steps a rule plays, at least 1.
    ///   - make: a new environment, which need not be reset.
    public init<World: Environment>(
        _ id: String, seed: UInt64 = 123, steps: Int = 200, make: @escaping () -> World
    ) {
        self.init(id: id, seed: seed, steps: steps) { count, autoreset in
            VectorEnvironment(id, count: count, autoreset: autoreset, make: make)
        }
    }

    /// Checks the batches that `make` makes, of a given number of environments and in a given mode.
    ///
    /// - Parameters:
    ///   - id: what the environment is called.
    ///   - seed: the seed of the resets and actions.
    ///   - steps: how many steps a rule plays, at least 1.
    ///   - make: a new batch, which need not be reset.
    /// - Throws: what `make` throws.
    public init(
        id: String, seed: UInt64 = 123, steps: Int = 200,
        make: @escaping (Int, AutoresetMode) throws -> any BatchedEnvironment
    ) rethrows {
        precondition(steps > 0, "expected a check of at least 1 step, found \(steps)")
        self.id = id
        let first = try make(1, .disabled)
        let subject = CheckSubject(first, seed: seed, steps: steps, make: make)
        var canPlay = true
        results = CheckRule.all.map { rule in
            let finding =
                rule.isOfSpaces || canPlay ? rule.finding(subject) : .skipped("fix the spaces first")
            if case .failed = finding, rule.isOfSpaces { canPlay = false }
            return Result(rule: rule.name, summary: rule.summary, finding: finding)
        }
    }
}

extension EnvironmentCheck: CustomStringConvertible {
    /// The rules that failed, a line each, or that all is well.
    public var description: String {
        passed
            ? "\(id) follows all rules"
            : failures.map { "\(id) breaks the rule \($0.rule) (\($0.summary)): \($0.finding.text)" }
                .joined(separator: "\n")
    }
}

extension EnvironmentCheck.Finding {
    /// The finding in a word.
    public var word: String {
        switch self {
        case .passed: "passed"
        case .warning: "warning"
        case .failed: "failed"
        case .skipped: "skipped"
        }
    }

    /// What was found; empty if the rule is kept.
    public var text: String {
        switch self {
        case .passed: ""
        case .warning(let text), .failed(let text), .skipped(let text): text
        }
    }

    /// Fails where there is something to say.
    static func failed(_ fault: String?) -> EnvironmentCheck.Finding { fault.map { .failed($0) } ?? .passed }

    /// Warns where there is something to say.
    static func warning(_ text: String?) -> EnvironmentCheck.Finding { text.map { .warning($0) } ?? .passed }
}

/// One rule.
struct CheckRule: Sendable {
    var name: String
    var summary: String
    /// Whether nothing can be played where it fails.
    var isOfSpaces = false
    var check: @Sendable (CheckSubject) throws -> EnvironmentCheck.Finding

    /// What the rule finds; an environment that throws while it is played has failed.
    func finding(_ subject: CheckSubject) -> EnvironmentCheck.Finding {
        do {
            return try check(subject)
        } catch {
            return .failed("expected to play \(subject.steps) steps, but: \(error)")
        }
    }

    static let all = spaceRules + adviceRules + episodeRules + stateRules + refusalRules
}
