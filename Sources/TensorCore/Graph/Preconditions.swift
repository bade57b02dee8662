import Runtime

/// As the standard library's function, but with its message in optimised builds too, where that one stops without a word,
/// and with the lines of user code that led here.
@inlinable
package func precondition(
    _ condition: @autoclosure () -> Bool, _ message: @autoclosure () -> String, file: StaticString = #fileID,
    line: UInt = #line
) {
    if !condition() { preconditionFailure(message(), file: file, line: line) }
}

/// As the standard library's function, but with its message in optimised builds too, where that one stops without a word,
/// and with the lines of user code that led here.
@inlinable
package func preconditionFailure(
    _ message: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line
) -> Never {
    fail(message(), file: file, line: line)
}

@usableFromInline
package func fail(_ message: String, file: StaticString, line: UInt) -> Never {
    let place = Origin.here().description
    fatalError(place.isEmpty ? message : "\(message)\n\(place)", file: file, line: line)
}

/// The calls that led to a place in this module, to be named in messages.
///
/// `@unchecked Sendable`: a backtrace is a value that nothing changes.
struct Origin: CustomStringConvertible, @unchecked Sendable {
    private let backtrace: Backtrace?

    /// The calls that led here.
    static func here() -> Origin { Origin(backtrace: try? Backtrace.capture(limit: 48)) }

    /// The innermost lines outside this module, such as `recorded at Linear.swift:22, from Policy.swift:41`; empty where
    /// the program has no debugging information.
    var description: String {
        var lines: [String] = []
        for frame in backtrace?.symbolicated()?.frames ?? [] {
            // Compiler-made code has neither line nor a file of that name.
            guard let place = frame.symbol?.sourceLocation, place.line > 0,
                let file = place.path.split(separator: "/").last, file.hasSuffix(".swift"), !file.hasPrefix("@"),
                !"/\(place.path)".contains("/Sources/TensorCore/")
            else { continue }
            let line = "\(file):\(place.line)"
            if lines.last != line { lines.append(line) }
        }
        return lines.isEmpty ? "" : "recorded at " + lines.prefix(4).joined(separator: ", from ")
    }
}
