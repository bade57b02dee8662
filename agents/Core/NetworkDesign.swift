import Environments
import NeuralNetworks
import Random
import TensorCore

/// The networks that an agent can see observations with.
public enum NetworkName: String, Sendable, CaseIterable {
    /// `nature` for images of 36 × 36 pixels or more, `minatar` for smaller ones, `mlp` for everything else.
    case auto
    /// Linear layers on all numbers of an observation in a row.
    case mlp
    /// MinAtar's (Young & Tian 2019): 16 convolutions of 3 × 3 and 128 units, rectified.
    case minatar
    /// That of Mnih et al. 2015: convolutions of 8 × 8 (32, stride 4), 4 × 4 (64, stride 2) and 3 × 3 (64), and 512
    /// units, rectified.
    case nature
}

/// A network chosen for a space of observations, of which several can be made: the learned one and its target.
struct NetworkDesign {
    /// What is known of a layer of convolutions: square kernels, no padding.
    private struct Convolutions {
        var count, kernel: Int
        var stride = 1

        /// Pixels along a side of the output.
        func side(_ side: Int) -> Int { side < kernel ? 0 : (side - kernel) / stride + 1 }
    }

    /// The shape of an observation as the network takes it.
    let inputs: Shape
    private let convolutions: [Convolutions]
    private let hiddenSizes: [Int]
    private let activation: Activation

    /// Chooses a network.
    ///
    /// - Parameters:
    ///   - hiddenSizes: Units of each hidden layer of `mlp`.
    ///   - activation: The function between the layers of `mlp`.
    /// - Throws: ``AgentError/network(_:environment:space:suitable:)`` where the one asked for takes other observations.
    init(
        _ name: NetworkName, for environment: EnvironmentDescription, inputCount: Int, hiddenSizes: [Int],
        activation: Activation
    ) throws {
        let shape = environment.observationSpace.shape
        let suitable = NetworkName.allCases.filter { Self.suits($0, shape) }
        guard suitable.contains(name) else {
            throw AgentError.network(
                name, environment: environment.id, space: "\(environment.observationSpace)", suitable: suitable)
        }
        let chosen = name == .auto ? Self.best(for: shape) : name
        convolutions = Self.convolutions(chosen)
        inputs = convolutions.isEmpty ? [inputCount] : Shape(shape)
        (self.hiddenSizes, self.activation) =
            switch chosen {
            case .nature: ([512], .relu)
            case .minatar: ([128], .relu)
            case .auto, .mlp: (hiddenSizes, activation)
            }
    }

    private static func convolutions(_ name: NetworkName) -> [Convolutions] {
        switch name {
        case .nature:
            [
                Convolutions(count: 32, kernel: 8, stride: 4), Convolutions(count: 64, kernel: 4, stride: 2),
                Convolutions(count: 64, kernel: 3),
            ]
        case .minatar: [Convolutions(count: 16, kernel: 3)]
        case .auto, .mlp: []
        }
    }

    /// Whether convolutions have something left to look at: images are (height, width, channels).
    private static func suits(_ name: NetworkName, _ shape: [Int]) -> Bool {
        let layers = convolutions(name)
        guard !layers.isEmpty else { return true }
        return shape.count == 3 && shape[..<2].allSatisfy { layers.reduce($0) { $1.side($0) } > 0 }
    }

    private static func best(for shape: [Int]) -> NetworkName {
        if suits(.nature, shape) { return .nature }
        // One side short and one long is a stack along the first axis rather than an image.
        let isSmallImage = suits(.minatar, shape) && shape[..<2].allSatisfy { !suits(.nature, [$0, $0, 1]) }
        return isSmallImage ? .minatar : .mlp
    }

    /// A program's input of so many observations; nil for any number.
    func input(rows: Int?) -> Program.Input { .float32(rows: rows, inputs) }

    /// A network with fresh parameters: (B, inputs) → (B, outputs).
    func make(outputs: Int, random: inout RandomStream) -> any Layer {
        guard !convolutions.isEmpty else {
            return MultilayerPerceptron([inputs[0]] + hiddenSizes + [outputs], activation: activation, random: &random)
        }
        var (layers, channels, sides): ([any Layer], Int, [Int]) = ([], inputs[2], Array(inputs[..<2]))
        for layer in convolutions {
            layers.append(
                Conv2d(
                    channels, layer.count, kernel: (layer.kernel, layer.kernel), stride: (layer.stride, layer.stride),
                    random: &random))
            layers.append(activation)
            (channels, sides) = (layer.count, sides.map(layer.side))
        }
        layers.append(Function { $0.flattened() })
        var width = channels * sides[0] * sides[1]
        for size in hiddenSizes {
            layers += [Linear(width, size, random: &random), activation]
            width = size
        }
        return Sequential(layers + [Linear(width, outputs, random: &random)])
    }
}
