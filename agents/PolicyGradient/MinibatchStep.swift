import NeuralNetworks
import Parallel
import TensorCore

/// One step of the optimiser on a minibatch of a window.
protocol MinibatchStep: AnyObject {
    /// Makes the step on some sequences of the window.
    ///
    /// - Returns: what ``UpdateProgram/terms(_:advantages:mean:)`` says, before the step, and the norm of the
    ///   gradients.
    func run(on sequences: ArraySlice<Int>, of window: ExperienceWindow) -> [Float]
}

/// A plan with the memory that a part of a minibatch is written through.
final class MinibatchPlan {
    let plan: Plan
    let inputs: UpdateProgram.Inputs
    /// The rows that are being written.
    let rows: UnsafeMutableBufferPointer<Int>

    init(_ plan: Plan, _ inputs: UpdateProgram.Inputs, rows count: Int) {
        (self.plan, self.inputs) = (plan, inputs)
        rows = .allocate(capacity: count)
        rows.initialize(repeating: 0)
    }

    deinit { rows.deallocate() }
}

/// The step as a single program: losses, gradients and the optimiser.
final class WholeStep: MinibatchStep {
    private let program: Program
    private let batch: MinibatchPlan

    init(_ update: UpdateProgram, _ layout: WindowLayout, _ optimizer: any Optimizer) throws {
        let inputs = update.declared(sequences: layout.batchSequences, of: layout.sequenceLength)
        program = Program("policy update", inputs: inputs) { given in
            let weights = given[update.inputs.weights], count = weights.sum()
            let advantages = given[update.inputs.advantages]
            let terms = update.terms(
                given,
                advantages: update.settings.whitening
                    ? whitened(advantages, mask: weights, unbiased: true) : advantages
            ) { ($0 * weights).sum() / count }
            let limit = update.settings.gradientClipping
            let norm = try optimizer.minimize(
                terms[0], update.model.parameters, clippingNorm: limit > 0 ? limit : nil)
            return terms + [norm]
        }
        batch = MinibatchPlan(try program.plan(), update.inputs, rows: layout.batchRows)
    }

    func run(on sequences: ArraySlice<Int>, of window: ExperienceWindow) -> [Float] {
        window.write(sequences, into: batch)
        batch.plan.run()
        return (0..<7).map { batch.plan.output($0)[0] }
    }
}

/// The step of a large minibatch, cut into chunks whose numbers stay in a processor's cache. The chunks are shared out
/// to a fixed number of lanes, which run side by side and each add up their gradients, so that the sums are the same on
/// any number of threads; then the optimiser takes its step along the lanes' sum.
final class SplitStep: MinibatchStep {
    /// The number of lanes.
    static let laneCount = 8
    /// Minibatches from this size on are cut into chunks of at most as many rows as have `chunkBytes` of numbers, which
    /// is what second-level caches hold, but from `leastChunk` to `mostChunk` rows.
    static let leastRows = 4096, mostChunk = 1024
    static let (chunkBytes, leastChunk) = (RowProgram.chunkBytes, RowProgram.leastChunk)

    /// The gradients of some of the chunks.
    private final class Lane {
        /// Of a chunk.
        let sequences: Int
        let program: Program
        let batch: MinibatchPlan
        let sums: [Variable]
        /// Sums of the terms.
        let terms: Variable
        /// 1 / the minibatch's rows; and 0 before the lane's first chunk, else 1.
        let scale = Variable(1, name: "scale"), kept = Variable(0, name: "kept")

        init(_ update: UpdateProgram, sequences: Int, of length: Int) throws {
            let sums = update.model.parameters.variables.map { Variable(zeros: $0.shape, name: "gradient") }
            let (terms, scale, kept) = (Variable(zeros: [6], name: "terms"), scale, kept)
            (self.sums, self.terms, self.sequences) = (sums, terms, sequences)
            program = Program(
                "gradients of a chunk", inputs: update.declared(sequences: sequences, of: length)
            ) { given in
                let weights = given[update.inputs.weights]
                let own = update.terms(given, advantages: given[update.inputs.advantages]) {
                    ($0 * weights).sum() * scale.tensor
                }
                let gradients = gradients(of: own[0], withRespectTo: update.model.parameters.variables)
                for (sum, gradient) in zip(sums, gradients) { try sum.assign(kept.tensor * sum.tensor + gradient) }
                try terms.assign(kept.tensor * terms.tensor + Tensor.stacked(own))
                return []
            }
            batch = MinibatchPlan(try program.plan(), update.inputs, rows: sequences * length)
        }
    }

