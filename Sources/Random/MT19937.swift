/// NumPy's legacy generator: the Mersenne Twister behind `numpy.random.RandomState(seed)`.
///
/// Matsumoto and Nishimura, "Mersenne Twister" (1998). Every method here gives the value, and leaves the
/// state, that `RandomState`'s method of that name does. The state takes 2.5 kB.
@frozen public struct MT19937: Sendable, BitwiseCopyable, RandomNumberGenerator {
    @usableFromInline var key: InlineArray<624, UInt32>
    @usableFromInline var position: Int

    /// Seeds a generator as `RandomState(seed)` does below 2³². Above, where `RandomState` refuses the number, it seeds
    /// as from the list of its two words, the low one first.
    @inlinable public init(seed: UInt64) {
        if seed >> 32 == 0 {
            self.init(word: UInt32(seed))
        } else {
            self.init(word: 19_650_218)
            mix(SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(seed >> 32)))
        }
    }

    /// Seeds a generator from the operating system's entropy.
    @inlinable public init() {
        var system = SystemRandomNumberGenerator()
        self.init(seed: system.next())
    }

    @inlinable init(word: UInt32) {
        key = InlineArray(repeating: 0)
        position = 624
        key[0] = word
        for index in 1..<624 { key[index] = 1_812_433_253 &* folded(index - 1) &+ UInt32(index) }
    }

    @inlinable func folded(_ index: Int) -> UInt32 { key[index] ^ key[index] >> 30 }

    /// The authors' seeding with a list of words (2002): two passes over the state.
    @inlinable mutating func mix(_ words: SIMD2<UInt32>) {
        var index = 1
        for turn in 0..<624 + 623 {
            if turn < 624 {
                let chosen = turn & 1
                key[index] = (key[index] ^ folded(index - 1) &* 1_664_525) &+ words[chosen] &+ UInt32(chosen)
            } else {
                key[index] = (key[index] ^ folded(index - 1) &* 1_566_083_941) &- UInt32(index)
            }
            index += 1
            if index == 624 {
                key[0] = key[623]
                index = 1
            }
        }
        key[0] = 0x8000_0000
    }

    /// 32 random bits.
    @inlinable public mutating func next32() -> UInt32 {
        if position == 624 { regenerate() }
        var word = key[position]
        position += 1
        word ^= word >> 11
        word ^= word << 7 & 0x9d2c_5680
        word ^= word << 15 & 0xefc6_0000
        return word ^ word >> 18
    }

    @inlinable mutating func regenerate() {
        for index in 0..<624 {
            let next = index == 623 ? 0 : index + 1
            let distant = index < 227 ? index + 397 : index - 227
            let joined = key[index] & 0x8000_0000 | key[next] & 0x7fff_ffff
            key[index] = key[distant] ^ joined >> 1 ^ (joined & 1 == 1 ? 0x9908_b0df : 0)
        }
        position = 0
    }

    /// 64 random bits, the high word drawn first.
    @inlinable public mutating func next() -> UInt64 {
        let high = next32()
        return UInt64(high) << 32 | UInt64(next32())
    }

    /// A double in 0..<1 of 53 bits, from two 32-bit outputs.
    @inlinable public mutating func rand() -> Double {
        let high = next32() >> 5
        let low = next32() >> 6
        return (Double(high) * 67_108_864 + Double(low)) / 9_007_199_254_740_992
    }

    /// An integer in `0..<n`, each equally likely. Consumes nothing for `n == 1`.
    ///
    /// - Precondition: `n >= 1`.
    @inlinable public mutating func randint(_ n: Int) -> Int {
        precondition(n >= 1, "randint(\(n)): there is no integer in 0..<\(n)")
        return Int(truncatingIfNeeded: bounded(UInt64(n - 1)))
    }

    /// An integer in `low..<high`, each equally likely. Consumes nothing for a range of one.
    ///
    /// - Precondition: `low < high`.
    @inlinable public mutating func randint(_ low: Int, _ high: Int) -> Int {
        precondition(low < high, "randint(\(low), \(high)): there is no integer in \(low)..<\(high)")
        return low &+ Int(truncatingIfNeeded: bounded(UInt64(bitPattern: Int64(high &- low)) &- 1))
    }

    /// An integer in `0...last`, each equally likely: masked low bits, drawn again while too large.
    ///
    /// Consumes nothing for 0, 32-bit outputs if `last` fits in 32 bits, else pairs of them.
    @inlinable public mutating func bounded(_ last: UInt64) -> UInt64 {
        if last == 0 { return 0 }
        let mask = UInt64.max >> UInt64(last.leadingZeroBitCount)
        while true {
            let value = mask & (last >> 32 == 0 ? UInt64(next32()) : next())
            if value <= last { return value }
        }
    }
}

extension MT19937: Hashable {
    /// Whether two generators give the same outputs from now on.
    public static func == (left: Self, right: Self) -> Bool { left.words == right.words }

    /// Hashes the whole state.
    public func hash(into hasher: inout Hasher) { hasher.combine(words) }

    /// The generator as 625 words, for checkpoints: the 624 words of the state and the position in them.
    public var words: [UInt32] {
        key.indices.map { key[$0] } + [UInt32(position)]
    }

    /// Restores a generator from ``words``; nil if they are not those of a generator.
    public init?(words: [UInt32]) {
        guard words.count == 625, words[624] <= 624, words[..<624].contains(where: { $0 != 0 }) else { return nil }
        key = InlineArray { words[$0] }
        position = Int(words[624])
    }
}
