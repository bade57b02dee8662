import Foundation
import NeuralNetworks
import Testing

@testable import GenerativeModels
@testable import TensorCore

/// The lower bound, its terms and its gradients.
@Suite struct BoundTests {
    @Test func densities() throws {
        let (x, output) = (Tensor([1, -2, 0.5] as [Float]), Tensor([0.5, 1, 0.5] as [Float]))
        let logVariance = Tensor([0, 2, -1] as [Float])
        let gaussian = try VariationalAutoencoderSettings.Likelihood.gaussian.logDensity(x, output, logVariance)
            .floats()
        for (value, (difference, logVariance)) in zip(gaussian, [(0.5, 0.0), (-3, 2), (0, -1)]) {
            let deviation = exp(logVariance / 2)
            let density = exp(-difference * difference / (2 * deviation * deviation)) / (deviation * sqrt(2 * .pi))
            #expect(abs(Double(value) - log(density)) < 1e-5)
        }
        let bits = Tensor([1, 0, 0.25] as [Float])
        let bernoulli = try VariationalAutoencoderSettings.Likelihood.bernoulli.logDensity(bits, output, logVariance)
            .floats()
        for (value, (bit, logit)) in zip(bernoulli, [(1.0, 0.5), (0, 1), (0.25, 0.5)]) {
            let p = 1 / (1 + exp(-logit))
            #expect(abs(Double(value) - (bit * log(p) + (1 - bit) * log(1 - p))) < 1e-5)
        }
    }

    /// KL(N(μ, σ²) ‖ N(0, 1)) summed over the latents, from the encoder computed by hand.
    @Test func divergenceIsTheClosedForm() throws {
        let model = try makeModel(width: 3)
        let rows = normals(5 * 3)
        func layer(_ path: String, _ x: [Double]) -> [Double] {
            let (weight, bias) = (model.variable(path + ".weight"), model.variable(path + ".bias"))
            return (0..<weight.shape[0]).map { output in
                x.indices.reduce(Double(bias.values[output])) {
                    $0 + Double(weight.values[output * x.count + $1]) * x[$1]
                }
            }
        }
        var expected = 0.0
        for row in 0..<5 {
            let hidden = layer("encoder.layers.0", rows[3 * row..<3 * row + 3].map(Double.init)).map { max(0, $0) }
            for (mean, logVariance) in zip(layer("means", hidden), layer("logVariances", hidden)) {
                expected += 0.5 * (mean * mean + exp(logVariance) - 1 - logVariance) / 5
            }
        }
        let bound = try model.bound(rows)
        #expect(expected > 0.05 && abs(bound.divergence - expected) < 1e-5)
        #expect(abs(bound.nats - (bound.reconstruction - bound.divergence)) < 1e-4)
    }

    /// The recorded bound in float64, for given inputs, parameters and noise.
    private struct Recorded {
        let outputs: [Tensor]
        let state: (key: UInt64, counter: UInt64)
        let rows: [Double]

        init(_ model: VariationalAutoencoder, rows: [Float]) throws {
            let shape = [rows.count / model.width, model.width]
            outputs = try model.boundProgram.recorded([(shape: shape, type: .float32)]).outputs.map { Tensor($0) }
            state = model.boundProgram.randomState
            self.rows = rows.map(Double.init)
        }

        func values(_ tensors: [Tensor], _ variables: [ObjectIdentifier: [Double]] = [:]) -> [[Double]] {
            Reference.evaluate(tensors, inputs: [rows], variables: variables, random: state)
        }
    }

    @Test(arguments: VariationalAutoencoderSettings.Likelihood.allCases)
    func gradientsAreThoseOfTheBound(likelihood: VariationalAutoencoderSettings.Likelihood) throws {
        let model = try makeModel(width: 3) { $0.likelihood = likelihood }
        let rows = likelihood == .gaussian ? normals(12) : normals(12).map { 1 / (1 + exp(-$0)) }
        let recorded = try Recorded(model, rows: rows)
        let parameters = model.variables.entries.filter { !$0.path.hasPrefix("optimizer") }
        #expect(parameters.count == (likelihood == .gaussian ? 11 : 10))
        let bound = recorded.outputs[0]
        let exact = recorded.values(gradients(of: bound, withRespectTo: parameters.map(\.variable)))
        for (index, (path, variable)) in parameters.enumerated() {
            let start = variable.values.map(Double.init)
            for element in start.indices {
                func value(_ change: Double) -> Double {
                    var moved = start
                    moved[element] += change
                    return recorded.values([bound], [ObjectIdentifier(variable): moved])[0][0]
                }
                let numeric = (value(1e-5) - value(-1e-5)) / 2e-5
                #expect(
                    abs(numeric - exact[index][element]) < 1e-6 * max(1, abs(numeric)),
                    "\(path)[\(element)]: \(exact[index][element]) against \(numeric)")
            }
            #expect(exact[index].contains { abs($0) > 1e-6 }, "\(path) matters")
        }
    }

    @Test func floatsAgreeWithTheReference() throws {
        let model = try makeModel(width: 3)
        let rows = normals(30)
        let recorded = try Recorded(model, rows: rows)
        let expected = recorded.values(recorded.outputs).map { $0[0] }
        let bound = try model.bound(rows)
        for (value, expected) in zip([bound.nats, bound.reconstruction, bound.divergence], expected) {
            #expect(abs(value - expected) < 1e-4)
        }
        #expect(try model.bound(rows).reconstruction != bound.reconstruction, "each estimate uses new random numbers")
    }
}
