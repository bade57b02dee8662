import Storage

/// Numbers in memory with a fixed place and size, aligned to a cache line.
final class HostArray {
    let count: Int
    let type: ScalarType
    let memory: UnsafeMutableRawPointer
    /// Incremented by each change of a variable's elements, so that an eager read can't mix old and new ones.
    var version = 0

    init(count: Int, type: ScalarType) {
        self.count = count
        self.type = type
        memory = Self.allocate(bytes: count * type.size)
    }

    convenience init(_ values: [Float]) {
        self.init(count: values.count, type: .float32)
        _ = floats.update(fromContentsOf: values)
    }

    convenience init(_ values: [Int32]) {
        self.init(count: values.count, type: .int32)
        _ = integers.update(fromContentsOf: values)
    }

    deinit { memory.deallocate() }

    /// Copies the elements of an array of the same size.
    func copyElements(of other: HostArray) {
        memory.copyMemory(from: other.memory, byteCount: count * type.size)
    }

    /// Zeroed memory, aligned to 64 bytes.
    static func allocate(bytes: Int) -> UnsafeMutableRawPointer {
        MemoryBudget.requireOrEnd(bytes, for: "an array of \(bytes / 4) numbers")
        let rounded = max(64, (bytes + 63) / 64 * 64)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: rounded, alignment: 64)
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: rounded)
        return memory
    }

    var floats: UnsafeMutableBufferPointer<Float> {
        precondition(type == .float32, "an array of \(type) was read as float32")
        return UnsafeMutableBufferPointer(start: memory.assumingMemoryBound(to: Float.self), count: count)
    }

    var integers: UnsafeMutableBufferPointer<Int32> {
        precondition(type == .int32, "an array of \(type) was read as int32")
        return UnsafeMutableBufferPointer(start: memory.assumingMemoryBound(to: Int32.self), count: count)
    }
}
