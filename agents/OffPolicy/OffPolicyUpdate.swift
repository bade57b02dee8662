import Environments
import Experience
import NeuralNetworks
import TensorCore

/// The updates of an off-policy actor-critic: a step of the critics on
///
///     y = Σₖ γᵏ rₖ + γⁿ V(s′), or without V where s′ is terminal;   L = w Σᵢ E[(Qᵢ(s, a) − y)²]
///
/// and, where it is due, one of the actor against the critics that have just learned, after which the targets follow.
final class OffPolicyUpdate {
    /// Of the last minibatch.
    struct Results: Hashable {
        var criticLoss = 0.0, actionValue = 0.0, actorLoss = 0.0, entropy = 0.0
    }

    private(set) var results = Results()
    let actorOptimizer, criticOptimizer: any Optimizer
    private let critics, both: Program
    private let hasChoices: Bool

    /// - Parameter noise: standard normal numbers of a shape; random ones, or those of a test.
    init(
        _ rule: any OffPolicyRule, _ settings: OffPolicySettings, _ design: NetworkDesign, _ actionSpace: Space,
        _ normalizer: ObservationNormalizer?, seed: UInt64,
        noise: @escaping (Shape) -> Tensor = { .randomNormal($0) }
    ) {
        let criticRate = settings.criticLearningRate > 0 ? settings.criticLearningRate : settings.learningRate
        (actorOptimizer, criticOptimizer) = (
            Adam(learningRate: settings.learningRate), Adam(learningRate: criticRate)
        )
        hasChoices = actionSpace.discreteCount != nil
        actorOptimizer.prepare(for: rule.actor.parameters)
        criticOptimizer.prepare(for: rule.critics.parameters)
        let steps = OffPolicySteps(
            rule: rule, settings: settings, range: ActionRange(actionSpace), actorOptimizer: actorOptimizer,
            criticOptimizer: criticOptimizer, noise: noise)
        func program(_ name: String, _ record: @escaping (OffPolicySteps.Batch) throws -> [Tensor]) -> Program {
            let size = settings.batchSize, rows = design.input(rows: size)
            let actions: Program.Input =
                actionSpace.discreteCount == nil ? .float32(size, actionSpace.count) : .int32(size)
            return Program(name, inputs: [rows, actions, .float32(size), rows, .float32(size)], seed: seed) { given in
                func normalized(_ rows: Tensor) -> Tensor { normalizer?.normalized(rows, design.inputs) ?? rows }
                return try record(
                    OffPolicySteps.Batch(
                        observations: normalized(given[0]), actions: given[1], rewards: given[2],
                        nextObservations: normalized(given[3]), continues: given[4]))
            }
        }
        critics = program("critics' update") { try steps.improveCritics($0) }
        both = program("update") { try steps.improveCritics($0) + steps.improveActor($0) }
    }

    /// Makes an update.
    ///
    /// - Parameter fill: writes the minibatch.
    func run(withActor isActorDue: Bool, fill: (ReplayBatch) -> Void) throws {
        let plan = try (isActorDue ? both : critics).plan()
        let size = plan.input(2).count
        let actions =
            hasChoices ? MutableRows(plan.integerInput(1), count: size) : MutableRows(plan.input(1), count: size)
        fill(
            ReplayBatch(
                observations: plan.input(0), actions: actions, rewards: plan.input(2),
                nextObservations: plan.input(3), continues: plan.input(4)))
        plan.run()
        (results.criticLoss, results.actionValue) = (Double(plan.output(0)[0]), Double(plan.output(1)[0]))
        guard isActorDue else { return }
        (results.actorLoss, results.entropy) = (Double(plan.output(2)[0]), Double(plan.output(3)[0]))
    }

    func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        for program in [critics, both] {
            try coder.code(&program.randomState.key)
            try coder.code(&program.randomState.counter)
        }
        try coder.code(&results.criticLoss)
        try coder.code(&results.actionValue)
        try coder.code(&results.actorLoss)
        try coder.code(&results.entropy)
    }
}

/// The range of the numbers of an action, which are from −1 to 1 inside an agent.
struct ActionRange {
    /// (1, numbers) each.
    private let middle, half: Tensor

    /// Nil if the space is not a box.
    init?(_ space: Space) {
        guard case .box(let low, let high, _, _) = space else { return nil }
        middle = Tensor(zip(low, high).map { Float(($0 + $1) / 2) }, shape: [1, low.count])
        half = Tensor(zip(low, high).map { Float(($1 - $0) / 2) }, shape: [1, low.count])
    }

    /// (B, numbers) of the environment's actions → from −1 to 1.
    func callAsFunction(_ actions: Tensor) -> Tensor { (actions - middle) / half }
}

/// The steps of both optimisers, recorded.
struct OffPolicySteps {
    /// (B, …) each.
    struct Batch {
        var observations, actions, rewards, nextObservations, continues: Tensor
    }

    let rule: any OffPolicyRule
    let settings: OffPolicySettings
    /// Nil for choices.
    let range: ActionRange?
    let actorOptimizer, criticOptimizer: any Optimizer
    let noise: (Shape) -> Tensor

    private var clippingNorm: Double? { settings.gradientClipping > 0 ? settings.gradientClipping : nil }

    /// - Returns: the critics' loss, and the mean of the first one's values.
    func improveCritics(_ batch: Batch) throws -> [Tensor] {
        let next = rule.nextValues(batch.nextObservations, noise: noise)
        let targets = (batch.rewards + settings.discount * batch.continues * next).withoutGradient()
        let values: [Tensor]
        if let range {
            values = rule.critics(batch.observations, range(batch.actions))
        } else {
            values = rule.critics(batch.observations).map { $0.gathered(batch.actions) }
        }
        let losses = values.map { squaredError($0, targets).mean() }
        let loss = rule.criticWeight * losses.dropFirst().reduce(losses[0], +)
        try criticOptimizer.minimize(loss, rule.critics.parameters, clippingNorm: clippingNorm)
        return [loss, values[0].mean()]
    }

    /// The step after that of the critics.
    ///
    /// - Returns: the actor's loss and its entropy, 0 if it has none.
    func improveActor(_ batch: Batch) throws -> [Tensor] {
        let critics = rule.critics
        let said = rule.actorLoss(batch.observations, noise: noise) { judge in afterAssignments { judge(critics) } }
        try actorOptimizer.minimize(said.loss, rule.actor.parameters, clippingNorm: clippingNorm)
        try said.others()
        try afterAssignments {
            for target in rule.targets {
                try target.moving.moved(towards: target.towards, rate: settings.targetRate)
            }
        }
        return [said.loss, said.entropy ?? Tensor(0)]
    }
}
