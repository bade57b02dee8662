import Environments
import Experience
import NeuralNetworks
import Random
import TensorCore

/// A learned state value, fitted to the returns of whole episodes by squared error.
final class Baseline {
    private let network: any Layer
    private let optimizer: Adam
    private let updates: Int
    let valueProgram, fitProgram: Program
    /// The squared error in the last step of the last fit.
    var loss = 0.0

    init(_ design: NetworkDesign, _ settings: REINFORCESettings, random: inout RandomStream) throws {
        let network = design.make(outputs: 1, random: &random)
        let optimizer = Adam(learningRate: settings.baselineLearningRate)
        (self.network, self.optimizer, updates) = (network, optimizer, settings.baselineUpdates)
        let rows = design.input(rows: nil)
        valueProgram = Program("baseline", inputs: [rows]) { [network($0[0])] }
        fitProgram = Program("baseline fit", inputs: [rows, .float32(nil), .float32(nil)]) { inputs in
            let values = network(inputs[0]).reshaped(to: [-1])
            let mask = inputs[2]
            let loss = (squaredError(values, inputs[1]) * mask).sum() / mask.sum()
            try optimizer.minimize(loss, network.parameters)
            return [loss]
        }
        optimizer.prepare(for: network.parameters)
    }

    /// The value of one observation.
    func value(_ observations: Rows, _ row: Int, _ encoding: ObservationEncoding) throws -> Double {
        let plan = try valueProgram.plan(length: 1)
        encoding.encode(observations.row(row), type: observations.type, into: plan.input(0).baseAddress!)
        plan.run()
        return Double(plan.output(0)[0])
    }

    /// The values of the batch's observations before its returns are fitted, valid until the next call.
    func fit(_ batch: EpisodeBatch, _ encoding: ObservationEncoding) throws -> UnsafeBufferPointer<Float> {
        let length = Program.bucket(for: batch.finished.steps)
        let plan = try valueProgram.plan(length: length)
        let fit = try fitProgram.plan(length: length)
        batch.write(
            observations: plan.input(0), actions: nil, returns: fit.input(1), mask: fit.input(2), encoding: encoding)
        _ = fit.input(0).update(fromContentsOf: plan.input(0))
        plan.run()
        for _ in 0..<updates { fit.run() }
        loss = Double(fit.output(0)[0])
        return plan.output(0)
    }

    var variables: Parameters { ["baseline": network.state, "baselineOptimizer": optimizer.state] }
}
