/// Checks an environment against the rules that agents, recordings and exact resume rely on: those of Gymnasium's and
/// Stable-Baselines3's checkers that a type system doesn't enforce, and those of this protocol.
///
/// ```swift
/// let check = EnvironmentCheck("my-world") { MyWorld() }
/// #expect(check.passed, "\(check)")
/// ```
///
/// Each rule plays random actions, which are the same in every check.
public struct EnvironmentCheck: Sendable {
    /// The result of checking a rule.
    public enum Finding: Hashable, Sendable {
        /// The environment follows the rule.
        case passed
        /// It works, but this makes learning harder, or other tools don't support it.
        case warning(String)
        /// It breaks the rule: what was expected and what was found.
        case failed(String)
        /// The rule does not apply: the reason.
        case skipped(String)
    }

    /// A rule and its finding.
    public struct Result: Hashable, Sendable {
        /// The rule's name, such as `deterministic`.
        public var rule: String
        /// The rule in one line.
        public var summary: String
        public var finding: Finding
    }

    /// The environment's name.
    public let id: String
    /// All rules and their findings.
    public let results: [Result]

    /// Whether no rule failed.
    public var passed: Bool { failures.isEmpty }

    /// The rules that failed.
    public var failures: [Result] {
        results.filter { result in
            if case .failed = result.finding { true } else { false }
        }
    }

    /// The finding of a rule; nil if there is no rule of this name.
    public subscript(rule: String) -> Finding? { results.first { $0.rule == rule }?.finding }

    /// The names of all rules, in the order in which they are checked.
    public static var ruleNames: [String] { CheckRule.all.map(\.name) }

    /// Checks the environments that `make` returns.
    ///
    /// - Parameters:
    ///   - id: the environment's name.
    ///   - seed: the seed of resets and actions.
    ///   - steps: the steps that each rule plays, at least 1.
    ///   - make: returns a new environment, which need not have been reset.
    public init<World: Environment>(
        _ id: String, seed: UInt64 = 123, steps: Int = 200, make: @escaping () -> World
    ) {
        self.init(id: id, seed: seed, steps: steps) { count, autoreset in
            VectorEnvironment(id, count: count, autoreset: autoreset, make: make)
        }
    }

    /// Checks the batches that `make` returns, given a number of environments and a mode.
    ///
    /// - Parameters:
    ///   - id: the environment's name.
    ///   - seed: the seed of resets and actions.
    ///   - steps: the steps that each rule plays, at least 1.
    ///   - make: returns a new batch, which need not have been reset.
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
    /// The rules that failed, one per line, or a line that says that none did.
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

    /// The details; empty if the rule is followed.
    public var text: String {
        switch self {
        case .passed: ""
        case .warning(let text), .failed(let text), .skipped(let text): text
        }
    }

    /// Fails if there is a fault.
    static func failed(_ fault: String?) -> EnvironmentCheck.Finding { fault.map { .failed($0) } ?? .passed }

    /// Warns if there is a text.
    static func warning(_ text: String?) -> EnvironmentCheck.Finding { text.map { .warning($0) } ?? .passed }
}

struct CheckRule: Sendable {
    var name: String
    var summary: String
    /// Whether no episode can be played if the rule fails.
    var isOfSpaces = false
    var check: @Sendable (CheckSubject) throws -> EnvironmentCheck.Finding

    /// The rule's finding; an environment that throws while it is played fails.
    func finding(_ subject: CheckSubject) -> EnvironmentCheck.Finding {
        do {
            return try check(subject)
        } catch {
            return .failed("expected to play \(subject.steps) steps, but: \(error)")
        }
    }

    static let all = spaceRules + adviceRules + episodeRules + stateRules + refusalRules
}
