import Foundation
import Random
import Testing

@testable import NeuralNetworks
@testable import TensorCore

/// What recurrent layers remember through time.
@Suite struct RecurrentTests {
    /// A sequence in two parts gives the same result as the whole, if the state is passed on.
    @Test func statesCarryOver() throws {
        var random = RandomStream(seed: 1)
        let (gru, lstm) = (GRU(3, 4, layers: 2, random: &random), LSTM(3, 4, layers: 2, random: &random))
        let x = uniform([2, 7, 3], seed: 3)
        func agrees<Cell: RecurrentCell>(_ network: Recurrent<Cell>) throws {
            let whole = network(x).outputs
            let (first, states) = network(x.sliced(0..<3, axis: 1))
            let rest = network(x.sliced(3..<7, axis: 1), from: states).outputs
            #expect(try distance(.concatenated([first, rest], axis: 1), whole) < 1e-6)
            #expect(try distance(network(x.sliced(3..<7, axis: 1)).outputs, rest) > 0.01)
        }
        try agrees(gru)
        try agrees(lstm)
        try agrees(RNN(3, 4, layers: 2, random: &random))
    }

    /// PyTorch resets after the product with W_hn and its bias, the paper before it: equal if R is 1, different
    /// otherwise.
    @Test func theResetConventionsDiffer() throws {
        var random = RandomStream(seed: 1)
        let after = GRU(2, 3, random: &random)
        let before = GRU(2, 3, reset: .beforeProduct, random: &random)
        shake(after)
        before.parameters.copy(from: after.parameters)
        let x = uniform([2, 5, 2], seed: 3)
        #expect(try distance(after(x).outputs, before(x).outputs) > 0.01)
        // R = σ(40) is 1 in float32.
        var bias = after.parameters["bias_ih_l0"].values
        for unit in 0..<3 { bias[unit] = 40 }
        for network in [after, before] { network.parameters["bias_ih_l0"].set(bias) }
        #expect(try distance(after(x).outputs, before(x).outputs) < 1e-6)
    }

    /// An update gate of 1 keeps the state, one of 0 replaces it: H′ = Z ⊙ H + (1 − Z) ⊙ H̃.
    @Test func theUpdateGateKeepsTheState() throws {
        var random = RandomStream(seed: 1)
        let network = GRU(1, 2, random: &random)
        let (x, start) = (uniform([1, 4, 1], seed: 3), Tensor([0.3, -0.6], shape: [1, 2]))
        network.parameters["bias_ih_l0"].set([0, 0, 60, 60, 0, 0])
        #expect(try distance(network(x, from: [start]).states[0], start) < 1e-6)
        network.parameters["bias_ih_l0"].set([0, 0, -60, -60, 0, 0])
        let (a, b) = (network(x, from: [start]).states[0], network(x, from: [-start]).states[0])
        #expect(try distance(a, start) > 0.01 && distance(a, b) > 0)
    }

    /// h_t depends on all earlier inputs. The form c_t = tanh(x_{t−1}) + U x_t + b, found in some texts, has no
    /// recurrence: of the past, only the last input reaches it.
    @Test func theStateReachesBackToTheStart() throws {
        var random = RandomStream(seed: 1)
        let network = RNN(2, 2, random: &random)
        let x = uniform([1, 6, 2], seed: 3)
        func reach(_ last: Tensor) throws -> [Bool] {
            let gradient = try gradients(of: last.sum(), withRespectTo: [x])[0].floats()
            return (0..<6).map { gradient[2 * $0] != 0 || gradient[2 * $0 + 1] != 0 }
        }
        #expect(try reach(network(x).outputs.selected(5, axis: 1)) == [true, true, true, true, true, true])
        let u = Linear(2, 2, random: &random)
        let misprint = x.selected(4, axis: 1).tanh() + u(x.selected(5, axis: 1))
        #expect(try reach(misprint) == [false, false, false, false, true, true])
    }

    /// A cyclic shift times `scale`: all its singular values are `scale`.
    private static func shift(_ size: Int, scale: Float) -> [Float] {
        (0..<size * size).map { $0 % size == ($0 / size + 1) % size ? scale : 0 }
    }

