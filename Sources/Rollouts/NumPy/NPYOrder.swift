/// Brings the elements of arrays into the one order that arrays have here.
enum NPYOrder {
    /// Swaps the bytes of every unit of `size` bytes.
    static func swapBytes(_ bytes: inout [UInt8], size: Int) {
        guard size > 1 else { return }
        for start in stride(from: 0, to: bytes.count, by: size) {
            for offset in 0..<size / 2 { bytes.swapAt(start + offset, start + size - 1 - offset) }
        }
    }

    /// Elements of which the first index changes fastest, with the last index changing fastest.
    static func rowMajor(_ bytes: [UInt8], _ shape: [Int], size: Int) -> [UInt8] {
        guard shape.count > 1, !bytes.isEmpty else { return bytes }
        // How far apart the elements are whose index differs by one.
        var strides = [size]
        for length in shape.dropLast() { strides.append(strides[strides.count - 1] * length) }
        var index = [Int](repeating: 0, count: shape.count)
        var source = 0
        return [UInt8](unsafeUninitializedCapacity: bytes.count) { target, initialized in
            for start in stride(from: 0, to: bytes.count, by: size) {
                for offset in 0..<size { target[start + offset] = bytes[source + offset] }
                var axis = shape.count - 1
                while axis >= 0 {
                    index[axis] += 1
                    source += strides[axis]
                    if index[axis] < shape[axis] { break }
                    source -= strides[axis] * shape[axis]
                    index[axis] = 0
                    axis -= 1
                }
            }
            initialized = bytes.count
        }
    }
}
