import Random
import Rollouts
import Storage

/// The observations of a rollout as rows of numbers, shuffled and split by a seed.
public struct ObservationDataset: Sendable {
    /// The number of elements of a row.
    public let width: Int
    /// The shape of one row's observation.
    public let shape: [Int]
    /// Nine tenths of the rows, row-major.
    public let training: [Float]
    /// The rest.
    public let validation: [Float]

    /// Reads the observations of a rollout.
    ///
    /// - Throws: `StorageError` or `FormatError`; the latter also for fewer than 20 observations, or one that
    ///   isn't finite.
    public init(rollout path: String, seed: UInt64) throws {
        let rollout = try Rollout(contentsOf: path)
        let values: [Float] = try Self.numbers(rollout, path: path)
        width = max(1, rollout.layout.observationCount)
        shape = rollout.layout.observationShape
        let count = values.count / width
        guard count >= 20 else {
            throw FormatError(
                .rollout, file: path, offset: 0, expected: "20 observations or more to fit", found: "\(count)")
        }
        if let bad = values.firstIndex(where: { !$0.isFinite }) {
            throw FormatError(
                .rollout, file: "\(path)(observations.npy)", offset: 0, expected: "finite observations to fit",
                found: "\(values[bad]) in the observation \(bad / width)")
        }
        var order = Array(0..<count)
        var random = RandomStream(seed: seed).split("split")
        random.shuffle(&order)
        let held = max(1, count / 10)
        let width = self.width
        func rows(_ indices: ArraySlice<Int>) -> [Float] { indices.flatMap { values[$0 * width..<($0 + 1) * width] } }
        validation = rows(order[..<held])
        training = rows(order[held...])
    }

    private static func numbers(_ rollout: Rollout, path: String) throws -> [Float] {
        switch rollout.layout.observationType {
        case .uint8: rollout.observations.bytes.map { Float($0) }
        case .int32: (try rollout.observations.values(file: path) as [Int32]).map { Float($0) }
        default: try rollout.observations.values(file: path)
        }
    }
}
