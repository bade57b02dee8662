/// Like the standard library's function, but it keeps its message in optimised builds, where that one stops silently,
/// and adds the lines of user code that led here.
@inlinable
package func precondition(
    _ condition: @autoclosure () -> Bool, _ message: @autoclosure () -> String, file: StaticString = #fileID,
    line: UInt = #line
) {
    if !condition() { preconditionFailure(message(), file: file, line: line) }
}

/// Like the standard library's function, but it keeps its message in optimised builds, where that one stops silently,
/// and adds the lines of user code that led here.
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
