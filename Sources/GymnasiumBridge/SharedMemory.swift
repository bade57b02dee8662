import Glibc

/// Memory that a batch shares with its children: an anonymous file, which vanishes with the last process that uses it.
final class SharedMemory {
    /// The file that children inherit.
    let file: OpenFile
    private var mappings: [UnsafeMutableRawBufferPointer] = []

    // From <linux/fcntl.h>, whose names Swift doesn't see.
    private static let addSeals: Int32 = 1033
    private static let sealAgainstShrinking: Int32 = 2

    /// The most bytes that one batch may share.
    static let limit = 1 << 32

    /// Makes empty memory.
    init() throws(SystemFault) {
        file = try OpenFile.memory("reverie-gym")
        // A child that shrank it would crash this process.
        _ = fcntl(file.number, Self.addSeals, Self.sealAgainstShrinking)
    }

    deinit {
        for mapping in mappings { munmap(mapping.baseAddress, mapping.count) }
    }

    /// Enlarges the memory by `size` zero bytes and returns them.
    ///
    /// - Precondition: the memory was a whole number of pages before.
    func grow(by size: Int) throws(SystemFault) -> UnsafeMutableRawBufferPointer {
        let start = mappings.reduce(0) { $0 + $1.count }
        // Reserved now: running out of memory later would crash the process.
        let code = posix_fallocate(file.number, start, size)
        guard code == 0 else { throw SystemFault("reserve \(size) bytes of shared memory", code) }
        let address = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, file.number, start)
        guard let address, address != MAP_FAILED else { throw SystemFault("map \(size) bytes of shared memory") }
        let mapping = UnsafeMutableRawBufferPointer(start: address, count: size)
        mappings.append(mapping)
        return mapping
    }
}
