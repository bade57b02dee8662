import Environments
import Experience
import Random

/// What an agent chooses its actions from: for each row, the observation and, if they are known, the valid actions and
/// whether an episode starts.
///
/// Where valid actions are given, an agent takes one of them. Evaluation, recording and the window give those of the
/// environment; training doesn't, so that an agent learns as in its paper.
public struct Percepts {
    /// (B, …): the observations.
    public let observations: Rows
    /// (B): the valid actions; nil if they are unknown, so that all are.
    public let actionMasks: UnsafeBufferPointer<ActionMask>?

    /// (B): whether the step that led to an observation ended an episode, so that another one starts with it; nil if
    /// none starts. Two flags, either of which says so.
    @usableFromInline let ended: (UnsafeBufferPointer<Bool>, UnsafeBufferPointer<Bool>)?

    /// - Precondition: there are as many masks as observations.
    public init(_ observations: Rows, actionMasks: UnsafeBufferPointer<ActionMask>? = nil) {
        self.init(observations, actionMasks: actionMasks, ended: nil)
    }

    /// Observations of environments that are in this state.
    ///
    /// - Parameter hasMasks: whether the valid actions are told, if the environments know them.
    public init(_ observations: Rows, of environment: any BatchedEnvironment, hasMasks: Bool) {
        let isSame = environment.autoreset == .sameStep
        self.init(
            observations, actionMasks: hasMasks ? environment.actionMasks : nil,
            ended: isSame
                ? (environment.terminated, environment.truncated) : (environment.isResetStep, environment.isResetStep))
    }

    private init(
        _ observations: Rows, actionMasks: UnsafeBufferPointer<ActionMask>?,
        ended: (UnsafeBufferPointer<Bool>, UnsafeBufferPointer<Bool>)?
    ) {
        precondition(
            actionMasks.map { $0.count == observations.count } ?? true,
            "expected a mask for each of \(observations.count) observations, found \(actionMasks?.count ?? 0)")
        (self.observations, self.actionMasks, self.ended) = (observations, actionMasks, ended)
    }

    /// The number of rows, B.
    public var count: Int { observations.count }

    /// Whether an episode starts with a row, after another one has ended: what an agent remembers of that is forgotten.
    @inlinable public func startsEpisode(_ row: Int) -> Bool {
        guard let ended else { return false }
        return ended.0[row] || ended.1[row]
    }

    /// The valid ones of the actions `0..<actionCount` in a row; nil if all of them are, or none, since an action must
    /// be taken.
    @inlinable public func validActions(_ row: Int, of actionCount: Int) -> ActionMask? {
        guard let actionMasks, actionCount <= 64 else { return nil }
        let all = UInt64.max >> UInt64(64 - actionCount)
        let valid = actionMasks[row].bits & all
        return valid == 0 || valid == all ? nil : ActionMask(bits: valid)
    }
}

extension BatchedEnvironment {
    /// What an agent chooses the next actions from.
    public var percepts: Percepts { Percepts(observations, of: self, hasMasks: true) }
}

extension RandomStream {
    /// One of the actions `0..<count`, or of the valid ones, with equal probability.
    mutating func action(below count: Int, among valid: ActionMask?) -> Int {
        guard var bits = valid?.bits else { return integers(below: count) }
        for _ in 0..<integers(below: bits.nonzeroBitCount) { bits &= bits - 1 }
        return bits.trailingZeroBitCount
    }
}
