import Environments
import Experience
import NeuralNetworks
import Random
import TensorCore

/// An agent that evolves the parameters of a deterministic policy, a perceptron, by its returns alone: no gradients, no
/// values, no discount. Which distribution the candidates come from, and how it moves, its subclasses say.
///
/// While it trains, each environment is acted in by a candidate of its own (``CandidateQueue``); the fitness of a
/// candidate is the mean return of its episodes. Greedy actions are those of the distribution's mean, or of the best
/// candidate so far. Elsewhere, exploring means that each row is acted for by parameters sampled for it.
public class EvolutionAgent: Learner {
    private let settings: EvolutionSettings
    private let agent: String
    private let sizes: [Int]
    private let encoding: ObservationEncoding
    private let actions: DeterministicActions
    private var strategy: any EvolutionStrategy
    /// What the next generation is sampled from, and what this one was.
    private var random, generationStart: RandomStream
    private var candidates: [[Double]]
    private var queue: CandidateQueue
    /// What acts greedily.
    private let policy: any Layer
    private let policyProgram: Program
    /// The candidates that act in the environments of training, made when they first do.
    private var training: RowPolicies?
    /// The policies of rows that have streams of their own.
    private var others: RowPolicies?
    /// The policies that have acted last.
    private var acting: RowPolicies?
    /// Of the last generation: the mean and the best fitness.
    private var meanFitness = 0.0, bestFitness = 0.0
    /// Of all generations.
    private var bestEver = -Double.infinity
    public private(set) var updates = 0

    /// Rows of their own have candidates of their own, sampled when they are first used.
    public var actionStreams: ActionStreams { didSet { others = nil } }

    /// - Parameter makeStrategy: Makes the distribution of so many parameters, around zero.
    /// - Throws: ``AgentError`` if the environment's spaces don't suit it, and the errors of `makeStrategy`.
    init(
        _ settings: EvolutionSettings, agent: String, environment: EnvironmentDescription, seed: UInt64,
        makeStrategy: (_ parameterCount: Int) throws -> any EvolutionStrategy
    ) throws {
        let squashed = settings.actionBounds == .squash
        guard let actions = DeterministicActions(environment.actionSpace, squashed: squashed) else {
            throw AgentError.actionSpace(
                agent: agent, environment: environment.id, space: "\(environment.actionSpace)",
                needed: "discrete, multi-discrete, multi-binary or a box of floats")
        }
        let design = try NetworkDesign(
            .mlp, for: environment, agent: agent, hiddenSizes: settings.hiddenSizes, activation: settings.activation)
        let sizes = [design.encoding.inputCount] + settings.hiddenSizes + [actions.outputCount]
        let strategy = try makeStrategy(RowPolicies.parameterCount(sizes))
        let root = RandomStream(seed: seed)
        var initial = root.split("parameters")
        let policy = design.make(outputs: actions.outputCount, random: &initial)
        (self.settings, self.agent, self.sizes, self.actions) = (settings, agent, sizes, actions)
        (self.strategy, self.policy, encoding) = (strategy, policy, design.encoding)
        random = root.split("candidates")
        generationStart = random
        actionStreams = ActionStreams(shared: root.split("actions"))
        candidates = strategy.makeCandidates()
        queue = CandidateQueue(
            candidates: strategy.population, episodesPerCandidate: settings.episodesPerCandidate,
            environments: environment.count)
        policyProgram = Program("policy", inputs: [design.input(rows: nil)]) { [policy($0[0])] }
        setPolicy(to: strategy.mean)
        sample()
    }

    // MARK: Acting

    public func act(on percepts: Percepts, mode: ActionMode, into actions: MutableRows) throws {
        let observations = percepts.observations
        let outputs = mode == .greedy ? try greedyOutputs(observations) : try exploringOutputs(observations)
        self.actions.write(outputs, percepts, to: actions)
    }

    /// (B, outputs) of the policy, valid until the next call.
    private func greedyOutputs(_ observations: Rows) throws -> UnsafeBufferPointer<Float> {
        let plan = try policyProgram.plan(length: observations.count)
        encoding.encode(observations, into: plan.input(0))
        plan.run()
        return plan.output(0)
    }

    private func exploringOutputs(_ observations: Rows) throws -> UnsafeBufferPointer<Float> {
        let rows = observations.count
        let policies =
            !actionStreams.isShared
            ? try sampledPolicies(rows) : rows == queue.count ? try trainingPolicies() : try repeatedPolicies(rows)
        // Its outputs are read after it has been left.
        acting = policies
        return policies.outputs(for: observations, encoding)
    }

