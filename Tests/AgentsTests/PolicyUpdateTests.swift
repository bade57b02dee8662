import Environments
import Experience
import NeuralNetworks
import Random
import TensorCore
import Testing

@testable import Agents

/// Whole updates of PPO and A2C against PyTorch's: what they report, the gradients through all networks and through
/// time, and the parameters after one and three of them.
@Suite struct PolicyUpdateTests {
    struct Case: Decodable, CustomTestStringConvertible {
        var name, algorithm, distribution, network: String
        var memory: String?
        var counts: [Int]
        var learningRate, clip, valueWeight, entropyWeight, gradientClipping: Double
        var valueClip: Double?
        var batch, start, outputs, gradients, afterFirst, afterThird: [String: [Double]]
        var updates: [[String: Double]]

        var testDescription: String { name }
    }

    private struct File: Decodable {
        var inputs, width, cells, steps: Int
        var cases: [Case]
    }

    private static let file: File = Golden.load("policy_updates.json")

    // MARK: The agent of a case

    /// Four environments, whose steps are the rows of the batch.
    private static func makeAgent(
        _ given: Case, _ change: (inout PPOSettings) -> Void = { _ in }
    ) throws -> OnPolicyLearner {
        let space: Space =
            switch given.distribution {
            case "categorical": given.counts.count > 1 ? .multiDiscrete(given.counts) : .discrete(given.counts[0])
            default: .box(-1...1, shape: given.counts)
            }
        let environment = EnvironmentDescription(
            id: "Batch", observationSpace: .box(-10...10, shape: [file.inputs]), actionSpace: space,
            elementType: .float32, count: 4)
        if given.algorithm == "a2c" {
            var settings = A2CSettings()
            prepare(&settings.learning, given)
            return try A2C(settings, environment: environment, seed: 1)
        }
        var settings = PPOSettings()
        prepare(&settings.learning, given)
        (settings.epochs, settings.minibatchSize) = (1, given.batch["advantages"]!.count)
        (settings.clip, settings.valueClip) = (given.clip, given.valueClip ?? 0)
        change(&settings)
        return try PPO(settings, environment: environment, seed: 1)
    }

    private static func prepare(_ settings: inout OnPolicySettings, _ given: Case) {
        settings.windowSteps = given.batch["advantages"]!.count / 4
        settings.network.hiddenSizes = given.network == "shared" || given.memory != nil ? [file.width] : [5, 5]
        settings.network.sharing = given.network == "shared" ? .shared : .separate
        settings.network.memory = given.memory.map { PolicyMemoryName(rawValue: $0)! } ?? .none
        settings.network.memorySize = file.cells
        settings.network.stateDependentNoise = given.distribution == "stateDependentGaussian"
        (settings.learningRate, settings.gradientClipping) = (given.learningRate, given.gradientClipping)
        (settings.valueWeight, settings.entropyBonus) = (given.valueWeight, given.entropyWeight)
    }

    /// Our path of PyTorch's parameter: activations count as layers, and the last layers are apart.
    private static func path(_ theirs: String, _ given: Case) -> String {
        let parts = theirs.split(separator: ".").map(String.init)
        guard parts.count == 3 else { return "deviation.logDeviations" }
        let last = given.network == "shared" ? 0 : given.memory == nil ? 2 : 1
        let body = parts[0] == "body" ? "body" : parts[0] + "Body"
        guard let layer = Int(parts[1]) else { return "\(body).memory.\(parts[2])" }
        return layer == last && body != "body"
            ? "\(parts[0]).last.\(parts[2])" : "\(body).features.\(2 * layer).\(parts[2])"
    }

    private static func set(_ agent: OnPolicyLearner, _ given: Case) {
        #expect(agent.model.parameters.entries.count == given.start.count)
        for (theirs, values) in given.start {
            agent.model.parameters[path(theirs, given)].set(values.map { Float($0) })
        }
    }

    /// Writes the batch as if it had been played.
    private static func fill(_ window: ExperienceWindow, _ batch: [String: [Double]], _ outputs: [String: [Double]]) {
        func fill(_ buffer: UnsafeMutableBufferPointer<Float>, _ values: [Double]) {
            #expect(buffer.update(fromContentsOf: values.map { Float($0) }) == buffer.count)
        }
        let observations = window.observations.memory.assumingMemoryBound(to: Float.self)
        for (place, value) in batch["observations"]!.enumerated() { observations[place] = Float(value) }
        fill(window.samples, batch["actions"]!)
        fill(window.logProbabilities, batch["oldLogProbabilities"] ?? outputs["logProbabilities"]!)
        fill(window.values, batch["oldValues"] ?? outputs["values"]!)
        fill(window.advantages, batch["advantages"]!)
        fill(window.returns, batch["returns"]!)
        if let valid = batch["valid"] {
            let choices = valid.count / window.masks.count
            for row in window.masks.indices {
                window.masks[row] = ActionMask { $0 < choices && valid[row * choices + $0] > 0 }.bits
            }
        }
        guard let starts = batch["starts"] else { return }
        for row in window.starts.indices { window.starts[row] = starts[row] > 0 }
        let parts = ["policyHidden", "policyCell", "valueHidden", "valueCell"].compactMap { batch[$0] }
        fill(
            window.states,
            (0..<window.layout.environments).flatMap { row in
                parts.flatMap { $0[row * file.cells..<(row + 1) * file.cells] }
            })
    }

