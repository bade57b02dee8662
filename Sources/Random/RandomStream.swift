#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A sequential stream of random numbers over ``Philox4x32``, for agents, initialisers and samplers.
///
/// Its whole state is a key and a position, so it is cheap to save, and it can be split by name into independent
/// streams:
///
/// ```swift
/// let run = RandomStream(seed: 7)
/// var exploration = run.split("exploration")
/// let epsilon = exploration.uniform()
/// ```
@frozen public struct RandomStream: Hashable, Sendable, BitwiseCopyable, RandomNumberGenerator {
    /// The key, which identifies the stream.
    public let key: UInt64
    @usableFromInline var drawn: UInt64
    // The second word of the current block if the position is odd, else 0.
    @usableFromInline var second: UInt64

    /// The stream of a seed, from its start.
    @inlinable public init(seed: UInt64) {
        self.init(key: seed, position: 0)
    }

    /// A stream at a position, as read back from a checkpoint.
    @inlinable public init(key: UInt64, position: UInt64) {
        self.key = key
        drawn = position
        second = position & 1 == 1 ? Self.block(key, position >> 1).second : 0
    }

    /// The number of 64-bit words consumed so far.
    @inlinable public var position: UInt64 { drawn }

    @inlinable static func block(_ key: UInt64, _ index: UInt64, tag: UInt32 = 0) -> (first: UInt64, second: UInt64) {
        let counter = SIMD4(
            UInt32(truncatingIfNeeded: index), UInt32(truncatingIfNeeded: index >> 32), tag, 0)
        let words = Philox4x32.block(key: key, counter: counter)
        return (UInt64(words.x) | UInt64(words.y) << 32, UInt64(words.z) | UInt64(words.w) << 32)
    }

    /// 64 random bits.
    @inlinable public mutating func next() -> UInt64 {
        defer { drawn &+= 1 }
        if drawn & 1 == 1 {
            defer { second = 0 }
            return second
        }
        let words = Self.block(key, drawn >> 1)
        second = words.second
        return words.first
    }

    /// A double in 0..<1, a multiple of 2⁻⁵³.
    @inlinable public mutating func uniform() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// A float in 0..<1, a multiple of 2⁻²⁴.
    @inlinable public mutating func uniformFloat() -> Float {
        Float(next() >> 40) * 0x1p-24
    }

    /// A normal number, by the Box-Muller method (1958). Consumes two words.
    @inlinable public mutating func normal(mean: Double = 0, standardDeviation: Double = 1) -> Double {
        let radius = sqrt(-2 * log(1 - uniform()))
        return mean + standardDeviation * radius * cos(2 * Double.pi * uniform())
    }

    /// An integer in `0..<n`, each exactly equally likely, by multiplication and rejection (Lemire 2019).
    ///
    /// - Precondition: `n >= 1`.
    @inlinable public mutating func integers(below n: Int) -> Int {
        precondition(n >= 1, "integers(below: \(n)): there is no integer in 0..<\(n)")
        let n = UInt64(n)
        var product = next().multipliedFullWidth(by: n)
        if product.low < n {
            let threshold = (0 &- n) % n
            while product.low < threshold { product = next().multipliedFullWidth(by: n) }
        }
        return Int(truncatingIfNeeded: product.high)
    }

    /// Shuffles a collection, each order equally likely (Fisher and Yates).
    ///
    /// Unlike with the standard library's `shuffle(using:)`, the order is part of this module's contract.
    @inlinable public mutating func shuffle<Items: MutableCollection & RandomAccessCollection>(_ items: inout Items) {
        var remaining = items.count
        while remaining > 1 {
            let chosen = integers(below: remaining)
            remaining -= 1
            items.swapAt(
                items.index(items.startIndex, offsetBy: remaining), items.index(items.startIndex, offsetBy: chosen))
        }
    }

    /// The independent stream number `index` of this one: a function of the two keys, not of the position.
    @inlinable public func split(_ index: Int) -> RandomStream {
        RandomStream(seed: Self.block(key, UInt64(bitPattern: Int64(index)), tag: 1).first)
    }

    /// The independent stream `name` of this one: a function of key and name, not of the position.
    @inlinable public func split(_ name: String) -> RandomStream {
        // FNV-1a over the name's UTF-8; the block function then does the mixing.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return RandomStream(seed: Self.block(key, hash, tag: 2).first)
    }
}

extension RandomStream: Codable {
    enum CodingKeys: String, CodingKey { case key, position }

    /// Reads key and position.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            key: try fields.decode(UInt64.self, forKey: .key),
            position: try fields.decode(UInt64.self, forKey: .position))
    }

    /// Writes key and position.
    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(key, forKey: .key)
        try fields.encode(position, forKey: .position)
    }
}
