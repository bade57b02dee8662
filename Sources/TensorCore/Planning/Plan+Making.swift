import Synchronization

extension Plan {
    /// What making a plan took.
    public struct Making: Hashable, Sendable {
        /// The nodes that were recorded and are needed, before any was simplified away or fused.
        public var nodes = 0
        /// Seconds of running the recorded closure.
        public var captureSeconds = 0.0
        /// Seconds of planning and of making the instructions.
        public var planSeconds = 0.0
    }

    private static let keepsOrigins = Atomic(false)

    /// Whether recordings from now on remember the lines of code that made each node, for ``Step/place``. It makes
    /// recording several times slower, and replays not at all.
    public static var recordsOrigins: Bool {
        get { keepsOrigins.load(ordering: .relaxed) }
        set { keepsOrigins.store(newValue, ordering: .relaxed) }
    }

    /// Runs `body`, and returns also the plans that programs made in it, in order: for looking at what code runs that keeps
    /// its plans to itself. ``runCount`` says which of them were used.
    public static func collecting<Result>(_ body: () throws -> Result) rethrows -> (result: Result, plans: [Plan]) {
        let collection = PlanCollection()
        let result = try PlanCollection.$current.withValue(collection, operation: body)
        return (result, collection.plans)
    }
}

/// The plans made so far in a scope.
///
/// Touched only by the task that makes them; `@unchecked Sendable` lets a task-local value carry it there.
final class PlanCollection: @unchecked Sendable {
    /// The collection under way on this task.
    @TaskLocal static var current: PlanCollection?

    var plans: [Plan] = []
}
