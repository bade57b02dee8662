import Synchronization

extension Plan {
    /// The effort of making a plan.
    public struct Making: Hashable, Sendable {
        /// The number of recorded nodes that are needed, before simplification and fusion.
        public var nodes = 0
        /// Seconds for running the recorded closure.
        public var captureSeconds = 0.0
        /// Seconds for planning and for making the instructions.
        public var planSeconds = 0.0
    }

    private static let keepsOrigins = Atomic(false)

    /// Whether new recordings remember the lines of code that made each node, for ``Step/place``. It makes recording
    /// several times slower, but not runs.
    public static var recordsOrigins: Bool {
        get { keepsOrigins.load(ordering: .relaxed) }
        set { keepsOrigins.store(newValue, ordering: .relaxed) }
    }

    /// Runs `body`, and also returns the plans that programs made in it, in order, which gives access to the plans of
    /// code that keeps them to itself. ``runCount`` says which of them were used.
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
    /// The current collection of this task.
    @TaskLocal static var current: PlanCollection?

    var plans: [Plan] = []
}
