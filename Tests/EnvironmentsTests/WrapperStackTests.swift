import Environments
import Experience
import Random
import TestSupport
import Testing

/// Wrappers requested by name.
@Suite struct WrapperStackTests {
    private func make(_ stack: String, _ id: String = "CartPole-v1", count: Int = 1) throws -> any BatchedEnvironment {
        try EnvironmentCatalog.make(id, count: count, options: ["wrap": stack])
    }

    private func message(_ stack: String, _ id: String = "CartPole-v1") -> String {
        do {
            _ = try make(stack, id)
            return "no error"
        } catch {
            return "\(error)"
        }
    }

    @Test func aStackIsTheNestedStruct() throws {
        let named = try make("frame-skip=2,normalize-observation,frame-stack=3,time-aware", count: 2)
        let typed = VectorEnvironment("CartPole-v1", count: 2) {
            let inner = FrameSkip(TimeLimit(CartPole(), steps: 500), count: 2)
            return TimeAwareObservation(FrameStack(NormalizeObservation(inner), count: 3), limit: 500)
        }
        #expect(named.observationSpace == typed.observationSpace && named.elementType == .float32)
        try named.reset(seed: 3)
        typed.reset(seed: 3)
        var random = RandomStream(seed: 1)
        for _ in 0..<200 {
            for index in 0..<2 {
                typed.actions[index] = random.integers(below: 2)
                named.actionRows.integers[index] = typed.actions[index]
            }
            try named.step()
            typed.step()
            #expect(hasBytes(named.observations.bytes, of: typed.observations.bytes))
            #expect(hasBytes(named.finalObservations.bytes, of: typed.finalObservations.bytes))
            #expect(named.rewards.elementsEqual(typed.rewards) && named.truncated.elementsEqual(typed.truncated))
        }
    }

    @Test(arguments: [
        "normalize-observation", "normalize-reward", "normalize-reward,normalize-observation,frame-stack=2",
    ])
    func statisticsAreTakenOverAndStay(stack: String) throws {
        let trained = try make(stack)
        try trained.reset(seed: 1)
        for step in 0..<100 {
            trained.actionRows.integers[0] = step % 2
            try trained.step()
        }
        let statistics = trained.statistics(of: 0)
        #expect(!statistics.isEmpty)
        let batch = try EnvironmentCatalog.make("CartPole-v1", count: 2, autoreset: .disabled, options: ["wrap": stack])
        try batch.takeOver(statistics: statistics)
        try batch.reset(seed: 5)
        for _ in 0..<5 { try batch.step() }
        #expect(batch.statistics(of: 0) == statistics && batch.statistics(of: 1) == statistics)
        #expect(throws: EnvironmentError.self) { try batch.takeOver(statistics: statistics + [0]) }
        #expect(throws: EnvironmentError.self) { try batch.takeOver(statistics: []) }
        #expect(try make("frame-stack=2").statistics(of: 0).isEmpty)
    }

    @Test func picturesFromFrames() throws {
        let batch = try make("pixels,grayscale,resize=21x30,frame-stack=2", "FrozenLake-v1")
        #expect(batch.observationSpace == .box(0...255, shape: [2, 21, 30], element: .uint8))
        try batch.reset(seed: 1)
        #expect(Set(batch.observation(of: 0)).count > 5)
    }

    /// Each wrapper, with an argument and around a world that it fits, follows all rules.
    static let stacks = [
        "frame-stack=3", "frame-skip=2", "max-frame-skip=2", "sticky-action=0.25", "clip-reward", "clip-reward=-2:0.5",
        "normalize-reward", "normalize-reward=0.9", "normalize-observation", "flatten", "time-aware",
        "time-aware=normalized", "delay=2", "flatten,time-aware,delay=1,frame-stack=2",
    ]

    @Test(arguments: stacks, ["CartPole-v1", "FrozenLake-v1"]) func namedStacksKeepAllRules(stack: String, id: String)
        throws
    {
        let check = try EnvironmentCheck(id: id, steps: 60) {
            try EnvironmentCatalog.make(id, count: $0, autoreset: $1, options: ["wrap": stack])
        }
        #expect(check.passed, "\(check)")
        #expect(check["snapshot"] == .passed)
    }

    @Test(arguments: ["pixels,grayscale", "pixels,resize=12x16", "pixels,grayscale,resize=9x9,max-frame-skip=2"])
    func picturesKeepAllRules(stack: String) throws {
        let check = try EnvironmentCheck(id: "FrozenLake-v1", steps: 10) {
            try EnvironmentCatalog.make("FrozenLake-v1", count: $0, autoreset: $1, options: ["wrap": stack])
        }
        #expect(check.passed, "\(check)")
    }

