import NeuralNetworks
import TensorCore

/// The ways up and down of a deep belief network's layers, as programs record them. The way down goes by the machines' weights, the
/// way up by their transposes, or below the highest machine by weights of its own.
struct DirectedLayers {
    /// The machine of each pair of layers.
    let machines: [BoltzmannLayers]
    /// The way up of each layer but the highest; empty where it goes by the machines' weights.
    let recognition: [(weight: Variable, bias: Variable)]
    /// The step size of learning up and down.
    let rate = Variable(0, name: "rate")

    /// - Parameter isUntied: Whether the way up has weights of its own, which begin as the machines' are.
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

    /// The levels below the highest machine.
    private var below: Range<Int> { 0..<machines.count - 1 }

    /// The parameters of the way up, where it has its own.
    var parameters: Parameters {
        Parameters(list: recognition.map { Parameters(named: ["weight": $0.weight, "bias": $0.bias]) })
    }

    /// Makes the way up of a level the machine's again.
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

    /// Draws of the layers up to a level, the visible one first.
    func drawsUp(_ v: Tensor, to level: Int) -> [Tensor] {
        (0..<level).reduce([v]) { $0 + [up($1, $0[$1]).sigmoid().bernoulliSample()] }
    }

    /// The highest layer's expectations, and those that come of them on the way down.
    func expectations(_ v: Tensor) -> (top: Tensor, bottom: Tensor) {
        let top = machines.indices.reduce(v) { up($1, $0).sigmoid() }
        return (top, machines.indices.reversed().reduce(top) { down($1, $0).sigmoid() })
    }

    /// A draw of the visible units below the highest machine's, and their expectations.
    func fallen(_ top: Tensor) -> [Tensor] {
        [
            below.reversed().reduce(top) { down($1, $0).sigmoid().bernoulliSample() },
            below.reversed().reduce(top) { down($1, $0).sigmoid() },
        ]
    }

    /// The bound of each row with one draw of the hidden units, without the highest machine's log Z.
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

    /// Records a step of the way down, from draws on the way up of rows.
    ///
    /// - Returns: what comes to the highest machine.
    func recordWake(_ v: Tensor) throws -> Tensor {
        let states = drawsUp(v, to: below.count)
        for level in below {
            let missing = states[level] - down(level, states[level + 1]).sigmoid()
            try step(machines[level].weights[0], missing, states[level + 1])
            try step(machines[level].biases[0], missing)
        }
        return states[below.count]
    }

    /// Records a step of the way up, from draws on the way down of the highest machine's samples.
    ///
    /// - Returns: the dreams.
    func recordSleep(_ top: Tensor) throws -> Tensor {
        try below.reversed().reduce(top) { upper, level in
            let lower = down(level, upper).sigmoid().bernoulliSample()
            let missing = upper - up(level, lower).sigmoid()
            try step(recognition[level].weight, lower, missing)
            try step(recognition[level].bias, missing)
            return lower
        }
    }

    /// A step of weights along the mean of the products of rows' values on either side.
    private func step(_ weight: Variable, _ below: Tensor, _ above: Tensor) throws {
        let mean = below.matmul(above, transposeLeft: true) * (1 / Double(below.shape[0]))
        try weight.assign(weight.tensor + rate.tensor * mean)
    }

    private func step(_ bias: Variable, _ values: Tensor) throws {
        try bias.assign(bias.tensor + rate.tensor * values.mean([0]))
    }
}
