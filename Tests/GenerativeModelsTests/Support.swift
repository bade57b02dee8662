import Datasets
import Random

@testable import GenerativeModels
@testable import TensorCore

/// A small model.
func makeModel(
    width: Int, seed: UInt64 = 1, _ change: (inout VariationalAutoencoderSettings) -> Void = { _ in }
) throws -> VariationalAutoencoder {
    var settings = VariationalAutoencoderSettings()
    (settings.hiddenSize, settings.latentSize) = (4, 2)
    change(&settings)
    let kind = settings.likelihood == .gaussian ? ElementKind.reals : .unit
    return try VariationalAutoencoder(
        settings, data: Dataset.Description(name: "rows", shape: [width], kind: kind), seed: seed)
}

/// Standard normal numbers.
func normals(_ count: Int, seed: UInt64 = 4) -> [Float] {
    var random = RandomStream(seed: seed)
    return (0..<count).map { _ in Float(random.normal()) }
}

extension VariationalAutoencoder {
    /// The variable with the given path.
    func variable(_ path: String) -> Variable { variables.entries.first { $0.path == path }!.variable }

    /// One update on the rows; returns the bound before it.
    @discardableResult
    func fit(_ rows: [Float], learningRate: Double = 1e-3) throws -> Double {
        var step = FitStep()
        step.learningRate = learningRate
        return try -fit(DataRows(rows, width: width), step)[0].value
    }
}
