import Environments
import NeuralNetworks
import Random
import TensorCore

/// The networks of an actor-critic: from observations to the parameters of a policy's distribution and to a value.
///
/// A network (one for both, or one for each), a recurrent layer behind it if there is one, and a head for the policy
/// and for the value.
final class ActorCritic {
    /// A network with its recurrent layer.
    private struct Body {
        var features: any Layer
        var memory: PolicyMemory?
        /// Units of the output.
        var width: Int

        var parameters: Parameters {
            ["features": features.parameters, "memory": memory?.parameters ?? Parameters()]
        }
    }

    /// Hidden layers and the last one.
    private struct Head {
        var hidden: Sequential
        var last: Linear
        /// Units that the last layer reads.
        var width: Int

        init(
            _ settings: PolicyNetworkSettings, _ inputs: Int, _ outputs: Int, gain: Double, _ random: inout RandomStream
        ) {
            var (layers, width): ([any Layer], Int) = ([], inputs)
            for size in settings.headSizes {
                layers += [Linear(width, size, random: &random), settings.activation]
                width = size
            }
            (hidden, last, self.width) = (Sequential(layers), Linear(width, outputs, random: &random), width)
            guard settings.orthogonal else { return }
            hidden.parameters.setOrthogonal(gain: Gain.relu, random: &random)
            last.parameters.setOrthogonal(gain: gain, random: &random)
        }

        var parameters: Parameters { ["hidden": hidden.parameters, "last": last.parameters] }
    }

    /// What the networks say of R = L · B rows: L steps of B environments.
    struct Outputs {
        /// (R, parameters): of ``distribution``.
        var parameters: Tensor
        /// (R): V(s).
        var values: Tensor
        /// (R, ``latentCount``): what the policy's last layer reads.
        var latents: Tensor
        /// (B, ``stateWidth``): the recurrent states after the last step; nil without recurrent layers.
        var states: Tensor?
    }

    /// The recurrent states that rows start from.
    struct Start {
        /// (B, ``stateWidth``).
        var states: Tensor
        /// (L, B): 0 where an episode starts, else 1.
        var kept: Tensor
    }

    let encoding: ObservationEncoding
    let mayHaveActionMasks: Bool
    let distribution: PolicyDistribution
    /// The running moments by which observations are normalised; nil if they aren't.
    let normalizer: ObservationNormalizer?
    /// Units that the policy's last layer reads.
    var latentCount: Int { policy.width }
    private let design: NetworkDesign
    /// The policy's and the value's, or the one that they share.
    private let bodies: [Body]
    private let policy: Head
    /// Nil where the policy is greedy by action values, whose largest is V.
    private let value: Head?
    /// log σ of Gaussians: (numbers of an action), or with state-dependent noise (latents, numbers of an action).
    let logDeviations: Variable?
    /// Whether the noise of Gaussians is a linear function of the latents.
    let hasStateDependentNoise: Bool

    /// - Throws: ``AgentError`` if the environment's spaces or the settings don't suit.
    init(
        _ settings: PolicyNetworkSettings, for environment: EnvironmentDescription, agent: String,
        normalizesObservations: Bool, hasActionValues: Bool = false, random: inout RandomStream
    ) throws {
        let distribution = try settings.distribution(for: environment, agent: agent)
        let design = try settings.design(for: environment, agent: agent)
        (self.distribution, self.design, encoding) = (distribution, design, design.encoding)
        mayHaveActionMasks = environment.mayHaveActionMasks
        normalizer = normalizesObservations ? ObservationNormalizer(design.encoding) : nil
        let isShared =
            hasActionValues
            || (settings.sharing == .auto ? design.hasConvolutions : settings.sharing == .shared)
        var bodies: [Body] = []
        for _ in 0..<(isShared ? 1 : 2) {
            let (features, width) = design.makeFeatures(isNormalized: settings.layerNorm, random: &random)
            if settings.orthogonal { features.parameters.setOrthogonal(gain: Gain.relu, random: &random) }
            let memory = PolicyMemory(
                settings.memory, inputs: width, units: settings.memorySize, span: settings.memorySpan, random: &random)
            bodies.append(Body(features: features, memory: memory, width: memory?.units ?? width))
        }
        let gaussians = distribution.gaussianCount
        policy = Head(
            settings, bodies[0].width, distribution.outputCount, gain: hasActionValues ? 1 : 0.01, &random)
        value = hasActionValues ? nil : Head(settings, bodies[bodies.count - 1].width, 1, gain: 1, &random)
        self.bodies = bodies
        hasStateDependentNoise = settings.stateDependentNoise
        let latents = policy.width
        logDeviations = gaussians.map { count in
            let shape: Shape = settings.stateDependentNoise ? [latents, count] : [count]
            let start = [Float](repeating: Float(settings.logDeviation), count: shape.elementCount)
            return Variable(start, shape: shape, name: "logDeviations")
        }
    }

