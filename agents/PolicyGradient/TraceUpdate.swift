import NeuralNetworks
import TensorCore

/// One step of AC(λ) in n environments as programs, each of which a row of every environment goes through at once.
///
/// With wᵢ = 1/rows for the environments that have a step to learn from and 0 for the others:
///
///     G = Σ wᵢ (δᵢ zᵢ + β ∇H(π(sᵢ))),   S ← ρ S + G²,   θ ← θ + α G / √(c S + ε),   c = (1 − ρ) / (1 − ρᵗ)
///     zᵢ ← dᵢ zᵢ + ∇(V(sᵢ) + ½ log(π(aᵢ|sᵢ) + ε))
///
/// On the right, θ and zᵢ are as before the step. (1 − ρ) S is the running mean of squared updates, and S takes one
/// product less. Traces and sums are variables, one for each parameter; each environment has its traces.
final class TraceUpdate {
    /// What a run of a program does.
    enum Kind: CaseIterable {
        /// The update alone: the state is the last one of an episode.
        case learning
        /// The traces alone: the state is the first one.
        case tracing
        case both
    }

    /// Where a plan's inputs are: of n environments, rows of each.
    enum Inputs {
        /// s₍ₜ₋₁₎ and sₜ (n, …), aₜ (n).
        static let previous = 0, observations = 1, actions = 2
        /// r₍ₜ₋₁₎; γ, or 0 if sₜ is terminal; wᵢ; dᵢ (n).
        static let rewards = 3, discounts = 4, weights = 5, decays = 6
        /// c (1).
        static let scale = 7
    }

    private let network: TracedNetwork
    private let settings: ActorCriticTracesSettings
    private let environments: Int
    private let parameters: Parameters
    private let squares: [Variable]
    private let traces: [[Variable]]
    private(set) var programs: [Kind: Program] = [:]

    init(_ network: TracedNetwork, _ settings: ActorCriticTracesSettings, environments: Int) {
        (self.network, self.settings, self.environments) = (network, settings, environments)
        let parameters = network.parameters
        func zeros(_ prefix: String) -> [Variable] {
            parameters.entries.map { Variable(zeros: $0.variable.shape, name: prefix + $0.path) }
        }
        self.parameters = parameters
        squares = zeros("square.")
        traces = (0..<environments).map { _ in zeros("trace.") }
        let inputs: [Program.Input] =
            [network.design.input(rows: environments), network.design.input(rows: environments), .int32(environments)]
            + Array(repeating: .float32(environments), count: 4) + [.float32(1)]
        for kind in Kind.allCases {
            programs[kind] = Program("actor-critic \(kind)", inputs: inputs) { [unowned self] in
                try self.record($0, kind)
            }
        }
    }

    /// The sums of squared updates, and the traces.
    var state: Parameters {
        let paths = parameters.entries.map(\.path)
        let groups = traces.map { Parameters(zip(paths, $0).map { ($0, $1) }) }
        return ["square": Parameters(zip(paths, squares).map { ($0, $1) }), "trace": Parameters(list: groups)]
    }

    /// - Returns: Σ wᵢ δᵢ and the entropy Σ wᵢ H(π(sᵢ)), if the kind learns.
    private func record(_ given: [Tensor], _ kind: Kind) throws -> [Tensor] {
        let rows = (0..<environments).map { row in
            network(given[Inputs.observations].sliced(row..<row + 1, axis: 0))
        }
        let results = kind == .tracing ? [] : try learn(rows, given)
        if kind != .learning {
            for (row, outputs) in rows.enumerated() { try trace(row, outputs, given) }
        }
        return results
    }

    private func trace(
        _ row: Int, _ outputs: (probabilities: Tensor, values: Tensor), _ given: [Tensor]
    ) throws {
        func own(_ input: Int) -> Tensor { given[input].sliced(row..<row + 1, axis: 0) }
        let chosen = outputs.probabilities.gathered(own(Inputs.actions))
        let potential = (outputs.values + 0.5 * (chosen + settings.epsilon).log()).sum()
        let decay = own(Inputs.decays).sum()
        for (trace, gradient) in zip(traces[row], gradients(of: potential, withRespectTo: parameters.variables)) {
            try trace.assign(decay * trace.tensor + gradient)
        }
    }

    private func learn(_ rows: [(probabilities: Tensor, values: Tensor)], _ given: [Tensor]) throws -> [Tensor] {
        let weights = given[Inputs.weights], decay = settings.momentDecay
        let values = Tensor.concatenated(rows.map(\.values), axis: 0)
        let before = network.values(given[Inputs.previous])
        let errors = weights * (given[Inputs.rewards] + given[Inputs.discounts] * values - before)
        let entropies = rows.map { -($0.probabilities * ($0.probabilities + settings.epsilon).log()).sum([-1]) }
        let entropy = (weights * Tensor.concatenated(entropies, axis: 0)).sum()
        let bonuses = gradients(of: settings.entropyBonus * entropy, withRespectTo: parameters.variables)
        let each = (0..<environments).map { errors.sliced($0..<$0 + 1, axis: 0).sum() }
        let scale = given[Inputs.scale].sum()
        for (place, parameter) in parameters.variables.enumerated() {
            let direction = zip(each, traces).reduce(bonuses[place]) { $0 + $1.0 * $1.1[place].tensor }
            let square = decay * squares[place].tensor + direction.squared()
            try squares[place].assign(square)
            let root = (scale * square + settings.epsilon).squareRoot()
            try parameter.assign(parameter.tensor + settings.learningRate * direction / root)
        }
        return [errors.sum(), entropy]
    }
}
