import Environments
import NeuralNetworks
import Random
import TensorCore
import Testing

@testable import Agents

/// Updates with the parts of Rainbow, compared with PyTorch's.
@Suite struct RainbowUpdateTests {
    private struct File: Decodable {
        struct Case: Decodable {
            var distribution: String
            var atoms: Int
            var double, dueling, prioritized: Bool
            var minimumValue, maximumValue, discount, learningRate: Double
            var start, target, network: [String: [Golden.Array]]
            var losses, means: [Double]
            var priorities: [[Double]]
        }

        var hiddenSizes: [Int]
        var observations, nextObservations, rewards, continues, weights: [Double]
        var actions: [Int32]
        var cases: [Case]
    }

    private static let file: File = Golden.load("rainbow.json")

    private static func settings(_ expected: File.Case) -> DQNSettings {
        var settings = DQNSettings()
        settings.hiddenSizes = file.hiddenSizes
        settings.batchSize = file.actions.count
        settings.distribution = .init(rawValue: expected.distribution)!
        settings.atoms = expected.atoms
        (settings.minimumValue, settings.maximumValue) = (expected.minimumValue, expected.maximumValue)
        (settings.double, settings.dueling, settings.prioritized) = (
            expected.double, expected.dueling, expected.prioritized
        )
        (settings.discount, settings.learningRate) = (expected.discount, expected.learningRate)
        settings.gradientClipping = 0
        return settings
    }

    /// The variables of a part of the network, in the order of its layers.
    private static func variables(_ network: any Layer, _ group: String) -> [Variable] {
        let prefix = group == "all" ? "" : "\(group)."
        return network.parameters.entries.filter { $0.path.hasPrefix(prefix) }.map(\.variable)
    }

    private static func set(_ network: any Layer, to groups: [String: [Golden.Array]]) {
        for (group, arrays) in groups {
            for (variable, array) in zip(variables(network, group), arrays) {
                variable.set(array.values.map { Float($0) })
            }
        }
    }

    @Test(arguments: file.cases.indices)
    func threeUpdatesAreTorchs(index: Int) throws {
        let (file, expected) = (Self.file, Self.file.cases[index])
        let settings = Self.settings(expected)
        var random = RandomStream(seed: 0)
        let design = try NetworkDesign(
            .mlp, for: .vector(3, actions: 4), agent: "rainbow", hiddenSizes: settings.hiddenSizes, activation: .relu)
        let returns = settings.makeReturns()
        let network = settings.makeNetwork(design, 4, returns, random: &random)
        let target = settings.makeNetwork(design, 4, returns, random: &random)
        Self.set(network, to: expected.start)
        Self.set(target, to: expected.target)
        let update = DQN.Update(
            network: network, target: target, optimizer: settings.makeOptimizer(), settings: settings,
            returns: returns, actionCount: 4)
        let plan = try DQN.learningProgram(update, rows: .float32(settings.batchSize, 3)).plan()
        for (input, values) in [
            (0, file.observations), (2, file.rewards), (3, file.nextObservations), (4, file.continues),
        ] + (settings.prioritized ? [(5, file.weights)] : []) {
            _ = plan.input(input).update(fromContentsOf: values.map { Float($0) })
        }
        _ = plan.integerInput(1).update(fromContentsOf: file.actions)
        for step in expected.losses.indices {
            plan.run()
            #expect(abs(Double(plan.output(0)[0]) - expected.losses[step]) < 1e-5)
            #expect(abs(Double(plan.output(1)[0]) - expected.means[step]) < 1e-5)
            guard settings.prioritized else { continue }
            #expect(Golden.difference(Array(plan.output(2)), expected.priorities[step]) < 2e-5)
        }
        for (group, arrays) in expected.network {
            for (variable, array) in zip(Self.variables(network, group), arrays) {
                #expect(Golden.difference(variable.values, array.values) < 2e-5, "\(group), \(variable.name)")
            }
        }
    }
}
