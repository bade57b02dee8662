import Environments
import GenerativeModels
import Random

/// The position of a fit at a checkpoint: everything but the parameters.
struct FitState: StateCodable {
    /// Finished epochs, and finished batches of the current one.
    var epoch = 0, batch = 0
    /// The model's metrics, in its order, summed over the rows of the current epoch.
    var totals: [Double] = []
    /// The rows of the current epoch that were learned from.
    var rows = 0
    var updates = 0
    /// The validation score before the first epoch, and the latest one; lower is better.
    var firstScore = 0.0, score = 0.0
    /// The best validation score, and the number of epochs after which it was reached.
    var bestScore = Double.infinity, bestEpoch = 0
    /// The bytes of the log that belong to the fit so far, and their checksum.
    var metricsLength = 0
    var metricsChecksum: UInt32 = 0
    /// The model's random streams.
    var random: [RandomStream]

    init(randomStates: [RandomState]) {
        random = randomStates.map { RandomStream(key: $0.key, position: $0.counter) }
    }

    var randomStates: [RandomState] {
        get { random.map { ($0.key, $0.position) } }
        set { random = newValue.map { RandomStream(key: $0.key, position: $0.counter) } }
    }

    mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(mark: "reverie.fit.3")
        try coder.code(&epoch, in: 0...1 << 62)
        try coder.code(&batch, in: 0...1 << 62)
        var count = totals.count
        try coder.code(&count, in: 0...1 << 10)
        if totals.count != count { totals = [Double](repeating: 0, count: count) }
        for index in totals.indices { try coder.code(&totals[index]) }
        try coder.code(&rows, in: 0...1 << 62)
        try coder.code(&updates, in: 0...1 << 62)
        try coder.code(&firstScore)
        try coder.code(&score)
        try coder.code(&bestScore)
        try coder.code(&bestEpoch, in: 0...1 << 62)
        try coder.code(&metricsLength, in: 0...1 << 62)
        try coder.code(&metricsChecksum)
        for index in random.indices { try coder.code(&random[index]) }
    }
}
