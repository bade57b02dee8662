import Random

/// Repeats the previous action with some probability: Gymnasium's `StickyAction` (Machado et al. 2018).
///
/// The first action of an episode is never replaced. The wrapper has its own random stream, made from the seed of the
/// reset, so that the wrapped environment samples the same numbers as without the wrapper. (Gymnasium uses the
/// environment's stream.)
@frozen public struct StickyAction<Base: Environment>: Wrapper {
    public typealias Action = Base.Action
    public typealias Element = Base.Element

    public var base: Base
    /// The probability that the previous action is repeated, 0..<1.
    public let probability: Double
    /// The action played last; nil before the first of an episode.
    public private(set) var lastAction: Action?
    @usableFromInline var random: RandomStream

    /// Makes the actions of `base` sticky.
    ///
    /// - Precondition: `probability` is in 0..<1.
    public init(_ base: Base, probability: Double) {
        precondition(0..<1 ~= probability, "StickyAction: expected a probability in 0..<1, found \(probability)")
        self.base = base
        self.probability = probability
        random = Self.stream(.random(in: 0...UInt64.max))
    }

    private static func stream(_ seed: UInt64) -> RandomStream { RandomStream(seed: seed).split("sticky-action") }

    /// Resets the wrapped environment and clears the last action.
    public mutating func reset(seed: UInt64?) {
        if let seed { random = Self.stream(seed) }
        lastAction = nil
        base.reset(seed: seed)
    }

    /// As in the wrapped environment: each step here is one step there.
    public var stackedFrames: Int { base.stackedFrames }

    /// Plays the action or the previous one.
    public mutating func step(_ action: Action) -> Step {
        var action = action
        if let lastAction, random.uniform() < probability { action = lastAction }
        lastAction = action
        return base.step(action)
    }
}

extension StickyAction: StateCodable where Base: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&random)
        var hasAction = lastAction != nil
        try coder.code(&hasAction)
        if hasAction {
            var action = lastAction ?? Self.blankAction
            try coder.code(bitsOf: &action)
            guard ActionCheck<Action>(actionSpace)?.accepts(action) ?? true else {
                throw .badState(offset: 0, expected: "an action of \(actionSpace), not \(action)")
            }
            lastAction = action
        } else {
            lastAction = nil
        }
        try base.codeState(with: &coder)
    }

    private static var blankAction: Action {
        withUnsafeTemporaryAllocation(of: Action.self, capacity: 1) { memory in
            UnsafeMutableRawBufferPointer(memory).initializeMemory(as: UInt8.self, repeating: 0)
            return memory[0]
        }
    }
}
