import Environments
import Experience
import Random
import Testing

@Suite struct MaskVelocityTests {
    /// Where RL Zoo's wrapper has them, and Acrobot's.
    static let places = [
        "CartPole-v1": [1, 3], "CartPole-v0": [1, 3], "MountainCar-v0": [1], "MountainCarContinuous-v0": [1],
        "Pendulum-v1": [2], "Acrobot-v1": [4, 5],
    ]

    /// The same episodes with zeros in those places, in a batch and after a time limit.
    @Test(arguments: places.keys.sorted(), ["mask-velocity", "sticky-action=0.5,mask-velocity,clip-reward"])
    func onlyVelocitiesAreHidden(id: String, stack: String) throws {
        let rest = stack.split(separator: ",").filter { $0 != "mask-velocity" }.joined(separator: ",")
        func make(_ stack: String) throws -> any BatchedEnvironment {
            try EnvironmentCatalog.make(id, count: 20, options: ["wrap": stack, "max_episode_steps": "30"])
        }
        let (plain, masked) = (try make(rest), try make(stack))
        #expect(masked.observationSpace == plain.observationSpace && masked.actionSpace == plain.actionSpace)
        try plain.reset(seed: 2)
        try masked.reset(seed: 2)
        var random = RandomStream(seed: 4)
        var moved = false
        for _ in 0..<70 {
            for index in 0..<20 {
                var (seen, final) = (plain.observationNumbers(of: index), plain.finalObservations.numbers(index))
                for place in Self.places[id]! {
                    moved = moved || seen[place] != 0
                    (seen[place], final[place]) = (0, 0)
                }
                #expect(masked.observationNumbers(of: index) == seen)
                #expect(masked.finalObservations.numbers(index) == final)
            }
            plain.writeRandomActions(&random)
            for index in 0..<20 { masked.setAction(plain.action(of: index), of: index) }
            try plain.step()
            try masked.step()
            #expect(masked.rewards.elementsEqual(plain.rewards) && masked.truncated.elementsEqual(plain.truncated))
        }
        #expect(moved, "there was something to hide")
    }

    @Test(arguments: places.keys.sorted()) func allRulesAreKept(id: String) throws {
        let check = try EnvironmentCheck(id: id, steps: 60) {
            try EnvironmentCatalog.make(id, count: $0, autoreset: $1, options: ["wrap": "mask-velocity"])
        }
        #expect(check.passed && check["snapshot"] == .passed, "\(check)")
    }

    /// Wrappers that keep the shape of an observation keep the places, the others know of none.
    @Test func shapesDecide() {
        #expect(NormalizeObservation(StickyAction(CartPole(), probability: 0.1)).velocities == [1, 3])
        #expect(DelayObservation(FrameSkip(Pendulum(), count: 2), delay: 1).velocities == [2])
        #expect(FrameStack(CartPole(), count: 2).velocities.isEmpty && PixelObservation(CartPole()).velocities.isEmpty)
        #expect(TimeAwareObservation(CartPole(), limit: 5).velocities.isEmpty)
        #expect(FrameStack(MaskVelocity(CartPole()), count: 2).observationSpace.shape == [2, 4])
    }

    @Test func environmentsWithoutVelocitiesNameThoseThatHaveThem() {
        #expect(EnvironmentCatalog.idsWithVelocities.sorted() == Self.places.keys.sorted())
        func message(_ id: String, _ stack: String) -> String {
            do {
                _ = try EnvironmentCatalog.make(id, options: ["wrap": stack])
                return "no error"
            } catch {
                return "\(error)"
            }
        }
        let none = message("Taxi-v4", "mask-velocity")
        #expect(none.hasPrefix("the wrapper mask-velocity doesn't fit Taxi-v4: it needs an environment whose"))
        for id in Self.places.keys { #expect(none.contains(id)) }
        #expect(message("CartPole-v1", "frame-stack=2,mask-velocity").contains("before the wrappers that change"))
        #expect(message("CartPole-v1", "mask-velocity,frame-stack=2,time-aware") == "no error")
        #expect(message("CartPole-v1", "mask-velocity=1").contains("no value"))
    }
}
