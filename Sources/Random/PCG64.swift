/// NumPy's default generator: PCG64 (XSL-RR 128/64) behind `numpy.random.default_rng(seed)`.
///
/// O'Neill, "PCG: A Family of Simple Fast Space-Efficient Statistically Good Algorithms" (2014). Every method
/// here gives the value, and leaves the state, that NumPy's `Generator` method of that name does.
@frozen public struct PCG64: Hashable, Sendable, BitwiseCopyable, RandomNumberGenerator {
    /// The state of the linear congruential generator.
    public var state: UInt128
    /// The odd increment of each step, which selects the stream.
    public var increment: UInt128
    /// The high half of a 64-bit output that ``next32()`` has yet to return; 0 if there is none.
    public var half: UInt32
    /// Whether ``half`` is pending. Doubles and 64-bit outputs neither use nor drop it.
    public var hasHalf: Bool

    /// Seeds a generator from a hashed seed.
    @inlinable public init(_ sequence: SeedSequence) {
        let words = sequence.fourWords()
        increment = (UInt128(words[2]) << 64 | UInt128(words[3])) << 1 | 1
        state = 0
        half = 0
        hasHalf = false
        advance()
        state &+= UInt128(words[0]) << 64 | UInt128(words[1])
        advance()
    }

    /// Seeds a generator as `numpy.random.default_rng(seed)` does.
    @inlinable public init(seed: UInt64) {
        self.init(SeedSequence(seed))
    }

    /// Seeds a generator from the operating system's entropy.
    @inlinable public init() {
        var system = SystemRandomNumberGenerator()
        self.init(SeedSequence(words: (0..<4).map { _ in system.next() }))
    }

    @inlinable mutating func advance() {
        state = state &* (2_549_297_995_355_413_924 << 64 | 4_865_540_595_714_422_341) &+ increment
    }

    /// 64 random bits.
    @inlinable public mutating func next64() -> UInt64 {
        advance()
        let word = UInt64(truncatingIfNeeded: state >> 64) ^ UInt64(truncatingIfNeeded: state)
        let turn = UInt64(truncatingIfNeeded: state >> 122)
        return word &>> turn | word &<< (0 &- turn)
    }

    /// 64 random bits.
    @inlinable public mutating func next() -> UInt64 { next64() }

    /// 32 random bits: the low half of a 64-bit output, then its high half.
    @inlinable public mutating func next32() -> UInt32 {
        if hasHalf {
            defer { half = 0 }
            hasHalf = false
            return half
        }
        let word = next64()
        half = UInt32(truncatingIfNeeded: word >> 32)
        hasHalf = true
        return UInt32(truncatingIfNeeded: word)
    }

    /// A double in 0..<1, a multiple of 2⁻⁵³.
    @inlinable public mutating func random() -> Double {
        Double(next64() >> 11) * 0x1p-53
    }

    /// `low + (high - low) * random()`, each operation rounded. Consumes one double, even if `low == high`.
    ///
    /// - Precondition: `low <= high`.
    @inlinable public mutating func uniform(_ low: Double, _ high: Double) -> Double {
        precondition(low <= high, "uniform(\(low), \(high)): the lower bound is above the upper one")
        return low + (high - low) * random()
    }

    /// An integer in `0..<n`, each equally likely. Consumes nothing for `n == 1`.
    ///
    /// - Precondition: `n >= 1`.
    @inlinable public mutating func integers(_ n: Int) -> Int {
        precondition(n >= 1, "integers(\(n)): there is no integer in 0..<\(n)")
        return Int(truncatingIfNeeded: bounded(UInt64(n - 1)))
    }

    /// An integer in `range`, each equally likely. Consumes nothing for a range of one.
    ///
    /// - Precondition: `range` is not empty.
    @inlinable public mutating func integers(_ range: Range<Int>) -> Int {
        precondition(!range.isEmpty, "integers(\(range)): the range is empty")
        let last = UInt64(bitPattern: Int64(range.upperBound &- range.lowerBound)) &- 1
        return range.lowerBound &+ Int(truncatingIfNeeded: bounded(last))
    }

