import Foundation
import NeuralNetworks
import Random
import TensorCore

/// Trains the character model on the first nine tenths of a text and evaluates it on the rest.
final class CharacterTraining {
    private static let batch = 12

    private let symbols: [Character]
    private let training, validation: [Int32]
    private let model: CharacterModel
    private let optimizer: Adam
    private let step, scores: Program
    private var random: RandomStream

    init(text: Data, seed: UInt64) throws {
        let characters = Array(String(decoding: text, as: UTF8.self))
        let symbols = Set(characters).sorted()
        let places = Dictionary(uniqueKeysWithValues: symbols.enumerated().map { ($1, Int32($0)) })
        let codes = characters.map { places[$0]! }
        self.symbols = symbols
        (training, validation) = (Array(codes[..<(codes.count * 9 / 10)]), Array(codes[(codes.count * 9 / 10)...]))
        random = RandomStream(seed: seed).split("characters")
        let model = CharacterModel(symbols: symbols.count, random: &random)
        let optimizer = Adam(
            learningRate: 1e-3, beta2: 0.99, weightDecay: .decoupled(0.1, where: WeightDecay.matrices))
        (self.model, self.optimizer) = (model, optimizer)
        let (rows, context) = (Self.batch, CharacterModel.context)
        step = Program("step", inputs: [.int32(rows, context), .int32(rows, context)]) { inputs in
            let loss = crossEntropy(logits: model(inputs[0]), labels: inputs[1]).mean()
            try optimizer.minimize(loss, model.parameters, clippingNorm: 1)
            return [loss]
        }
        scores = Program("scores", inputs: [.int32(rows, context), .int32(rows, context)]) { inputs in
            let logits = model(inputs[0])
            return [crossEntropy(logits: logits, labels: inputs[1]), logits]
        }
    }

    func run(steps: Int) throws {
        print(
            "\(symbols.count) symbols, \(training.count) training characters, \(model.parameters.count) parameters"
        )
        let schedule = CosineSchedule(peak: 1e-3, to: 1e-4, warmup: min(100, steps), over: steps)
        let plan = try step.plan()
        let start = Date()
        for index in 0..<steps {
            for row in 0..<Self.batch {
                let place = random.integers(below: training.count - CharacterModel.context)
                fill(plan, row, training[place..<place + CharacterModel.context + 1])
            }
            optimizer.learningRate.set([Float(schedule.value(at: index))])
            plan.run()
            if (index + 1) % 250 == 0 || index + 1 == steps {
                let seconds = String(format: "%.1f", Date().timeIntervalSince(start))
                print("step \(index + 1): loss \(plan.output(0)[0]), \(seconds) s")
            }
        }
        print("validation loss: \(try validationLoss()) nats per character")
        print(try text(length: 400))
    }

    private func fill(_ plan: Plan, _ row: Int, _ characters: ArraySlice<Int32>) {
        for (offset, character) in characters.enumerated() {
            if offset < CharacterModel.context {
                plan.integerInput(0)[row * CharacterModel.context + offset] = character
            }
            if offset > 0 { plan.integerInput(1)[row * CharacterModel.context + offset - 1] = character }
        }
    }

    /// The mean over all whole windows of the validation text; each character after the first is predicted once.
    func validationLoss() throws -> Double {
        let plan = try scores.plan()
        let windows = (validation.count - 1) / CharacterModel.context
        var (sum, count) = (0.0, 0)
        for first in stride(from: 0, to: windows, by: Self.batch) {
            let rows = min(Self.batch, windows - first)
            for row in 0..<rows {
                let place = (first + row) * CharacterModel.context
                fill(plan, row, validation[place..<place + CharacterModel.context + 1])
            }
            plan.run()
            for place in 0..<rows * CharacterModel.context { sum += Double(plan.output(0)[place]) }
            count += rows * CharacterModel.context
        }
        return sum / Double(count)
    }

    /// Samples characters one by one, each given up to `context` characters before it.
    private func text(length: Int) throws -> String {
        let plan = try scores.plan()
        var characters: [Int32] = [0]
        for _ in 0..<length {
            let window = characters.suffix(CharacterModel.context)
            for (place, character) in window.enumerated() { plan.integerInput(0)[place] = character }
            plan.run()
            let logits = plan.output(1)[(window.count - 1) * symbols.count..<window.count * symbols.count]
            let gumbel = logits.map { Double($0) - log(-log(max(random.uniform(), 1e-12))) }
            characters.append(Int32(gumbel.indices.max { gumbel[$0] < gumbel[$1] }!))
        }
        return String(characters.dropFirst().map { symbols[Int($0)] })
    }
}
