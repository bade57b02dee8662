import Environments
import Graphics
import Rollouts

/// The frames of a recorded rollout: the environment plays the recorded actions again with the recorded seeds, and the
/// observations must be the recorded ones.
struct RolloutFrames {
    /// The maximum size of all frames of a recording, in bytes, with red, green and blue per pixel.
    private static let largestSize = 1 << 31

    private let rollout: Rollout
    private let file: String
    private let environment: any BatchedEnvironment
    private let room: FrameSize

    /// Makes the environment of a recording.
    ///
    /// - Parameter side: The longest side of a frame; larger frames are scaled down.
    /// - Throws: `EnvironmentError` for an unknown environment, ``DatasetError`` if episodes have no seeds, actions
    ///   aren't the environment's, or the frames would take too much memory.
    init(_ rollout: Rollout, file: String, side: Int) throws {
        (self.rollout, self.file, room) = (rollout, file, FrameSize(width: side, height: side))
        environment = try EnvironmentCatalog.make(
            rollout.layout.environment, autoreset: .disabled, options: rollout.layout.environmentOptions, from: file)
        if let episode = rollout.episodes.firstIndex(where: { $0.seed == nil }) {
            throw DatasetError.badRow(
                place: "\(file), episode \(episode + 1)", expected: "a seed to render the frames from",
                found: "none; record it with 'reverie record'")
        }
        if let step = (0..<rollout.stepCount).first(where: { !environment.actionSpace.accepts(rollout.action($0)) }) {
            throw DatasetError.badRow(
                place: "\(file), step \(step + 1)", expected: "an action of \(environment.actionSpace)",
                found: "\(rollout.action(step))")
        }
        let count = rollout.stepCount + rollout.episodes.count
        guard count <= Self.largestSize / (3 * side * side) else {
            throw DatasetError.setting(
                name: "frameSide", value: "\(side)", data: "\(file) has \(count) frames",
                expected: "a smaller side, so that they fit into memory")
        }
    }

    /// The frames, one for each observation.
    ///
    /// - Throws: ``DatasetError`` if the environment plays differently from the recording, `EnvironmentError` of a
    ///   bridged environment.
    func drawn() throws -> PictureRows {
        var frame = Frame(environment.frameSize)
        var pictures = PictureRows(size: frame.reduced(toFit: room).size)
        for (number, episode) in rollout.episodes.enumerated() {
            try environment.reset(seed: episode.seed)
            for step in 0...episode.steps.count {
                if step > 0 { try play(episode.steps.lowerBound + step - 1, "episode \(number + 1), step \(step)") }
                guard
                    rollout.observation(episode.observations.lowerBound + step)
                        .elementsEqual(environment.observation(of: 0))
                else { throw differs("episode \(number + 1), step \(step)") }
                try environment.draw(0, into: &frame)
                pictures.append(frame.reduced(toFit: room))
            }
        }
        return pictures
    }

    private func play(_ step: Int, _ place: String) throws {
        environment.setAction(rollout.action(step), of: 0)
        // The actions are in the environment's space, so a step can only fail after the end of an episode.
        guard (try? environment.checkStep()) != nil else { throw differs(place) }
        try environment.step()
    }

    private func differs(_ place: String) -> DatasetError {
        .badRow(
            place: "\(file), \(place)",
            expected: "the observation that \(environment.id) gives with the recorded seed and actions",
            found: "a different one; was it recorded with other options?")
    }
}
