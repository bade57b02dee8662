import NeuralNetworks
import TensorCore

/// The recognition (upward) and generative (downward) layers of a deep belief network, as programs record them. The
/// generative layers use the machines' weights; the recognition layers use their transposes, or below the top machine
/// their own weights if untied.
struct DirectedLayers {
    /// The machine of each pair of layers.
    let machines: [BoltzmannLayers]
    /// The recognition weights of each layer but the top one; empty if they are tied to the machines' weights.
    let recognition: [(weight: Variable, bias: Variable)]
    /// The learning rate of the up-down algorithm.
    let rate = Variable(0, name: "rate")

    /// - Parameter isUntied: Whether the recognition weights are separate; they start as the machines' weights.
    init(_ machines: [BoltzmannLayers], isUntied: Bool) {
        self.machines = machines
        recognition = (isUntied ? machines.dropLast() : []).map { machine in
            let weight = machine.weights[0]
            return (
                weight: Variable(weight.values, shape: weight.shape, name: "weight"),
                bias: Variable(zeros: [machine.sizes[1]], name: "bias")
            )
        }
    }

    /// The levels below the top machine.
    private var below: Range<Int> { 0..<machines.count - 1 }

    /// The recognition weights, if they are untied.
    var parameters: Parameters {
        Parameters(list: recognition.map { Parameters(named: ["weight": $0.weight, "bias": $0.bias]) })
    }

    /// Resets the recognition weights of a level to the machine's.
    func tie(_ level: Int) {
        guard level < recognition.count else { return }
        recognition[level].weight.copy(from: machines[level].weights[0])
        recognition[level].bias.copy(from: machines[level].biases[1])
    }

    // MARK: Within programs

    /// The total input of a layer's units from the one below.
    func up(_ level: Int, _ x: Tensor) -> Tensor {
        guard level < recognition.count else { return machines[level].field(1, [x, nil]) }
        return x.matmul(recognition[level].weight.tensor) + recognition[level].bias.tensor
    }

    /// The total input of a layer's units from the one above.
    func down(_ level: Int, _ x: Tensor) -> Tensor { machines[level].field(0, [nil, x]) }

    /// Samples of the layers up to a level, the visible one first.
    func drawsUp(_ v: Tensor, to level: Int) -> [Tensor] {
        (0..<level).reduce([v]) { $0 + [up($1, $0[$1]).sigmoid().bernoulliSample()] }
    }

    /// The top layer's expectations, and the visible ones that follow from them in the downward pass.
    func expectations(_ v: Tensor) -> (top: Tensor, bottom: Tensor) {
        let top = machines.indices.reduce(v) { up($1, $0).sigmoid() }
        return (top, machines.indices.reversed().reduce(top) { down($1, $0).sigmoid() })
    }

    /// A sample of the visible units below those of the top machine, and their expectations.
    func fallen(_ top: Tensor) -> [Tensor] {
        [
            below.reversed().reduce(top) { down($1, $0).sigmoid().bernoulliSample() },
            below.reversed().reduce(top) { down($1, $0).sigmoid() },
        ]
    }

    /// The bound of each row with one sample of the hidden units, without the top machine's log Z.
    func bound(_ v: Tensor) -> Tensor {
        let states = drawsUp(v, to: below.count)
        let lower = below.reduce(Tensor(0)) { bound, level in
            let field = up(level, states[level])
            let entropy = field.softplus() - field * field.sigmoid()
            let loss = binaryCrossEntropy(logits: down(level, states[level + 1]), targets: states[level])
            return bound + entropy.sum([-1]) - loss.sum([-1])
        }
        return lower + machines[below.count].logSum(over: [1], [states[below.count], nil])
    }

    /// Records an update of the generative weights, from samples of the upward pass on rows.
    ///
    /// - Returns: the input of the top machine.
    func recordWake(_ v: Tensor) throws -> Tensor {
        let states = drawsUp(v, to: below.count)
        for level in below {
            let missing = states[level] - down(level, states[level + 1]).sigmoid()
            try step(machines[level].weights[0], missing, states[level + 1])
            try step(machines[level].biases[0], missing)
        }
        return states[below.count]
    }

    /// Records an update of the recognition weights, from samples of the downward pass from the top machine.
    ///
    /// - Returns: the visible samples.
    func recordSleep(_ top: Tensor) throws -> Tensor {
        try below.reversed().reduce(top) { upper, level in
            let lower = down(level, upper).sigmoid().bernoulliSample()
            let missing = upper - up(level, lower).sigmoid()
            try step(recognition[level].weight, lower, missing)
            try step(recognition[level].bias, missing)
            return lower
        }
    }

    /// An update of weights along the mean product of the rows' values on either side.
    private func step(_ weight: Variable, _ below: Tensor, _ above: Tensor) throws {
        let mean = below.matmul(above, transposeLeft: true) * (1 / Double(below.shape[0]))
        try weight.assign(weight.tensor + rate.tensor * mean)
    }

    private func step(_ bias: Variable, _ values: Tensor) throws {
        try bias.assign(bias.tensor + rate.tensor * values.mean([0]))
    }
}
