import Random

/// A value whose mutable state can be written to bytes and read back, as exact resume requires.
///
/// One function does both, so that reading and writing cannot disagree:
///
/// ```swift
/// mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
///     try coder.code(&state, in: 0...15)
///     try coder.code(&random)
/// }
/// ```
public protocol StateCodable {
    /// Passes each mutable field to `coder`, which writes or replaces it. Constant data is left out.
    ///
    /// - Throws: ``EnvironmentError/badState(offset:expected:)`` if the bytes read hold no such state.
    mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError)
}

extension StateCodable {
    /// The state as bytes.
    public func stateBytes() -> [UInt8] {
        var copy = self
        var coder = StateCoder()
        do {
            try copy.codeState(with: &coder)
        } catch {
            preconditionFailure("\(Self.self).codeState threw while writing: \(error)")
        }
        return coder.bytes
    }

    /// Restores the state from bytes that ``stateBytes()`` made. Changes nothing if they are invalid.
    ///
    /// - Throws: ``EnvironmentError/badState(offset:expected:)``.
    public mutating func restoreState(from bytes: [UInt8]) throws(EnvironmentError) {
        var copy = self
        var coder = StateCoder(reading: bytes)
        try copy.codeState(with: &coder)
        try coder.finish()
        self = copy
    }
}

/// Writes fields to bytes, or reads them back in the same order. Numbers are little-endian.
public struct StateCoder: Sendable {
    /// The bytes written so far, or those being read.
    public private(set) var bytes: [UInt8]
    /// Whether fields are replaced by values from the bytes.
    public let isReading: Bool
    /// The number of bytes read so far.
    public private(set) var offset = 0

    /// Starts writing.
    public init() {
        bytes = []
        isReading = false
    }

    /// Starts reading.
    public init(reading bytes: [UInt8]) {
        self.bytes = bytes
        isReading = true
    }

    /// Codes an integer; reading rejects one outside `range`.
    public mutating func code<Number: FixedWidthInteger & Sendable>(
        _ value: inout Number, in range: ClosedRange<Number> = Number.min...Number.max
    ) throws(EnvironmentError) {
        let size = Number.bitWidth / 8
        guard isReading else {
            for index in 0..<size { bytes.append(UInt8(truncatingIfNeeded: value >> Number(8 * index))) }
            return
        }
        guard bytes.count - offset >= size else {
            throw .badState(offset: offset, expected: "\(size) more bytes, of \(bytes.count) in all")
        }
        var found: Number = 0
        for index in 0..<size { found |= Number(truncatingIfNeeded: bytes[offset + index]) << Number(8 * index) }
        guard range.contains(found) else {
            throw .badState(offset: offset, expected: "a number in \(range), not \(found)")
        }
        offset += size
        value = found
    }

    /// Codes a double, bit for bit.
    public mutating func code(_ value: inout Double) throws(EnvironmentError) {
        var bits = value.bitPattern
        try code(&bits)
        value = Double(bitPattern: bits)
    }

    /// Codes a double, bit for bit; reading rejects one outside `range`, and NaN.
    public mutating func code(_ value: inout Double, in range: ClosedRange<Double>) throws(EnvironmentError) {
        let start = offset
        try code(&value)
        guard !isReading || range.contains(value) else {
            throw .badState(offset: start, expected: "a number in \(range), not \(value)")
        }
    }

    /// Codes a float, bit for bit; reading rejects one outside `range`, and NaN.
    public mutating func code(_ value: inout Float, in range: ClosedRange<Float>) throws(EnvironmentError) {
        let start = offset
        try code(&value)
        guard !isReading || range.contains(value) else {
            throw .badState(offset: start, expected: "a number in \(range), not \(value)")
        }
    }

    /// Codes a float, bit for bit.
    public mutating func code(_ value: inout Float) throws(EnvironmentError) {
        var bits = value.bitPattern
        try code(&bits)
        value = Float(bitPattern: bits)
    }

