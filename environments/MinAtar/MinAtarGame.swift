import Graphics
import Random

/// The rules of one of MinAtar's games: a small value of fixed size that holds the state of an episode.
///
/// Columns count from the left, rows from the top, both 0...9. The random stream belongs to ``MinAtarEnvironment``.
public protocol MinAtarGame: BitwiseCopyable, Sendable, StateCodable {
    /// The kinds of things that an observation distinguishes, numbered from 0.
    associatedtype Channel: RawRepresentable<Int>, CaseIterable

    /// The name in ids, such as `SpaceInvaders`.
    static var name: String { get }
    static var summary: String { get }
    /// What it rewards, in a sentence or two.
    static var rewards: String { get }
    /// How many channels an observation has.
    static var channelCount: Int { get }
    /// The actions that the game uses, in the original's order.
    static var minimalActions: [MinAtar.Action] { get }

    /// Whether the episode is over.
    var isOver: Bool { get }
    /// How often the game has become harder in this episode; nil if it never does.
    var difficulty: Int? { get }

    /// Makes a game; start it before use.
    init(rampsDifficulty: Bool)

    /// Starts an episode.
    mutating func start(_ random: inout MT19937)

    /// Plays one time step and returns its reward. If it ends the episode, the remaining rules still apply.
    mutating func act(_ action: MinAtar.Action, _ random: inout MT19937) -> Int

    /// Writes 1 for each thing into `observation`, 10 × 10 × channels of zeros.
    func observe(into observation: inout MutableSpan<UInt8>)

    /// Draws the state into a frame of 320 × 320 pixels, 32 per cell.
    func draw(into frame: inout Frame)
}

extension MinAtarGame {
    public var difficulty: Int? { nil }

    /// Writes one thing into an observation.
    @inline(__always) static func mark(
        _ x: Int8, _ y: Int8, _ channel: Channel, in observation: inout MutableSpan<UInt8>
    ) {
        mark(Int(y) * MinAtar.side + Int(x), channel, in: &observation)
    }

    /// Writes one thing into an observation, its cell in row-major order.
    @inline(__always) static func mark(_ cell: Int, _ channel: Channel, in observation: inout MutableSpan<UInt8>) {
        observation[cell * channelCount + channel.rawValue] = 1
    }
}
