import Environments
import Experience

/// The steps of whole episodes: one unfinished trajectory per environment, and the finished episodes, whose returns are
/// known, one after another.
struct EpisodeBatch {
    /// Finished episodes: observations, actions, rewards and returns of each step.
    private(set) var finished: Trajectory
    /// The number of finished episodes.
    private(set) var count = 0
    private var underWay: [Trajectory]
    private let environment: EnvironmentDescription

    /// An empty batch.
    init(_ environment: EnvironmentDescription) {
        self.environment = environment
        finished = Self.trajectory(environment)
        underWay = []
    }

    private static func trajectory(_ environment: EnvironmentDescription) -> Trajectory {
        Trajectory([
            .observations(environment.observationSpace, environment.elementType), .actions(environment.actionSpace),
            .rewards, Column(.returns, .float32),
        ])
    }

    /// Adds the step of one environment.
    ///
    /// - Parameters:
    ///   - discount: γ.
    ///   - rest: the value of the last observation, asked for if the episode was truncated.
    mutating func append(
        row: Int, of transitions: Transitions, discount: Double, rest: () throws -> Double
    ) rethrows {
        while underWay.count <= row { underWay.append(Self.trajectory(environment)) }
        underWay[row].append(row: row, of: transitions)
        guard transitions.terminated[row] || transitions.truncated[row] else { return }
        Self.append(
            underWay[row], to: &finished, discount: discount, after: transitions.terminated[row] ? 0 : try rest())
        underWay[row].removeAll()
        count += 1
    }

    /// Appends an episode to the finished ones, with its returns.
    private static func append(
        _ episode: Trajectory, to finished: inout Trajectory, discount: Double, after rest: Double
    ) {
        let start = finished.steps
        finished.append(episode)
        episode.withRows(.rewards) { rewards in
            finished.withMutableRows(.returns) { returns in
                discountedReturns(
                    of: rewards.elements(), discount: discount, after: rest,
                    into: UnsafeMutableBufferPointer(rebasing: returns.floats[start...]))
            }
        }
    }

    /// Removes the finished episodes.
    mutating func removeFinished() {
        finished.removeAll()
        count = 0
    }

    /// Writes the finished steps into inputs of a bucket's length; the places after the last step get zeros and a mask
    /// of 0.
    func write(
        observations: UnsafeMutableBufferPointer<Float>, actions: UnsafeMutableBufferPointer<Int32>?,
        returns: UnsafeMutableBufferPointer<Float>, mask: UnsafeMutableBufferPointer<Float>,
        encoding: ObservationEncoding
    ) {
        let steps = finished.steps
        finished.withRows(.observations) { encoding.encode($0, into: observations) }
        observations[(steps * encoding.inputCount)...].update(repeating: 0)
        if let actions {
            finished.withRows(.actions) { rows in for step in 0..<steps { actions[step] = Int32(rows.integer(step)) } }
            actions[steps...].update(repeating: 0)
        }
        finished.withRows(.returns) { rows in _ = returns.update(fromContentsOf: rows.floats) }
        returns[steps...].update(repeating: 0)
        mask[..<steps].update(repeating: 1)
        mask[steps...].update(repeating: 0)
    }

    /// Codes all steps.
    ///
    /// - Parameter limit: a number of finished episodes that is never reached.
    mutating func codeState(with coder: inout StateCoder, limit: Int) throws(EnvironmentError) {
        try coder.code(&count, in: 0...limit - 1)
        try coder.code(&finished, in: environment)
        let environment = environment
        try coder.code(rows: &underWay, new: Self.trajectory(environment)) {
            (episode, coder) throws(EnvironmentError) in
            try coder.code(&episode, in: environment)
        }
    }
}

extension Column.Name {
    /// Returns: the discounted sum of an episode's remaining rewards.
    public static let returns: Column.Name = "returns"
}

extension StateCoder {
    /// Codes the steps of a trajectory. When reading, discrete observations and actions must be in their spaces.
    mutating func code(_ trajectory: inout Trajectory, in environment: EnvironmentDescription) throws(EnvironmentError)
    {
        var steps = trajectory.steps
        let stepBytes = trajectory.columns.reduce(0) { $0 + $1.rowBytes } * trajectory.environments
        try code(count: &steps, ofBytes: stepBytes)
        if isReading { trajectory.resize(to: steps) }
        for column in trajectory.columns {
            let start = offset
            var bytes = trajectory.withRows(column.name) { Array($0.bytes) }
            try code(&bytes)
            guard isReading else { continue }
            trajectory.withMutableRows(column.name) { rows in
                UnsafeMutableRawBufferPointer(start: rows.memory, count: bytes.count).copyBytes(from: bytes)
            }
            let space = environment.space(of: column.name)
            let stray = trajectory.withRows(column.name) { rows in
                space.map { space in (0..<rows.count).contains { !space.contains(rows.numbers($0)) } } ?? false
            }
            if stray { throw .badState(offset: start, expected: "\(column.name) in \(space!)") }
        }
    }
}

extension EnvironmentDescription {
    /// The discrete space that a column's rows must be in; nil if any numbers will do.
    fileprivate func space(of name: Column.Name) -> Space? {
        let space = name == .observations ? observationSpace : name == .actions ? actionSpace : nil
        if case .box = space { return nil }
        return space
    }
}
