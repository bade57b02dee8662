import Configuration
import Environments
import Experience
import NeuralNetworks
import Random
import Storage
import TensorCore

/// The networks through which an agent can take observations.
public enum NetworkName: String, SettingChoice {
    /// `embedding` for discrete observations, `nature` for images of 36 × 36 pixels or more, `minatar` for smaller
    /// ones, `mlp` for everything else.
    case auto
    /// Linear layers on all numbers of an observation; a discrete observation is a one-hot row.
    case mlp
    /// A learned vector for each discrete observation instead of the first linear layer.
    case embedding
    /// MinAtar's network (Young & Tian 2019): 16 convolutions of 3 × 3 and 128 units, with ReLU.
    case minatar
    /// The network of Mnih et al. 2015: convolutions of 8 × 8 (32, stride 4), 4 × 4 (64, stride 2) and 3 × 3 (64), and
    /// 512 units, with ReLU.
    case nature
    /// The network of pgx's agents for MinAtar (Koyamada et al. 2023): 32 convolutions of 2 × 2 that keep the size,
    /// means of 2 × 2 pixels and 64 units, with ReLU.
    case pgx
}

/// A network chosen for an observation space. Several can be made from it, such as a learned one and its target.
struct NetworkDesign {
    /// A layer of convolutions with square kernels and no padding.
    private struct Convolutions {
        var count, kernel: Int
        var stride = 1
        /// Pixels of zeros after the last one of each side.
        var padding = 0
        /// The side of the squares that are averaged afterwards.
        var pooling = 1

        /// Pixels along a side of the output.
        func side(_ side: Int) -> Int {
            side < kernel ? 0 : ((side + padding - kernel) / stride + 1) / pooling
        }
    }

    /// How observations become the network's inputs.
    let encoding: ObservationEncoding
    /// The shape of an observation as the network's input.
    let inputs: Shape
    /// Units of each layer between the first layers and the outputs.
    let hiddenSizes: [Int]
    private let convolutions: [Convolutions]
    /// The number of discrete observations of `embedding`; nil for the other networks.
    private let embeddedCount: Int?
    private let activation: Activation

    /// Chooses a network.
    ///
    /// - Parameters:
    ///   - agent: The agent's name, for the error.
    ///   - hiddenSizes: Units of each hidden layer of `mlp` and `embedding`.
    ///   - activation: The function between the layers of `mlp` and `embedding`.
    /// - Throws: ``AgentError/network(_:environment:space:suitable:)`` if the requested network takes other
    ///   observations, ``AgentError/observationSpace(agent:environment:space:needed:)`` if no network takes these.
    init(
        _ name: NetworkName, for environment: EnvironmentDescription, agent: String, hiddenSizes: [Int],
        activation: Activation
    ) throws {
        let space = environment.observationSpace
        let suitable = NetworkName.allCases.filter { Self.suits($0, space) }
        guard suitable.contains(name) else {
            throw AgentError.network(name, environment: environment.id, space: "\(space)", suitable: suitable)
        }
        let chosen = name == .auto ? Self.best(for: space) : name
        guard let encoding = ObservationEncoding(space, isNumbered: chosen == .embedding) else {
            throw AgentError.observationSpace(
                agent: agent, environment: environment.id, space: "\(space)", needed: "discrete or a box")
        }
        self.encoding = encoding
        convolutions = Self.convolutions(chosen)
        inputs = convolutions.isEmpty ? [encoding.inputCount] : Shape(space.shape)
        embeddedCount = chosen == .embedding ? space.discreteCount : nil
        (self.hiddenSizes, self.activation) =
            switch chosen {
            case .nature: ([512], .relu)
            case .minatar: ([128], .relu)
            case .pgx: ([64], .relu)
            case .auto, .mlp, .embedding: (hiddenSizes, activation)
            }
        try requireMemory()
    }

    /// Refuses a network whose parameters don't fit into memory, with their target, gradients and two moments.
    private func requireMemory() throws(MemoryError) {
        var first = inputs.elementCount
        if !convolutions.isEmpty {
            let (height, width) = (inputs[0], inputs[1])
            let rows = convolutions.reduce(height) { $1.side($0) }, columns = convolutions.reduce(width) { $1.side($0) }
            first = rows * columns * convolutions[convolutions.count - 1].count
        }
        let widths = [embeddedCount ?? first] + hiddenSizes
        let copies = 5
        let bytes = zip(widths, widths.dropFirst()).reduce(Int?.some(0)) { sum, pair in
            guard let sum, let more = product(pair.0, pair.1, 4 * copies) else { return nil }
            let (total, overflow) = sum.addingReportingOverflow(more)
            return overflow ? nil : total
        }
        try MemoryBudget.require(bytes, for: "the network with its optimiser") { _ in
            "use fewer or smaller layers, or smaller observations"
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
        case .pgx: [Convolutions(count: 32, kernel: 2, padding: 1, pooling: 2)]
        case .auto, .mlp, .embedding: []
        }
    }

    /// Whether an embedding has indices to look up, or the convolutions' output is not empty. Images are (height,
    /// width, channels).
    private static func suits(_ name: NetworkName, _ space: Space) -> Bool {
        if name == .embedding { return space.discreteCount != nil }
        return suits(name, space.shape)
    }

