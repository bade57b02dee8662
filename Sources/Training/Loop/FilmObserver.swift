import Agents
import Environments
import Experience
import Graphics
import Storage

/// Films episodes of an evaluation in one GIF, which is written as it grows, so that memory stays small however long
/// the film is.
///
/// The evaluation must play one episode after the other, in environments that keep the last state of an episode (not
/// ``Environments/AutoresetMode/sameStep``).
public final class FilmObserver: EvaluationObserver {
    private let path: String
    private let overwrite: Bool
    /// The film so far, beside its path. This process holds it, so two films never go to one path.
    private let file: AppendFile
    /// The numbers of the episodes to film, from 0; nil for all.
    private let chosen: Set<Int>?
    private let caption: FilmCaption?
    private let delay: Int
    private var encoder: GIFEncoder
    private var frame: Frame
    private var picture: Frame
    private var episode = -1
    private var step = 0
    private var totalReward = 0.0
    /// The number of episodes in the film.
    public private(set) var episodeCount = 0

    /// Starts a film; nothing appears under its name before ``finish()``.
    ///
    /// - Parameters:
    ///   - environment: One like those that will be played.
    ///   - episodes: The numbers of the episodes to film, from 0 in the order in which they are played; nil for all.
    ///   - captions: Whether the number of the episode, the step and the return so far are drawn below each frame.
    ///   - overwrite: Whether a file at the path may be replaced.
    /// - Throws: `StorageError`, with `inUse` while another process films to the path.
    public init(
        of environment: any BatchedEnvironment, to path: String, episodes: Set<Int>? = nil, captions: Bool = false,
        overwrite: Bool
    ) throws {
        guard overwrite || !exists(path) else {
            throw StorageError(path: path, operation: "record to", reason: .wouldOverwrite)
        }
        // What a film that was killed left can't be shown, so it is of no use to anybody.
        file = try AppendFile(holding: path + ".spool", replacing: true)
        (self.path, self.overwrite, chosen) = (path, overwrite, episodes)
        caption = captions ? FilmCaption(below: environment.frameSize) : nil
        delay = Int(min(max((100 / environment.framesPerSecond).rounded(), 2), Double(UInt16.max)))
        frame = Frame(environment.frameSize)
        picture = Frame(caption?.size ?? environment.frameSize)
        encoder = GIFEncoder(size: picture.size, loops: nil)
    }

    /// Starts the next episode.
    ///
    /// - Precondition: there is one environment.
    public func didReset(_ environment: any BatchedEnvironment, seed: UInt64) throws {
        precondition(environment.count == 1, "one episode is filmed at a time, not \(environment.count)")
        episode += 1
        (step, totalReward) = (0, 0)
        if isFilming { episodeCount += 1 }
        try film(environment)
    }

    public var wantsAssessments: Bool { false }

    public func didAct(_ assessment: ActionAssessment?) {}

    public func didCut(_ environment: any BatchedEnvironment, _ index: Int) {}

    public func didStep(_ environment: any BatchedEnvironment, playing: [Bool]) throws {
        guard playing[0] else { return }
        step += 1
        totalReward += environment.worldRewards[0]
        try film(environment)
    }

    private var isFilming: Bool { chosen?.contains(episode) ?? true }

    private func film(_ environment: any BatchedEnvironment) throws {
        guard isFilming else { return }
        try environment.draw(0, into: &frame)
        if let caption {
            caption.draw(frame, into: &picture, episode: episode, step: step, totalReward: totalReward)
            encoder.add(picture, delay: delay)
        } else {
            encoder.add(frame, delay: delay)
        }
        try file.append(encoder.takeBytes())
    }

    /// Writes the end of the film and gives it its name.
    ///
    /// - Throws: `StorageError`.
    /// - Precondition: it shows an episode.
    public func finish() throws {
        try file.append(encoder.finish())
        try file.publish(as: path, overwrite: overwrite)
    }

    /// Gives the film up: what there is of it is removed.
    ///
    /// - Throws: `StorageError`.
    public func discard() throws { try file.remove() }
}

/// The lines below the frames of a film: episode, step, and the return so far.
struct FilmCaption {
    /// The size of a frame with its caption.
    let size: FrameSize
    private let top: Int
    private let scale: Int

    private static let padding = 3
    /// The characters that should fit side by side: "episode 10" and "return -1234.5".
    private static let columns = 15
    private static let lines = 3

    /// Room for a caption below frames of a size.
    init(below frame: FrameSize) {
        scale = max(1, frame.width / (Self.columns * Font.cell.width * 2))
        top = frame.height
        size = FrameSize(
            width: frame.width, height: frame.height + Self.lines * Font.cell.height * scale + 2 * Self.padding)
    }

    func draw(_ frame: Frame, into picture: inout Frame, episode: Int, step: Int, totalReward: Double) {
        picture.draw(frame, x: 0, y: 0)
        picture.fillRectangle(x: 0, y: top, width: size.width, height: size.height - top, PlotStyle.dark.background)
        let text = "episode \(episode)\nstep \(step)\nreturn \(NumberText.readable(totalReward))"
        picture.drawText(text, x: Self.padding, y: top + Self.padding, scale: scale, .lightGray)
    }
}
