import Environments
import Experience
import Testing

/// Forbidden steps: an error for callers that check first, the end of the program for others.
@Suite struct StepCheckTests {
    private func message(_ batch: any BatchedEnvironment) -> String {
        do {
            try batch.checkStep()
            return "no error"
        } catch {
            return "\(error)"
        }
    }

    @Test func aStepNeedsAReset() throws {
        let batch = try EnvironmentCatalog.make("MountainCar-v0", count: 2)
        #expect(throws: EnvironmentError.notReset(environment: "MountainCar-v0", index: 0)) { try batch.checkStep() }
        try batch.reset(mask: [true, false])
        #expect(message(batch) == "MountainCar-v0, environment 1: a step before the first reset; reset it first")
        try batch.reset(seed: 1)
        #expect(message(batch) == "no error")
    }

    @Test func anEndedEpisodeNeedsAReset() throws {
        let batch = try EnvironmentCatalog.make("Blackjack-v1", autoreset: .disabled)
        try batch.reset(seed: 1)
        batch.actionRows.integers[0] = 0
        try batch.step()
        #expect(message(batch) == "Blackjack-v1, environment 0: a step after the end of the episode; reset it first")
        try batch.reset()
        #expect(message(batch) == "no error")
        let other = try EnvironmentCatalog.make("Blackjack-v1", autoreset: .nextStep)
        try other.reset(seed: 1)
        try other.step()
        #expect(other.terminated[0] && message(other) == "no error")
    }

    @Test func numbersAreClippedButNaNIsRefused() throws {
        let batch = try EnvironmentCatalog.make("Pendulum-v1", count: 3)
        try batch.reset(seeds: [1, 1, 1], mask: nil)
        for number in [.infinity, -.infinity, 2.0000002, -3] as [Float] {
            for index in 0..<3 { batch.actionRows.floats[index] = index == 1 ? number : number < 0 ? -2 : 2 }
            #expect(message(batch) == "no error")
            try batch.step()
            #expect(batch.observation(of: 1).elementsEqual(batch.observation(of: 2)))
            #expect(batch.rewards[1] == batch.rewards[2])
        }
        batch.actionRows.floats[1] = .nan
        #expect(message(batch) == "Pendulum-v1, environment 1: the action nan is not in Box(-2.0, 2.0, (1,), float32)")
    }

    @Test(arguments: [-1, 3, Int.max]) func integersOutsideTheSpace(number: Int) throws {
        let batch = try EnvironmentCatalog.make("Acrobot-v1")
        try batch.reset(seed: 1)
        batch.actionRows.integers[0] = number
        #expect(message(batch) == "Acrobot-v1, environment 0: the action \(number) is not in Discrete(3)")
    }

    private static let ids = [
        "CartPole-v1", "MountainCar-v0", "Acrobot-v1", "FrozenLake-v1", "CliffWalking-v1", "Taxi-v4", "Blackjack-v1",
    ]

    @Test(arguments: ids) func whoDoesNotAskIsStopped(id: String) async {
        await #expect(processExitsWith: .failure) { [id] in
            let batch = try EnvironmentCatalog.make(id)
            try batch.reset(seed: 1)
            batch.actionRows.integers[0] = batch.actionSpace.discreteCount!
            try batch.step()
        }
    }

    @Test(arguments: ["MountainCarContinuous-v0", "Pendulum-v1"])
    func whoGivesNoNumberIsStopped(id: String) async {
        await #expect(processExitsWith: .failure) { [id] in
            let batch = try EnvironmentCatalog.make(id)
            try batch.reset(seed: 1)
            batch.actionRows.floats[0] = .nan
            try batch.step()
        }
    }
}
