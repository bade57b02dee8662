import Random
import Testing

@testable import NeuralNetworks
@testable import TensorCore

/// Masks of PixelCNN: nothing depends on later pixels, in raster order and R before G before B.
@Suite struct MaskedConvolutionTests {
    private static let size = 7

    /// Whether each input element (row, column, channel) reaches the outputs of `channels` at a place.
    private static func seen(
        _ layers: [any Layer], inputs: Int, at place: (Int, Int), channels: Range<Int>
    ) throws -> [Bool] {
        let x = uniform([1, size, size, inputs], seed: 3)
        let y = layers.reduce(x) { $1($0) }
        let chosen = y.selected(place.0, axis: 1).selected(place.1, axis: 1).sliced(channels, axis: 1)
        return try gradients(of: chosen.sum(), withRespectTo: [x])[0].floats().map { $0 != 0 }
    }

    /// A first layer of type a and two of type b, with six inner channels and smooth activations so that no gradient is
    /// lost.
    private static func stack(inputs: Int, colours: Int) -> [any Layer] {
        var random = RandomStream(seed: 2)
        let hidden = 6
        return [
            MaskedConv2d(.a, inputs, hidden, kernel: (3, 3), colours: colours, random: &random),
            Activation.tanh,
            MaskedConv2d(.b, hidden, hidden, kernel: (3, 3), colours: colours, random: &random),
            Activation.tanh,
            MaskedConv2d(.b, hidden, inputs, kernel: (1, 1), colours: colours, random: &random),
        ]
    }

    @Test func nothingLaterGetsThrough() throws {
        let layers = Self.stack(inputs: 1, colours: 1)
        for place in [(0, 0), (3, 3), (6, 0), (2, 6), (6, 6)] {
            let seen = try Self.seen(layers, inputs: 1, at: place, channels: 0..<1)
            let own = place.0 * Self.size + place.1
            for (other, reaches) in seen.enumerated() where other >= own { #expect(!reaches) }
            #expect(seen[..<own].contains(true) == (own > 0))
        }
    }

    @Test func coloursComeInOrder() throws {
        let layers = Self.stack(inputs: 3, colours: 3)
        let place = (3, 3)
        let own = (place.0 * Self.size + place.1) * 3
        for colour in 0..<3 {
            let seen = try Self.seen(layers, inputs: 3, at: place, channels: colour..<colour + 1)
            for (other, reaches) in seen.enumerated() where other >= own {
                let earlier = other < own + colour
                #expect(reaches == earlier)
            }
            // All colours of the previous pixel.
            #expect(seen[own - 3..<own].allSatisfy { $0 })
        }
    }

    /// The separate products equal the whole convolution with the masked weight.
    @Test(arguments: MaskedConv2d.Kind.allCases, [1, 2])
    func partsAreTheMaskedConvolution(_ kind: MaskedConv2d.Kind, colours: Int) throws {
        var random = RandomStream(seed: 4)
        for (kernel, dilation) in [
            ((3, 5), (1, 1)), ((5, 3), (2, 3)), ((1, 1), (1, 1)), ((1, 7), (1, 2)), ((3, 1), (1, 1)),
        ] {
            let layer = MaskedConv2d(kind, 2, 4, kernel: kernel, dilation: dilation, colours: colours, random: &random)
            let x = uniform([2, 5, 6, 2], seed: 3)
            let whole = x.convolution2d(
                layer.convolution.weight.tensor * layer.mask, padding: layer.convolution.padding, dilation: dilation
            ).adding(layer.convolution.bias)
            #expect(layer(x).shape == whole.shape)
            let difference = try (layer(x) - whole).absolute().max().item()
            #expect(difference < 1e-6, "\(kernel) \(dilation)")
        }
    }

    /// The receptive field of L layers of 3×3 reaches L rows up and L columns to the left, but not the cone to the
    /// upper right.
    @Test func theBlindSpotIsThere() throws {
        let layers = Self.stack(inputs: 1, colours: 1)
        let seen = try Self.seen(layers, inputs: 1, at: (3, 3), channels: 0..<1)
        let places = Set(seen.indices.filter { seen[$0] }.map { [$0 / Self.size - 3, $0 % Self.size - 3] })
        let rows = Set(places.map { $0[0] })
        #expect(rows == [-2, -1, 0])
        #expect(Set(places.filter { $0[0] == 0 }.map { $0[1] }) == [-2, -1])
        #expect(Set(places.filter { $0[0] == -1 }.map { $0[1] }) == [-2, -1, 0, 1])
        #expect(Set(places.filter { $0[0] == -2 }.map { $0[1] }) == [-2, -1, 0, 1, 2])
    }

    /// The mask is on the weight: masked elements have no gradient and keep their initial values.
    @Test func hiddenWeightsHaveNoGradient() throws {
        var random = RandomStream(seed: 2)
        let layer = MaskedConv2d(.a, 3, 3, kernel: (3, 3), colours: 3, random: &random)
        let loss = layer(uniform([2, 4, 4, 3], seed: 5)).squared().sum()
        let gradient = try gradients(of: loss, withRespectTo: layer.parameters.variables)[0].floats()
        let mask = try layer.mask.floats()
        #expect(gradient.map { $0 != 0 } == mask.map { $0 == 1 })
        // Four of nine places for nine pairs of channels, and at the centre R → G, R → B, G → B.
        #expect(mask.filter { $0 == 1 }.count == 39)
    }
}
