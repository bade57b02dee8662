import Datasets
import Foundation
import NeuralNetworks
import Random
import Testing

@testable import GenerativeModels
@testable import TensorCore

/// Gradients of autoregressive losses, compared with finite differences in float64.
@Suite struct AutoregressiveGradientTests {
    /// Compares some elements of each parameter's gradient of the sum of a program's first output.
    static func check(
        _ program: Program, inputs: [[Double]], shapes: [(shape: Shape, type: ScalarType)], _ parameters: Parameters,
        leaveOut: (String, Int) -> Bool = { _, _ in false }
    ) throws {
        let output = Tensor(try program.recorded(shapes).outputs[0]).sum()
        let state = program.randomState
        func values(_ tensors: [Tensor], _ variables: [ObjectIdentifier: [Double]] = [:]) -> [[Double]] {
            Reference.evaluate(tensors, inputs: inputs, variables: variables, random: state)
        }
        let exact = values(gradients(of: output, withRespectTo: parameters.variables))
        for (index, (path, variable)) in parameters.entries.enumerated() {
            let start = variable.values.map(Double.init)
            for element in stride(from: 0, to: start.count, by: max(1, start.count / 7)) where !leaveOut(path, element)
            {
                func value(_ change: Double) -> Double {
                    var moved = start
                    moved[element] += change
                    return values([output], [ObjectIdentifier(variable): moved])[0][0]
                }
                let numeric = (value(1e-5) - value(-1e-5)) / 2e-5
                #expect(
                    abs(numeric - exact[index][element]) < 1e-6 * max(1, abs(numeric)),
                    "\(path)[\(element)]: \(exact[index][element]) against \(numeric)")
            }
        }
    }

    private static let rows = FewBits.rows(3, width: 9).values.map(Double.init)

    @Test(
        arguments: ExplicitDensityTests.models.filter {
            !["tabular", "made", "deep-nade", "conv-nade"].contains($0.name)
        })
    func ofWholeRows(name: String, assignments: [String]) throws {
        let model = try #require(try ExplicitDensityTests.make(name, assignments) as? AutoregressiveModel)
        CausalityTests.unsettle(model.parameters)
        try Self.check(
            model.rowProgram, inputs: [Self.rows], shapes: [([3, 9], .float32)], model.parameters)
    }

    @Test func ofMaskedAutoencoders() throws {
        let model = try #require(
            try ExplicitDensityTests.make("made", ["hiddenUnits=7,5", "shuffled=true", "masks=2"]) as? MADE)
        CausalityTests.unsettle(model.parameters)
        let degrees = ([model.masks[1].inputs] + model.masks[1].hidden).map { $0.map(Double.init) }
        try Self.check(
            model.rowProgram, inputs: [Self.rows] + degrees,
            shapes: [([3, 9], .float32)] + degrees.map { ([$0.count], .float32) }, model.parameters)
    }

    @Test(arguments: ["deep-nade", "conv-nade"]) func ofOrderlessNetworks(name: String) throws {
        let settings = name == "deep-nade" ? ["hiddenUnits=8,6"] : ["layers=2", "channels=4", "kernel=3"]
        let model = try #require(try ExplicitDensityTests.make(name, settings) as? OrderlessModel)
        CausalityTests.unsettle(model.parameters)
        let known = (0..<27).map { Double($0 * 7 % 3 == 0 ? 1 : 0) }
        try Self.check(
            model.fitProgram, inputs: [Self.rows, known], shapes: [([3, 9], .float32), ([3, 9], .float32)],
            model.parameters)
    }

    /// The gradients of means are deliberately scaled by the deviations, and so are those of everything before them.
    @Test func ofMixtures() throws {
        let data = Dataset.Description(name: "reals", shape: [4], kind: .reals)
        var settings = RNADESettings()
        (settings.hiddenUnits, settings.components) = (5, 3)
        let model = try #require(try settings.makeModel(for: data, seed: 1) as? AutoregressiveModel)
        let rows = (0..<12).map { sin(Double($0) * 1.7) }
        let only = Parameters(model.parameters.entries.filter { $0.path.hasPrefix("output") })
        try Self.check(model.rowProgram, inputs: [rows], shapes: [([3, 4], .float32)], only) { path, element in
            let output = path == "outputBias" ? element % 9 : element / 5 % 9
            return 3..<6 ~= output
        }
    }

    /// The scale: ∂ log p / ∂m times σ.
    @Test func meansMoveByTheirDeviations() throws {
        let distribution = ConditionalDistribution.gaussianMixture(1)
        let outputs = Variable([0, 0.5, -1], shape: [1, 3], name: "outputs")
        let program = Program("mixture") { _ in
            let density = distribution.logProbability(Tensor([1.5] as [Float]), outputs.tensor)
            return [density] + gradients(of: density.sum(), withRespectTo: [outputs])
        }
        let plan = try program.plan()
        plan.run()
        let deviation = exp(-1.0)
        let z = (1.5 - 0.5) / deviation
        #expect(abs(Double(plan.output(0)[0]) - (-0.5 * z * z + 1 - 0.5 * log(2 * Double.pi))) < 1e-5)
        #expect(abs(Double(plan.output(1)[1]) - z) < 1e-5, "z / σ without the scale")
        #expect(abs(Double(plan.output(1)[2]) - (z * z - 1)) < 1e-4)
    }
}

/// Densities of real numbers: their integral and their samples.
@Suite struct RealDensityTests {
    @Test(arguments: ["rnade", "fvbn"]) func isTheDensityThatItDrawsFrom(name: String) throws {
        let data = Dataset.Description(name: "reals", shape: [2], kind: .reals)
        let model = try ModelCatalog.entry(name).makeSettings().makeModel(for: data, seed: 1)
        var random = RandomStream(seed: 3)
        // A ring, which linear dependence can't describe.
        let rows = DataRows(
            (0..<2000).flatMap { _ in
                let (angle, radius) = (2 * Double.pi * random.uniform(), 1 + 0.1 * random.normal())
                return [Float(radius * cos(angle)), Float(radius * sin(angle))]
            }, width: 2)
        try FewBits.fit(model, rows, epochs: 30, learningRate: 1e-2)
        // The integral over a grid.
        let (side, step) = (160, 0.05)
        let grid = DataRows(
            (0..<side * side).flatMap { place in
                [place / side, place % side].map { Float((Double($0) + 0.5 - Double(side) / 2) * step) }
            }, width: 2)
        let likelihoods = model as! any LikelihoodModel
        let total = try likelihoods.logLikelihood(of: grid, seed: 0).nats.reduce(0) { $0 + exp($1) * step * step }
        #expect(abs(total - 1) < 0.01, "\(total)")
        // Samples are as likely as the density says, −H on average, and centred on average.
        let samples = DataRows(try (model as! any SamplingModel).sample(4000, seed: 5), width: 2)
        let entropy = try likelihoods.logLikelihood(of: samples, seed: 0)
        let expected = try likelihoods.logLikelihood(of: grid, seed: 0).nats.reduce(0) {
            $0 + exp($1) * $1 * step * step
        }
        #expect(abs(entropy.mean - expected) < 5 * entropy.standardError + 0.02, "\(entropy.mean), \(expected)")
        let score = try likelihoods.score(rows)
        // A ring of radius 1 and deviation 0.1 has an average log p of about −log(2π · 0.1 · √(2πe)) = −0.95.
        if name == "rnade" { #expect(score > -1.25, "\(score)") } else { #expect(score < -1.6, "\(score)") }
    }
}
