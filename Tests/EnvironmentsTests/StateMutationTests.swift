import Environments
import Experience
import Graphics
import Random
import TestSupport
import Testing

/// A saved state is data from outside: whatever its bytes, it is refused, or what is restored can be played and drawn.
@Suite struct StateMutationTests {
    private static let ids = EnvironmentCatalog.entries.map(\.id).filter { $0 != "GridWorld" }

    /// Numbers that break code: the ends of types and of ranges, NaN and infinities.
    private static let extremes: [UInt64] = {
        var numbers: [UInt64] = []
        for bit in 0..<64 { numbers.append(UInt64(1) << UInt64(bit)) }
        var power: UInt64 = 1
        for _ in 1...12 {
            power *= 10
            numbers.append(power)
        }
        for number in numbers {
            numbers.append(number - 1)
            numbers.append(number &- 2)
            numbers.append(0 &- number)
        }
        let doubles: [Double] = [
            1e-300, 1.5, 4, 1e3, 1e9, 1e15, 1e18, 1e300, .infinity, .nan, -.infinity, -1e300, -1e9, -4, -0.0,
        ]
        let floats: [Float] = [1.5, 3e38, -3e38, .infinity, .nan]
        for number in doubles { numbers.append(number.bitPattern) }
        for number in floats { numbers.append(UInt64(number.bitPattern)) }
        return numbers
    }()

    private static func mutated(_ state: [UInt8], _ random: inout PCG64) -> [UInt8] {
        var state = state
        for _ in 0...random.integers(3) {
            // Past the mark, which is compared as it is.
            let place = random.integers(state.count)
            if random.integers(4) == 0 {
                state[place] ^= 1 << UInt8(random.integers(8))
            } else {
                let number = extremes[random.integers(extremes.count)]
                let size = [1, 2, 4, 8][random.integers(4)]
                for byte in 0..<min(size, state.count - place) {
                    state[place + byte] = UInt8(truncatingIfNeeded: number >> UInt64(8 * byte))
                }
            }
        }
        return state
    }

    /// Restores mutated states and plays on; returns how many were accepted.
    private static func play(_ id: String, options: [String: String] = [:], mutations: Int) throws -> Int {
        let batch = try EnvironmentCatalog.make(id, autoreset: .sameStep, options: options)
        var sampler = SpaceSampler(batch.actionSpace, seed: 1)
        var random = PCG64(seed: 7)
        var frame = Frame(batch.frameSize)
        func step() throws {
            batch.setAction(sampler.sample(), of: 0)
            try batch.step()
        }
        try batch.reset(seed: 1)
        var accepted = 0
        for mutation in 0..<mutations {
            if mutation % 8 == 0 { for _ in 0..<10 { try step() } }
            let state = try batch.snapshot(of: 0)
            guard (try? batch.restore(mutated(state, &random), to: 0)) != nil else { continue }
            accepted += 1
            // A state that was saved before a reset can't be stepped.
            guard batch.buffers.started[0] else {
                try batch.reset()
                continue
            }
            for _ in 0..<20 { try step() }
            try batch.draw(0, into: &frame)
            // What was played can be saved again.
            try batch.restore(batch.snapshot(of: 0), to: 0)
        }
        return accepted
    }

    @Test(arguments: ids) func statesOfAnyBytesAreRefusedOrPlayed(id: String) throws {
        #expect(try Self.play(id, mutations: 32) > 0)
    }

    @Test(arguments: [
        "frame-stack=3,normalize-observation,normalize-reward,time-aware",
        "pixels,grayscale,resize=20x20,frame-stack=2",
        "max-frame-skip=4,sticky-action=0.25,delay=2,clip-reward,flatten",
    ]) func wrappersToo(stack: String) throws {
        #expect(try Self.play("CartPole-v1", options: ["wrap": stack], mutations: 60) > 0)
    }

    /// The original's angles are wrapped turn by turn: any angle would take forever, and infinity too.
    @Test(arguments: [1e300, -1e18, 1e9, 4, .infinity, .nan]) func anAngleOfAcrobotIsWrapped(angle: Double) throws {
        let batch = try EnvironmentCatalog.make("Acrobot-v1")
        try batch.reset(seed: 1)
        let state = try batch.snapshot(of: 0)
        var coder = StateCoder()
        try coder.code(mark: "Acrobot-v1")
        // The row, the observation in it, and the time limit come first.
        let row = coder.bytes.count + 8 + 3 + batch.observationSize
        for place in [row + 8, row + 16] {
            var changed = state
            withUnsafeBytes(of: angle.bitPattern.littleEndian) { bytes in
                for (index, byte) in bytes.enumerated() { changed[place + index] = byte }
            }
            #expect(throws: EnvironmentError.self) { try batch.restore(changed, to: 0) }
        }
        #expect(try batch.snapshot(of: 0) == state, "nothing has changed")
    }

    @Test(arguments: AutoresetMode.allCases) func aStateFromBeforeTheResetMustBeReset(mode: AutoresetMode) throws {
        for id in Self.ids {
            let fresh = try EnvironmentCatalog.make(id, count: 2, autoreset: mode)
            let state = try fresh.snapshot(of: 0)
            let batch = try EnvironmentCatalog.make(id, count: 2, autoreset: mode)
            try batch.reset(seed: 3)
            try batch.restore(state, to: 1)
            let refusal = EnvironmentError.notReset(environment: id, index: 1)
            #expect(throws: refusal) { try batch.checkStep() }
            #expect(batch.observation(of: 1).allSatisfy { $0 == 0 })
            try batch.copy(1, to: 0)
            #expect(throws: EnvironmentError.notReset(environment: id, index: 0)) { try batch.checkStep() }
            try fresh.reset(seed: 3)
            try batch.reset(seed: 3)
            for index in 0..<2 { #expect(batch.observation(of: index).elementsEqual(fresh.observation(of: index))) }
            var sampler = SpaceSampler(batch.actionSpace, seed: 1)
            for index in 0..<2 { batch.setAction(sampler.sample(), of: index) }
            try batch.checkStep()
            try batch.step()
        }
    }
}
