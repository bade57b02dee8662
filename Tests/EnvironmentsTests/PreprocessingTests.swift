@testable import Environments
import Experience
import Graphics
import Random
import TestSupport
import Testing

@Suite struct PreprocessingTests {
    private func parts(_ change: (inout PreprocessingParts) -> Void) -> PreprocessingParts {
        var parts = PreprocessingParts.gymnasium
        parts.noopMax = 0
        change(&parts)
        return parts
    }

    @Test func namedKindsAreWhatTheyAreKnownFor() throws {
        let nature = PreprocessingParts.nature
        #expect(nature.frameSkip == 4 && nature.noopMax == 30 && nature.stack == 4 && nature.form == .gray)
        #expect(nature.lifeLoss == .endsAndResumes && nature.firesOnReset && nature.clipsReward)
        #expect(nature.poolsLastFrames && nature.width == 84 && nature.height == 84)
        let machado = PreprocessingParts.machado
        #expect(machado.noopMax == 0 && machado.lifeLoss == .ignored && !machado.firesOnReset && machado.stack == 4)
        let gymnasium = PreprocessingParts.gymnasium
        #expect(gymnasium.noopMax == 30 && gymnasium.lifeLoss == .ignored && gymnasium.stack == 1)
        #expect(!gymnasium.firesOnReset && !gymnasium.clipsReward)
    }

