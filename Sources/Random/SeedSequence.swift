/// NumPy's `SeedSequence`: hashes a seed of any size into a pool of 128 bits and generates words from it.
///
/// Two seeds that differ in one bit give unrelated words. The words agree with NumPy 2 for every seed
/// without a spawn key.
@frozen public struct SeedSequence: Hashable, Sendable, BitwiseCopyable {
    /// The four hashed 32-bit words that all output is derived from.
    public let pool: SIMD4<UInt32>

    /// Hashes a seed given as 32-bit words, least significant first; leading zero words do not count.
    ///
    /// The empty list is the seed 0. Takes time linear in the number of words.
    @inlinable public init(words: [UInt32]) {
        let length = words.lastIndex { $0 != 0 }.map { $0 + 1 } ?? 0
        pool = Self.hash(count: length) { words[$0] }
    }

    /// Hashes a seed of 64 bits.
    @inlinable public init(_ seed: UInt64) {
        pool = Self.hash(count: seed >> 32 == 0 ? 1 : 2) { UInt32(truncatingIfNeeded: seed >> (32 * UInt64($0))) }
    }

    /// The first `count` 32-bit output words; each call starts from the beginning.
    @inlinable public func words32(_ count: Int) -> [UInt32] {
        var key = Self.startB
        return (0..<count).map { Self.emit(pool[$0 & 3], &key) }
    }

    /// The first `count` 64-bit output words: pairs of 32-bit words, the low one first.
    @inlinable public func words64(_ count: Int) -> [UInt64] {
        let halves = words32(2 * count)
        return (0..<count).map { UInt64(halves[2 * $0]) | UInt64(halves[2 * $0 + 1]) << 32 }
    }

    @usableFromInline static var startA: UInt32 { 0x43b0_d7e5 }
    @usableFromInline static var multiplierA: UInt32 { 0x931e_8875 }
    @usableFromInline static var startB: UInt32 { 0x8b51_f9dd }
    @usableFromInline static var multiplierB: UInt32 { 0x58f3_8ded }

    @inlinable static func hash(count: Int, _ word: (Int) -> UInt32) -> SIMD4<UInt32> {
        var pool = SIMD4<UInt32>()
        var key = startA
        for index in 0..<4 {
            pool[index] = scramble(index < count ? word(index) : 0, &key)
        }
        for source in 0..<4 {
            for target in 0..<4 where target != source {
                pool[target] = mix(pool[target], scramble(pool[source], &key))
            }
        }
        for index in 4..<max(4, count) {
            for target in 0..<4 {
                pool[target] = mix(pool[target], scramble(word(index), &key))
            }
        }
        return pool
    }

    @inlinable static func scramble(_ value: UInt32, _ key: inout UInt32) -> UInt32 {
        var value = value ^ key
        key &*= multiplierA
        value &*= key
        return value ^ value >> 16
    }

    @inlinable static func mix(_ left: UInt32, _ right: UInt32) -> UInt32 {
        let result = 0xca01_f9dd &* left &- 0x4973_f715 &* right
        return result ^ result >> 16
    }

    @inlinable static func emit(_ word: UInt32, _ key: inout UInt32) -> UInt32 {
        var value = word ^ key
        key &*= multiplierB
        value &*= key
        return value ^ value >> 16
    }
}

extension SeedSequence {
    /// The 256 bits that seed a ``PCG64``, without an allocation: an environment may be seeded in a hot loop.
    @inlinable func fourWords() -> SIMD4<UInt64> {
        var key = Self.startB
        var words = SIMD4<UInt64>()
        for index in 0..<4 {
            let low = Self.emit(pool[2 * index & 3], &key)
            let high = Self.emit(pool[(2 * index + 1) & 3], &key)
            words[index] = UInt64(low) | UInt64(high) << 32
        }
        return words
    }
}
