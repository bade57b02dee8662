/// What a program's recording has collected so far, besides the nodes themselves.
///
/// Touched only by the task that records; `@unchecked Sendable` lets a task-local value carry it there.
final class Recording: @unchecked Sendable {
    /// The recording under way on this task.
    @TaskLocal static var current: Recording?

    let programName: String
    /// The variables assigned by each replay, in the order of recording.
    var assignments: [(variable: Variable, value: Node)] = []
    /// Whether variables are read as the assignments so far leave them.
    fileprivate var readsAssigned = false
    private var randomCount = 0
    private let firstSerial = Serial.next()

    init(programName: String) { self.programName = programName }

    /// Names the next random node; the same recording gives the same names.
    func nextRandomOrdinal() -> Int {
        defer { randomCount += 1 }
        return randomCount
    }

    /// Whether the node was made since this recording began.
    func made(_ node: Node) -> Bool { node.serial > firstSerial }

    /// The value that the step gives the variable, where such values are to be read.
    func assigned(to variable: Variable) -> Tensor? {
        guard readsAssigned else { return nil }
        return assignments.last { $0.variable === variable }.map { Tensor($0.value) }
    }
}

/// Records `body` with variables as the step's assignments so far leave them: a second player's move after the first one's,
/// such as a generator's step against the discriminator that has just learned.
///
/// Gradients reach what `body` is given, not the variables that it reads in this way. Outside of a program assignments happen
/// at once, and this is `body` alone.
public func afterAssignments<Result>(_ body: () throws -> Result) rethrows -> Result {
    guard let recording = Recording.current else { return try body() }
    let outer = recording.readsAssigned
    recording.readsAssigned = true
    defer { recording.readsAssigned = outer }
    return try body()
}
