/// What a program's recording has collected so far, besides the nodes themselves.
///
/// Touched only by the task that records; `@unchecked Sendable` lets a task-local value carry it there.
final class Recording: @unchecked Sendable {
    /// The recording under way on this task.
    @TaskLocal static var current: Recording?

    let programName: String
    /// The variables assigned by each replay, in the order of recording.
    var assignments: [(variable: Variable, value: Node)] = []
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
}
