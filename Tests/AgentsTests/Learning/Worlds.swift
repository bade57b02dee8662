import Environments
import Experience
import Graphics
import Testing

/// A world of numbered states without drawing; it only defines how it starts and continues.
protocol NumberedWorld: Environment, TabularModel where Action == Int, Element == Int32 {
    static var stateCount: Int { get }
    static var start: Int { get }
    var state: Int { get set }
}

extension NumberedWorld {
    var stateCount: Int { Self.stateCount }
    var actionCount: Int { 2 }
    var observationSpace: Space { .discrete(Self.stateCount) }
    var actionSpace: Space { .discrete(2) }
    var frameSize: FrameSize { FrameSize(width: 1, height: 1) }

    func draw(into frame: inout Frame) {}
    mutating func reset(seed: UInt64?) { state = Self.start }
    func observe(into observation: inout MutableSpan<Int32>) { observation[0] = Int32(state) }

    mutating func step(_ action: Int) -> Step {
        let outcome = outcomes(state: state, action: action)[0]
        state = outcome.nextState
        return Step(reward: outcome.reward, terminated: outcome.terminated)
    }
}

/// Eight cells in a row with terminal ends: 0.1 two steps to the left of the start, 1 five steps to the right. An agent
/// that doesn't propagate the distant reward back, or avoids it, takes the near one. Action 1 leads to the right in
/// even cells and to the left in odd ones, so that always preferring the same action leads nowhere.
struct Corridor: NumberedWorld {
    static let (stateCount, start) = (8, 2)
    var state = start

    func outcomes(state: Int, action: Int) -> [Outcome] {
        guard 1...6 ~= state else {
            return [Outcome(probability: 1, nextState: state, reward: 0, terminated: true)]
        }
        let next = state + ((action == 1) == (state % 2 == 0) ? 1 : -1)
        let reward = next == 7 ? 1 : next == 0 ? 0.1 : 0
        return [Outcome(probability: 1, nextState: next, reward: reward, terminated: reward > 0)]
    }
}

/// The corridor without the near reward, which catches a whole population before one of it finds the distant one.
struct QuietCorridor: NumberedWorld {
    static let (stateCount, start) = (Corridor.stateCount, Corridor.start)
    var state = start

    func outcomes(state: Int, action: Int) -> [Outcome] {
        Corridor().outcomes(state: state, action: action).map { outcome in
            var outcome = outcome
            if outcome.nextState == 0 { outcome.reward = 0 }
            return outcome
        }
    }
}

/// At the start, action 0 leaves for 1; action 1 leads into a loop that pays 0.1 per step for ever, whatever is done
/// there. With γ = 0.95 the loop is worth 2; an agent that mistakes truncation after four steps for an end values it at
/// 0.37 at most.
struct PayingLoop: NumberedWorld {
    static let (stateCount, start) = (3, 0)
    var state = start

    func outcomes(state: Int, action: Int) -> [Outcome] {
        if state == 2 { return [Outcome(probability: 1, nextState: 2, reward: 0, terminated: true)] }
        if state == 0 && action == 0 { return [Outcome(probability: 1, nextState: 2, reward: 1, terminated: true)] }
        return [Outcome(probability: 1, nextState: 1, reward: 0.1, terminated: false)]
    }
}

/// Sutton and Barto's example 6.2: five states between two terminal ones, 0 and 6; every action goes left or right with
/// equal probability, and the right end pays 1.
struct RandomWalk: NumberedWorld {
    static let (stateCount, start) = (7, 3)
    var state = start

    func outcomes(state: Int, action: Int) -> [Outcome] {
        guard 1...5 ~= state else {
            return [Outcome(probability: 1, nextState: state, reward: 0, terminated: true)]
        }
        let next = state + (action == 1 ? 1 : -1)
        return [Outcome(probability: 1, nextState: next, reward: next == 6 ? 1 : 0, terminated: next % 6 == 0)]
    }
}

/// A world of one number without drawing, whose actions are numbers as well.
protocol LineWorld: Environment where Action == Float, Element == Float {
    static var start: Float { get }
    var place: Float { get set }
}

extension LineWorld {
    var observationSpace: Space { .box(-1...1, shape: [1]) }
    var frameSize: FrameSize { FrameSize(width: 1, height: 1) }

    func draw(into frame: inout Frame) {}
    mutating func reset(seed: UInt64?) { place = Self.start }
    func observe(into observation: inout MutableSpan<Float>) { observation[0] = place }
}

/// The first action, from 0 to 4, divides between 1 at once and 0.1 in each later step: a quarter of it is the part of
/// the latter. With γ = 0.95 that is worth 2; an agent that mistakes truncation after four steps for an end values it
/// at 0.37 at most.
struct Dial: LineWorld {
    static let start: Float = -1
    var place = start
    var actionSpace: Space { .box(0...4, shape: [1]) }

    mutating func step(_ action: Float) -> Step {
        guard place == Self.start else { return Step(reward: 0.1 * Double(place), terminated: false) }
        place = min(max(action / 4, 0), 1)
        return Step(reward: Double(1 - place), terminated: false)
    }
}

/// A line from −1 to 1 with 0.1 at its left end, near the start, and 1 at its right end; a step is a fifth of the
/// action, which is within ±2.
struct Slide: LineWorld {
    static let start: Float = -0.6
    var place = start
    var actionSpace: Space { .box(-2...2, shape: [1]) }

    mutating func step(_ action: Float) -> Step {
        place = min(max(place + 0.2 * min(max(action, -2), 2), -1), 1)
        return Step(reward: place == 1 ? 1 : place == -1 ? 0.1 : 0, terminated: abs(place) == 1)
    }
}

/// A world to learn in, and the return that a correct agent reaches in it.
struct Lesson: Sendable, CustomTestStringConvertible {
    let name: String
    /// The discount factor.
    let discount: Double
    /// A return that is reached only by learning.
    let bar: Double
    /// Makes a number of worlds, for training or for greedy play, where episodes may be longer.
    let make: @Sendable (_ count: Int, _ isTraining: Bool) -> any BatchedEnvironment

    var testDescription: String { name }

    /// The distant reward of 1 beats the near one of 0.1.
    static let corridor = Lesson(name: "corridor", discount: 0.9, bar: 0.95) { count, isTraining in
        VectorEnvironment("corridor", count: count) { TimeLimit(Corridor(), steps: isTraining ? 40 : 20) }
    }
    /// Only the distant reward of 1.
    static let quietCorridor = Lesson(name: "quiet corridor", discount: 0.9, bar: 0.95) { count, isTraining in
        VectorEnvironment("corridor", count: count) { TimeLimit(QuietCorridor(), steps: isTraining ? 40 : 20) }
    }
    /// The later reward, up to 3.9 in the 40 steps of an evaluation; 1 at once.
    static let dial = Lesson(name: "dial", discount: 0.95, bar: 3.5) { count, isTraining in
        VectorEnvironment("dial", count: count) { TimeLimit(Dial(), steps: isTraining ? 4 : 40) }
    }
    /// The distant reward of 1 beats the near one of 0.1.
    static let slide = Lesson(name: "slide", discount: 0.95, bar: 0.95) { count, isTraining in
        VectorEnvironment("slide", count: count) { TimeLimit(Slide(), steps: isTraining ? 40 : 20) }
    }
    /// The loop pays 4 in the 40 steps of an evaluation; leaving pays 1.
    static let loop = Lesson(name: "loop", discount: 0.95, bar: 3.5) { count, isTraining in
        VectorEnvironment("loop", count: count) { TimeLimit(PayingLoop(), steps: isTraining ? 4 : 40) }
    }
}