    /// Whether the parameters of the policy are Q(s, ·).
    var hasActionValues: Bool { value == nil }

    /// Numbers of all recurrent states of an environment; 0 without recurrent layers.
    var stateWidth: Int { bodies.reduce(0) { $0 + ($1.memory?.width ?? 0) } }

    /// A program's input of `rows` observations; nil for any number.
    func input(rows: Int?) -> Program.Input { design.input(rows: rows) }

    /// Applies the networks to R = L · B observations (R, …), L steps of B environments, step after step.
    ///
    /// - Parameter start: needed with recurrent layers, and only with them.
    func callAsFunction(_ observations: Tensor, from start: Start? = nil) -> Outputs {
        precondition((start == nil) == (stateWidth == 0), "recurrent states are for recurrent layers alone")
        let inputs = normalizer.map { $0.normalized(observations, design.inputs) } ?? observations
        var states = start?.states.split(bodies.map { $0.memory!.width }, axis: 1) ?? []
        let outputs = bodies.enumerated().map { index, body in
            let features = body.features(inputs)
            guard let memory = body.memory, let start else { return features }
            let (steps, environments) = (start.kept.shape[0], start.kept.shape[1])
            let sequence = features.reshaped(to: [steps, environments, features.shape[1]])
            let (outputs, state) = memory(sequence, from: states[index], kept: start.kept)
            states[index] = state
            return outputs
        }
        let latents = policy.hidden(outputs[0])
        let values = value.map { $0.last($0.hidden(outputs[outputs.count - 1])).reshaped(to: [-1]) }
        let said = parameters(policy.last(latents), latents)
        return Outputs(
            parameters: said, values: values ?? said.max([-1]), latents: latents,
            states: states.isEmpty ? nil : Tensor.concatenated(states, axis: 1))
    }

    /// The last layer's outputs, with the log deviations of Gaussians behind their means. State-dependent noise φ W, W
    /// ~ N(0, σ²), has the variance Σ φ² σ²; no gradient reaches φ through it (Raffin et al. 2022).
    private func parameters(_ outputs: Tensor, _ latents: Tensor) -> Tensor {
        guard let logDeviations else { return outputs }
        guard hasStateDependentNoise else {
            let deviations = logDeviations.tensor.reshaped(to: [1, -1]).broadcast(to: outputs.shape)
            return Tensor.concatenated([outputs, deviations], axis: 1)
        }
        let variances = latents.withoutGradient().squared().matmul((2.0 * logDeviations.tensor).exp())
        return Tensor.concatenated([outputs, 0.5 * (variances + 1e-6).log()], axis: 1)
    }

    /// What is learned.
    var parameters: Parameters {
        let networks = bodies.count == 1 ? ["body"] : ["policyBody", "valueBody"]
        let own = zip(networks, bodies).map { name, body in
            body.parameters.entries.map { ("\(name).\($0.path)", $0.variable) }
        }
        let heads: Parameters = [
            "policy": policy.parameters, "value": value?.parameters ?? Parameters(),
            "deviation": Parameters(named: ["logDeviations": logDeviations]),
        ]
        return Parameters(own.flatMap { $0 } + heads.entries)
    }

    /// What is learned, and the moments of the observations.
    var state: Parameters { parameters + (normalizer?.variables ?? Parameters()) }
}

extension PolicyNetworkSettings {
    func distribution(for environment: EnvironmentDescription, agent: String) throws(AgentError) -> PolicyDistribution {
        guard let distribution = PolicyDistribution(environment.actionSpace, squashed: squashed) else {
            throw .actionSpace(
                agent: agent, environment: environment.id, space: "\(environment.actionSpace)",
                needed: "discrete, multi-discrete, multi-binary or a box of floats" + (squashed ? " with bounds" : ""))
        }
        if stateDependentNoise && distribution.gaussianCount == nil {
            throw .setting(
                agent: agent, name: "stateDependentNoise", value: "true",
                allowed: "false where actions are choices, to which no noise can be added")
        }
        return distribution
    }

    /// Without hidden layers a one-hot row is what an embedding would be.
    func design(for environment: EnvironmentDescription, agent: String) throws -> NetworkDesign {
        let isLinear = hiddenSizes.isEmpty && environment.observationSpace.discreteCount != nil
        return try NetworkDesign(
            isLinear && (network == .auto || network == .embedding) ? .mlp : network, for: environment, agent: agent,
            hiddenSizes: hiddenSizes, activation: activation)
    }
}

extension Parameters {
    /// Samples orthogonal weights and sets biases to 0. The gains of normalisations, which have one dimension, stay 1.
    fileprivate func setOrthogonal(gain: Double, random: inout RandomStream) {
        for (path, variable) in entries {
            if variable.shape.count > 1 {
                variable.set(Initializer.orthogonal(gain: gain).values(variable.shape, random: &random))
            } else if path.hasSuffix("bias") {
                variable.set([Float](repeating: 0, count: variable.count))
            }
        }
    }
}