    @Test func theMaskIsAtTheEndOfTheObservation() throws {
        let options = ["wrap": "action-mask"]
        let batch = try EnvironmentCatalog.make("Taxi-v4", options: options)
        try batch.reset(seed: 3)
        for step in 0..<60 {
            let numbers = batch.observationNumbers(of: 0)
            #expect(numbers.count == 506)
            #expect(numbers.suffix(6).map { $0 == 1 } == batch.actionMasks![0].flags(count: 6))
            batch.actionRows.integers[0] = step % 6
            try batch.step()
        }
        let check = try EnvironmentCheck(id: "Taxi-v4", steps: 60) {
            try EnvironmentCatalog.make("Taxi-v4", count: $0, autoreset: $1, options: options)
        }
        #expect(check.passed && check["action-mask"] == .passed, "\(check)")
    }

    @Test func wrappersOfContinuousActionsKeepAllRules() {
        for check in [
            EnvironmentCheck("dial", steps: 40) { RescaleAction(Dial()) },
            EnvironmentCheck("dial", steps: 40) { ClipAction(Dial()) },
            EnvironmentCheck("dial", steps: 40) { StickyAction(TimeLimit(Dial(), steps: 9), probability: 0.5) },
            EnvironmentCheck("counter", steps: 40) { RecordEpisodeStatistics(Pictures()) },
        ] { #expect(check.passed, "\(check)") }
    }

    @Test func everyNameIsTested() {
        let tested =
            (Self.stacks + [
                "pixels", "grayscale", "resize", "rescale-action", "clip-action", "action-mask", "mask-velocity",
            ])
            .joined()
        for entry in WrapperCatalog.entries { #expect(tested.contains(entry.name) && !entry.summary.isEmpty) }
    }

    @Test(arguments: [
        ("frame-stak=4", "did you mean 'frame-stack'?"), ("", "no error"), ("flatten,", "there is no wrapper ''"),
        ("frame-stack", "frame-stack=COUNT, a whole number from 1 to 1000"), ("frame-stack=0", "from 1 to 1000"),
        ("flatten=3", "no value"), ("sticky-action=1", "from 0 to below 1"), ("sticky-action=nan", "from 0 to below 1"),
        ("clip-reward=1:-1", "the second larger"), ("resize=84", "such as 84x84"), ("resize=84x0", "such as 84x84"),
        ("normalize-reward=2", "from 0 to 1"), ("time-aware=yes", "time-aware[=normalized]"),
        ("grayscale", "the wrapper grayscale doesn't fit CartPole-v1: it needs images of bytes"),
        ("pixels,grayscale,grayscale", "it needs images, Box(0, 255, (height, width, 3), uint8)"),
        ("flatten,resize=3x3", "'pixels,resize' gives it the drawn frames"),
        ("rescale-action", "needs float actions with finite bounds, not Discrete(2)"),
        ("action-mask", "says which of its discrete actions"),
        ("clip-action", "needs float actions, not Discrete(2)"),
    ]) func whatDoesNotFitSaysWhy(stack: String, expected: String) {
        #expect(message(stack).contains(expected), "\(message(stack))")
    }

    @Test func timeNeedsALimit() throws {
        let options = ["wrap": "time-aware", "max_episode_steps": "-1"]
        #expect(throws: EnvironmentError.self) { try EnvironmentCatalog.make("CartPole-v1", options: options) }
    }

    #if os(Linux)
        @Test func stepsAllocateNothing() async {
            await #expect(processExitsWith: .success) {
                let stack =
                    "frame-skip=2,sticky-action=0.2,normalize-reward,normalize-observation,frame-stack=3,time-aware"
                let named = try EnvironmentCatalog.make("CartPole-v1", count: 8, options: ["wrap": stack])
                let typed: any BatchedEnvironment = VectorEnvironment("typed", count: 8) {
                    let inner = StickyAction(FrameSkip(TimeLimit(CartPole(), steps: 500), count: 2), probability: 0.2)
                    let middle = DelayObservation(NormalizeObservation(NormalizeReward(ClipReward(inner))), delay: 2)
                    return TimeAwareObservation(FlattenObservation(FrameStack(middle, count: 3)), limit: 500)
                }
                let pictures: any BatchedEnvironment = VectorEnvironment("pictures", count: 8) {
                    Resize(Grayscale(FrameSkip(Pictures(), count: 2, poolsLastFrames: true)), height: 3, width: 3)
                }
                for batch in [named, typed, pictures] {
                    try batch.reset(seed: 1)
                    let actions = batch.actionRows.integers
                    func play() throws {
                        for step in 0..<300 {
                            for index in 0..<8 { actions[index] = step % 2 }
                            try batch.step()
                        }
                    }
                    try play()
                    try withoutMemory(play)
                }
            }
        }
    #endif
}
