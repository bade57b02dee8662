/// Numbers in the narrowest type that holds them exactly. They become floats where they are written into a plan's input.
public enum DataNumbers: Sendable {
    /// Bytes, each standing for itself divided by `divisor`: bits, symbols and levels by 1, intensities from 0 to 1 by the
    /// greatest level.
    case bytes([UInt8], divisor: Float = 1)
    /// Whole numbers: symbols of more than 256.
    case integers([Int32])
    /// Anything else.
    case floats([Float])

    /// Whole numbers from 0, below `limit`: a byte each where that is enough.
    init(_ values: some Sequence<Int>, below limit: Int) {
        self = limit <= 256 ? .bytes(values.map { UInt8($0) }) : .integers(values.map { Int32($0) })
    }

    /// How many there are.
    public var count: Int {
        switch self {
        case .bytes(let bytes, _): bytes.count
        case .integers(let integers): integers.count
        case .floats(let floats): floats.count
        }
    }

    /// The number at a place.
    public subscript(index: Int) -> Float {
        switch self {
        case .bytes(let bytes, let divisor): Float(bytes[index]) / divisor
        case .integers(let integers): Float(integers[index])
        case .floats(let floats): floats[index]
        }
    }

    /// Writes the numbers of a range one after another; allocates nothing.
    ///
    /// - Parameter target: Where the first goes; there has to be room for all.
    public func write(_ range: Range<Int>, into target: UnsafeMutablePointer<Float>) {
        // Nothing may be asked for behind the end.
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

    /// All as floats; an array of its own where they are held in another type.
    public var floats: [Float] {
        if case .floats(let floats) = self { return floats }
        return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            if let start = buffer.baseAddress { write(0..<count, into: start) }
            initialized = count
        }
    }

    /// The numbers of several ranges one after another, in the same type.
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

    /// The same numbers as bytes where that changes none of them.
    func narrowed() -> DataNumbers {
        guard case .floats(let floats) = self else { return self }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(floats.count)
        for value in floats {
            // A negative zero has no byte.
            guard value.sign == .plus, let byte = UInt8(exactly: value) else { return self }
            bytes.append(byte)
        }
        return .bytes(bytes)
    }

    /// All numbers divided by one that is no number's divisor yet: bytes stay bytes.
    func divided(by divisor: Float) -> DataNumbers {
        if case .bytes(let bytes, 1) = self { return .bytes(bytes, divisor: divisor) }
        return .floats(floats.map { $0 / divisor })
    }

    /// The greatest minus each number, where none is above it.
    func inverted(greatest: Float) -> DataNumbers {
        if case .bytes(let bytes, 1) = self, let top = UInt8(exactly: greatest) {
            return .bytes(bytes.map { top - $0 })
        }
        return .floats(floats.map { greatest - $0 })
    }

    /// The greatest number; nil where there are none.
    var largest: Float? {
        if case .bytes(let bytes, let divisor) = self { return bytes.max().map { Float($0) / divisor } }
        return floats.max()
    }

    /// A byte for each number.
    func mapBytes(_ transform: (_ index: Int, _ value: Float) -> UInt8) -> DataNumbers {
        .bytes((0..<count).map { transform($0, self[$0]) })
    }
}

extension DataNumbers: Equatable {
    /// Whether the numbers are the same, in whatever type they are held.
    public static func == (left: DataNumbers, right: DataNumbers) -> Bool {
        switch (left, right) {
        case (.bytes(let left, let one), .bytes(let right, let other)) where one == other: left == right
        case (.integers(let left), .integers(let right)): left == right
        default: left.count == right.count && (0..<left.count).allSatisfy { left[$0] == right[$0] }
        }
    }
}
