/// A set of observations or actions, in Gymnasium's terms.
public indirect enum Space: Hashable, Sendable {
    /// The integers `0..<count`.
    case discrete(Int)
    /// Arrays of numbers within bounds, one pair of bounds an element, row-major.
    case box(low: [Double], high: [Double], shape: [Int], element: ElementType)
    /// A fixed number of integers, the i-th in `0..<counts[i]`.
    case multiDiscrete([Int])
    /// An array of zeros and ones of the given shape.
    case multiBinary([Int])
    /// Several spaces in order.
    case tuple([Space])
    /// Several named spaces, in the order of their names.
    case dictionary([String: Space])
}
