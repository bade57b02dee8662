/// What can go wrong with environments that run in other processes.
public enum OutsideFault: Hashable, Sendable {
    /// A program or package that the environment needs is not installed.
    case missing(environment: String, what: String, advice: String)
    /// The environment can't be made: its id is unknown, or it rejects its options.
    case notMade(environment: String, reason: String)
    /// A space has no counterpart in ``Space``, or none that the bridge supports.
    case unmappedSpace(environment: String, role: String, space: String, reason: String)
    /// The environment's own code raised an error in a call such as `step`.
    case raised(environment: String, index: Int, call: String, error: String)
    /// The environment returned something that contradicts its own description.
    case broken(environment: String, index: Int, call: String, expected: String, found: String)
    /// A process ended while it was needed. `lastWords` is the end of its standard error and output.
    case died(environment: String, indices: ClosedRange<Int>, call: String, how: String, lastWords: String)
    /// A process didn't answer within the time limit.
    case silent(environment: String, indices: ClosedRange<Int>, call: String, seconds: Double, lastWords: String)
    /// A process sent something that is not an answer.
    case nonsense(environment: String, indices: ClosedRange<Int>, call: String, found: String, lastWords: String)
    /// The system refused something needed to start or reach a process.
    case system(environment: String, operation: String, reason: String)
}

extension OutsideFault: CustomStringConvertible {
    /// A sentence for the user: what is wrong and what to try next.
    public var description: String {
        switch self {
        case .missing(let environment, let what, let advice):
            "\(environment) needs \(what); \(advice)"
        case .notMade(let environment, let reason):
            "\(environment) can't be made: \(reason)"
        case .unmappedSpace(let environment, let role, let space, let reason):
            "\(environment): its \(role) \(space) can't be used here: \(reason)"
        case .raised(let environment, let index, let call, let error):
            "\(environment), environment \(index): \(call) raised \(error)"
        case .broken(let environment, let index, let call, let expected, let found):
            "\(environment), environment \(index): expected \(call) to return \(expected), found \(found)"
        case .died(let environment, let indices, let call, let how, let lastWords):
            "\(environment), \(Self.text(indices)): its process \(how) during \(call)\(Self.quoted(lastWords))"
        case .silent(let environment, let indices, let call, let seconds, let lastWords):
            "\(environment), \(Self.text(indices)): no answer to \(call) within \(Self.text(seconds)) s; "
                + "if it needs longer, set the option timeout=SECONDS\(Self.quoted(lastWords))"
        case .nonsense(let environment, let indices, let call, let found, let lastWords):
            "\(environment), \(Self.text(indices)): expected an answer to \(call), found \(found); is the program "
                + "given by the option python or by REVERIE_PYTHON really Python?\(Self.quoted(lastWords))"
        case .system(let environment, let operation, let reason):
            "\(environment): cannot \(operation): \(reason)"
        }
    }

    private static func text(_ indices: ClosedRange<Int>) -> String {
        indices.count == 1
            ? "environment \(indices.lowerBound)" : "environments \(indices.lowerBound) to \(indices.upperBound)"
    }

    private static func text(_ seconds: Double) -> String { Int(exactly: seconds).map { "\($0)" } ?? "\(seconds)" }

    private static func quoted(_ lastWords: String) -> String {
        guard !lastWords.isEmpty else { return "; it printed nothing" }
        return "; its last output:\n" + lastWords.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n")
    }
}
