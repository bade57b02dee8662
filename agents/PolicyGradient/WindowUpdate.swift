import Environments
import NeuralNetworks
import Random
import TensorCore

/// The updates of a window: epochs of minibatches, and a step of the optimiser on each.
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

        init() {}

        /// The terms of one step, in the order of ``MinibatchStep/run(on:of:)``.
        fileprivate init(_ terms: [Float]) {
            for (entry, term) in zip(Self.places, terms) { self[keyPath: entry.place] = Double(term) }
        }

        fileprivate mutating func add(_ other: Results) {
            for entry in Self.places { self[keyPath: entry.place] += other[keyPath: entry.place] }
        }

        fileprivate mutating func divide(by count: Int) {
            for entry in Self.places { self[keyPath: entry.place] /= Double(count) }
        }

        var metrics: [(name: String, value: Double)] { Self.places.map { ($0.name, self[keyPath: $0.place]) } }

        mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
            for entry in Self.places { try coder.code(&self[keyPath: entry.place]) }
        }
    }

    let rule: UpdateRule
    private let layout: WindowLayout
    private let program: UpdateProgram
    private let entropySchedule: LinearSchedule
    private let allSequences: [Int]
    private let step: any MinibatchStep

    init(
        _ rule: UpdateRule, _ settings: OnPolicySettings, _ layout: WindowLayout, _ model: ActorCritic,
        _ optimizer: any Optimizer
    ) throws {
        (self.rule, self.layout) = (rule, layout)
        program = UpdateProgram(rule, settings, model)
        entropySchedule = settings.schedule(settings.entropyBonus, settings.finalEntropyBonus)
        allSequences = Array(0..<layout.sequences)
        step = try SplitStep(program, layout, optimizer) ?? WholeStep(program, layout, optimizer)
    }

    /// Sets what follows a schedule to its value at a step.
    func follow(_ steps: Int) {
        for (variable, schedule) in rule.schedules + [(program.entropyBonus, entropySchedule)] {
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
        window.fillRecords()
        let perEpoch = layout.sequences / layout.batchSequences
        var minibatches = Minibatches(
            rows: layout.sequences, size: layout.batchSequences, stream: order,
            from: Minibatches.Position(epoch: epoch))
        epoch += rule.epochs
        for count in 1...rule.epochs * perEpoch {
            let sequences = perEpoch == 1 ? allSequences[...] : minibatches.next()
            let own = Results(step.run(on: sequences, of: window))
            results.add(own)
            let isFar = rule.divergenceLimit > 0 && own.divergence > rule.divergenceLimit
            guard isFar || count == rule.epochs * perEpoch else { continue }
            results.divide(by: count)
            return count
        }
        preconditionFailure("there is at least one minibatch")
    }

    /// Learns from one minibatch of sequences, and returns its loss before.
    func loss(learningFrom sequences: ArraySlice<Int>, of window: ExperienceWindow) -> Float {
        window.fillRecords()
        return step.run(on: sequences, of: window)[0]
    }
}
