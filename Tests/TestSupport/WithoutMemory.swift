#if os(Linux)
    import Glibc

    /// Runs `body` in a process that has no memory left: any allocation, even one that is freed at once, ends the
    /// process. Call it only in a separate process.
    public func withoutMemory(_ body: () throws -> Void) rethrows {
        var usual = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &usual)
        var none = rlimit(rlim_cur: 0, rlim_max: usual.rlim_max)
        setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &none)
        // Memory that was freed before could still be reused, so all of it is taken.
        for exponent in stride(from: 40, to: 10, by: -1) { takeAll(1 << exponent) }
        for size in stride(from: 1024, to: 0, by: -8) { takeAll(size) }
        try body()
        setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &usual)
    }

    // A list of all blocks, in which each holds the address of the one before, so that none is optimised away.
    nonisolated(unsafe) private var taken: UnsafeMutableRawPointer?

    private func takeAll(_ size: Int) {
        while let block = malloc(size) {
            block.storeBytes(of: taken, as: UnsafeMutableRawPointer?.self)
            taken = block
        }
    }
#endif
