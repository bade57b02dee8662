import Experience
import Graphics

/// Why something can't be watched.
public enum SceneError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The recording has no episodes.
    case noEpisodes(path: String)
    /// An episode of the recording has no seed to play it from.
    case noSeed(path: String)
    /// A recorded action isn't one of the environment's.
    case badAction(path: String, action: String, environment: String, space: Space)
    /// The environment gives another episode than the recording.
    case differs(path: String, episode: Int, step: Int, environment: String)
    /// The model can do nothing that could be watched.
    case nothingToShow(model: String)
    /// The model doesn't have the view that is asked for.
    case noView(ModelView, model: String, available: [ModelView])

    /// The pictures are larger than a GIF may be.
    case tooLarge(FrameSize)

    /// Whether a recording is at fault, rather than what is asked for.
    public var isOfRecording: Bool {
        switch self {
        case .noEpisodes, .noSeed, .badAction, .differs: true
        case .nothingToShow, .noView, .tooLarge: false
        }
    }

    /// A sentence with the next thing to try.
    public var description: String {
        switch self {
        case .noEpisodes(let path): "\(path): the recording has no episodes"
        case .noSeed(let path):
            "\(path): an episode without a seed can't be replayed; record it with 'reverie record'"
        case .badAction(let path, let action, let environment, let space):
            "\(path): the action \(action) is not in \(environment)'s \(space)"
        case .differs(let path, let episode, let step, let environment):
            "\(path): episode \(episode), step \(step) was recorded otherwise than \(environment) plays it; "
                + "was the environment made with other options?"
        case .tooLarge(let size):
            "a GIF has at most \(GIFEncoder.largestSide) pixels a side, but the pictures have \(size.width) × "
                + "\(size.height); write to .png or .npz"
        case .nothingToShow(let model): "\(model) has nothing to look at"
        case .noView(let view, let model, let available):
            "\(model) can't show \(view.rawValue); for --show it has: "
                + available.map(\.rawValue).joined(separator: ", ")
        }
    }
}
