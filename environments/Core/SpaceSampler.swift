#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif
import Experience
import Random

/// A space with its own random stream: samples the same members as Gymnasium's `space.seed(s); space.sample()`.
///
/// The one exception is an unbounded box, for which NumPy uses its own tables: here the numbers follow the same
/// distributions (normal, or a shifted exponential) but differ.
public struct SpaceSampler: Sendable {
    /// The space to sample from.
    public let space: Space
    private var random: PCG64
    private var parts: [SpaceSampler]

    /// Seeds a sampler; the parts of a tuple or dictionary get seeds sampled from this one.
    public init(_ space: Space, seed: UInt64) {
        self.space = space
        var random = PCG64(seed: seed)
        let seeds = space.parts.map { _ in random.integers(Int(Int32.max)) }
        parts = zip(space.parts, seeds).map { SpaceSampler($0, seed: UInt64($1)) }
        self.random = random
    }

    /// Samples a member: its numbers in row-major order.
    public mutating func sample() -> [Double] {
        switch space {
        case .discrete(let count):
            return [Double(random.integers(count))]
        case .box(let low, let high, _, let element):
            return zip(low, high).map { draw($0, $1, element) }
        case .multiDiscrete(let counts):
            return counts.map { (random.random() * Double($0)).rounded(.down) }
        case .multiBinary:
            return sampleBits(space.count)
        case .tuple, .dictionary:
            return parts.indices.flatMap { parts[$0].sample() }
        }
    }

    /// Samples an index at which `allowed` is true; if there is none, 0, without using the random stream.
    ///
    /// - Precondition: the space is discrete and `allowed` has one entry per member.
    public mutating func sample(allowed: [Bool]) -> Int {
        precondition(
            space.discreteCount == allowed.count, "sample: a mask of \(allowed.count) entries does not fit \(space)")
        let indices = allowed.indices.filter { allowed[$0] }
        return indices.isEmpty ? 0 : indices[random.integers(indices.count)]
    }

    private mutating func draw(_ low: Double, _ high: Double, _ element: ElementType) -> Double {
        guard element == .float32 else { return random.uniform(low, high + 1).rounded(.down) }
        let number =
            switch (low.isFinite, high.isFinite) {
            case (true, true): random.uniform(low, high)
            case (true, false): low - log(1 - random.random())
            case (false, true): high + log(1 - random.random())
            case (false, false): sqrt(-2 * log(1 - random.random())) * cos(2 * Double.pi * random.random())
            }
        return Double(Float(number))
    }

    /// NumPy takes 8-bit integers from the bytes of 32-bit outputs, the lowest byte first; for a bound of two the
    /// result is the byte's highest bit.
    private mutating func sampleBits(_ count: Int) -> [Double] {
        var word: UInt32 = 0
        return (0..<count).map { index in
            word = index % 4 == 0 ? random.next32() : word >> 8
            return Double(word >> 7 & 1)
        }
    }
}