    /// An integer in `0...last`, each equally likely, by multiplication and rejection (Lemire 2019).
    ///
    /// Consumes nothing for 0, 32-bit outputs if `last` fits in 32 bits, else 64-bit outputs.
    @inlinable public mutating func bounded(_ last: UInt64) -> UInt64 {
        if last == 0 { return 0 }
        if last < 0xffff_ffff {
            let n = last + 1
            var product = UInt64(next32()) &* n
            if product & 0xffff_ffff < n {
                let threshold = (0x1_0000_0000 - n) % n
                while product & 0xffff_ffff < threshold { product = UInt64(next32()) &* n }
            }
            return product >> 32
        }
        if last == 0xffff_ffff { return UInt64(next32()) }
        if last == .max { return next64() }
        let n = last + 1
        var product = next64().multipliedFullWidth(by: n)
        if product.low < n {
            let threshold = (0 &- n) % n
            while product.low < threshold { product = next64().multipliedFullWidth(by: n) }
        }
        return product.high
    }

    /// Shuffles an array, each order equally likely: from the last place on, each element changes places with one at or
    /// before it, whose place is masked low bits of 32, sampled again while too large.
    ///
    /// - Precondition: there are fewer than 2³² elements.
    @inlinable public mutating func shuffle<Element>(_ elements: inout [Element]) {
        precondition(elements.count >> 32 == 0, "shuffle: expected fewer than 2^32 elements, found \(elements.count)")
        for last in elements.indices.dropFirst().reversed() {
            let mask = UInt32.max >> UInt32(UInt32(last).leadingZeroBitCount)
            var place = next32() & mask
            while place > last { place = next32() & mask }
            elements.swapAt(last, Int(place))
        }
    }

    /// The index that `Generator.choice(k, p: probabilities)` returns: running sums are divided by the last one.
    ///
    /// Takes time linear in the number of probabilities and consumes one double.
    /// - Precondition: there is a probability, and their sum is positive.
    @inlinable public mutating func choice(probabilities: [Double]) -> Int {
        var total = 0.0
        for probability in probabilities { total += probability }
        precondition(total > 0, "choice: the \(probabilities.count) probabilities sum to \(total), not to 1")
        let draw = random()
        var sum = 0.0
        for (index, probability) in probabilities.enumerated() {
            sum += probability
            if sum / total > draw { return index }
        }
        return probabilities.count - 1
    }

    /// The sampling of Gymnasium's grid environments: the first index whose running sum of probabilities, not
    /// normalised, exceeds one double; 0 if there is none.
    @inlinable public mutating func categorical(_ probabilities: [Double]) -> Int {
        let draw = random()
        var sum = 0.0
        for (index, probability) in probabilities.enumerated() {
            sum += probability
            if sum > draw { return index }
        }
        return 0
    }
}

extension PCG64 {
    /// The generator as five words, for checkpoints: state, increment (each low word first), buffered half.
    @inlinable public var words: [UInt64] {
        [
            UInt64(truncatingIfNeeded: state), UInt64(truncatingIfNeeded: state >> 64),
            UInt64(truncatingIfNeeded: increment), UInt64(truncatingIfNeeded: increment >> 64),
            UInt64(half) | (hasHalf ? 1 << 32 : 0),
        ]
    }

    /// Restores a generator from ``words``; nil if they are not those of a generator.
    @inlinable public init?(words: [UInt64]) {
        guard words.count == 5, words[2] & 1 == 1, words[4] >> 33 == 0 else { return nil }
        state = UInt128(words[1]) << 64 | UInt128(words[0])
        increment = UInt128(words[3]) << 64 | UInt128(words[2])
        half = UInt32(truncatingIfNeeded: words[4])
        hasHalf = words[4] >> 32 == 1
    }
}
