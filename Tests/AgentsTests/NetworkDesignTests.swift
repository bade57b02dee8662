import Environments
import NeuralNetworks
import Random
import TensorCore
import Testing

@testable import Agents

/// Networks follow from the observation space, and one that doesn't suit it is rejected.
@Suite struct NetworkDesignTests {
    private static func design(
        _ name: NetworkName, _ environment: EnvironmentDescription, hiddenSizes: [Int] = [7]
    ) throws -> NetworkDesign {
        try NetworkDesign(name, for: environment, agent: "dqn", hiddenSizes: hiddenSizes, activation: .tanh)
    }

    private static func shapes(_ design: NetworkDesign, outputs: Int) -> [Shape] {
        var random = RandomStream(seed: 1)
        return design.make(outputs: outputs, random: &random).parameters.variables.map(\.shape)
    }

    @Test func smallPicturesHaveMinAtarsNetwork() throws {
        let design = try Self.design(.auto, .images([10, 10, 7], actions: 6, high: 1))
        #expect(design.inputs == [10, 10, 7])
        #expect(Self.shapes(design, outputs: 6) == [[16, 3, 3, 7], [16], [128, 1024], [128], [6, 128], [6]])
    }

    /// A grid seen through a window: the smallest one leaves a single place of MinAtar's convolution.
    @Test(arguments: ["grid:four-rooms", "Maze-v0"]) func windowsOfGridsHaveMinAtarsNetwork(id: String) throws {
        let options = ["view": "3"].merging(id == "Maze-v0" ? ["fresh": "true"] : [:]) { $1 }
        let world = try EnvironmentCatalog.make(id, options: options)
        let channels = world.observationSpace.shape[2]
        let design = try Self.design(.auto, EnvironmentDescription(world))
        #expect(design.inputs == [3, 3, channels])
        #expect(Self.shapes(design, outputs: 4) == [[16, 3, 3, channels], [16], [128, 16], [128], [4, 128], [4]])
    }

    @Test func largePicturesHaveTheNetworkOf2015() throws {
        let design = try Self.design(.auto, .images([84, 84, 4], actions: 6))
        #expect(design.inputs == [84, 84, 4])
        let weights: [Shape] = [[32, 8, 8, 4], [64, 4, 4, 32], [64, 3, 3, 64], [512, 3136], [6, 512]]
        #expect(Self.shapes(design, outputs: 6) == weights.flatMap { [$0, [$0[0]]] })
        let smallest = try Self.design(.auto, .images([36, 40, 1], actions: 2))
        #expect(Self.shapes(smallest, outputs: 2).contains([512, 64]), "1 × 1 × 64 are left")
    }

