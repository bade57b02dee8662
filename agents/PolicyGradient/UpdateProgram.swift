import NeuralNetworks
import TensorCore

/// The losses of rows of a window as a program: its inputs, and what it computes of them.
struct UpdateProgram {
    /// The places of the inputs.
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
    let settings: OnPolicySettings
    let model: ActorCritic
    /// The entropy's coefficient, which follows a schedule.
    let entropyBonus: Variable
    let inputs: Inputs

    init(_ rule: UpdateRule, _ settings: OnPolicySettings, _ model: ActorCritic) {
        (self.rule, self.settings, self.model) = (rule, settings, model)
        entropyBonus = Variable(Float(settings.entropyBonus), name: "entropyBonus")
        inputs = Inputs(
            hasMasks: settings.masking && model.mayHaveActionMasks && model.distribution.choiceCount != nil,
            isRecurrent: model.stateWidth > 0)
    }

    /// The inputs of B sequences of L steps.
    func declared(sequences: Int, of length: Int) -> [Program.Input] {
        let (rows, distribution) = (sequences * length, model.distribution)
        var declared = [
            model.input(rows: rows),
            distribution.isDiscrete
                ? .int32(rows, distribution.actionCount) : .float32(rows, distribution.actionCount),
        ]
        declared += Array(repeating: .float32(rows), count: 5)
        if inputs.valid != nil { declared.append(.float32(rows, distribution.parameterCount)) }
        if inputs.states != nil {
            declared += [.float32(sequences, model.stateWidth), .float32(length, sequences)]
        }
        return declared
    }

    /// The loss, and then the policy's, the value's, the entropy, the divergence from the policy that collected the
    /// window, and the part of the rows whose ratio is clipped.
    ///
    /// - Parameters:
    ///   - given: the inputs.
    ///   - advantages: Â, whitened if it is to be.
    ///   - mean: the mean over the minibatch of a number for each row.
    func terms(_ given: [Tensor], advantages: Tensor, mean: (Tensor) -> Tensor) -> [Tensor] {
        let start = inputs.states.map { ActorCritic.Start(states: given[$0], kept: given[inputs.kept!]) }
        let outputs = model(given[inputs.observations], from: start)
        guard let lossOfPolicy = rule.policyLoss else { return valueTerms(outputs, given, mean) }
        let valid = inputs.valid.map { given[$0] }
        let batch = UpdateRule.Batch(
            logProbabilities: model.distribution.logProbability(
                of: given[inputs.actions], outputs.parameters, valid: valid),
            oldLogProbabilities: given[inputs.oldLogProbabilities], values: outputs.values,
            oldValues: given[inputs.oldValues], advantages: advantages, returns: given[inputs.returns])
        let (policyLoss, valueLoss) = (mean(lossOfPolicy(batch)), mean(rule.valueLoss(batch)))
        let entropy = mean(model.distribution.entropy(outputs.parameters, valid: valid))
        let loss = policyLoss + settings.valueWeight * valueLoss - entropyBonus.tensor * entropy
        let change = batch.logProbabilities - batch.oldLogProbabilities
        let divergence = mean(change.exp() - 1 - change)
        let clipped = rule.clip.map { mean((change.exp() - 1).absolute() .> $0.tensor) } ?? Tensor(0)
        return [loss, policyLoss, valueLoss, entropy, divergence, clipped]
    }

    /// The same of an agent without a policy of its own: the other terms are 0.
    private func valueTerms(
        _ outputs: ActorCritic.Outputs, _ given: [Tensor], _ mean: (Tensor) -> Tensor
    ) -> [Tensor] {
        let actions = given[inputs.actions].selected(0, axis: 1), none = Tensor(0)
        let batch = UpdateRule.Batch(
            logProbabilities: none, oldLogProbabilities: none, values: outputs.parameters.gathered(actions),
            oldValues: given[inputs.oldValues], advantages: none, returns: given[inputs.returns])
        let valueLoss = mean(rule.valueLoss(batch))
        return [settings.valueWeight * valueLoss, none, valueLoss, none, none, none]
    }
}
