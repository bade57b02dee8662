/// Numbers in the narrowest type that holds them exactly. They become floats when written into a plan's input.
public enum DataNumbers: Sendable {
    /// Bytes, each of which stands for itself divided by `divisor`: 1 for bits, symbols and levels, the greatest level
    /// for intensities from 0 to 1.
    case bytes([UInt8], divisor: Float = 1)
    /// Whole numbers: more than 256 different symbols.
    case integers([Int32])
    case floats([Float])

    /// Whole numbers in `0..<limit`, as bytes if `limit` allows.
    init(_ values: some Sequence<Int>, below limit: Int) {
        self = limit <= 256 ? .bytes(values.map { UInt8($0) }) : .integers(values.map { Int32($0) })
    }

    public var count: Int {
        switch self {
        case .bytes(let bytes, _): bytes.count
        case .integers(let integers): integers.count
        case .floats(let floats): floats.count
        }
    }

    public subscript(index: Int) -> Float {
        switch self {
        case .bytes(let bytes, let divisor): Float(bytes[index]) / divisor
        case .integers(let integers): Float(integers[index])
        case .floats(let floats): floats[index]
        }
    }

    /// Writes the numbers of a range in order; allocates nothing.
    ///
    /// - Parameter target: Where the first number goes; it must have room for all of them.
    public func write(_ range: Range<Int>, into target: UnsafeMutablePointer<Float>) {
        // A pointer past the end must not be formed.
        guard !range.isEmpty else { return }
        switch self {
        case .bytes(let bytes, let divisor):
            bytes[range].withUnsafeBufferPointer { source in
                for index in source.indices { target[index] = Float(source[index]) / divisor }
            }
        case .integers(let integers):
            integers[range].withUnsafeBufferPointer { source in
                for index in source.indices { target[index] = Float(source[index]) }
            }
        case .floats(let floats):
            floats[range].withUnsafeBufferPointer { source in
                guard let start = source.baseAddress else { return }
                target.update(from: start, count: source.count)
            }
        }
    }

    /// All numbers as floats; a new array if they are held in another type.
    public var floats: [Float] {
        if case .floats(let floats) = self { return floats }
        return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            if let start = buffer.baseAddress { write(0..<count, into: start) }
            initialized = count
        }
    }

    /// The numbers of several ranges in order, in the same type.
    public func gathered(_ ranges: some Sequence<Range<Int>>) -> DataNumbers {
        func joined<Number>(_ all: [Number]) -> [Number] {
            var chosen: [Number] = []
            chosen.reserveCapacity(ranges.reduce(0) { $0 + $1.count })
            for range in ranges { chosen += all[range] }
            return chosen
        }
        return switch self {
        case .bytes(let bytes, let divisor): .bytes(joined(bytes), divisor: divisor)
        case .integers(let integers): .integers(joined(integers))
        case .floats(let floats): .floats(joined(floats))
        }
    }

    /// The same numbers as bytes if that changes none of them.
    func narrowed() -> DataNumbers {
        guard case .floats(let floats) = self else { return self }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(floats.count)
        for value in floats {
            // No byte stands for a negative zero.
            guard value.sign == .plus, let byte = UInt8(exactly: value) else { return self }
            bytes.append(byte)
        }
        return .bytes(bytes)
    }

    /// All numbers divided by `divisor`; there must be no divisor yet. Bytes stay bytes.
    func divided(by divisor: Float) -> DataNumbers {
        if case .bytes(let bytes, 1) = self { return .bytes(bytes, divisor: divisor) }
        return .floats(floats.map { $0 / divisor })
    }

    /// `greatest` minus each number; none may be above it.
    func inverted(greatest: Float) -> DataNumbers {
        if case .bytes(let bytes, 1) = self, let top = UInt8(exactly: greatest) {
            return .bytes(bytes.map { top - $0 })
        }
        return .floats(floats.map { greatest - $0 })
    }

    /// The largest number; nil if there are none.
    var largest: Float? {
        if case .bytes(let bytes, let divisor) = self { return bytes.max().map { Float($0) / divisor } }
        return floats.max()
    }

    func mapBytes(_ transform: (_ index: Int, _ value: Float) -> UInt8) -> DataNumbers {
        .bytes((0..<count).map { transform($0, self[$0]) })
    }
}

extension DataNumbers: Equatable {
    /// Whether the numbers are equal, whatever types they are held in.
    public static func == (left: DataNumbers, right: DataNumbers) -> Bool {
        switch (left, right) {
        case (.bytes(let left, let one), .bytes(let right, let other)) where one == other: left == right
        case (.integers(let left), .integers(let right)): left == right
        default: left.count == right.count && (0..<left.count).allSatisfy { left[$0] == right[$0] }
        }
    }
}
