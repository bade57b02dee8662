/// Philox4x32-10: 128 random bits as a pure function of a key and a counter.
///
/// Salmon, Moraes, Dror and Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3" (2011). Any element of the stream can
/// be computed without those before it, so a value does not depend on how work is divided.
public enum Philox4x32 {
    /// The block of four 32-bit words at `counter` in the stream of `key` (its low half is the first key word).
    @inlinable public static func block(key: UInt64, counter: SIMD4<UInt32>) -> SIMD4<UInt32> {
        var (x0, x1, x2, x3) = (counter.x, counter.y, counter.z, counter.w)
        var key0 = UInt32(truncatingIfNeeded: key)
        var key1 = UInt32(truncatingIfNeeded: key >> 32)
        for _ in 0..<10 {
            let first = 0xd251_1f53 &* UInt64(x0)
            let second = 0xcd9e_8d57 &* UInt64(x2)
            (x0, x1, x2, x3) = (
                UInt32(truncatingIfNeeded: second >> 32) ^ x1 ^ key0, UInt32(truncatingIfNeeded: second),
                UInt32(truncatingIfNeeded: first >> 32) ^ x3 ^ key1, UInt32(truncatingIfNeeded: first)
            )
            key0 &+= 0x9e37_79b9
            key1 &+= 0xbb67_ae85
        }
        return SIMD4(x0, x1, x2, x3)
    }
}
