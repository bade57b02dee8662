import Synchronization

/// The faults that checks of plans have found, because runs themselves throw nothing. Training loops ask after each
/// step.
public enum RunFaults {
    private static let found = Mutex<TensorError?>(nil)
    private static let isFound = Atomic(false)

    /// Reports the first fault since the last call.
    ///
    /// - Throws: ``TensorError/notFinite(value:operation:shape:program:origin:)`` with ``FiniteCheck``, or
    ///   ``TensorError/differsFromPlain(result:program:difference:allowed:origin:)`` with ``ShadowCheck``.
    public static func throwIfFound() throws {
        guard isFound.load(ordering: .acquiring) else { return }
        let fault = found.withLock { fault in
            defer { fault = nil }
            return fault
        }
        isFound.store(false, ordering: .releasing)
        if let fault { throw fault }
    }

    static func report(_ fault: @autoclosure () -> TensorError) {
        found.withLock { if $0 == nil { $0 = fault() } }
        isFound.store(true, ordering: .releasing)
    }
}
