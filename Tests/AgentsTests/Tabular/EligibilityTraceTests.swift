import Environments
import NeuralNetworks
import Random
import Testing

@testable import Agents

/// TD(λ): by hand, compared with λ-returns, and on the random walk with known values.
@Suite struct EligibilityTraceTests {
    /// A random episode of states 0..<5, after the last of which it terminates.
    private struct Walk {
        var states: [Int] = []
        var rewards: [Double] = []
        let values: [Double]
        let discount = 0.9
        let lambda = 0.8
        let rate = 0.1

        init(seed: UInt64, length: Int = 30) {
            var random = RandomStream(seed: seed)
            values = (0..<5).map { _ in random.normal() }
            for _ in 0..<length {
                states.append(random.integers(below: 5))
                rewards.append(random.normal())
            }
        }

        /// Gλ of step `step` with what is known up to `horizon`: rₜ + γ ((1 − λ) V(sₜ₊₁) + λ Gλₜ₊₁). `value` is the
        /// value of the state before a step, 0 after the last.
        func lambdaReturn(_ step: Int, horizon: Int, value: (Int) -> Double) -> Double {
            var following = value(horizon)
            for index in (step..<horizon).reversed() {
                let rest = index == horizon - 1 ? value(horizon) : (1 - lambda) * value(index + 1) + lambda * following
                following = rewards[index] + discount * rest
            }
            return following
        }
    }

    /// The sum of all updates of an episode is the same forwards, by λ-returns, and backwards, by traces, if the values
    /// don't change meanwhile (Sutton and Barto 2018, 12.2, exercise 12.4).
    @Test(arguments: 0..<5 as Range<UInt64>) func tracesAreLambdaReturns(seed: UInt64) {
        let walk = Walk(seed: seed)
        func value(_ step: Int) -> Double { step < walk.states.count ? walk.values[walk.states[step]] : 0 }
        var (forward, backward) = ([Double](repeating: 0, count: 5), [Double](repeating: 0, count: 5))
        var traces = EligibilityTraces(count: 5, kind: .accumulating)
        for step in walk.states.indices {
            let state = walk.states[step]
            let target = walk.lambdaReturn(step, horizon: walk.states.count, value: value)
            forward[state] += walk.rate * (target - walk.values[state])
            traces.fade(by: walk.discount * walk.lambda)
            traces.visit(state, rate: walk.rate)
            let error = walk.rewards[step] + walk.discount * value(step + 1) - walk.values[state]
            traces.forEach { backward[$0] += walk.rate * error * $1 }
        }
        #expect(zip(forward, backward).allSatisfy { abs($0 - $1) < 1e-6 }, "\(forward) \(backward)")
        #expect(forward.contains { abs($0) > 0.05 })
    }

    /// After each step, Dutch traces give what the λ-returns known by then would have given from the start of the
    /// episode (van Seijen et al. 2016): the online λ-return algorithm, which they replace.
    @Test(arguments: 0..<5 as Range<UInt64>) func dutchTracesAreOnlineLambdaReturns(seed: UInt64) throws {
        let walk = Walk(seed: seed)
        // The values after each step; those of the state before step t, as they were then.
        var main = [walk.values]
        func value(_ step: Int) -> Double {
            step < walk.states.count ? main[max(step - 1, 0)][walk.states[step]] : 0
        }
        for horizon in 1...walk.states.count {
            var values = walk.values
            for step in 0..<horizon {
                let target = walk.lambdaReturn(step, horizon: horizon, value: value)
                values[walk.states[step]] += walk.rate * (target - values[walk.states[step]])
            }
            main.append(values)
        }
        var settings = TDLambdaSettings()
        (settings.learningRate, settings.finalLearningRate) = (walk.rate, walk.rate)
        (settings.discount, settings.lambda, settings.traces) = (walk.discount, walk.lambda, .dutch)
        let agent = TDLambda(settings, shape: TableShape(stateCount: 5, actionCount: 2), seed: 1)
        let table = agent.variables["values"]
        table.set(walk.values.map { Float($0) })
        for step in walk.states.indices {
            let isLast = step == walk.states.count - 1
            try agent.learn(
                PlayedStep(
                    observation: [Int32(walk.states[step])], reward: walk.rewards[step],
                    next: [isLast ? 0 : Int32(walk.states[step + 1])], terminated: isLast))
            #expect(
                zip(table.values, main[step + 1]).allSatisfy { abs(Double($0) - $1) < 1e-5 },
                "\(step): \(table.values) \(main[step + 1])")
        }
    }

    @Test func tdLambdaByHand() throws {
        var settings = TDLambdaSettings()
        (settings.learningRate, settings.finalLearningRate) = (0.5, 0.5)
        (settings.discount, settings.lambda) = (0.9, 0.5)
        func learned(_ end: String) throws -> [Float] {
            let agent = TDLambda(settings, shape: TableShape(stateCount: 3, actionCount: 2), seed: 1)
            agent.variables["values"].set([1, 2, 3])
            for (state, reward) in [1.0, 2, 4].enumerated() {
                try agent.learn(
                    PlayedStep(
                        observation: [Int32(state)], reward: reward, next: [Int32((state + 1) % 3)],
                        terminated: state == 2 && end == "terminated", truncated: state == 2 && end == "truncated"))
            }
            return agent.variables["values"].values
        }
        let ended = try learned("terminated")
        #expect(zip(ended, [2.60875, 3.575, 3.5]).allSatisfy { abs(Double($0) - $1) < 1e-5 }, "\(ended)")
        // The value of state 0 is then 2.5075: δ = 4 + 0.9 · 2.5075 − 3.
        let cut = try learned("truncated")
        #expect(abs(Double(cut[2]) - (3 + 0.5 * 3.25675)) < 1e-5, "\(cut)")
    }

    @Test func whatHasFadedIsForgotten() {
        var traces = EligibilityTraces(count: 10, kind: .accumulating)
        for place in 0..<10 {
            traces.fade(by: 0.01)
            traces.visit(place, rate: 0.1)
        }
        var places: [Int] = []
        traces.forEach { place, _ in places.append(place) }
        #expect(places == [6, 7, 8, 9] || places == [5, 6, 7, 8, 9])
    }

    /// Sutton and Barto's example 6.2: the values of the five states are 1/6 … 5/6.
    @Test(arguments: [0, 0.5, 1], TraceKind.allCases) func theRandomWalkIsLearned(lambda: Double, kind: TraceKind)
        throws
    {
        var settings = TDLambdaSettings()
        (settings.discount, settings.lambda, settings.traces) = (1, lambda, kind)
        (settings.learningRate, settings.finalLearningRate, settings.scheduleSteps) = (0.1, 0.0005, 60_000)
        let agent = TDLambda(settings, shape: TableShape(stateCount: 7, actionCount: 2), seed: 1000)
        try play(agent, in: VectorEnvironment("walk", count: 2) { RandomWalk() }, steps: 80_000, seed: 1000)
        let values = agent.variables["values"].values
        for state in 1...5 { #expect(abs(values[state] - Float(state) / 6) < 0.05, "\(values)") }
        #expect(abs(agent.metric("meanValue")! - Double(values.reduce(0, +)) / 7) < 1e-6)
    }
}
