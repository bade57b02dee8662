/// One thing that can follow an action in a finite environment.
@frozen public struct Outcome: Hashable, Sendable, BitwiseCopyable {
    /// Its probability, 0...1. The outcomes of an action add up to 1, but for rounding.
    public var probability: Double
    /// The state that follows.
    public var nextState: Int
    /// The reward.
    public var reward: Double
    /// Whether the episode ends.
    public var terminated: Bool

    /// Makes an outcome.
    public init(probability: Double, nextState: Int, reward: Double, terminated: Bool) {
        self.probability = probability
        self.nextState = nextState
        self.reward = reward
        self.terminated = terminated
    }
}

/// A finite environment that tells its transition probabilities, for planners such as value iteration.
///
/// A state is the observation that it gives; an environment that shows something else, such as a ``GridView``, has no
/// model, though the one within may have.
public protocol TabularModel: Sendable {
    /// States are `0..<stateCount`.
    var stateCount: Int { get }
    /// Actions are `0..<actionCount`.
    var actionCount: Int { get }
    /// All that can follow `action` in `state`; two outcomes may lead to the same state.
    func outcomes(state: Int, action: Int) -> [Outcome]
}