    private let lanes: [Lane]
    private let apply: Program
    private let applyPlan: Plan
    private let whitens: Bool
    private let threads: Int
    private let chunkSequences, chunkCount: Int
    /// What the lanes are working on.
    private var sequences: ArraySlice<Int> = []
    private var window: ExperienceWindow?
    private var whitening = Whitening()
    private lazy var shared = {
        let rows = SharedRows(count: Self.laneCount) { [unowned self] in run(lanes: $0) }
        rows.partLimit = threads
        return rows
    }()

    /// Nil if the minibatch is small, or has no suitable divisor.
    ///
    /// - Parameter threads: those that the lanes are shared out to.
    init?(
        _ update: UpdateProgram, _ layout: WindowLayout, _ optimizer: any Optimizer, threads: Int = Threads.count
    ) throws {
        guard layout.batchRows >= Self.leastRows,
            let first = try Self.largestLane(update, layout)
        else { return nil }
        let size = first.sequences
        (chunkSequences, chunkCount) = (size, layout.batchSequences / size)
        whitens = update.settings.whitening
        self.threads = threads
        let lanes =
            try [first]
            + (1..<Self.laneCount).map { _ in
                try Lane(update, sequences: size, of: layout.sequenceLength)
            }
        self.lanes = lanes
        let parameters = update.model.parameters, limitNorm = update.settings.gradientClipping
        apply = Program("policy step") { _ in
            let sums = parameters.variables.indices.map { place in
                lanes.dropFirst().reduce(lanes[0].sums[place].tensor) { $0 + $1.sums[place].tensor }
            }
            let norm = globalNorm(sums)
            try optimizer.update(parameters, limitNorm > 0 ? clipped(sums, norm: norm, to: limitNorm) : sums)
            return [norm, lanes.dropFirst().reduce(lanes[0].terms.tensor) { $0 + $1.terms.tensor }]
        }
        applyPlan = try apply.plan()
    }

    /// A lane with chunks as large as they may be; nil if no suitable size divides the minibatch.
    private static func largestLane(_ update: UpdateProgram, _ layout: WindowLayout) throws -> Lane? {
        let length = layout.sequenceLength
        let sizes = (1...max(1, mostChunk / length)).filter {
            layout.batchSequences % $0 == 0 && $0 * length >= leastChunk
        }
        var lane: Lane?
        // Sizes close to one that is too large are too large as well.
        for size in sizes.reversed() where lane == nil || 2 * size <= lane!.sequences {
            lane = try Lane(update, sequences: size, of: length)
            if lane!.batch.plan.arenaBytes <= chunkBytes { break }
        }
        return lane
    }

    func run(on sequences: ArraySlice<Int>, of window: ExperienceWindow) -> [Float] {
        (self.sequences, self.window) = (sequences, window)
        whitening = window.whitening(of: sequences, isWanted: whitens)
        for lane in lanes { lane.scale.set(CollectionOfOne(1 / Float(max(1, whitening.count)))) }
        shared.run()
        self.window = nil
        applyPlan.run()
        return Array(applyPlan.output(1)) + [applyPlan.output(0)[0]]
    }

    private func run(lanes range: Range<Int>) {
        guard let window else { return }
        for index in range {
            let lane = lanes[index]
            let chunks = index * chunkCount / Self.laneCount..<(index + 1) * chunkCount / Self.laneCount
            for chunk in chunks {
                lane.kept.set(CollectionOfOne(chunk == chunks.lowerBound ? 0 : 1))
                let start = sequences.startIndex + chunk * chunkSequences
                window.write(sequences[start..<start + chunkSequences], into: lane.batch, whitening)
                lane.batch.plan.run()
            }
        }
    }
}
