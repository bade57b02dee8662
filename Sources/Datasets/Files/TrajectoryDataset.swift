import Experience
import Rollouts
import Storage

/// Recorded episodes as sequences with actions, rewards and ends: what a model of dynamics is fitted to.
///
/// Whole episodes are split into training, validation and test. Minibatches are windows of consecutive steps, side by
/// side in a ``Experience/Trajectory``. Numbers keep the recording's types.
public struct TrajectoryDataset: Sendable {
    /// Some consecutive steps of an episode: their places among those of all episodes.
    public typealias Window = Range<Int>

    /// The name, for errors.
    public let name: String
    /// What each step of a window consists of: observations, where they led, actions, rewards, terminated, truncated.
    public let columns: [Column]
    /// The episodes of each part, as numbers of the recording's episodes.
    public let training, validation, test: [Int]
    private let rollout: Rollout

    /// Reads a recording, plain or gzipped.
    ///
    /// - Parameter settings: `validation` and `test` are shares of the episodes, which `seed` shuffles.
    /// - Throws: `StorageError`, `FormatError`, and ``DatasetError/tooFewRows(name:found:expected:advice:)`` for fewer
    ///   than three episodes.
    public init(contentsOf file: String, settings: DataSettings = DataSettings()) throws {
        name = splitPath(DataFile.plainName(file)).name
        rollout = try RolloutDataset(name: name, file: file).rollout()
        let layout = rollout.layout
        columns = [
            layout.observations, Column(.nextObservations, layout.observations.type, shape: layout.observations.shape),
            layout.actions, .rewards, .terminated, .truncated,
        ]
        (training, validation, test) = try Splitting.threeParts(
            count: rollout.episodes.count, DataOrigin(file, .episode), name: name, settings)
    }

    /// The name of the environment that was recorded.
    public var environment: String { rollout.layout.environment }

    /// The steps of an episode.
    public func steps(ofEpisode episode: Int) -> Window { rollout.episodes[episode].steps }

    /// All windows of `length` consecutive steps of one episode, whose starts lie `stride` steps apart.
    ///
    /// - Parameter episodes: such as ``training``.
    public func windows(of length: Int, in episodes: [Int], stride: Int = 1) -> [Window] {
        precondition(length >= 1 && stride >= 1, "windows of \(length) steps, \(stride) apart")
        return episodes.flatMap { episode in
            let steps = steps(ofEpisode: episode)
            return Swift.stride(from: steps.lowerBound, through: steps.upperBound - length, by: stride).map {
                $0..<$0 + length
            }
        }
    }

    /// Writes windows into a trajectory of T steps and n environments: the i-th window becomes the steps of the i-th.
    ///
    /// - Precondition: there are n windows of one length, which becomes T; the trajectory has only columns of
    ///   ``columns``.
    public func read(_ windows: [Window], into trajectory: inout Trajectory) {
        let length = windows.first?.count ?? 0
        precondition(
            windows.count == trajectory.environments && windows.allSatisfy { $0.count == length },
            "\(windows.count) windows of \(windows.map(\.count)) steps for \(trajectory.environments) environments"
        )
        trajectory.resize(to: length)
        for column in trajectory.columns {
            precondition(
                columns.contains(column), "the recording has no \(column.type) '\(column.name)' of \(column.shape)")
            trajectory.withMutableRows(column.name) { rows in
                for (place, window) in windows.enumerated() {
                    for (time, step) in window.enumerated() {
                        copy(column.name, step, to: rows, time * windows.count + place)
                    }
                }
            }
        }
    }

    private func copy(_ name: Column.Name, _ step: Int, to rows: MutableRows, _ row: Int) {
        switch name {
        case .observations: copy(rollout.observation(rollout.observationIndex(ofStep: step)), to: rows, row)
        case .nextObservations: copy(rollout.observation(rollout.observationIndex(ofStep: step) + 1), to: rows, row)
        case .actions:
            rollout.withActions { rows.row(row).copyMemory(from: $0.row(step), byteCount: rows.rowBytes) }
        case .rewards: rows.set(row, 0, to: rollout.rewards[step])
        default:
            let episode = rollout.episodes[rollout.episodeIndex(ofStep: step)]
            let ends = name == .terminated ? episode.terminated : episode.truncated
            rows.set(row, 0, to: ends && step == episode.steps.upperBound - 1 ? 1 : 0)
        }
    }

    private func copy(_ bytes: ArraySlice<UInt8>, to rows: MutableRows, _ row: Int) {
        UnsafeMutableRawBufferPointer(start: rows.row(row), count: rows.rowBytes).copyBytes(from: bytes)
    }
}

extension Rollout {
    /// The episode that a step belongs to.
    fileprivate func episodeIndex(ofStep step: Int) -> Int {
        // Episodes lie one after the other: the last one that begins no later.
        var (low, high) = (0, episodes.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if episodes[middle].steps.lowerBound <= step { low = middle } else { high = middle }
        }
        return low
    }

    /// The place of the observation before a step.
    fileprivate func observationIndex(ofStep step: Int) -> Int { step + episodeIndex(ofStep: step) }
}
