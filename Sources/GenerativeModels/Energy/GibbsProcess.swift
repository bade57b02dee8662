import Datasets
import Random
import TensorCore

/// Gibbs chains of ``BoltzmannLayers``, one per row, with known visible numbers held fixed.
final class GibbsProcess: GenerationProcess {
    private let layers: BoltzmannLayers
    private let plan: Plan
    private let count: Int
    private(set) var steps = 0

    /// Starts chains: the visible units at `start`, or at the base rates if there is none, and the other even layers at
    /// random.
    ///
    /// - Parameter known: For each visible number, whether it is held at its value in `start`.
    init(_ layers: BoltzmannLayers, count: Int, from start: [Float]?, known: [Bool], seed: UInt64) throws {
        (self.layers, self.count) = (layers, count)
        let random = RandomStream(seed: seed).split("gibbs")
        let even = layers.even
        let inputs = even.map { Program.Input.float32(count, layers.sizes[$0]) }
        let width = layers.sizes[0]
        let program = Program(
            "gibbs", inputs: inputs + [.float32(width), .float32(count, width)], seed: random.key
        ) { inputs in
            var values = (0...layers.top).map { layer -> Tensor? in layer % 2 == 0 ? inputs[layer / 2] : nil }
            for layer in layers.odd { values[layer] = layers.draw(layer, layers.field(layer, values)) }
            let (held, rows) = (inputs[even.count], inputs[even.count + 1])
            func clamped(_ visible: Tensor) -> Tensor { .select(held.broadcast(to: rows.shape), rows, visible) }
            let field = layers.field(0, values)
            let others = even.dropFirst().map { layers.draw($0, layers.field($0, values)) }
            return [clamped(layers.draw(0, field))] + others + [clamped(layers.expectation(0, field))]
        }
        plan = try program.plan()
        let holds = start != nil && known.count == width
        for index in 0..<width { plan.input(even.count)[index] = holds && known[index] ? 1 : 0 }
        var stream = random.split("start")
        for (place, layer) in even.enumerated() {
            let state = plan.input(place)
            let rates = layers.means[layer].values
            for index in state.indices {
                let rate = Double(layer == 0 ? rates[index % width] : 0.5)
                let isGaussian = layer == 0 && layers.visible == .gaussian
                state[index] = isGaussian ? Float(stream.normal(mean: rate)) : stream.uniform() < rate ? 1 : 0
            }
        }
        if let start { _ = plan.input(0).update(fromContentsOf: start) }
        _ = plan.input(even.count + 1).update(fromContentsOf: plan.input(0))
    }

    /// The visible units' expectations.
    var rows: [Float] { steps == 0 ? draws : Array(plan.output(layers.even.count)) }
    /// The visible units' values.
    var draws: [Float] { Array(plan.input(0)) }
    /// The values of an even layer.
    func values(of layer: Int) -> [Float] { Array(plan.input(layer / 2)) }

    /// One step of all chains; a chain has no end.
    func advance() -> Bool {
        plan.run()
        for place in layers.even.indices { _ = plan.input(place).update(fromContentsOf: plan.output(place)) }
        steps += 1
        return true
    }
}
