import Random
import Testing

@testable import NeuralNetworks
@testable import TensorCore

/// What convolutions depend on, measured by gradients, and what they preserve.
@Suite struct ConvolutionLayerTests {
    /// The steps of the input (1, length, channels) that the output at `place` depends on.
    private static func seen(_ layers: [any Layer], length: Int, channels: Int, place: Int) throws -> [Int] {
        let x = uniform([1, length, channels], seed: 3)
        let y = layers.reduce(x) { $1($0) }.selected(place, axis: 1)
        let gradient = try gradients(of: y.sum(), withRespectTo: [x])[0].floats()
        return (0..<length).filter { step in gradient[step * channels..<(step + 1) * channels].contains { $0 != 0 } }
    }

    /// 1 + Σ (k − 1) d steps up to the current one: exponential in the depth if d = 2ˡ.
    @Test(arguments: [(2, [1, 2, 4, 8]), (3, [1, 2, 4]), (3, [1, 1, 1]), (5, [1, 3]), (1, [4, 4])])
    func causalStacksSeeTheirPast(kernel: Int, dilations: [Int]) throws {
        var random = RandomStream(seed: 2)
        let layers = dilations.map { Conv1d.causal(2, 2, kernel: kernel, dilation: $0, random: &random) }
        let field = 1 + dilations.map { (kernel - 1) * $0 }.reduce(0, +)
        #expect(Conv1d.receptiveField(of: layers) == field)
        #expect(try Self.seen(layers, length: 40, channels: 2, place: 30) == Array(31 - field...30))
        if kernel == 2 { #expect(field == 1 << dilations.count) }
    }

    /// The same number of steps, half of them on each side.
    @Test func dilatedStacksSeeBothSides() throws {
        var random = RandomStream(seed: 2)
        let layers = [1, 2, 4].map { dilation in
            Conv1d(1, 1, kernel: 3, padding: Padding(all: dilation), dilation: dilation, random: &random)
        }
        #expect(Conv1d.receptiveField(of: layers) == 15)
        #expect(try Self.seen(layers, length: 31, channels: 1, place: 15) == Array(8...22))
    }

    @Test func stridesStretchTheField() throws {
        var random = RandomStream(seed: 2)
        let layers = [3, 3].map { Conv1d(1, 1, kernel: $0, stride: 2, random: &random) }
        #expect(Conv1d.receptiveField(of: layers) == 7)
        #expect(try Self.seen(layers, length: 20, channels: 1, place: 2) == Array(8...14))
    }

    /// H_t = b + Σ_j W_j x_{t − j}, zeros before the start: the last tap belongs to the current step.
    @Test func causalConvolutionIsItsFormula() throws {
        var random = RandomStream(seed: 2)
        let layer = Conv1d.causal(1, 1, kernel: 3, random: &random)
        let x: [Float] = [2, -1, 0.5, 3, 1]
        let (w, b) = (layer.weight.values, layer.bias!.values[0])
        let expected = x.indices.map { t in
            (0..<3).reduce(b) { $0 + (t - $1 >= 0 ? w[2 - $1] * x[t - $1] : 0) }
        }
        let y = try layer(Tensor(x, shape: [1, 5, 1])).floats()
        #expect(Golden.difference(y, expected.map(Double.init)) < 1e-6)
    }

    /// h[i, j] = u + Σ_{|k| ≤ Δ} W[k₁, k₂] x[i + k₁, j + k₂].
    @Test func convolutionIsItsFormula() throws {
        var random = RandomStream(seed: 2)
        let layer = Conv2d(1, 1, kernel: (3, 3), padding: 1, random: &random)
        let x = uniform([1, 4, 5, 1], seed: 8)
        let (w, u, values) = (layer.weight.values, layer.bias!.values[0], try x.floats())
        let expected = (0..<20).map { place in
            var sum = u
            for k1 in -1...1 {
                for k2 in -1...1 {
                    let (i, j) = (place / 5 + k1, place % 5 + k2)
                    if (0..<4).contains(i) && (0..<5).contains(j) {
                        sum += w[(k1 + 1) * 3 + k2 + 1] * values[i * 5 + j]
                    }
                }
            }
            return Double(sum)
        }
        #expect(try Golden.difference(layer(x).floats(), expected) < 1e-6)
    }

    /// A shift of the image shifts the result: M(T(I)) = T(M(I)) away from the borders. A linear map of the same image
    /// has no such property.
    @Test func convolutionIsEquivariant() throws {
        var random = RandomStream(seed: 2)
        let layer = Conv2d(1, 2, kernel: (3, 3), padding: 1, random: &random)
        let picture = uniform([1, 3, 3, 1], seed: 8)
        let here = picture.padded(low: [0, 2, 2, 0], high: [0, 5, 5, 0])
        let there = picture.padded(low: [0, 5, 4, 0], high: [0, 2, 3, 0])
        let moved = layer(here).sliced(1..<6, axis: 1).sliced(1..<6, axis: 2)
        let result = layer(there).sliced(4..<9, axis: 1).sliced(3..<8, axis: 2)
        #expect(try distance(moved, result) < 1e-6)
        let linear = Linear(100, 100, random: &random)
        let (first, second) = (linear(here.reshaped(to: [1, 100])), linear(there.reshaped(to: [1, 100])))
        let shifted = first.reshaped(to: [1, 10, 10]).sliced(0..<7, axis: 1).sliced(0..<8, axis: 2)
        let other = second.reshaped(to: [1, 10, 10]).sliced(3..<10, axis: 1).sliced(2..<10, axis: 2)
        #expect(try distance(shifted, other) > 0.01)
    }

    /// A transposed convolution is the gradient of a convolution with respect to its input: ⟨conv(x), y⟩ = ⟨x,
    /// convᵀ(y)⟩.
    @Test func transposedConvolutionIsTheAdjoint() throws {
        var random = RandomStream(seed: 2)
        let forward = Conv2d(2, 3, kernel: (3, 2), stride: (2, 1), padding: 1, bias: false, random: &random)
        let back = ConvTranspose2d(
            3, 2, kernel: (3, 2), stride: (2, 1), padding: 1, outputPadding: (0, 0), bias: false, random: &random)
        back.weight.copy(from: forward.weight)
        let x = uniform([1, 5, 4, 2], seed: 4)
        let y = uniform(forward(x).shape, seed: 5)
        #expect(back(y).shape == x.shape)
        #expect(try distance((forward(x) * y).sum(), (x * back(y)).sum()) < 1e-4)
    }
}
