import Foundation
import NeuralNetworks
import Random
import TensorCore

/// Fits a model to the training pieces, and evaluates the parameters that are best on the validation pieces on the test
/// pieces.
final class ChoraleTraining<Model: ChoraleModel> {
    private static var batch: Int { 16 }
    private static var evaluationInterval: Int { 50 }

    private let model: Model
    private let chorales: Chorales
    private let optimizer: Adam
    private let step, score: Program
    private let length: Int
    private var random: RandomStream

    init(_ model: Model, _ chorales: Chorales, seed: UInt64) {
        (self.model, self.chorales) = (model, chorales)
        random = RandomStream(seed: seed).split("order")
        let optimizer = Adam(learningRate: model.learningRate)
        self.optimizer = optimizer
        // There is no frame after the last one to predict.
        let length = (chorales.training + chorales.validation + chorales.test).map(\.count).max()! - 1
        self.length = length
        let frames = Program.Input.float32(Self.batch, length, Chorales.keys)
        let inputs = [frames, frames, .float32(Self.batch, length)]
        /// The sum over the keys of the cross-entropies, in nats per frame; padding counts as 0.
        func loss(_ inputs: [Tensor]) -> Tensor {
            let keys = binaryCrossEntropy(logits: model(inputs[0]), targets: inputs[1]).sum([-1])
            return (keys * inputs[2]).sum() / inputs[2].sum()
        }
        step = Program("step", inputs: inputs, seed: seed) { inputs in
            let loss = Mode.training { loss(inputs) }
            try optimizer.minimize(loss, model.parameters, clippingNorm: model.clippingNorm)
            return [loss]
        }
        score = Program("score", inputs: inputs) { [loss($0), $0[2].sum()] }
    }

    func run(steps: Int) throws {
        print("\(chorales.training.count) training pieces, \(model.parameters.count) parameters")
        let start = Date()
        let plan = try step.plan()
        let frames = chorales.training.map(\.count)
        print(
            "planned in \(String(format: "%.2f", Date().timeIntervalSince(start))) s, "
                + "pieces of up to \(frames.max()!) frames"
        )
        var best = (loss: Double.infinity, step: 0, values: model.parameters.variables.map(\.values))
        var batches = Minibatches(
            rows: chorales.training.count, size: Self.batch, stream: random.split("pieces"), dropsRest: true)
        for index in 1...steps {
            fill(plan, batches.next().map { chorales.training[$0] })
            plan.run()
            guard index % Self.evaluationInterval == 0 || index == steps else { continue }
            let loss = try nats(chorales.validation)
            let seconds = String(format: "%.1f", Date().timeIntervalSince(start))
            print("step \(index): training \(plan.output(0)[0]), validation \(loss) nats per frame, \(seconds) s")
            if loss < best.loss { best = (loss, index, model.parameters.variables.map(\.values)) }
        }
        for (variable, values) in zip(model.parameters.variables, best.values) { variable.set(values) }
        print("best at step \(best.step); test: \(try nats(chorales.test)) nats per frame")
    }

    /// The mean over all frames of the pieces, in nats per frame.
    func nats(_ pieces: [[[Int]]]) throws -> Double {
        let plan = try score.plan()
        var (sum, count) = (0.0, 0.0)
        for first in stride(from: 0, to: pieces.count, by: Self.batch) {
            fill(plan, Array(pieces[first..<min(first + Self.batch, pieces.count)]))
            plan.run()
            sum += Double(plan.output(0)[0]) * Double(plan.output(1)[0])
            count += Double(plan.output(1)[0])
        }
        return sum / count
    }

    /// Writes pieces as piano rolls, with each frame's successor as its target; the rest is padding.
    private func fill(_ plan: Plan, _ pieces: [[[Int]]]) {
        for input in 0..<3 { plan.input(input).update(repeating: 0) }
        for (row, piece) in pieces.enumerated() {
            for time in 0..<piece.count - 1 {
                let place = row * length + time
                for key in piece[time] { plan.input(0)[place * Chorales.keys + key] = 1 }
                for key in piece[time + 1] { plan.input(1)[place * Chorales.keys + key] = 1 }
                plan.input(2)[place] = 1
            }
        }
    }
}
