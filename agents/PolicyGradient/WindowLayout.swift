/// How the T × n rows of a window become minibatches: whole sequences of L consecutive steps of an environment. Without
/// recurrent layers, L is 1.
struct WindowLayout: Hashable, Sendable {
    /// T and n.
    let steps, environments: Int
    /// L, which divides T.
    let sequenceLength: Int
    /// Sequences of a minibatch, B.
    let batchSequences: Int

    /// - Throws: ``AgentError/setting(agent:name:value:allowed:)`` if the window doesn't divide into minibatches.
    init(
        _ settings: OnPolicySettings, _ rule: UpdateRule, _ model: ActorCritic, environments: Int, agent: String
    ) throws(AgentError) {
        (steps, self.environments) = (settings.windowSteps, environments)
        let rows = settings.windowSteps * environments
        let batch = rule.minibatchSize ?? rows
        guard batch <= rows, rows % batch == 0 else {
            throw .setting(
                agent: agent, name: "minibatchSize", value: "\(batch)",
                allowed: "a divisor of the \(rows) rows of a window, \(settings.windowSteps) steps of \(environments) "
                    + "environments; the nearest is \(Self.nearestDivisor(of: rows, to: batch))")
        }
        let isRecurrent = model.stateWidth > 0
        let limit = min(settings.windowSteps, batch)
        let wanted = rule.minibatchSize == nil ? settings.windowSteps : rule.sequenceLength
        guard isRecurrent else {
            (sequenceLength, batchSequences) = (1, batch)
            return
        }
        let length = wanted > 0 ? wanted : Self.length(upTo: min(limit, 64), steps: settings.windowSteps, batch: batch)
        guard settings.windowSteps % length == 0, batch % length == 0 else {
            throw .setting(
                agent: agent, name: "sequenceLength", value: "\(length)",
                allowed:
                    "a divisor of both windowSteps = \(settings.windowSteps) and the minibatch of \(batch) rows, so "
                    + "at most \(limit)")
        }
        (sequenceLength, batchSequences) = (length, batch / length)
    }

    /// T · n.
    var rows: Int { steps * environments }
    /// All sequences of a window.
    var sequences: Int { rows / sequenceLength }
    /// Rows of a minibatch.
    var batchRows: Int { batchSequences * sequenceLength }

    /// The row of a sequence's step: sequences of an environment follow each other, and environments are side by side.
    func row(sequence: Int, step: Int) -> Int {
        // The same without divisions, which took longer than all else that minibatches do with a row.
        sequenceLength == 1
            ? sequence
            : (sequence / environments * sequenceLength + step) * environments + sequence % environments
    }

    private static func length(upTo limit: Int, steps: Int, batch: Int) -> Int {
        (1...limit).last { steps % $0 == 0 && batch % $0 == 0 }!
    }

    private static func nearestDivisor(of rows: Int, to size: Int) -> Int {
        (1...rows).filter { rows % $0 == 0 }.min { abs($0 - size) < abs($1 - size) }!
    }
}
