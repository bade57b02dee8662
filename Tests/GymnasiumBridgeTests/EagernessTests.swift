import Testing

@testable import GymnasiumBridge

/// Both ways to wait are tried, and the faster one is kept for a while.
@Suite struct EagernessTests {
    /// Records steps that take the given microseconds while sleeping and while polling, for some seconds; returns the
    /// share of time spent polling.
    private func play(_ eagerness: inout Eagerness, asleep: Int, eager: Int, seconds: Double) -> Double {
        var (time, eagerTime) = (0, 0)
        while Double(time) < seconds * 1e9 {
            let (isEager, step) = (eagerness.isEager, (eagerness.isEager ? eager : asleep) * 1000)
            eagerness.note(step)
            time += step
            if isEager { eagerTime += step }
        }
        return Double(eagerTime) / Double(time)
    }

    @Test func theFasterWayIsKept() {
        var eagerness = Eagerness()
        #expect(play(&eagerness, asleep: 50, eager: 10, seconds: 5) > 0.99)
        #expect(play(&eagerness, asleep: 50, eager: 2000, seconds: 5) < 0.02, "at most a step at a time is lost")
        #expect(play(&eagerness, asleep: 50, eager: 10, seconds: 60) > 0.5, "tried again when that may have changed")
    }

    @Test func sleepingIsTheRuleWhereItIsNoSlower() {
        var eagerness = Eagerness()
        #expect(play(&eagerness, asleep: 300, eager: 301, seconds: 60) < 0.01)
    }
}
