import Runtime
import Synchronization

/// The calls that led to a place in this module, for messages and plans.
///
/// `@unchecked Sendable`: a backtrace is a value that nothing changes.
struct Origin: CustomStringConvertible, @unchecked Sendable {
    private let backtrace: Backtrace?
    /// Whether this belongs to the gradient of what was recorded there.
    private(set) var isOfGradient = false

    /// Where the node that is being differentiated on this task was recorded; the nodes of its gradient count as
    /// recorded there too.
    @TaskLocal private static var differentiated: Origin?
    /// Finding the lines takes a tenth of a second, and many nodes are recorded by the same calls.
    private static let known = Mutex<[[String]: [String]]>([:])

    private init(backtrace: Backtrace?) { self.backtrace = backtrace }

    /// The calls that led to the caller.
    static func here() -> Origin { Origin(backtrace: try? Backtrace.capture(limit: 48)) }

    /// Whether nodes should remember where they were recorded.
    static var isWanted: Bool { FiniteCheck.isEnabled || ShadowCheck.isEnabled || Plan.recordsOrigins }

    /// The origin for a new node to remember.
    static func ofNewNode() -> Origin? { isWanted ? differentiated ?? here() : nil }

    /// Runs `body`, which differentiates a node that was recorded at `origin`.
    static func differentiating<Result>(_ origin: Origin?, _ body: () -> Result) -> Result {
        guard var origin else { return body() }
        origin.isOfGradient = true
        return $differentiated.withValue(origin, operation: body)
    }

    /// The innermost lines outside this module, such as `recorded at Linear.swift:22, from Policy.swift:41`; empty if
    /// the program has no debugging information.
    var description: String {
        let lines = lines
        if lines.isEmpty { return "" }
        return (isOfGradient ? "for the gradient of what was " : "") + "recorded at "
            + lines.joined(separator: ", from ")
    }

    /// A shorter form of ``description``.
    var place: String {
        lines.isEmpty ? "" : (isOfGradient ? "gradient of " : "") + lines.prefix(3).joined(separator: ", from ")
    }

    /// The innermost lines outside this module, four at most, the innermost first.
    private var lines: [String] {
        guard let backtrace else { return [] }
        let calls = backtrace.frames.map { "\($0.originalProgramCounter)" }
        if let lines = Self.known.withLock({ $0[calls] }) { return lines }
        let lines = Self.lines(of: backtrace)
        Self.known.withLock { $0[calls] = lines }
        return lines
    }

    private static func lines(of backtrace: Backtrace) -> [String] {
        var lines: [String] = []
        for frame in backtrace.symbolicated()?.frames ?? [] {
            // Compiler-generated code has neither a line nor a file of that name.
            guard let place = frame.symbol?.sourceLocation, place.line > 0,
                let file = place.path.split(separator: "/").last, file.hasSuffix(".swift"), !file.hasPrefix("@"),
                !"/\(place.path)".contains("/Sources/TensorCore/")
            else { continue }
            let line = "\(file):\(place.line)"
            if lines.last != line { lines.append(line) }
        }
        return Array(lines.prefix(4))
    }
}
