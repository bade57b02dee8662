import Random

/// The rules of an arcade game: a small value of fixed size that holds the state of an episode.
///
/// The random stream belongs to ``ArcadeEnvironment``. Pixels are counted from the left and from the top.
public protocol ArcadeGame: BitwiseCopyable, Sendable, StateCodable {
    /// The name in ids, such as `Pong`.
    static var name: String { get }
    static var summary: String { get }
    /// What it rewards, in a sentence or two.
    static var rewards: String { get }
    /// The actions that have a role, ``Arcade/Action/noop`` first.
    static var minimalActions: [Arcade.Action] { get }
    /// The game's own options.
    static var options: [EnvironmentOption] { get }
    /// The static parts of the screen, drawn once.
    static var backdrop: Arcade.Backdrop { get }

    /// The remaining lives, including the current one; always 0 if the game has none.
    var lives: Int { get }
    /// The score on the display.
    var score: Int { get }
    /// Whether the game is over.
    var isOver: Bool { get }

    /// Makes a game; start it before use.
    ///
    /// - Throws: ``EnvironmentError/badValue(option:value:expected:)``.
    init(options: EnvironmentOptions) throws(EnvironmentError)

    /// Starts a game with the options with which it was made.
    mutating func start(_ random: inout PCG64)

    /// Plays one sixtieth of a second and returns its reward. Not called after the game is over.
    mutating func act(_ action: Arcade.Action, _ random: inout PCG64) -> Int

    /// Draws the static parts.
    static func drawBackdrop<Pixel>(into raster: Arcade.Raster<Pixel>)

    /// Draws everything else over the backdrop.
    func draw<Pixel>(into raster: Arcade.Raster<Pixel>)
}

extension ArcadeGame {
    public static var options: [EnvironmentOption] { [] }

    /// Makes a game with the default options; start it before use.
    public init() {
        do throws(EnvironmentError) {
            try self.init(options: EnvironmentOptions([:]))
        } catch {
            preconditionFailure("\(Self.name) rejects its own default options: \(error)")
        }
    }
}