    /// Layer normalisation comes before each activation; of convolutions over the channels.
    @Test func networksCanBeNormalized() throws {
        var random = RandomStream(seed: 1)
        let design = try Self.design(.auto, .images([10, 10, 4], actions: 6, high: 1))
        let (layer, width) = design.makeFeatures(isNormalized: true, random: &random)
        #expect(
            layer.parameters.variables.map(\.shape)
                == [[16, 3, 3, 4], [16], [16], [16], [128, 1024], [128], [128], [128]])
        #expect(width == 128)
        let vector = try Self.design(.auto, .vector(4, actions: 3)).makeFeatures(isNormalized: true, random: &random)
        #expect(vector.layer.parameters.variables.map(\.shape) == [[7, 4], [7], [7], [7]])
    }

    @Test func everythingElseHasLinearLayers() throws {
        for (environment, inputs) in [
            (EnvironmentDescription.vector(4, actions: 3), 4), (.images([8, 8], actions: 3), 64),
            (.images([2, 9, 5], actions: 3), 90),
            (.images([4, 84, 84], actions: 3), 4 * 84 * 84),
        ] {
            let design = try Self.design(.auto, environment)
            #expect(design.inputs == [inputs])
            #expect(Self.shapes(design, outputs: 3) == [[7, inputs], [7], [3, 7], [3]])
        }
        let chosen = try Self.design(.mlp, .images([10, 10, 2], actions: 3))
        #expect(chosen.inputs == [200])
    }

    @Test func discreteObservationsAreLookedUp() throws {
        let states = EnvironmentDescription.states(9, actions: 3)
        let design = try Self.design(.auto, states)
        #expect(design.inputs == [1])
        #expect(Self.shapes(design, outputs: 3) == [[9, 7], [3, 7], [3]])
        let deeper = try Self.design(.embedding, states, hiddenSizes: [7, 5])
        #expect(Self.shapes(deeper, outputs: 3) == [[9, 7], [5, 7], [5], [3, 5], [3]])
        let table = try Self.design(.embedding, states, hiddenSizes: [])
        #expect(Self.shapes(table, outputs: 3) == [[9, 3]])
        let rows = try Self.design(.mlp, states)
        #expect(rows.inputs == [9] && Self.shapes(rows, outputs: 3) == [[7, 9], [7], [3, 7], [3]])
        #expect(throws: AgentError.self) { try Self.design(.embedding, .vector(4, actions: 2)) }
    }

    /// An embedding is a table: each state is learned separately from the others.
    @Test func anEmbeddingTellsStatesApart() throws {
        var settings = DQNSettings()
        (settings.hiddenSizes, settings.learningStart, settings.trainEvery, settings.batchSize) = ([], 0, 1, 1)
        let agent = try DQN(settings, environment: .states(5, actions: 2), seed: 1)
        let table = agent.variables["network.1.weight"]
        let before = table.values
        for state in 0..<5 as Range<Int32> {
            #expect(try agent.assess([state])?.values == [0, 1].map { Double(before[Int(state) * 2 + $0]) })
        }
        try agent.learn(PlayedStep(observation: [Int32(3)], action: 1, reward: 1, next: [Int32(4)], terminated: true))
        let changed = zip(table.values, before).enumerated().filter { $1.0 != $1.1 }.map(\.offset)
        #expect(changed == [7])
    }

    @Test func networksThatDoNotSuitAreRefused() throws {
        func error(_ name: NetworkName, _ environment: EnvironmentDescription) -> AgentError? {
            #expect(throws: AgentError.self) { try Self.design(name, environment) }
        }
        let space = EnvironmentDescription.images([10, 10, 4], actions: 6)
        let small = AgentError.network(
            .nature, environment: "Images", space: "\(space.observationSpace)", suitable: [.auto, .mlp, .minatar, .pgx])
        #expect(error(.nature, space) == small)
        #expect(small.description.contains("'network = \"mlp\"' or 'network = \"minatar\"' or 'network = \"pgx\"'"))
        #expect(error(.nature, .images([84, 35, 4], actions: 6)) != nil)
        #expect(error(.minatar, .images([10, 2, 4], actions: 6)) != nil)
        for name in [NetworkName.minatar, .nature] { #expect(error(name, .vector(4, actions: 2)) != nil) }
        var settings = DQNSettings()
        settings.network = .nature
        #expect(throws: small) { try DQN(settings, environment: space, seed: 0) }
        var others = REINFORCESettings()
        others.network = .nature
        #expect(throws: small) { try REINFORCE(others, environment: space, seed: 0) }
    }

    /// Each agent acts and learns on images with each network, and images of 0...255 count as 0...1.
    @Test func agentsSeePictures() throws {
        let (bytes, flags) = ([36, 36, 2], [6, 6, 1])
        for (shape, network) in [(bytes, "network.0.weight"), (flags, "network.0.weight")] {
            var settings = DQNSettings()
            (settings.learningStart, settings.trainEvery, settings.batchSize) = (0, 1, 2)
            let environment = EnvironmentDescription.images(shape, actions: 3)
            let agent = try DQN(settings, environment: environment, seed: 1)
            let count = shape.reduce(1, *)
            let (white, black) = ([UInt8](repeating: 255, count: count), [UInt8](repeating: 0, count: count))
            let before = agent.variables[network].values
            try agent.learn(PlayedStep(observation: white, action: 1, reward: 5, next: black, terminated: true))
            #expect(agent.variables[network].values != before && agent.updates == 1)
            // The same network on ones instead of bytes.
            let floats = EnvironmentDescription(
                id: "Floats", observationSpace: .box(0...1, shape: shape), actionSpace: .discrete(3),
                elementType: .float32)
            let other = try DQN(settings, environment: floats, seed: 2)
            other.variables.copy(from: agent.variables)
            let ones = [Float](repeating: 1, count: count)
            #expect(try agent.assess(white) == other.assess(ones))
            let policy = try REINFORCE(environment: environment, seed: 1)
            #expect(try policy.assess(white)?.values.count == 3)
        }
    }
}
