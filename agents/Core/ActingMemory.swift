import Environments
import Foundation
import Random
import TensorCore

/// What an agent remembers between its actions, a row for each environment: recurrent states, and noise that outlasts a
/// step. Empty for an agent that remembers nothing.
///
/// An evaluation starts with an empty one, which the first action fills, and puts the training's back.
public struct ActingMemory: Hashable, Sendable {
    /// The number of environments; 0 if empty.
    private(set) var rows = 0
    /// (rows, …): the recurrent states.
    var states: [Float] = []
    /// (rows, …): the matrices of state-dependent noise.
    var noise: [Float] = []
    /// Actions since the noise was sampled.
    var noiseAge = 0

    public init() {}

    /// Zeros.
    init(rows: Int, stateWidth: Int, noiseWidth: Int) {
        self.rows = rows
        states = Array(repeating: 0, count: rows * stateWidth)
        noise = Array(repeating: 0, count: rows * noiseWidth)
    }

    mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&states)
        try coder.code(&noise)
        try coder.code(&noiseAge, in: 0...1 << 62)
    }
}

// MARK: State-dependent noise

extension ActingMemory {
    /// Samples the matrices W ~ N(0, σ²) of state-dependent noise anew (gSDE, Raffin et al. 2022), if it is time.
    ///
    /// - Parameters:
    ///   - logDeviations: log σ, (latents, numbers of an action).
    ///   - period: the steps between samples; 0: only where `isDue` says so.
    mutating func refreshNoise(
        _ logDeviations: Variable, every period: Int, isDue: Bool = false, _ streams: inout ActionStreams
    ) {
        if isDue || noiseAge == 0 || period > 0 && noiseAge % period == 0 {
            noiseAge = 0
            let count = noise.count / rows
            logDeviations.withValues { logs in
                for place in noise.indices {
                    noise[place] = exp(logs[place % count]) * Float(streams[place / count].normal())
                }
            }
        }
        noiseAge += 1
    }

    /// μ + φ W of a row.
    ///
    /// - Parameter latents: (rows, latents): φ.
    func addNoise(
        of row: Int, _ latents: UnsafeBufferPointer<Float>, to means: UnsafeBufferPointer<Float>,
        into sample: UnsafeMutableBufferPointer<Float>
    ) {
        let (units, count) = (latents.count / rows, sample.count)
        for place in 0..<count {
            var sum = means[place]
            for unit in 0..<units {
                sum += latents[row * units + unit] * noise[(row * units + unit) * count + place]
            }
            sample[place] = sum
        }
    }
}