    /// The candidates of the environments, as the queue has given them out.
    private func trainingPolicies() throws -> RowPolicies {
        let policies =
            try training ?? RowPolicies(sizes, activation: settings.activation, rows: queue.count)
        training = policies
        queue.takeChanges { row, candidate in policies.set(row, to: parameters(of: candidate)) }
        return policies
    }

    /// The same candidates in turn, for another number of rows.
    private func repeatedPolicies(_ rows: Int) throws -> RowPolicies {
        let policies = try RowPolicies(sizes, activation: settings.activation, rows: rows)
        for row in 0..<rows { policies.set(row, to: parameters(of: queue.candidate(row % queue.count))) }
        return policies
    }

    /// Policies sampled from the streams of the rows, the same until the streams are set again.
    private func sampledPolicies(_ rows: Int) throws -> RowPolicies {
        if let others, others.rows == rows { return others }
        let policies = try RowPolicies(sizes, activation: settings.activation, rows: rows)
        var candidate = strategy.mean
        for row in 0..<rows {
            var stream = actionStreams[row]
            strategy.sample(into: &candidate, &stream)
            policies.set(row, to: candidate)
        }
        others = policies
        return policies
    }

    /// A candidate's parameters; nil for the mean.
    private func parameters(of candidate: Int?) -> [Double] { candidate.map { candidates[$0] } ?? strategy.mean }

    /// Whether each action is the one that the policy takes, 1 or 0, if actions are discrete.
    public func assess(_ observations: Rows) throws -> ActionAssessment? {
        guard let count = actions.discreteCount else { return nil }
        let outputs = try greedyOutputs(observations)
        var values = [Double](repeating: 0, count: observations.count * count)
        for row in 0..<observations.count { values[row * count + argmax(outputs.row(row, width: count))] = 1 }
        return ActionAssessment(kind: .probabilities, values: values, rows: observations.count)
    }

    // MARK: Learning

    /// Adds the step to the candidates' returns. When all of them have played, the distribution is updated.
    ///
    /// - Throws: ``AgentError/diverged(agent:update:loss:)`` if a fitness is not finite.
    public func learn(from transitions: Transitions) throws {
        queue.record(transitions)
        if queue.isComplete {
            try update()
            queue.restart()
            generationStart = random
            sample()
        } else {
            queue.giveOut()
        }
    }

    private func update() throws {
        let fitness = queue.fitness
        updates += 1
        if let odd = fitness.first(where: { !$0.isFinite }) {
            throw AgentError.fitness(agent: agent, generation: updates, value: odd)
        }
        strategy.update(candidates, fitness: fitness)
        meanFitness = fitness.reduce(0, +) / Double(fitness.count)
        let best = fitness.indices.max { (fitness[$0], -$0) < (fitness[$1], -$1) }!
        bestFitness = fitness[best]
        let isRecord = bestFitness > bestEver
        bestEver = max(bestEver, bestFitness)
        switch settings.acting {
        case .mean: setPolicy(to: strategy.mean)
        case .best: if isRecord { setPolicy(to: candidates[best]) }
        }
    }

    /// Samples the generation.
    private func sample() {
        random = generationStart
        strategy.sample(into: &candidates, &random)
        others = nil
    }

    private func setPolicy(to parameters: [Double]) {
        var start = 0
        for variable in policy.parameters.variables {
            variable.set(parameters[start..<start + variable.count].lazy.map { Float($0) })
            start += variable.count
        }
    }

    // MARK: State

    public func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(mark: "\(agent), version 1")
        try coder.code(&updates, in: 0...1 << 62)
        try coder.code(&generationStart)
        for keyPath in [\EvolutionAgent.meanFitness, \.bestFitness, \.bestEver] {
            try coder.code(&self[keyPath: keyPath])
        }
        try queue.codeState(with: &coder)
        if training?.rows != queue.count { training = nil }
        try strategy.codeState(with: &coder)
        if coder.isReading { sample() }
    }

    /// The mean and the best return of the last generation's candidates, the best of all, and the distribution's mean
    /// standard deviation.
    public var metrics: [(name: String, value: Double)] {
        let spread = [("deviation", strategy.deviation)]
        guard updates > 0 else { return spread }
        return [
            ("generation", Double(updates)), ("meanFitness", meanFitness), ("bestFitness", bestFitness),
            ("bestFitnessEver", bestEver),
        ] + spread
    }

    /// The parameters that act greedily. The distribution, in double precision, is coded.
    public var variables: Parameters { ["policy": policy.state] }

    public var behaviour: Parameters { policy.state }

    /// Moves the distribution to the policy, and starts a new generation around it.
    public func behaviourWasSet() {
        strategy.mean = policy.parameters.variables.flatMap { $0.values.map(Double.init) }
        queue.restart()
        sample()
    }
}
