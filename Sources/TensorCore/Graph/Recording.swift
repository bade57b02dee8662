/// What the recording of a program has collected so far, besides the nodes themselves.
///
/// Touched only by the task that records; `@unchecked Sendable` lets a task-local value carry it there.
final class Recording: @unchecked Sendable {
    /// The current recording of this task.
    @TaskLocal static var current: Recording?

    let programName: String
    /// The variables that each run assigns, in the order of recording.
    var assignments: [(variable: Variable, value: Node)] = []
    /// Whether variables are read with the assignments so far.
    fileprivate var readsAssigned = false
    private var randomCount = 0
    private let firstSerial = Serial.next()

    init(programName: String) { self.programName = programName }

    /// The number of the next random node; the same recording gives the same numbers.
    func nextRandomOrdinal() -> Int {
        defer { randomCount += 1 }
        return randomCount
    }

    /// Whether the node was made since this recording began.
    func made(_ node: Node) -> Bool { node.serial > firstSerial }

    /// The value that the step assigns to the variable, if such values are to be read.
    func assigned(to variable: Variable) -> Tensor? {
        guard readsAssigned else { return nil }
        return assignments.last { $0.variable === variable }.map { Tensor($0.value) }
    }
}

/// Records `body` with variables as the step's assignments so far leave them. This is for a second player's move after
/// the first one's, such as a generator's step against the discriminator that has just learned.
///
/// Gradients reach the arguments of `body`, not the variables that it reads in this way. Outside a program, assignments
/// take effect at once, and this just calls `body`.
public func afterAssignments<Result>(_ body: () throws -> Result) rethrows -> Result {
    guard let recording = Recording.current else { return try body() }
    let outer = recording.readsAssigned
    recording.readsAssigned = true
    defer { recording.readsAssigned = outer }
    return try body()
}
