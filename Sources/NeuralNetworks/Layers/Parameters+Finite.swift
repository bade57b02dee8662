import TensorCore

/// A number among parameters that is NaN or infinite.
public struct NotFinite: Hashable, Sendable, CustomStringConvertible {
    /// The path of the parameter.
    public var path: String
    /// The number's place in the parameter, row-major, from 0.
    public var index: Int
    /// NaN or an infinity.
    public var value: Float

    public init(path: String, index: Int, value: Float) {
        (self.path, self.index, self.value) = (path, index, value)
    }

    /// Such as `element 3 of 'layers.0.weight' is nan`.
    public var description: String { "element \(index) of '\(path)' is \(value)" }
}

extension Parameters {
    /// The first number that is NaN or infinite; nil if all are finite.
    public var firstNotFinite: NotFinite? {
        for (path, variable) in entries {
            let found = variable.withValues { values in
                // A sum of products with 0 is 0 unless a factor is NaN or infinite.
                values.reduce(Float(0)) { $0 + $1 * 0 } == 0
                    ? nil : values.firstNotFinite.map { (index: $0, value: values[$0]) }
            }
            if let found { return NotFinite(path: path, index: found.index, value: found.value) }
        }
        return nil
    }
}

extension Collection where Element == Float, Index == Int {
    /// The place of the first element that is NaN or infinite; nil if all are finite.
    public var firstNotFinite: Int? { firstIndex { !$0.isFinite } }
}
