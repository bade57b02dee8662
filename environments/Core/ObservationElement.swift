import Experience

/// A Swift type that observations can consist of.
public protocol ObservationElement: RowElement, Comparable, StateCodable {
    /// The value 0.
    static var zero: Self { get }
    /// The value of this type nearest to a number.
    init(nearest number: Double)
    /// The value as an integer, its fraction cut off.
    var index: Int { get }
    /// Writes values as floats.
    ///
    /// Whole rows are asked of the type, so that code that doesn't know it is fast too.
    ///
    /// - Precondition: `row` has as many elements as `values`.
    static func convert(_ values: [Self], to row: inout [Float])
    /// Leaves the greater of two rows in `row`, element by element.
    ///
    /// - Precondition: `row` has as many elements as `values`.
    static func keepGreater(of values: [Self], in row: inout [Self])
}

// Made anew for each type that calls them.
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
    /// The value as an integer, its fraction cut off.
    @inlinable public var index: Int { Int(self) }
    /// Writes values as floats.
    public static func convert(_ values: [Self], to row: inout [Float]) { convertEach(values, to: &row) { $0 } }
    /// Leaves the greater of two rows in `row`.
    public static func keepGreater(of values: [Self], in row: inout [Self]) { keepEachGreater(of: values, in: &row) }
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) { try coder.code(&self) }
}

extension UInt8: ObservationElement {
    /// Rounds, half away from zero, within 0...255.
    @inlinable public init(nearest number: Double) { self.init(Swift.min(Swift.max(number.rounded(), 0), 255)) }
    /// The value as an integer.
    @inlinable public var index: Int { Int(self) }
    /// Writes values as floats.
    public static func convert(_ values: [Self], to row: inout [Float]) { convertEach(values, to: &row) { Float($0) } }
    /// Leaves the greater of two rows in `row`.
    public static func keepGreater(of values: [Self], in row: inout [Self]) { keepEachGreater(of: values, in: &row) }
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) { try coder.code(&self) }
}

extension Int32: ObservationElement {
    /// Rounds, half away from zero, within the type's range.
    @inlinable public init(nearest number: Double) {
        self.init(Swift.min(Swift.max(number.rounded(), Double(Self.min)), Double(Self.max)))
    }
    /// The value as an integer.
    @inlinable public var index: Int { Int(self) }
    /// Writes values as floats, rounded.
    public static func convert(_ values: [Self], to row: inout [Float]) { convertEach(values, to: &row) { Float($0) } }
    /// Leaves the greater of two rows in `row`.
    public static func keepGreater(of values: [Self], in row: inout [Self]) { keepEachGreater(of: values, in: &row) }
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) { try coder.code(&self) }
}