    private static func suits(_ name: NetworkName, _ shape: [Int]) -> Bool {
        let layers = convolutions(name)
        guard !layers.isEmpty else { return true }
        return shape.count == 3 && shape[..<2].allSatisfy { layers.reduce($0) { $1.side($0) } > 0 }
    }

    private static func best(for space: Space) -> NetworkName {
        let shape = space.shape
        if suits(.embedding, space) { return .embedding }
        if suits(.nature, shape) { return .nature }
        // An array with one short and one long side is a stack along the first axis, not an image.
        let isSmallImage = suits(.minatar, shape) && shape[..<2].allSatisfy { !suits(.nature, [$0, $0, 1]) }
        return isSmallImage ? .minatar : .mlp
    }

    /// A program's input of `rows` observations; nil for any number.
    func input(rows: Int?) -> Program.Input { .float32(rows: rows, inputs) }

    /// A network with fresh parameters: (B, inputs) → (B, outputs).
    func make(outputs: Int, random: inout RandomStream) -> any Layer {
        if convolutions.isEmpty, embeddedCount == nil {
            return MultilayerPerceptron([inputs[0]] + hiddenSizes + [outputs], activation: activation, random: &random)
        }
        if let embeddedCount, hiddenSizes.isEmpty {
            return Sequential([Self.numbers, Embedding(embeddedCount, outputs, random: &random)])
        }
        var (layers, width, hidden) = firstLayers(random: &random)
        extend(&layers, &width, by: hidden, random: &random)
        return Sequential(layers + [Linear(width, outputs, random: &random)])
    }

    /// The layers before the last hidden one, and what streams that follow them need: the width of their output, the
    /// units of the last hidden layer (nil if there is none) and its activation function.
    func makeBody(random: inout RandomStream) -> (body: any Layer, width: Int, hidden: Int?, activation: Activation) {
        var (layers, width, hidden) = firstLayers(random: &random)
        extend(&layers, &width, by: hidden.dropLast(), random: &random)
        return (Sequential(layers), width, hidden.last, activation)
    }

    /// All layers up to the last hidden one and its activation, and the width of their output.
    ///
    /// - Parameters:
    ///   - activations: what follows the convolutions and the hidden layers, if not the network's own.
    ///   - isNormalized: whether layer normalisation comes before activations; for convolutions over the channels.
    func makeFeatures(
        activations: (first: any Layer, hidden: any Layer)? = nil, isNormalized: Bool = false,
        random: inout RandomStream
    ) -> (layer: any Layer, width: Int) {
        var (layers, width, hidden) = firstLayers(
            activation: activations?.first, isNormalized: isNormalized, random: &random)
        extend(
            &layers, &width, by: hidden, activation: activations?.hidden, isNormalized: isNormalized, random: &random)
        return (Sequential(layers), width)
    }

    /// A network with fresh parameters that takes an action of so many numbers as well: its convolutions or embedding,
    /// (B, …) → (B, width), and the layers behind them, which take the action's numbers behind those of the features.
    func makeCritic(
        beside actionCount: Int, outputs: Int, random: inout RandomStream
    ) -> (encoder: any Layer, head: any Layer) {
        let (layers, width, hidden) = firstLayers(random: &random)
        let head = MultilayerPerceptron(
            [width + actionCount] + hidden + [outputs], activation: activation, random: &random)
        return (Sequential(layers), head)
    }

    /// Whether the network sees observations as images.
    var hasConvolutions: Bool { !convolutions.isEmpty }

    private func extend(
        _ layers: inout [any Layer], _ width: inout Int, by hidden: some Sequence<Int>,
        activation: (any Layer)? = nil, isNormalized: Bool = false, random: inout RandomStream
    ) {
        for size in hidden {
            layers.append(Linear(width, size, random: &random))
            layers += (isNormalized ? [LayerNorm(size)] : []) + [activation ?? self.activation]
            width = size
        }
    }

    /// The convolutions or the embedding, if any: the layers, the width of their output, and the units of the layers
    /// after them.
    private func firstLayers(
        activation: (any Layer)? = nil, isNormalized: Bool = false, random: inout RandomStream
    ) -> (layers: [any Layer], width: Int, hidden: [Int]) {
        let activation = activation ?? self.activation
        if let embeddedCount, let size = hiddenSizes.first {
            let layers: [any Layer] = [Self.numbers, Embedding(embeddedCount, size, random: &random), activation]
            return (layers, size, Array(hiddenSizes.dropFirst()))
        }
        guard !convolutions.isEmpty else { return ([], inputs[0], hiddenSizes) }
        var (layers, channels, sides): ([any Layer], Int, [Int]) = ([], inputs[2], Array(inputs[..<2]))
        for layer in convolutions {
            layers.append(
                Conv2d(
                    channels, layer.count, kernel: (layer.kernel, layer.kernel), stride: (layer.stride, layer.stride),
                    padding: Padding(top: 0, bottom: layer.padding, left: 0, right: layer.padding), random: &random))
            layers += (isNormalized ? [LayerNorm(layer.count)] : []) + [activation]
            if layer.pooling > 1 {
                layers.append(Function { $0.averagePooled2d((layer.pooling, layer.pooling)) })
            }
            (channels, sides) = (layer.count, sides.map(layer.side))
        }
        return (layers + [Function { $0.flattened() }], channels * sides[0] * sides[1], hiddenSizes)
    }

    /// (B, 1) float32 → (B) int32.
    private static var numbers: Function { Function { $0.reshaped(to: [-1]).asInteger() } }
}
