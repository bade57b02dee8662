/// The geometry of a convolution, channels last, with the extents of the three arrays that it relates: the input (B, H,
/// W, C), the weight (O, KH, KW, C / groups) and the output (B, H′, W′, O).
///
/// y[n, i, j, o] = Σ w[o, a, b, c] x[n, i·stride + a·dilation − top, j·stride + b·dilation − left, c], where elements
/// outside of x are 0. Each of the three arrays is a bilinear function of the other two, so one geometry serves the
/// convolution, both its gradients, and their gradients.
struct Convolution: Hashable, CustomStringConvertible {
    /// Which of the three arrays is computed from the other two, in the order input, weight, output.
    enum Part: String, Hashable {
        case output = "forward"
        case input = "to the input"
        case weight = "to the weight"
    }

    var input: Shape
    var weight: Shape
    var output: Shape
    /// Down and across, as are all pairs here.
    var stride: [Int]
    var dilation: [Int]
    /// Zeros before the first row and column; those after the last follow from the output's extents.
    var padding: [Int]
    var groups: Int

    /// Multiplications and additions, not counting those with padding.
    var flops: Int { 2 * output[0] * output[3] * weight[3] * productCount(along: 0) * productCount(along: 1) }

    /// The number of pairs of an output place and a tap that reads a place within the input, along dimension 0 or 1.
    private func productCount(along axis: Int) -> Int {
        (0..<output[axis + 1]).map { position in
            (0..<weight[axis + 1]).count { (0..<input[axis + 1]).contains(source(of: position, tap: $0, along: axis)) }
        }.reduce(0, +)
    }

    var description: String {
        var text = "\(weight[1])×\(weight[2])"
        if stride != [1, 1] { text += " stride \(stride)" }
        if dilation != [1, 1] { text += " dilation \(dilation)" }
        if groups != 1 { text += " groups \(groups)" }
        return text
    }

    func shape(of part: Part) -> Shape {
        switch part {
        case .output: output
        case .input: input
        case .weight: weight
        }
    }

    /// The place in the input that the output place `position` reads at the kernel place `tap`, along dimension 0 or 1.
    func source(of position: Int, tap: Int, along axis: Int) -> Int {
        position * stride[axis] + tap * dilation[axis] - padding[axis]
    }
}

/// A pooling window: its extents, strides and padding, down and across.
struct Window: Hashable {
    var extents: [Int]
    var stride: [Int]
    /// Places before the first row and column, which no window can choose.
    var padding: [Int]
}

/// Rows and columns added around an image, or steps before and after a sequence; negative ones crop.
public struct Padding: Hashable, Sendable, ExpressibleByIntegerLiteral {
    /// Rows above and below, columns at the left and right.
    public var top, bottom, left, right: Int

    /// Separate padding for each side.
    public init(top: Int = 0, bottom: Int = 0, left: Int = 0, right: Int = 0) {
        (self.top, self.bottom, self.left, self.right) = (top, bottom, left, right)
    }

    /// The same on all four sides.
    public init(integerLiteral value: Int) { self.init(all: value) }

    /// The same on all four sides.
    public init(all value: Int) { self.init(top: value, bottom: value, left: value, right: value) }

    /// The padding that preserves the extents at stride 1: (k − 1)·d in all, with the larger half after.
    public static func same(kernel: (Int, Int), dilation: (Int, Int) = (1, 1)) -> Padding {
        let (down, across) = ((kernel.0 - 1) * dilation.0, (kernel.1 - 1) * dilation.1)
        return Padding(
            top: down / 2, bottom: down - down / 2, left: across / 2, right: across - across / 2)
    }

    /// (k − 1)·d steps before a sequence and none after, so that no output depends on later steps.
    public static func causal(kernel: Int, dilation: Int = 1) -> Padding { Padding(left: (kernel - 1) * dilation) }
}
