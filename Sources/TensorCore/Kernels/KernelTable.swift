import CKernels

/// The vectorised kernels of one instruction set.
/// `@unchecked Sendable`: the tables are constants of the C library.
struct KernelTable: @unchecked Sendable {
    let pointer: UnsafePointer<rv_kernels>

    var name: String { String(cString: pointer.pointee.name) }

    /// The best kernels that this processor can run.
    ///
    /// - Throws: ``TensorError/unsupportedProcessor``.
    static func best() throws -> KernelTable {
        guard let pointer = rv_kernels_best() else { throw TensorError.unsupportedProcessor }
        return KernelTable(pointer: pointer)
    }

    /// The kernels of the smallest instruction set that this processor can run.
    static func narrowest() -> KernelTable? { named("portable") ?? named("x86-64-v3") }

    /// The kernels called `name`; nil if the processor can't run them.
    static func named(_ name: String) -> KernelTable? { rv_kernels_named(name).map(KernelTable.init) }
}

/// Throws on a processor that the library can't run on; call it first.
///
/// - Throws: ``TensorError/unsupportedProcessor``.
public func requireSupportedProcessor() throws { _ = try KernelTable.best() }
