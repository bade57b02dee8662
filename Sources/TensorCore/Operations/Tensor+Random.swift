// Random tensors. A value is a function of the program's key, the replay's counter, the node and the element, so it
// is the same fused or not and on any split.

extension Tensor {
    /// Uniform numbers in [0, 1), new in each replay. Recorded in a program only.
    public static func randomUniform(_ shape: Shape) -> Tensor { random(.uniform, shape) }

    /// Standard normal numbers, new in each replay. Recorded in a program only.
    public static func randomNormal(_ shape: Shape) -> Tensor { random(.normal, shape) }

    private static func random(_ distribution: Operation.Distribution, _ shape: Shape) -> Tensor {
        let ordinal = Recording.current?.nextRandomOrdinal() ?? -1
        return Tensor(Node(.random(distribution, ordinal: ordinal), [], shape: shape, type: .float32))
    }
}
