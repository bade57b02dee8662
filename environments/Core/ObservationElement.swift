import Experience

/// A Swift type that can be an element of observations.
public protocol ObservationElement: RowElement, Comparable, StateCodable {
    static var zero: Self { get }
    /// The value of this type nearest to a number.
    init(nearest number: Double)
    /// The value as an integer, truncated.
    var index: Int { get }
    /// Writes values as floats.
    ///
    /// The type converts whole rows, so that unspecialised code is fast too.
    ///
    /// - Precondition: `row` has as many elements as `values`.
    static func convert(_ values: [Self], to row: inout [Float])
    /// Writes the element-wise maximum of two rows to `row`.
    ///
    /// - Precondition: `row` has as many elements as `values`.
    static func keepGreater(of values: [Self], in row: inout [Self])
}

// Specialised for each type that calls them.
extension ObservationElement {
    @inline(__always) fileprivate static func convertEach(
        _ values: [Self], to row: inout [Float], _ convert: (Self) -> Float
    ) {
        precondition(values.count == row.count, "\(values.count) values for a row of \(row.count)")
        for index in values.indices { row[index] = convert(values[index]) }
    }

    @inline(__always) fileprivate static func keepEachGreater(of values: [Self], in row: inout [Self]) {
        precondition(values.count == row.count, "\(values.count) values for a row of \(row.count)")
        for index in values.indices where values[index] > row[index] { row[index] = values[index] }
    }
}

extension Float: ObservationElement {
    /// Rounds to single precision.
    @inlinable public init(nearest number: Double) { self.init(number) }
    @inlinable public var index: Int { Int(self) }
    public static func convert(_ values: [Self], to row: inout [Float]) { convertEach(values, to: &row) { $0 } }
    public static func keepGreater(of values: [Self], in row: inout [Self]) { keepEachGreater(of: values, in: &row) }
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) { try coder.code(&self) }
}

extension UInt8: ObservationElement {
    /// Rounds, half away from zero, within 0...255.
    @inlinable public init(nearest number: Double) { self.init(Swift.min(Swift.max(number.rounded(), 0), 255)) }
    @inlinable public var index: Int { Int(self) }
    public static func convert(_ values: [Self], to row: inout [Float]) { convertEach(values, to: &row) { Float($0) } }
    public static func keepGreater(of values: [Self], in row: inout [Self]) { keepEachGreater(of: values, in: &row) }
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) { try coder.code(&self) }
}

extension Int32: ObservationElement {
    /// Rounds, half away from zero, within the type's range.
    @inlinable public init(nearest number: Double) {
        self.init(Swift.min(Swift.max(number.rounded(), Double(Self.min)), Double(Self.max)))
    }
    @inlinable public var index: Int { Int(self) }
    /// Writes values as floats, rounded.
    public static func convert(_ values: [Self], to row: inout [Float]) { convertEach(values, to: &row) { Float($0) } }
    public static func keepGreater(of values: [Self], in row: inout [Self]) { keepEachGreater(of: values, in: &row) }
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) { try coder.code(&self) }
}