    // MARK: PyTorch's numbers

    @Test(arguments: file.cases)
    func updatesAreTorchs(_ given: Case) throws {
        let agent = try Self.makeAgent(given)
        Self.set(agent, given)
        Self.fill(try agent.started().window, given.batch, given.outputs)
        let learning = try agent.started()
        var (epoch, results) = (0, WindowUpdate.Results())
        for (index, expected) in given.updates.enumerated() {
            #expect(
                learning.update.run(learning.window, order: RandomStream(seed: 0), epoch: &epoch, results: &results)
                    == 1)
            let reported = Dictionary(uniqueKeysWithValues: results.metrics.map { ($0.name, $0.value) })
            for (name, value) in expected {
                let difference = abs(reported[name]! - value) / max(1, abs(value))
                #expect(difference < 1e-5, "\(name) of update \(index): \(reported[name]!) instead of \(value)")
            }
            if index == 0 {
                Self.checkGradients(agent, given, norm: expected["gradientNorm"]!)
                Self.check(agent.model.parameters, given.afterFirst, given)
            }
        }
        Self.check(agent.model.parameters, given.afterThird, given)
    }

    private static func check(_ parameters: Parameters, _ expected: [String: [Double]], _ given: Case) {
        for (theirs, values) in expected {
            let difference = Golden.difference(parameters[path(theirs, given)].values, values)
            #expect(difference < 2e-5, "\(theirs): \(difference)")
        }
    }

    /// After one step from zero, Adam's first moment is a tenth of the clipped gradient, and RMSProp's a hundredth of
    /// its square.
    private static func checkGradients(_ agent: OnPolicyLearner, _ given: Case, norm: Double) {
        let scale = min(1, given.gradientClipping / norm)
        let (first, squares) = (
            agent.variables.values(below: "optimizer.first."), agent.variables.values(below: "optimizer.square.")
        )
        for (theirs, gradient) in given.gradients {
            let own = path(theirs, given)
            let difference =
                given.algorithm == "ppo"
                ? Golden.difference(first[own]!.map { $0 / 0.1 }, gradient.map { $0 * scale })
                : Golden.difference(squares[own]!.map { ($0 / 0.01).squareRoot() }, gradient.map { abs($0 * scale) })
            #expect(difference < 1e-6, "the gradient of \(theirs): \(difference)")
        }
    }

    // MARK: Details

    /// A detail that implementations differ in, the case that has it, and how to leave it out.
    struct Detail: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var name: String
        var settings: @Sendable (inout PPOSettings) -> Void = { _ in }
        var batch: @Sendable (inout [String: [Double]]) -> Void = { _ in }
    }

    private static let details = [
        Detail(testDescription: "normalised advantages", name: "ppo") { $0.learning.whitening = false },
        Detail(testDescription: "clipped ratios", name: "ppo") { $0.clip = 1e6 },
        Detail(testDescription: "clipped values", name: "ppo, both clips") { $0.valueClip = 0 },
        Detail(testDescription: "clipped gradients", name: "ppo") { $0.learning.gradientClipping = 0 },
        Detail(testDescription: "Adam's ε", name: "ppo, lstm") { $0.learning.optimizerEpsilon = 1e-8 },
        Detail(testDescription: "entropy bonus", name: "ppo, several") { $0.learning.entropyBonus = 0 },
        Detail(testDescription: "weight of the values", name: "ppo, shared") { $0.learning.valueWeight = 1 },
        Detail(testDescription: "masks", name: "ppo, masks") { $0.learning.masking = false },
        Detail(testDescription: "starts of episodes", name: "ppo, gru", batch: { clear("starts", of: &$0) }),
        Detail(testDescription: "the policy's state", name: "ppo, lstm", batch: { clear("policyHidden", of: &$0) }),
        Detail(testDescription: "the policy's cell", name: "ppo, lstm", batch: { clear("policyCell", of: &$0) }),
        Detail(testDescription: "the value's state", name: "ppo, gru", batch: { clear("valueHidden", of: &$0) }),
    ]

    private static func clear(_ name: String, of batch: inout [String: [Double]]) {
        batch[name] = batch[name]!.map { _ in 0 }
    }

    /// Without a detail, parameters are elsewhere after three updates, by ten times what the comparison allows.
    @Test(arguments: details)
    func everyDetailCounts(_ detail: Detail) throws {
        let given = Self.file.cases.first { $0.name == detail.name }!
        let agent = try Self.makeAgent(given, detail.settings)
        Self.set(agent, given)
        var batch = given.batch
        detail.batch(&batch)
        Self.fill(try agent.started().window, batch, given.outputs)
        let learning = try agent.started()
        var (epoch, results) = (0, WindowUpdate.Results())
        for _ in given.updates {
            _ = learning.update.run(learning.window, order: RandomStream(seed: 0), epoch: &epoch, results: &results)
        }
        let largest = given.afterThird.map { theirs, values in
            Golden.difference(agent.model.parameters[Self.path(theirs, given)].values, values)
        }.max()!
        #expect(largest > 2e-4, "\(largest)")
    }
}
