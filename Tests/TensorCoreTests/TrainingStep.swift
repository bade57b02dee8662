@testable import TensorCore

/// Whole training steps of three kinds of network, small but complete.
enum TrainingStep: CaseIterable, Codable {
    case convolutional, transformer, longShortTermMemory

    /// The parameters' shapes.
    private var shapes: [Shape] {
        switch self {
        case .convolutional: [[16, 3, 3, 4], [16], [32, 4, 4, 16], [32], [288, 64], [64], [64, 5], [5]]
        case .transformer: [[30, 48], [48, 144], [48, 48], [48, 192], [192, 48], [48], [48]]
        case .longShortTermMemory: [[24, 128], [32, 128], [128], [32, 10]]
        }
    }

    private func variables() -> [Variable] {
        shapes.enumerated().map { index, shape in
            let values = numbers(shape.elementCount, seed: UInt64(index) + 3, in: -0.2...0.2)
            return Variable(values.map { Float($0) }, shape: shape)
        }
    }

    private var input: Program.Input {
        switch self {
        case .convolutional: .float32(12, 14, 14, 4)
        case .transformer: .int32(6, 20)
        case .longShortTermMemory: .float32(12, 16, 24)
        }
    }

    private func loss(_ x: Tensor, _ w: [Tensor]) -> Tensor {
        switch self {
        case .convolutional: Self.convolutional(x, w)
        case .transformer: Self.transformer(x, w)
        case .longShortTermMemory: Self.longShortTermMemory(x, w)
        }
    }

    private static func convolutional(_ x: Tensor, _ w: [Tensor]) -> Tensor {
        let first = (x.convolution2d(w[0], padding: 1) + w[1]).relu().maxPooled2d((2, 2))
        let second = (first.convolution2d(w[2], stride: (2, 2), padding: 1) + w[3]).relu()
        let dropped = second.flattened() * (Tensor.randomUniform([12, 288]) .< Tensor(0.9))
        let scores = (dropped.matmul(w[4]) + w[5]).relu().matmul(w[6]) + w[7]
        return -scores.logSoftmax().gathered(Tensor((0..<12).map { Int32($0 % 5) })).mean()
    }

    private static func transformer(_ x: Tensor, _ w: [Tensor]) -> Tensor {
        func normalised(_ x: Tensor) -> Tensor {
            let centred = x - x.mean([-1], keepDimensions: true)
            return centred / (centred.squared().mean([-1], keepDimensions: true) + 1e-5).squareRoot()
        }
        func heads(_ x: Tensor) -> Tensor { x.reshaped(to: [6, 20, 4, 12]).permuted([0, 2, 1, 3]) }
        let stream = w[0].taking(x)
        let parts = (normalised(stream) * w[5]).matmul(w[1]).split(into: 3, axis: 2).map(heads)
        let scores = parts[0].matmul(parts[1], transposeRight: true) * 0.3
        let causal = Tensor.select(.lowerTriangle(20), scores, Tensor(-1e9)).softmax()
        let mixed = causal.matmul(parts[2]).permuted([0, 2, 1, 3]).reshaped(to: [6, 20, 48])
        let attended = stream + mixed.matmul(w[2])
        let hidden = (normalised(attended) * w[6]).matmul(w[3])
        let activated = hidden * (1 + (hidden * 0.7).erf()) * 0.5
        let result = attended + activated.matmul(w[4])
        return -result.matmul(w[0], transposeRight: true).logSoftmax().gathered(x).mean()
    }

    private static func longShortTermMemory(_ x: Tensor, _ w: [Tensor]) -> Tensor {
        var (hidden, cell) = (Tensor.zeros([16, 32]), Tensor.zeros([16, 32]))
        var outputs: [Tensor] = []
        for step in 0..<12 {
            let all = x.selected(step, axis: 0).matmul(w[0]) + hidden.matmul(w[1]) + w[2]
            let gates = all.split(into: 4, axis: 1)
            cell = gates[0].sigmoid() * cell + gates[1].sigmoid() * gates[2].tanh()
            hidden = gates[3].sigmoid() * cell.tanh()
            outputs.append(hidden)
        }
        let scores = Tensor.stacked(outputs).matmul(w[3])
        return (scores.logSumExp() - scores.mean([-1])).mean()
    }

    /// A step of gradient descent with momentum, with a plan's options.
    func plan(_ options: PlanOptions) throws -> (plan: Plan, variables: [Variable]) {
        let parameters = variables()
        let speeds = parameters.map { Variable([Float](repeating: 0, count: $0.shape.elementCount), shape: $0.shape) }
        let program = Program("step", inputs: [input], seed: 5, options: options) { inputs in
            let loss = loss(inputs[0], parameters.map(\.tensor))
            for (index, slope) in gradients(of: loss, withRespectTo: parameters).enumerated() {
                let speed = 0.9 * speeds[index].tensor + slope
                try speeds[index].assign(speed)
                try parameters[index].assign(parameters[index].tensor - 0.05 * speed)
            }
            return [loss]
        }
        let plan = try program.plan()
        if case .transformer = self {
            for place in 0..<120 { plan.integerInput(0)[place] = Int32(place * 7 % 30) }
        } else {
            let values = numbers(plan.input(0).count, seed: 1)
            _ = plan.input(0).update(fromContentsOf: values.map { Float($0) })
        }
        return (plan, parameters + speeds)
    }

    /// Losses and variables after each of the given number of runs, as bits; each unit is divided as far as possible.
    func trace(replays: Int, _ run: (Plan) -> Void) throws -> [[[UInt32]]] {
        var options = try PlanOptions()
        options.leastPart = 0
        let (plan, variables) = try plan(options)
        return (0..<replays).map { _ in
            run(plan)
            return [plan.outputs[0].bits] + variables.map { $0.values.map(\.bitPattern) }
        }
    }
}