    @Test func optionsChangeEachPart() throws {
        func read(_ options: [String: String]) throws -> PreprocessingParts? {
            try PreprocessingParts(EnvironmentOptions(options))
        }
        #expect(try read([:]) == nil && read(["preprocess": "none"]) == nil)
        #expect(try read(["preprocess": "nature"]) == .nature && read(["frame_skip": "4"]) == .nature)
        #expect(try read(["preprocess": "machado"]) == .machado && read(["preprocess": "gymnasium"]) == .gymnasium)
        let parts = try #require(
            try read([
                "frame_skip": "2", "max_pool": "false", "noop_max": "7", "terminal_on_life_loss": "true",
                "fire_reset": "false", "screen_size": "60", "grayscale_obs": "false", "stack_num": "2",
                "clip_reward": "false",
            ]))
        #expect(parts.frameSkip == 2 && !parts.poolsLastFrames && parts.noopMax == 7 && parts.lifeLoss == .ends)
        #expect(!parts.firesOnReset && parts.width == 60 && parts.height == 60 && parts.form == .color)
        #expect(parts.stack == 2 && !parts.clipsReward)
        #expect(try ArcadeSettings(EnvironmentOptions(["preprocess": "machado"])).repeatActionProbability == 0.25)
        #expect(try ArcadeSettings(EnvironmentOptions(["preprocess": "nature"])).repeatActionProbability == 0)
        for (option, value) in [
            ("frame_skip", "0"), ("screen_size", "161"), ("screen_size", "12"), ("stack_num", "0"), ("noop_max", "-1"),
            ("terminal_on_life_loss", "yes"), ("preprocess", "atari"), ("clip_reward", "1"), ("skill", "2"),
            ("repeat_action_probability", "1.5"), ("obs_type", "ram"), ("max_num_frames_per_episode", "-3"),
        ] {
            #expect(throws: EnvironmentError.self, "\(option)=\(value)") {
                try EnvironmentCatalog.make("Arcade/Pong-v0", options: [option: value])
            }
        }
        #expect(throws: EnvironmentError.self) { try read(["preprocess": "none", "stack_num": "4"]) }
    }

    @Test func shapesFollowFromTheParts() throws {
        func shape(_ options: [String: String]) throws -> ([Int], Int) {
            let batch = try EnvironmentCatalog.make("Arcade/Breakout-v0", options: options)
            return (batch.observationSpace.shape, batch.stackedFrames)
        }
        #expect(try shape([:]) == ([210, 160, 3], 1))
        #expect(try shape(["obs_type": "grayscale"]) == ([210, 160], 1))
        #expect(try shape(["preprocess": "nature"]) == ([84, 84, 4], 4))
        #expect(try shape(["preprocess": "gymnasium"]) == ([84, 84, 1], 1))
        #expect(try shape(["grayscale_obs": "false", "stack_num": "2", "screen_size": "64"]) == ([64, 64, 6], 1))
        let batch = try EnvironmentCatalog.make("Arcade/Breakout-v0", options: ["frame_skip": "5"])
        #expect(batch.framesPerSecond == 12)
    }

    @Test(arguments: [(ScreenForm.gray, 4), (.gray, 3), (.gray, 1), (.color, 2)])
    func stacksHoldTheLastPictures(form: ScreenForm, count: Int) {
        var single = AtariPreprocessing(Console(), parts { $0.form = form })
        var stacked = AtariPreprocessing(Console(), parts { ($0.form, $0.stack) = (form, count) })
        single.reset(seed: 1)
        stacked.reset(seed: 1)
        var pictures = Array(repeating: observation(of: single), count: count)
        for action in [0, 2, 1, 0, 0, 2] {
            let channels = form.channels
            let expected = (0..<84 * 84).flatMap { pixel in
                pictures.flatMap { $0[pixel * channels..<(pixel + 1) * channels] }
            }
            #expect(observation(of: stacked) == expected)
            #expect(stacked.step(action) == single.step(action))
            pictures = pictures.dropFirst() + [observation(of: single)]
        }
    }

    @Test func startsPlayNoopsThenFire() {
        var world = AtariPreprocessing(Console(), parts { ($0.noopMax, $0.firesOnReset) = (9, true) })
        var stream = PCG64(seed: 5)
        for episode in 0..<20 {
            world.reset(seed: episode == 0 ? 5 : nil)
            #expect(world.base.played == Array(repeating: 0, count: stream.integers(1..<10)) + [1])
        }
        world = AtariPreprocessing(Console(), parts { $0.firesOnReset = true })
        world.base.hasButton = false
        world.reset(seed: 1)
        #expect(world.base.played == [])
    }

    @Test(arguments: PreprocessingParts.LifeLoss.allCases)
    func lostLivesAreIgnoredOrEndEpisodes(lifeLoss: PreprocessingParts.LifeLoss) {
        var world = AtariPreprocessing(Console(), parts { $0.lifeLoss = lifeLoss })
        world.reset(seed: 3)
        var lives = [Int]()
        for _ in 0..<3 {
            while !world.step(2).terminated {}
            lives.append(world.base.lives)
            world.reset(seed: nil)
        }
        #expect(
            lives
                == [[0, 0, 0], [2, 2, 2], [2, 1, 0]][[.ignored, .ends, .endsAndResumes].firstIndex(of: lifeLoss)!])
        #expect(world.base.starts == (lifeLoss == .endsAndResumes ? 2 : 4))
        // After a lost life, one no-op frame; a seed starts a new game in any case.
        while !world.step(2).terminated {}
        world.reset(seed: nil)
        #expect(
            (world.base.played.last, world.base.played.isEmpty)
                == (lifeLoss == .endsAndResumes ? (0, false) : (nil, true)))
        while !world.step(2).terminated {}
        world.reset(seed: 3)
        #expect(world.base.played.isEmpty)
        // An abandoned episode is not continued.
        _ = world.step(0)
        world.reset(seed: nil)
        #expect(world.base.played.isEmpty)
    }

    @Test func framesArePooledOnlyWhereWanted() {
        func second(_ pools: Bool) -> [UInt8] {
            var world = AtariPreprocessing(
                Console(), parts { ($0.poolsLastFrames, $0.height, $0.width) = (pools, 210, 160) })
            world.reset(seed: 1)
            _ = world.step(1)
            return observation(of: world)
        }
        func frame(_ phase: Int) -> [UInt8] {
            var console = Console()
            console.phase = phase
            var bytes = [UInt8](repeating: 0, count: 33_600)
            var span = bytes.mutableSpan
            console.writeScreen(.gray, into: &span)
            return bytes
        }
        // Each frame moves the phase by two: after the last frame it is 8, before it 6.
        #expect(second(false) == frame(8))
        #expect(second(true) == zip(frame(8), frame(6)).map { max($0, $1) })
    }

    @Test func rewardsAreSummedThenClipped() {
        var plain = AtariPreprocessing(Console(), parts { _ in })
        var clipped = AtariPreprocessing(Console(), parts { $0.clipsReward = true })
        plain.reset(seed: 1)
        clipped.reset(seed: 1)
        var seen: Set<Double> = []
        for _ in 0..<20 {
            let (reward, cut) = (plain.step(0).reward, clipped.step(0).reward)
            #expect(cut == reward.signum)
            seen.insert(reward)
        }
        #expect(seen.contains(where: { abs($0) > 1 }))
    }

    @Test func damagedStatesAreRefused() {
        var world = AtariPreprocessing(ArcadeEnvironment<Arcade.Pong>(), .nature)
        world.reset(seed: 1)
        let bytes = world.stateBytes()
        #expect(throws: EnvironmentError.self) { try world.restoreState(from: bytes.dropLast()) }
        var worse = bytes
        // The last field is the computer's aiming error, four bytes of at most 22 pixels.
        worse[worse.count - 2] = 0x7f
        #expect(throws: EnvironmentError.self) { try world.restoreState(from: worse) }
        #expect(world.stateBytes() == bytes)
    }
}

extension Double {
    fileprivate var signum: Double { self > 0 ? 1 : self < 0 ? -1 : 0 }
}

#if os(Linux)
    @Suite struct ArcadeAllocationTests {
        private static func play(_ batch: any BatchedEnvironment) throws -> Int {
            var random = RandomStream(seed: 1)
            var ends = 0
            let count = batch.actionSpace.discreteCount!
            for _ in 0..<400 {
                for index in 0..<batch.count { batch.actionRows.integers[index] = random.integers(below: count) }
                try batch.step()
                for index in 0..<batch.count where batch.terminated[index] || batch.truncated[index] { ends += 1 }
            }
            return ends
        }

        @Test(arguments: ArcadeGameTests.ids, ["none", "nature", "gymnasium"])
        func stepsAndResetsAllocateNothing(id: String, preprocess: String) async {
            await #expect(processExitsWith: .success) { [id, preprocess] in
                let options = ["preprocess": preprocess, "max_episode_steps": "90"]
                let batch = try EnvironmentCatalog.make(id, count: 3, options: options)
                try batch.reset(seed: 1)
                var ends = try ArcadeAllocationTests.play(batch)
                try withoutMemory { ends += try ArcadeAllocationTests.play(batch) }
                #expect(ends > 10)
            }
        }
    }
#endif
