/// One outcome of an action in a finite environment.
@frozen public struct Outcome: Hashable, Sendable, BitwiseCopyable {
    /// Its probability, 0...1. The probabilities of an action's outcomes add up to 1, up to rounding.
    public var probability: Double
    /// The next state.
    public var nextState: Int
    public var reward: Double
    /// Whether the episode terminates.
    public var terminated: Bool

    public init(probability: Double, nextState: Int, reward: Double, terminated: Bool) {
        self.probability = probability
        self.nextState = nextState
        self.reward = reward
        self.terminated = terminated
    }
}

/// A finite environment that knows its transition probabilities, for planners such as value iteration.
///
/// A state is the observation that it gives. An environment with other observations, such as a ``GridView``, has no
/// model, although the one inside it may have one.
public protocol TabularModel: Sendable {
    /// States are `0..<stateCount`.
    var stateCount: Int { get }
    /// Actions are `0..<actionCount`.
    var actionCount: Int { get }
    /// All outcomes of `action` in `state`; two of them may lead to the same state.
    func outcomes(state: Int, action: Int) -> [Outcome]
}
