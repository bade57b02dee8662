import Random
import TensorCore

/// An affine map with noisy weights, which makes a value network explore (Fortunato et al., "Noisy Networks for
/// Exploration", 2018, with factorised noise):
///
///     y = x (μ_W + σ_W ⊙ ε_W)ᵀ + μ_b + σ_b ⊙ ε_b,   ε_W = f(ε_out) f(ε_in)ᵀ,  ε_b = f(ε_out),  f(x) = sgn(x) √|x|
///
/// (…, inputs) → (…, outputs). In ``Mode/training`` each application samples its own noise, the same for all rows and
/// new in each run; in evaluation there is no noise and the layer is x μ_Wᵀ + μ_b. Noise needs a program's random
/// stream.
public struct NoisyLinear: Layer {
    /// μ_W (outputs, inputs) and μ_b (outputs).
    public let mean: Linear
    /// σ_W, (outputs, inputs).
    public let weightDeviation: Variable
    /// σ_b, (outputs).
    public let biasDeviation: Variable

    /// Makes the layer with means uniform in ±1/√inputs.
    ///
    /// - Parameter deviation: σ₀; every σ starts at σ₀/√inputs. It is 0.5 in the paper.
    public init(_ inputs: Int, _ outputs: Int, deviation: Double = 0.5, random: inout RandomStream) {
        mean = Linear(inputs, outputs, random: &random)
        let start = Initializer.constant(deviation / Double(inputs).squareRoot())
        weightDeviation = Variable(start, shape: [outputs, inputs], name: "weightDeviation", random: &random)
        biasDeviation = Variable(start, shape: [outputs], name: "biasDeviation", random: &random)
    }

    /// Applies the map to each last row of `input`.
    public func callAsFunction(_ input: Tensor) -> Tensor {
        guard Mode.current == .training else { return mean(input) }
        let (outputs, inputs) = (mean.weight.shape[0], mean.weight.shape[1])
        let (rows, columns) = (Self.noise(outputs), Self.noise(inputs))
        let weight =
            mean.weight.tensor + weightDeviation.tensor * (rows.expandingDimension(at: 1) * columns)
        let bias = mean.bias!.tensor + biasDeviation.tensor * rows
        return input.matmul(weight, transposeRight: true) + bias
    }

    /// f of standard normal numbers: their products have the variance 2/π, close to that of the numbers themselves.
    private static func noise(_ count: Int) -> Tensor {
        let normal = Tensor.randomNormal([count])
        return (normal.sign() * normal.absolute().squareRoot()).withoutGradient()
    }

    /// `weight`, `bias`, `weightDeviation`, `biasDeviation`.
    public var parameters: Parameters {
        mean.parameters
            + Parameters(named: ["weightDeviation": weightDeviation, "biasDeviation": biasDeviation])
    }
}
