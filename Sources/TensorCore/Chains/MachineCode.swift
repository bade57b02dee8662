import CKernels
import Glibc
import Storage

/// Functions that are made while the program runs. They are freed with it.
final class MachineCode {
    /// Bytes of a region of memory.
    private static let regionBytes = 1 << 16

    private var regions: [UnsafeMutableRawPointer] = []
    /// The used bytes of the last region.
    private var used = regionBytes
    private(set) var functionCount = 0

    deinit {
        for region in regions { munmap(region, Self.regionBytes) }
    }

    /// The kernels whose instructions it uses.
    static let instructionSet = "x86-64-v4"

    /// Whether this processor has the instructions, and the system lets programs make code.
    static let isSupported: Bool = {
        guard KernelTable.named(instructionSet) != nil else { return false }
        let code = MachineCode()
        return code.add([0xC3]) != nil && code.isSealed()
    }()

    /// Adds a function, which can be called once the code is sealed; nil if there is no memory for it.
    func add(_ bytes: [UInt8]) -> UnsafeRawPointer? {
        let size = (bytes.count + 63) / 64 * 64
        guard size <= Self.regionBytes else { return nil }
        if used + size > Self.regionBytes {
            let region = mmap(nil, Self.regionBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
            guard let region, region != MAP_FAILED else { return nil }
            regions.append(region)
            used = 0
        }
        let place = regions.last! + used
        place.copyMemory(from: bytes, byteCount: bytes.count)
        used += size
        functionCount += 1
        return UnsafeRawPointer(place)
    }

    /// Makes the functions callable and their memory unwritable, once they are all there.
    func seal(for program: String) throws(MemoryError) {
        guard !isSealed() else { return }
        try MemoryBudget.require(nil, for: "the code of the program '\(program)'") { _ in "use fewer programs at once" }
    }

    private func isSealed() -> Bool {
        regions.allSatisfy { mprotect($0, Self.regionBytes, PROT_READ | PROT_EXEC) == 0 }
    }
}
