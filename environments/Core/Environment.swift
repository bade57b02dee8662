import Experience
import Graphics

/// A world that an agent acts in: a small value that holds its whole state, its random stream included.
///
/// Copying the value is a snapshot: rewinding, branching and exact resume are assignments. Constant data
/// (maps, tables) is shared between copies; frames are drawn on demand.
///
/// The life of an episode: ``reset(seed:)``, then ``step(_:)`` until it reports `terminated` or `truncated`.
/// The observation is a function of the state, read by ``observe(into:)`` at any time. None of the three
/// allocates memory.
///
/// A seed gives the same episodes as the original (Gymnasium, MinAtar) under that seed.
///
/// An environment that also conforms to ``StateCodable`` can be saved to a file and resumed exactly; one that
/// conforms to ``TabularModel`` can be planned in. ``VectorEnvironment`` makes a batch of any.
public protocol Environment<Element>: Sendable {
    /// One action, which lies in memory as the numbers of ``actionSpace`` do: `Int` where that is discrete, `Float` for
    /// a box of one number, `InlineArray<3, Float>` for one of three, `InlineArray<2, Int>` for two choices.
    associatedtype Action: BitwiseCopyable & Sendable
    /// The type of one element of an observation: `Float`, `UInt8` or `Int32`.
    associatedtype Element: ObservationElement

    /// The set of all observations; its shape is that of one observation.
    var observationSpace: Space { get }
    var actionSpace: Space { get }

    /// Starts an episode. With a seed the random stream is made anew from it; without one the stream runs on.
    ///
    /// Seed in the first reset and never again.
    mutating func reset(seed: UInt64?)

    /// Plays one time step.
    ///
    /// - Precondition: `action` is in ``actionSpace`` and ``reset(seed:)`` has been called.
    mutating func step(_ action: Action) -> Step

    /// Plays one time step in each of several environments: what ``step(_:)`` would do in each, and does by default. An
    /// environment whose formula takes several at once says otherwise.
    static func step(
        _ worlds: StridedWorlds<Self>, _ actions: UnsafePointer<Action>, into results: UnsafeMutablePointer<Step>)

    func observe(into observation: inout MutableSpan<Element>)

    /// The actions that are valid in the current state, where the environment tells: either in all states or in none,
    /// and only where ``actionSpace`` is discrete with at most 64 actions. Nil by default.
    var actionMask: ActionMask? { get }

    /// The number k of consecutive frames that an observation of shape (height, width, k) consists of, the oldest
    /// first: each step moves them one place and appends a new one, a reset fills all places with the first. Who stores
    /// observations may store the frames once. 1 by default.
    var stackedFrames: Int { get }

    /// Hands to `coder` what earlier episodes gave and a reset keeps on purpose: running statistics. Nothing by
    /// default. Statistics that are read are those of a training; they don't change any more.
    ///
    /// - Throws: ``EnvironmentError/badState(offset:expected:)`` when reading bytes that hold no such statistics.
    mutating func codeStatistics(with coder: inout StateCoder) throws(EnvironmentError)

    /// Time steps per second when a person watches; 30 by default.
    var framesPerSecond: Double { get }

    /// The size in pixels of the frames that ``draw(into:)`` makes.
    var frameSize: FrameSize { get }

    /// Draws the state into a frame of ``frameSize``. Never changes the state.
    func draw(into frame: inout Frame)
}

extension Environment {
    /// One after the other.
    @inlinable @inline(__always) public static func step(
        _ worlds: StridedWorlds<Self>, _ actions: UnsafePointer<Action>, into results: UnsafeMutablePointer<Step>
    ) {
        for index in 0..<worlds.count { results[index] = worlds[index].step(actions[index]) }
    }

    @inlinable public var actionMask: ActionMask? { nil }

    @inlinable public var stackedFrames: Int { 1 }

    public mutating func codeStatistics(with coder: inout StateCoder) throws(EnvironmentError) {}

    public var framesPerSecond: Double { 30 }
}

/// What one time step gave.
public struct Step: Hashable, Sendable, BitwiseCopyable {
    /// The reward of the step.
    public var reward: Double
    /// A terminal state of the task was reached: the value of what follows is 0.
    public var terminated: Bool
    /// The episode was cut for a reason outside the task: a learner bootstraps from the last observation.
    public var truncated: Bool

    /// Makes a step's result.
    public init(reward: Double, terminated: Bool = false, truncated: Bool = false) {
        self.reward = reward
        self.terminated = terminated
        self.truncated = truncated
    }

    /// Whether the episode is over, for either reason.
    public var ended: Bool { terminated || truncated }
}
