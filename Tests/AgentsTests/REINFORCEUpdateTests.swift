import NeuralNetworks
import Random
import TensorCore
import Testing

@testable import Agents

/// The gradients of one batch of steps, compared with PyTorch's and with each other.
///
/// After one step from zero, Adam's first moment is a tenth of the gradient.
@Suite struct REINFORCEUpdateTests {
    private struct File: Decodable {
        struct Case: Decodable {
            var whitening: Bool
            var entropyBonus, clipping, loss, entropy: Double
            var gradients: [Golden.Array]
        }

        var sizes: [Int]
        var policy: [Golden.Array]
        var observations, advantages: [Double]
        var actions: [Int32]
        var cases: [Case]
    }

    private struct Result {
        var loss, entropy: Float
        var gradients: [[Float]]
    }

    private static let file: File = Golden.load("reinforce.json")

    /// One update on the file's batch, padded with `rubbish` to `length` steps.
    private static func update(
        length: Int, rubbish: Float = 0, _ change: (inout REINFORCESettings) -> Void
    ) throws -> Result {
        var settings = REINFORCESettings()
        settings.hiddenSizes = Array(file.sizes.dropFirst().dropLast())
        change(&settings)
        var random = RandomStream(seed: 0)
        let policy = MultilayerPerceptron(file.sizes, activation: .tanh, random: &random)
        Golden.set(policy.parameters, to: file.policy)
        let optimizer = Adam(learningRate: 0.1)
        let plan = try REINFORCE.learningProgram(policy, optimizer, settings, rows: .float32(nil, file.sizes[0]))
            .plan(length: length)
        let count = file.actions.count
        plan.input(0).update(repeating: rubbish)
        plan.input(2).update(repeating: rubbish)
        _ = plan.input(0).update(fromContentsOf: file.observations.map { Float($0) })
        _ = plan.integerInput(1).update(fromContentsOf: file.actions)
        _ = plan.input(2).update(fromContentsOf: file.advantages.map { Float($0) })
        for step in 0..<length { plan.input(3)[step] = step < count ? 1 : 0 }
        plan.run()
        let moments = optimizer.state.values(below: "first.")
        return Result(
            loss: plan.output(0)[0], entropy: plan.output(1)[0],
            gradients: policy.parameters.entries.map { moments[$0.path]!.map { $0 / 0.1 } })
    }

    @Test(arguments: file.cases.indices)
    func gradientsAreTorchs(index: Int) throws {
        let expected = Self.file.cases[index]
        let result = try Self.update(length: Self.file.actions.count) {
            ($0.whitening, $0.entropyBonus) = (expected.whitening, expected.entropyBonus)
            $0.gradientClipping = expected.clipping
        }
        #expect(abs(Double(result.loss) - expected.loss) < 1e-5 * max(1, abs(expected.loss)))
        #expect(abs(Double(result.entropy) - expected.entropy) < 1e-5)
        for (gradient, array) in zip(result.gradients, expected.gradients) {
            #expect(Golden.difference(gradient, array.values) < 1e-5)
        }
    }

    /// Values after the mask change nothing, whether zeros or anything else.
    @Test(arguments: [(16, Float(0)), (64, 0), (16, 7)])
    func paddingChangesNoGradient(length: Int, rubbish: Float) throws {
        for whitening in [false, true] {
            let change: (inout REINFORCESettings) -> Void = { ($0.whitening, $0.entropyBonus) = (whitening, 0.2) }
            let exact = try Self.update(length: Self.file.actions.count, change)
            let padded = try Self.update(length: length, rubbish: rubbish, change)
            #expect(abs(padded.loss - exact.loss) < 1e-5 && abs(padded.entropy - exact.entropy) < 1e-6)
            for (gradient, expected) in zip(padded.gradients, exact.gradients) {
                #expect(Golden.difference(gradient, expected.map(Double.init)) < 2e-6)
            }
        }
    }
}
