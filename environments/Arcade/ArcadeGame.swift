import Random

/// The rules of an arcade game: a small value of fixed size that holds the state of an episode.
///
/// The random stream belongs to ``ArcadeEnvironment``. Pixels count from the left and from the top.
public protocol ArcadeGame: BitwiseCopyable, Sendable, StateCodable {
    /// The name in ids, such as `Pong`.
    static var name: String { get }
    static var summary: String { get }
    /// The actions that have a role, ``Arcade/Action/noop`` first.
    static var minimalActions: [Arcade.Action] { get }
    /// What the game can be made with.
    static var options: [EnvironmentOption] { get }
    /// What never changes on the screen, drawn once.
    static var backdrop: Arcade.Backdrop { get }

    /// The lives that are left, the present one included; 0 throughout where a game has none.
    var lives: Int { get }
    /// What the display says that the player has won so far.
    var score: Int { get }
    /// Whether the game is over.
    var isOver: Bool { get }

    /// Makes a game; started it before use.
    ///
    /// - Throws: ``EnvironmentError/badValue(option:value:expected:)``.
    init(options: EnvironmentOptions) throws(EnvironmentError)

    /// Starts a game with the options that it was made with.
    mutating func start(_ random: inout PCG64)

    /// Plays a sixtieth of a second and returns its reward. Not called once the game is over.
    mutating func act(_ action: Arcade.Action, _ random: inout PCG64) -> Int

    /// Draws what never changes.
    static func drawBackdrop<Pixel>(into raster: Arcade.Raster<Pixel>)

    /// Draws everything else over the backdrop.
    func draw<Pixel>(into raster: Arcade.Raster<Pixel>)
}

extension ArcadeGame {
    public static var options: [EnvironmentOption] { [] }

    /// Makes a game with the usual options, which must be started before use.
    public init() {
        do throws(EnvironmentError) {
            try self.init(options: EnvironmentOptions([:]))
        } catch {
            preconditionFailure("\(Self.name) rejects its own default options: \(error)")
        }
    }
}