    /// Codes a Boolean.
    public mutating func code(_ value: inout Bool) throws(EnvironmentError) {
        var bit: UInt8 = value ? 1 : 0
        try code(&bit, in: 0...1)
        value = bit == 1
    }

    /// Codes the elements of an array of fixed length.
    public mutating func code<let count: Int, Number: FixedWidthInteger & Sendable>(
        _ values: inout InlineArray<count, Number>, in range: ClosedRange<Number> = Number.min...Number.max
    ) throws(EnvironmentError) {
        for index in values.indices { try code(&values[index], in: range) }
    }

    /// Codes the elements of an array whose length is part of the constant data.
    public mutating func code<Number: FixedWidthInteger & Sendable>(
        _ values: inout [Number], in range: ClosedRange<Number> = Number.min...Number.max
    ) throws(EnvironmentError) {
        for index in values.indices { try code(&values[index], in: range) }
    }

    /// Codes bytes, all at once; their number is part of the constant data.
    public mutating func code(_ values: inout [UInt8]) throws(EnvironmentError) {
        guard isReading else { return bytes.append(contentsOf: values) }
        guard bytes.count - offset >= values.count else {
            throw .badState(offset: offset, expected: "\(values.count) more bytes, of \(bytes.count) in all")
        }
        values = Array(bytes[offset..<offset + values.count])
        offset += values.count
    }

    /// Codes the elements of an array whose length is part of the constant data, bit for bit.
    public mutating func code(_ values: inout [Double]) throws(EnvironmentError) {
        for index in values.indices { try code(&values[index]) }
    }

    /// Codes the elements of an array whose length is part of the constant data, bit for bit.
    public mutating func code(_ values: inout [Float]) throws(EnvironmentError) {
        for index in values.indices { try code(&values[index]) }
    }

    /// Codes the memory of a value: for numbers and structs of numbers for which any bits are valid.
    public mutating func code<Value: BitwiseCopyable>(bitsOf value: inout Value) throws(EnvironmentError) {
        var copy = withUnsafeBytes(of: value) { Array($0) }
        try code(&copy)
        withUnsafeMutableBytes(of: &value) { $0.copyBytes(from: copy) }
    }

    /// Codes a random stream.
    public mutating func code(_ value: inout PCG64) throws(EnvironmentError) {
        let start = offset
        var words = value.words
        try code(&words)
        guard let generator = PCG64(words: words) else {
            throw .badState(offset: start, expected: "the state of a PCG64 stream")
        }
        value = generator
    }

    /// Codes a random stream.
    public mutating func code(_ value: inout MT19937) throws(EnvironmentError) {
        let start = offset
        var words = value.words
        try code(&words)
        guard let generator = MT19937(words: words) else {
            throw .badState(offset: start, expected: "the state of an MT19937 stream")
        }
        value = generator
    }

    /// Codes a random stream.
    public mutating func code(_ value: inout RandomStream) throws(EnvironmentError) {
        var (key, position) = (value.key, value.position)
        try code(&key)
        try code(&position)
        value = RandomStream(key: key, position: position)
    }

    /// Codes a mark that distinguishes kinds of state; reading rejects any other mark.
    public mutating func code(mark: String) throws(EnvironmentError) {
        let start = offset
        var length = UInt32(mark.utf8.count)
        var found = Array(mark.utf8)
        do throws(EnvironmentError) {
            try code(&length, in: length...length)
            try code(&found)
        } catch {
            found = []
        }
        guard found.elementsEqual(mark.utf8) else {
            throw .badState(offset: start, expected: "the state of '\(mark)'")
        }
    }

    /// Checks that all bytes have been read.
    public func finish() throws(EnvironmentError) {
        guard !isReading || offset == bytes.count else {
            throw .badState(offset: offset, expected: "the end of the state, not \(bytes.count - offset) more bytes")
        }
    }
}
