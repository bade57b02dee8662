import Configuration
import TensorCore

/// Activation functions by name, with their default settings; with other settings they are methods of `Tensor`.
public enum Activation: String, SettingChoice, Layer {
    case relu, tanh, sigmoid, leakyRelu, rrelu, elu, selu, gelu, geluTanh, silu, mish, softplus, softsign, hardTanh
    case logSigmoid

    /// Applies the function to each element.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        switch self {
        case .relu: x.relu()
        case .tanh: x.tanh()
        case .sigmoid: x.sigmoid()
        case .leakyRelu: x.leakyRelu()
        case .rrelu: x.rrelu()
        case .elu: x.elu()
        case .selu: x.selu()
        case .gelu: x.gelu()
        case .geluTanh: x.geluTanh()
        case .silu: x.silu()
        case .mish: x.mish()
        case .softplus: x.softplus()
        case .softsign: x.softsign()
        case .hardTanh: x.hardTanh()
        case .logSigmoid: x.logSigmoid()
        }
    }

    public var parameters: Parameters { [:] }
}

// The functions. relu, tanh, sigmoid, softplus and logSigmoid are the tensor's own operations.
extension Tensor {
    /// x where x > 0, otherwise α x (Maas et al. 2013).
    public func leakyRelu(_ slope: Double = 0.01) -> Tensor { Tensor.select(self .> Tensor(0), self, slope * self) }

    /// Randomised leaky ReLU (Xu et al., "Empirical evaluation of rectified activations", 2015): α ~ U(a, b) for each
    /// element in training, (a + b) / 2 in evaluation.
    public func rrelu(lower: Double = 1.0 / 8, upper: Double = 1.0 / 3) -> Tensor {
        guard Mode.current == .training else { return leakyRelu((lower + upper) / 2) }
        let slope = lower + (upper - lower) * Tensor.randomUniform(shape)
        return Tensor.select(self .> Tensor(0), self, slope * self)
    }

    /// x where x > 0, otherwise α (eˣ − 1) (Clevert et al. 2016).
    public func elu(_ alpha: Double = 1) -> Tensor {
        let positive = self .> Tensor(0)
        // Large x would overflow in the branch that is not taken, and 0 · ∞ in its gradient is NaN.
        let negative = Tensor.select(positive, Tensor(0), self)
        return Tensor.select(positive, self, alpha * negative.expm1())
    }

    /// λ elu(x) with the α and λ that keep mean 0 and variance 1 (Klambauer et al., "Self-normalizing neural networks",
    /// 2017).
    public func selu() -> Tensor { 1.0507009873554805 * elu(1.6732632423543772) }

    /// x Φ(x) = ½ x (1 + erf(x / √2)) (Hendrycks & Gimpel 2016).
    public func gelu() -> Tensor {
        let share = 0.5 * (1 + (self * 0.5.squareRoot()).erf())
        let density = (1 / (2 * Double.pi).squareRoot()) * (-0.5 * squared()).exp()
        return (self * share).withDerivative(share + self * density, by: self)
    }

    /// ``gelu()`` approximated by ½ x (1 + tanh(√(2/π) (x + 0.044715 x³))), with an error below 5·10⁻⁴.
    public func geluTanh() -> Tensor {
        let (root, square) = ((2 / Double.pi).squareRoot(), squared())
        let bend = (root * (self + 0.044715 * square * self)).tanh()
        let slope = (1 - bend.squared()) * (root * (1 + 3 * 0.044715 * square))
        return (0.5 * self * (1 + bend)).withDerivative(0.5 * (1 + bend + self * slope), by: self)
    }

    /// x σ(x), also called swish (Elfwing et al. 2018).
    public func silu() -> Tensor {
        let (share, value) = (sigmoid(), self * sigmoid())
        return value.withDerivative(share + value * (1 - share), by: self)
    }

    /// x tanh(softplus(x)) (Misra 2019).
    public func mish() -> Tensor {
        let share = softplus().tanh()
        return (self * share).withDerivative(share + self * (1 - share.squared()) * sigmoid(), by: self)
    }

    /// This tensor with its derivative by `x` given element by element. The derivative is computed with the value and
    /// kept for the gradient, as one array in place of the several that the value's operations would keep.
    private func withDerivative(_ derivative: Tensor, by x: Tensor) -> Tensor {
        withGradient(of: [x]) { [$0 * derivative] }
    }

    /// x / (1 + |x|).
    public func softsign() -> Tensor { self / (1 + absolute()) }

    /// x within [−1, 1], the nearer bound outside.
    public func hardTanh() -> Tensor { clamped(-1, 1) }

    /// The gated linear unit a ⊙ σ(b) of the halves a and b of each last row: (…, 2C) → (…, C) (Dauphin et al. 2017).
    ///
    /// - Precondition: the last extent is even.
    public func glu() -> Tensor {
        let halves = split(into: 2, axis: -1)
        return halves[0] * halves[1].sigmoid()
    }

    /// The largest of each `pieces` neighbouring channels: (…, C · pieces) → (…, C) (Goodfellow et al., "Maxout
    /// networks", 2013).
    ///
    /// - Precondition: the last extent is divisible by `pieces`.
    public func maxout(pieces: Int) -> Tensor {
        let channels = shape[rank - 1]
        precondition(
            pieces > 0 && channels % pieces == 0,
            "maxout: the \(channels) channels of \(shape) can't be divided into groups of \(pieces)")
        return reshaped(to: shape.dropLast() + [channels / pieces, pieces]).max([-1])
    }
}
