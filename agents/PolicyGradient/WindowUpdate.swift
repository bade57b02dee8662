import Environments
import NeuralNetworks
import Random
import TensorCore

/// What distinguishes the updates of agents that learn from windows.
struct UpdateRule {
    /// What the losses read of R rows, (R) each.
    struct Batch {
        /// log π(a|s) and V(s), now and when the window was collected.
        var logProbabilities, oldLogProbabilities, values, oldValues: Tensor
        /// Â, whitened if it is to be, and the λ-returns.
        var advantages, returns: Tensor
    }

    /// Passes through a window.
    var epochs = 1
    /// Rows of a minibatch; nil for the whole window.
    var minibatchSize: Int?
    /// Steps of a sequence of a recurrent policy; 0: up to 64.
    var sequenceLength = 0
    /// The divergence from the policy that collected the window after which its other minibatches are left; 0: none.
    var divergenceLimit = 0.0
    /// Numbers that follow a schedule, which the losses read as variables.
    var schedules: [(variable: Variable, schedule: LinearSchedule)] = []
    /// The policy's loss of each row.
    var policyLoss: (Batch) -> Tensor
    /// The value's loss of each row.
    var valueLoss: (Batch) -> Tensor = { squaredError($0.values, $0.returns) }
    /// How far a row's ratio π/π_old may be from 1, for ``WindowUpdate/Results/clipFraction``; nil if nothing is clipped.
    var clip: Variable?
}

/// One update as a program, over minibatches of a layout: losses, gradients and the optimiser's step.
final class WindowUpdate {
    /// What the updates of a window came to, as means over its minibatches.
    struct Results: Hashable {
        var loss = 0.0, policyLoss = 0.0, valueLoss = 0.0, entropy = 0.0
        /// E[r − 1 − log r] with r = π/π_old, an estimate of KL(π_old ‖ π) (Schulman 2020).
        var divergence = 0.0
        /// The part of the rows whose ratio was clipped.
        var clipFraction = 0.0
        var gradientNorm = 0.0

        private static var places: [(name: String, place: WritableKeyPath<Results, Double> & Sendable)] {
            [
                ("loss", \.loss), ("policyLoss", \.policyLoss), ("valueLoss", \.valueLoss), ("entropy", \.entropy),
                ("divergence", \.divergence), ("clipFraction", \.clipFraction), ("gradientNorm", \.gradientNorm),
            ]
        }

        /// Adds the outputs of the update's program.
        fileprivate mutating func add(_ plan: Plan) {
            for (output, entry) in Self.places.enumerated() {
                self[keyPath: entry.place] += Double(plan.output(output)[0])
            }
        }

        fileprivate mutating func divide(by count: Int) {
            for entry in Self.places { self[keyPath: entry.place] /= Double(count) }
        }

        var metrics: [(name: String, value: Double)] { Self.places.map { ($0.name, self[keyPath: $0.place]) } }

        mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
            for entry in Self.places { try coder.code(&self[keyPath: entry.place]) }
        }
    }

    /// The places of the program's inputs, which ``Memory`` of a plan gives.
    struct Inputs {
        let observations = 0, actions = 1, advantages = 2, returns = 3, oldLogProbabilities = 4, oldValues = 5,
            weights = 6
        /// Of the valid choices, and of recurrent policies; nil where there are none.
        let valid, states, kept: Int?

        init(hasMasks: Bool, isRecurrent: Bool) {
            valid = hasMasks ? 7 : nil
            let next = hasMasks ? 8 : 7
            (states, kept) = isRecurrent ? (next, next + 1) : (nil, nil)
        }
    }

    let rule: UpdateRule
    let inputs: Inputs
    let layout: WindowLayout
    /// The entropy's coefficient, which follows a schedule.
    let entropyBonus: Variable
    private let entropySchedule: LinearSchedule
    private let allSequences: [Int]
    let program: Program
    let plan: Plan

    init(
        _ rule: UpdateRule, _ settings: OnPolicySettings, _ layout: WindowLayout, _ model: ActorCritic,
        _ optimizer: any Optimizer
    ) throws {
        let hasMasks = settings.masking && model.distribution.choiceCount != nil
        let inputs = Inputs(hasMasks: hasMasks, isRecurrent: model.stateWidth > 0)
        let bonus = Variable(Float(settings.entropyBonus), name: "entropyBonus")
        (self.rule, self.inputs, self.layout, entropyBonus) = (rule, inputs, layout, bonus)
        entropySchedule = settings.schedule(settings.entropyBonus, settings.finalEntropyBonus)
        allSequences = Array(0..<layout.sequences)
        let rows = layout.batchRows
        let actions = model.distribution.actionCount
        var declared: [Program.Input] = [
            model.input(rows: rows),
            model.distribution.isDiscrete ? .int32(rows, actions) : .float32(rows, actions),
        ]
        declared += Array(repeating: .float32(rows), count: 5)
        if hasMasks { declared.append(.float32(rows, model.distribution.parameterCount)) }
        if inputs.states != nil {
            declared += [
                .float32(layout.batchSequences, model.stateWidth),
                .float32(layout.sequenceLength, layout.batchSequences),
            ]
        }
        program = Program("policy update", inputs: declared) { given in
            try Self.record(given, inputs, rule, settings, bonus, model, optimizer)
        }
        optimizer.prepare(for: model.parameters)
        plan = try program.plan()
    }

    private static func record(
        _ given: [Tensor], _ inputs: Inputs, _ rule: UpdateRule, _ settings: OnPolicySettings, _ bonus: Variable,
        _ model: ActorCritic, _ optimizer: any Optimizer
    ) throws -> [Tensor] {
        let weights = given[inputs.weights], count = weights.sum()
        func mean(_ values: Tensor) -> Tensor { (values * weights).sum() / count }
        let start = inputs.states.map { ActorCritic.Start(states: given[$0], kept: given[inputs.kept!]) }
        let outputs = model(given[inputs.observations], from: start)
        let valid = inputs.valid.map { given[$0] }
        let advantages = given[inputs.advantages]
        let batch = UpdateRule.Batch(
            logProbabilities: model.distribution.logProbability(
                of: given[inputs.actions], outputs.parameters, valid: valid),
            oldLogProbabilities: given[inputs.oldLogProbabilities], values: outputs.values,
            oldValues: given[inputs.oldValues],
            advantages: settings.whitening ? whitened(advantages, mask: weights, unbiased: true) : advantages,
            returns: given[inputs.returns])
        let (policyLoss, valueLoss) = (mean(rule.policyLoss(batch)), mean(rule.valueLoss(batch)))
        let entropy = mean(model.distribution.entropy(outputs.parameters, valid: valid))
        let loss = policyLoss + settings.valueWeight * valueLoss - bonus.tensor * entropy
        let limit = settings.gradientClipping
        let norm = try optimizer.minimize(loss, model.parameters, clippingNorm: limit > 0 ? limit : nil)
        let change = batch.logProbabilities - batch.oldLogProbabilities
        let divergence = mean(change.exp() - 1 - change)
        let clipped = rule.clip.map { mean((change.exp() - 1).absolute() .> $0.tensor) } ?? Tensor(0)
        return [loss, policyLoss, valueLoss, entropy, divergence, clipped, norm]
    }

    /// Sets what follows a schedule to its value at a step.
    func follow(_ steps: Int) {
        for (variable, schedule) in rule.schedules + [(entropyBonus, entropySchedule)] {
            variable.set(CollectionOfOne(Float(schedule.value(at: steps))))
        }
    }

    /// Improves policy and value by a window.
    ///
    /// - Parameters:
    ///   - order: shuffles the sequences, each epoch in another way.
    ///   - epoch: the number of epochs before, which is raised.
    /// - Returns: the number of updates.
    func run(
        _ window: ExperienceWindow, order: RandomStream, epoch: inout Int, results: inout Results
    ) -> Int {
        results = Results()
        let perEpoch = layout.sequences / layout.batchSequences
        var minibatches = Minibatches(
            rows: layout.sequences, size: layout.batchSequences, stream: order,
            from: Minibatches.Position(epoch: epoch))
        epoch += rule.epochs
        for count in 1...rule.epochs * perEpoch {
            let sequences = perEpoch == 1 ? allSequences[...] : minibatches.next()
            window.write(sequences, into: self)
            plan.run()
            results.add(plan)
            let isFar = rule.divergenceLimit > 0 && Double(plan.output(4)[0]) > rule.divergenceLimit
            guard isFar || count == rule.epochs * perEpoch else { continue }
            results.divide(by: count)
            return count
        }
        preconditionFailure("there is at least one minibatch")
    }
}
