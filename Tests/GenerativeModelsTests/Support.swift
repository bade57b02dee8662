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
    return try VariationalAutoencoder(settings, width: width, seed: seed)
}

/// Standard normal numbers.
func normals(_ count: Int, seed: UInt64 = 4) -> [Float] {
    var random = RandomStream(seed: seed)
    return (0..<count).map { _ in Float(random.normal()) }
}

extension VariationalAutoencoder {
    /// The variable of a path.
    func variable(_ path: String) -> Variable { variables.entries.first { $0.path == path }!.variable }
}
