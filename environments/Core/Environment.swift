import Experience
import Graphics

/// The world that an agent acts in: a small value that holds its whole state, including its random stream.
///
/// Copying the value is a snapshot: rewinding, branching and exact resume are assignments. Constant data (maps, tables)
/// is shared between copies; frames are drawn on demand.
///
/// An episode is ``reset(seed:)``, then ``step(_:)`` until it reports `terminated` or `truncated`. The observation is a
/// function of the state, read by ``observe(into:)`` at any time. None of the three allocates memory.
///
/// Under the same seed, an environment plays the same episodes as its original (Gymnasium, MinAtar).
///
/// An environment that also conforms to ``StateCodable`` can be saved to a file and resumed exactly; one that conforms
/// to ``TabularModel`` can be planned in. ``VectorEnvironment`` makes a batch of any environment.
public protocol Environment<Element>: Sendable {
    /// One action, with the memory layout of the numbers of ``actionSpace``: `Int` if that is discrete, `Float` for a
    /// box of one number, `InlineArray<3, Float>` for a box of three, `InlineArray<2, Int>` for two choices.
    associatedtype Action: BitwiseCopyable & Sendable
    /// The type of one element of an observation: `Float`, `UInt8` or `Int32`.
    associatedtype Element: ObservationElement

    /// The set of all observations; its shape is that of one observation.
    var observationSpace: Space { get }
    var actionSpace: Space { get }
    /// What discrete actions are called, in order, for people to read; empty unless said otherwise.
    var actionNames: [String] { get }

    /// Starts an episode. A seed restarts the random stream; without one the stream continues.
    ///
    /// Pass a seed in the first reset and never again.
    mutating func reset(seed: UInt64?)

    /// Plays one time step.
    ///
    /// - Precondition: `action` is in ``actionSpace`` and ``reset(seed:)`` has been called.
    mutating func step(_ action: Action) -> Step

    /// Plays one time step in each of several environments, by default by calling ``step(_:)`` in each. An environment
    /// that can compute several at once implements it.
    static func step(
        _ worlds: StridedWorlds<Self>, _ actions: UnsafePointer<Action>, into results: UnsafeMutablePointer<Step>)

    /// Writes the current observation, row-major, into `observation`, which has ``Space/count`` elements.
    func observe(into observation: inout MutableSpan<Element>)

    /// The valid actions in the current state, if the environment has a mask: either in all states or in none, and only
    /// if ``actionSpace`` is discrete with at most 64 actions. Nil by default.
    var actionMask: ActionMask? { get }

    /// The reward that the world itself gave in the last step, if a wrapper has changed it on its way: either in all
    /// states or in none. Returns count this one, learners are given the step's. Nil by default, for an environment
    /// that gives its rewards as they are; a wrapper that changes rewards implements it.
    var worldReward: Double? { get }

    /// The number k of consecutive frames in an observation of shape (height, width, k), the oldest first: each step
    /// moves them one place and appends a new one, a reset fills all places with the first. A replay buffer can then
    /// store each frame once. 1 by default.
    var stackedFrames: Int { get }

    /// The places in an observation, row-major, of numbers that are velocities: ``MaskVelocity`` hides them. Empty by
    /// default, for an environment that observes none or doesn't know.
    var velocities: [Int] { get }

    /// Codes what the environment has gathered over earlier episodes and keeps across resets: running statistics.
    /// Nothing by default. Statistics that were read come from training and don't change any more.
    ///
    /// - Throws: ``EnvironmentError/badState(offset:expected:)`` if the bytes read hold no such statistics.
    mutating func codeStatistics(with coder: inout StateCoder) throws(EnvironmentError)

    /// Time steps per second at which people watch it; 30 by default.
    var framesPerSecond: Double { get }

    /// The size in pixels of the frames that ``draw(into:)`` makes.
    var frameSize: FrameSize { get }

    /// Draws the state into a frame of ``frameSize``. Never changes the state.
    func draw(into frame: inout Frame)
}

extension Environment {
    @inlinable @inline(__always) public static func step(
        _ worlds: StridedWorlds<Self>, _ actions: UnsafePointer<Action>, into results: UnsafeMutablePointer<Step>
    ) {
        for index in 0..<worlds.count { results[index] = worlds[index].step(actions[index]) }
    }

    /// Actions are numbers.
    public var actionNames: [String] { [] }

    /// None.
    @inlinable public var actionMask: ActionMask? { nil }

    /// None: rewards are as the world gives them.
    @inlinable public var worldReward: Double? { nil }

    @inlinable public var stackedFrames: Int { 1 }

    @inlinable public var velocities: [Int] { [] }

    public mutating func codeStatistics(with coder: inout StateCoder) throws(EnvironmentError) {}

    public var framesPerSecond: Double { 30 }
}

/// The result of one time step.
public struct Step: Hashable, Sendable, BitwiseCopyable {
    /// The reward of the step.
    public var reward: Double
    /// Whether a terminal state of the task was reached: the value of what follows is 0.
    public var terminated: Bool
    /// Whether the episode was truncated for a reason outside the task: a learner bootstraps from the last observation.
    public var truncated: Bool

    public init(reward: Double, terminated: Bool = false, truncated: Bool = false) {
        self.reward = reward
        self.terminated = terminated
        self.truncated = truncated
    }

    /// Whether the episode is over, for either reason.
    public var ended: Bool { terminated || truncated }
}