    /// ∂h_T/∂h_0 is the product of diag(φ′) W_hh over the steps, by gradients and by hand, and its Frobenius norm is
    /// within the bound √n (γ s)ᵀ, where s is the largest singular value and γ = sup tanh′ = 1. Below 1/γ it vanishes,
    /// above it explodes.
    @Test(arguments: [(Float(0.5), 30), (1.5, 30)]) func gradientsAreProductsOfJacobians(scale: Float, steps: Int)
        throws
    {
        var random = RandomStream(seed: 1)
        let size = 4
        let network = RNN(1, size, bias: false, random: &random)
        network.parameters["weight_hh_l0"].set(Self.shift(size, scale: scale))
        // Inputs of zero and a state near zero: in the linear range of tanh, where the bound is nearly attained.
        network.parameters["weight_ih_l0"].set([0, 0, 0, 0])
        let start = Tensor([1e-7, -2e-7, 1e-7, 3e-7], shape: [1, size])
        let (outputs, states) = network(.zeros([1, steps, 1]), from: [start])
        let jacobian = try (0..<size).map { unit in
            try gradients(of: states[0].selected(unit, axis: 1).sum(), withRespectTo: [start])[0].floats()
        }
        var product = (0..<size).map { row in (0..<size).map { $0 == row ? 1.0 : 0 } }
        let values = try outputs.floats().map(Double.init)
        let w = Self.shift(size, scale: scale).map(Double.init)
        for step in 0..<steps {
            product = (0..<size).map { row in
                let slope = 1 - values[step * size + row] * values[step * size + row]
                return (0..<size).map { column in
                    slope * (0..<size).map { w[row * size + $0] * product[$0][column] }.reduce(0, +)
                }
            }
        }
        let bound = Double(size).squareRoot() * pow(Double(scale), Double(steps))
        let norm = jacobian.joined().map { Double($0 * $0) }.reduce(0, +).squareRoot()
        for (row, expected) in zip(jacobian, product) {
            for (found, entry) in zip(row, expected) { #expect(abs(Double(found) - entry) < 1e-4 * bound) }
        }
        #expect(norm <= bound * 1.0001 && norm > 0.9 * bound)
        #expect(scale < 1 ? norm < 1e-8 : norm > 1e5)
    }

    /// An LSTM with open gates keeps a gradient of 1 over the steps in which a plain network with W_hh = 0.5 loses it.
    @Test func openGatesKeepTheGradient() throws {
        var random = RandomStream(seed: 1)
        let network = LSTM(1, 1, random: &random)
        for variable in network.parameters.variables { variable.set([Float](repeating: 0, count: variable.count)) }
        network.parameters["bias_ih_l0"].set([0, 20, 0, 20])
        let start = LSTMCell.State(hidden: .zeros([1, 1]), cell: Tensor([0.1], shape: [1, 1]))
        let end = network(.zeros([1, 50, 1]), from: [start]).states[0].cell
        #expect(try abs(gradients(of: end.sum(), withRespectTo: [start.cell])[0].item() - 1) < 1e-5)
    }

    /// x_t = b₀ + b₁ x_{t−1} + b₂ x_{t−2} + ε as a causal convolution on shifted targets (teacher forcing): it recovers
    /// the coefficients, and step by step it continues the series.
    @Test func teacherForcingFitsAnAutoregression() throws {
        var random = RandomStream(seed: 3)
        let truth = (constant: 0.5, first: 0.6, second: -0.3)
        var series = [0.0, 0.0]
        for t in 2..<2_002 {
            series.append(
                truth.constant + truth.first * series[t - 1] + truth.second * series[t - 2]
                    + random.normal(standardDeviation: 0.3))
        }
        let values = Tensor(series.map(Float.init), shape: [1, series.count, 1])
        let model = Conv1d.causal(1, 1, kernel: 2, random: &random)
        let optimizer = Adam(learningRate: 0.02)
        let plan = try Program("fit") { _ in
            // The output at t predicts t + 1; the first has no full past.
            let predictions = model(values).sliced(1..<series.count - 1, axis: 1)
            let loss = squaredError(predictions, values.sliced(2..<series.count, axis: 1)).mean()
            try optimizer.minimize(loss, model.parameters)
            return [loss]
        }.plan()
        for _ in 0..<400 { plan.run() }
        #expect(abs(Double(plan.output(0)[0]) - 0.09) < 0.01)
        let (weight, bias) = (model.weight.values.map(Double.init), Double(model.bias!.values[0]))
        #expect(abs(weight[1] - truth.first) < 0.06 && abs(weight[0] - truth.second) < 0.06)
        #expect(abs(bias - truth.constant) < 0.06)
        // Without noise the generated series ends at the mean b₀ / (1 − b₁ − b₂).
        var generated: [Float] = [3, 3]
        for _ in 0..<60 {
            generated.append(try model(Tensor(Array(generated.suffix(2)), shape: [1, 2, 1])).floats()[1])
        }
        #expect(abs(Double(generated.last!) - bias / (1 - weight[0] - weight[1])) < 1e-3)
    }
}
