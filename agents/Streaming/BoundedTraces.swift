import NeuralNetworks
import TensorCore

/// Eligibility traces of parameters with steps that are bounded so as not to overshoot (ObGD, Elsayed et al. 2024):
///
///     z ← d z + g,    M = α κ max(|δ|, 1) ‖z‖₁,    θ ← θ + α / max(M, 1) δ z
final class BoundedTraces {
    private let parameters: Parameters
    private let traces: [Variable]
    /// α, and κ: the larger, the smaller the steps.
    private let rate, caution: Double

    init(_ parameters: Parameters, rate: Double, caution: Double) {
        (self.parameters, self.rate, self.caution) = (parameters, rate, caution)
        traces = parameters.entries.map { Variable(zeros: $0.variable.shape, name: "trace.\($0.path)") }
    }

    /// Records a step.
    ///
    /// - Parameters:
    ///   - potential: what the traces follow: g is its gradient.
    ///   - error: δ, a single number.
    ///   - decay: d, γλ or 0 after an end.
    func improve(_ potential: Tensor, error: Tensor, decay: Tensor) throws {
        let error = error.withoutGradient()
        let gradients = gradients(of: potential, withRespectTo: parameters.variables)
        let next = zip(traces, gradients).map { decay * $0.tensor + $1 }
        let norm = next.map { $0.absolute().sum() }.reduce(Tensor(0), +)
        let bound = rate * caution * maximum(error.absolute(), Tensor(1)) * norm
        let step = rate / maximum(bound, Tensor(1)) * error
        for ((parameter, trace), z) in zip(zip(parameters.variables, traces), next) {
            try trace.assign(z)
            try parameter.assign(parameter.tensor + step * z)
        }
    }

    var state: Parameters { Parameters(zip(parameters.entries, traces).map { ($0.path, $1) }) }
}
