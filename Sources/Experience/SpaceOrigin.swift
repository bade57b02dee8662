/// How a space's numbers are counted where it comes from: Gymnasium's `Discrete(3, start=1)` has the members 1, 2 and
/// 3, which are 0, 1 and 2 here. What people read and what files hold are the original's numbers.
public struct SpaceOrigin: Hashable, Sendable {
    /// What is added to each number of a member to give the original's.
    public let starts: [Int]
    /// The space as it is written where it comes from.
    public let text: String

    /// - Precondition: the original's numbers are those of the type that holds them.
    public init(starts: [Int], text: String) { (self.starts, self.text) = (starts, text) }

    /// The original's numbers of a member.
    public func original(_ numbers: [Double]) -> [Double] { zip(numbers, starts).map { $0 + Double($1) } }

    /// The numbers of a member from the original's.
    public func member(_ numbers: [Double]) -> [Double] { zip(numbers, starts).map { $0 - Double($1) } }

    /// Adds the starts to the numbers in rows of elements, or with a `sign` of -1 subtracts them.
    ///
    /// - Returns: false if a number leaves the range of its type.
    public static func shift(
        _ bytes: UnsafeMutableRawBufferPointer, of type: ElementType, by starts: [Int], sign: Int
    ) -> Bool {
        switch type {
        case .int64: shift(bytes.assumingMemoryBound(to: Int64.self), by: starts, sign)
        case .int32: shift(bytes.assumingMemoryBound(to: Int32.self), by: starts, sign)
        case .uint8, .boolean: shift(bytes.assumingMemoryBound(to: UInt8.self), by: starts, sign)
        case .float32: shift(bytes.assumingMemoryBound(to: Float.self), by: starts, sign)
        case .float64: shift(bytes.assumingMemoryBound(to: Double.self), by: starts, sign)
        }
    }

    private static func shift<Number: FixedWidthInteger>(
        _ numbers: UnsafeMutableBufferPointer<Number>, by starts: [Int], _ sign: Int
    ) -> Bool {
        for place in numbers.indices {
            let (number, start) = (Int(numbers[place]), starts[place % starts.count])
            let (sum, overflow) =
                sign > 0 ? number.addingReportingOverflow(start) : number.subtractingReportingOverflow(start)
            guard !overflow, let shifted = Number(exactly: sum) else { return false }
            numbers[place] = shifted
        }
        return true
    }

    private static func shift<Number: BinaryFloatingPoint>(
        _ numbers: UnsafeMutableBufferPointer<Number>, by starts: [Int], _ sign: Int
    ) -> Bool {
        for place in numbers.indices { numbers[place] += Number(starts[place % starts.count]) * Number(sign) }
        return true
    }
}
