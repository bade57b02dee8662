import Environments
import Experience
import Testing

/// Episodes from Gymnasium's wrappers, compared bit for bit.
@Suite struct WrapperGoldenTests {
    /// The blocks of `wrappers.txt`, as `make_wrappers.py` describes them.
    static let blocks: [TraceBlock] = TraceBlock.read("wrappers.txt")

    /// Plays a block in an environment with the actions 0 and 1, or more.
    private func compare<World: Environment>(
        _ block: TraceBlock, _ world: World, afterStep: (inout World) -> Void = { _ in }
    ) where World.Action == Int {
        var world = world
        var seed: UInt64? = 5
        var steps = 0
        for (number, line) in block.lines.enumerated() {
            let words = line.split(separator: " ", maxSplits: 4).map(String.init)
            if words[0] == "reset" {
                world.reset(seed: seed)
                seed = nil
                #expect("reset " + notation(world) == line)
            } else {
                let result = world.step(Int(words[0])!)
                #expect(result.reward.bitPattern == UInt64(words[1], radix: 16), "line \(number)")
                #expect((result.terminated ? "1" : "0") == words[2] && (result.truncated ? "1" : "0") == words[3])
                if words[4] != "-" { #expect(notation(world) == words[4], "line \(number)") }
                steps += 1
            }
            afterStep(&world)
        }
        #expect(steps >= 10)
    }

    private func notation(_ world: some Environment) -> String {
        observation(of: world).withUnsafeBytes { text($0, world.observationSpace.elementType) }
    }

    private func compare<World: Environment>(_ block: TraceBlock, in world: World) where World.Action == Int {
        switch block.words[0] {
        case "frame-stack": compare(block, FrameStack(world, count: 3))
        case "frame-stack-zero": compare(block, FrameStack(world, count: 3, padding: .zero))
        case "frame-skip": compare(block, FrameSkip(world, count: 3))
        case "max-frame-skip": compare(block, FrameSkip(world, count: 3, poolsLastFrames: true))
        case "clip-reward": compare(block, ClipReward(FrameSkip(world, count: 3), to: -0.5...2.5))
        case "normalize-observation": compare(block, NormalizeObservation(world))
        case "normalize-observation-switched":
            var seen = 0
            compare(block, NormalizeObservation(world)) { world in
                seen += 1
                world.isUpdating = seen < 20
            }
        case "normalize-reward": compare(block, NormalizeReward(world, discount: 0.9))
        case "flatten": compare(block, FlattenObservation(world))
        case "time-aware", "time-aware-normalized":
            let limit = block.words[1].hasPrefix("Frozen") ? 100 : 500
            compare(
                block, TimeAwareObservation(world, limit: limit, isNormalized: block.words[0].hasSuffix("normalized")))
        case "delay": compare(block, DelayObservation(world, delay: 2))
        case "delay-0": compare(block, DelayObservation(world, delay: 0))
        case "stack-of-wrappers":
            compare(block, FrameStack(NormalizeObservation(FrameSkip(world, count: 2)), count: 2))
        default: Issue.record("no wrapper for \(block)")
        }
    }

    @Test(arguments: blocks) func episodes(_ block: TraceBlock) throws {
        switch block.words[1] {
        case "CartPole-v1": compare(block, in: TimeLimit(CartPole(), steps: 500))
        case "FrozenLake-v1": compare(block, in: TimeLimit(FrozenLake(), steps: 100))
        case "pictures" where block.words[0] == "grayscale": compare(block, Grayscale(Pictures()))
        case "pictures": compare(block, in: Pictures())
        case "dial":
            var world = RescaleAction(Dial(), from: -1...1)
            world.reset(seed: 1)
            #expect(block.lines.count == 21)
            for line in block.lines {
                let bits = line.split(separator: " ").map { UInt32($0, radix: 16)! }
                _ = world.step(Float(bitPattern: bits[0]))
                #expect(world.base.position.bitPattern == bits[1])
            }
        default: Issue.record("no world for \(block)")
        }
    }
}

extension Space {
    /// The element type of a box, or that of integers.
    fileprivate var elementType: ElementType {
        if case .box(_, _, _, let element) = self { element } else { .int32 }
    }
}
