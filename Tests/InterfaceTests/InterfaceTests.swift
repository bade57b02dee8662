import CReverie
import Environments
import Experience
import Foundation
import Graphics
import Interface
import Storage
import TestSupport
import Testing

/// The C functions, called as from C.
@Suite struct InterfaceTests {
    private func make(
        _ id: String, _ count: Int, _ mode: reverie_autoreset = REVERIE_SAME_STEP, _ options: String...
    ) -> OpaquePointer? {
        let texts = options.map { strdup($0) }
        defer { texts.forEach { free($0) } }
        return texts.map { UnsafePointer($0) }.withUnsafeBufferPointer {
            reverie_make(id, count, mode, $0.baseAddress, options.count)
        }
    }

    private func fault() -> String { String(cString: reverie_error()) }

    private func text(_ memory: UnsafeMutablePointer<CChar>?) throws -> JSON {
        defer { reverie_free(memory) }
        let bytes = Array(String(cString: try #require(memory)).utf8)
        return try JSON(parsing: bytes[...], file: "the library")
    }

    @Test(arguments: ["CartPole-v1", "MinAtar/Seaquest-v0", "Blackjack-v1"]) func aBatchIsTheEnvironments(id: String)
        throws
    {
        let batch = try #require(make(id, 3))
        defer { reverie_close(batch) }
        let expected = try EnvironmentCatalog.make(id, count: 3)
        let buffers = reverie_get_buffers(batch)
        #expect(buffers.observation_size == expected.observationSize)
        let seeds: [UInt64] = [4, 5, 6]
        #expect(reverie_reset(batch, seeds, nil, nil) == 0)
        try expected.reset(seed: 4)
        for step in 0..<200 {
            for index in 0..<3 {
                buffers.discrete_actions[index] = Int64((step + index) % 2)
                expected.actionRows.integers[index] = (step + index) % 2
            }
            #expect(reverie_step(batch) == 0)
            try expected.step()
            let size = expected.observations.bytes.count
            #expect(
                UnsafeRawBufferPointer(start: buffers.observations, count: size).elementsEqual(
                    expected.observations.bytes))
            #expect(
                UnsafeRawBufferPointer(start: buffers.final_observations, count: size).elementsEqual(
                    expected.finalObservations.bytes))
            for index in 0..<3 {
                #expect(buffers.rewards[index] == expected.rewards[index])
                #expect(buffers.terminated[index] == (expected.terminated[index] ? 1 : 0))
                #expect(buffers.truncated[index] == (expected.truncated[index] ? 1 : 0))
            }
        }
    }

    @Test func continuousActionsAndMasks() throws {
        let pendulum = try #require(make("Pendulum-v1", 2, REVERIE_DISABLED, "g=9.81"))
        defer { reverie_close(pendulum) }
        let buffers = reverie_get_buffers(pendulum)
        #expect(buffers.discrete_actions == nil && buffers.action_masks == nil && buffers.action_count == 1)
        #expect(reverie_reset(pendulum, nil, nil, nil) == 0)
        (buffers.continuous_actions[0], buffers.continuous_actions[1]) = (1, -2)
        #expect(reverie_step(pendulum) == 0)
        buffers.continuous_actions[1] = .nan
        #expect(reverie_step(pendulum) != 0 && fault().contains("the action nan is not in"))
        let taxi = try #require(make("Taxi-v4", 1))
        defer { reverie_close(taxi) }
        #expect(reverie_reset(taxi, [1], nil, nil) == 0)
        #expect(reverie_get_buffers(taxi).action_masks[0] == 0b1111)
    }

    /// An environment with actions of another kind; its reward is the sum of their numbers.
    private struct Adder<Action: BitwiseCopyable & Sendable>: Environment {
        var actionSpace: Space
        var observationSpace: Space { .box(0...1, shape: [1]) }
        var frameSize: FrameSize { FrameSize(width: 1, height: 1) }

        mutating func reset(seed: UInt64?) {}
        mutating func step(_ action: Action) -> Step {
            let sum = withUnsafeBytes(of: action) { bytes in
                actionSpace.actionType == .uint8
                    ? bytes.reduce(0) { $0 + Double($1) }
                    : bytes.bindMemory(to: Int.self).reduce(0) { $0 + Double($1) }
            }
            return Step(reward: sum)
        }
        func observe(into observation: inout MutableSpan<Float>) { observation[0] = 0 }
        func draw(into frame: inout Frame) { frame.clear(.white) }
    }

    @Test func choicesAndBits() throws {
        EnvironmentCatalog.register(
            EnvironmentScheme(prefix: "adder:") { id in
                EnvironmentEntry(id, "adds") { request in
                    id == "adder:bits"
                        ? try request.batch { Adder<InlineArray<3, UInt8>>(actionSpace: .multiBinary([3])) }
                        : try request.batch { Adder<InlineArray<2, Int>>(actionSpace: .multiDiscrete([3, 2])) }
                }
            })
        let bits = try #require(make("adder:bits", 2))
        defer { reverie_close(bits) }
        var buffers = reverie_get_buffers(bits)
        #expect(buffers.discrete_actions == nil && buffers.continuous_actions == nil && buffers.action_count == 3)
        #expect(reverie_reset(bits, nil, nil, nil) == 0)
        for (place, bit) in [0, 1, 1, 1, 0, 0].enumerated() { buffers.binary_actions[place] = UInt8(bit) }
        #expect(reverie_step(bits) == 0 && buffers.rewards[0] == 2 && buffers.rewards[1] == 1)
        buffers.binary_actions[3] = 2
        #expect(reverie_step(bits) != 0 && fault().contains("environment 1: the action 2 0 0 is not in MultiBinary(3)"))

        let choices = try #require(make("adder:choices", 2))
        defer { reverie_close(choices) }
        buffers = reverie_get_buffers(choices)
        #expect(buffers.binary_actions == nil && buffers.action_count == 2)
        #expect(reverie_reset(choices, nil, nil, nil) == 0)
        for (place, number) in [2, 1, 0, 1].enumerated() { buffers.discrete_actions[place] = Int64(number) }
        #expect(reverie_step(choices) == 0 && buffers.rewards[0] == 3 && buffers.rewards[1] == 1)
        buffers.discrete_actions[0] = 3
        #expect(reverie_step(choices) != 0 && fault().contains("the action 3 1 is not in MultiDiscrete([3 2])"))
    }

    @Test func someAreReset() throws {
        let batch = try #require(make("FrozenLake-v1", 2, REVERIE_DISABLED))
        defer { reverie_close(batch) }
        let buffers = reverie_get_buffers(batch)
        #expect(reverie_step(batch) != 0 && fault().contains("a step before the first reset"))
        #expect(reverie_reset(batch, [7, 7], [1, 1], nil) == 0)
        while buffers.terminated[0] == 0 {
            (buffers.discrete_actions[0], buffers.discrete_actions[1]) = (1, 0)
            if reverie_step(batch) != 0 {
                #expect(fault().contains("environment 1: a step after the end"))
                #expect(reverie_reset(batch, nil, nil, [0, 1]) == 0)
            }
        }
        #expect(reverie_reset(batch, nil, nil, [1, 0]) == 0 && buffers.terminated[0] == 0)
        #expect(reverie_reset(batch, nil, nil, [0, 0]) != 0 && fault().contains("selects no environment"))
    }

    @Test func statesAndPictures() throws {
        let batch = try #require(make("MinAtar/Breakout-v0", 2))
        defer { reverie_close(batch) }
        let buffers = reverie_get_buffers(batch)
        #expect(reverie_reset(batch, [1, 2], nil, nil) == 0)
        var size = 0
        let state = try #require(reverie_save(batch, 0, &size))
        defer { reverie_free(state) }
        #expect(reverie_restore(batch, 1, state, size) == 0)
        let width = buffers.observation_size
        let rows = UnsafeRawBufferPointer(start: buffers.observations, count: 2 * width)
        #expect(rows.prefix(width).elementsEqual(rows.suffix(width)))
        #expect(reverie_restore(batch, 1, state, size - 1) != 0 && fault().contains("of the saved state"))
        #expect(reverie_save(batch, 2, &size) == nil && fault().contains("no environment 2 in a batch of 2"))

        var picture = [UInt8](repeating: 0, count: 3 * buffers.frame_width * buffers.frame_height)
        #expect(reverie_draw(batch, 1, &picture) == 0)
        let world = try EnvironmentCatalog.make("MinAtar/Breakout-v0")
        try world.reset(seed: 1)
        var frame = Frame(world.frameSize)
        try world.draw(0, into: &frame)
        let expected = frame.pixels.flatMap { pixel in
            let color = Color(rgba: pixel)
            return [color.red, color.green, color.blue]
        }
        #expect(picture == expected)
    }

    @Test func describesItself() throws {
        #expect(String(cString: reverie_version()) == REVERIE_VERSION)
        let ids = try text(reverie_list()).array!.map(\.string)
        #expect(ids == EnvironmentCatalog.entries.map(\.id))
        let batch = try #require(make("CartPole-v1", 5))
        defer { reverie_close(batch) }
        let sheet = try text(reverie_describe(batch))
        #expect(sheet["count"]?.integer == 5 && sheet["stepLimit"]?.integer == 500)
        #expect(sheet["actionSpace"]?["n"]?.integer == 2)
        #expect(sheet["observationSpace"]?["low"]?.array?[1].string == "-inf")
        #expect(sheet["observationSpace"]?["high"]?.array?[0].double == 4.8)
    }

    @Test func badRequestsAreSentences() {
        #expect(make("CartPol-v1", 1) == nil && fault().contains("did you mean 'CartPole-v1'"))
        #expect(make("CartPole-v1", 0) == nil && fault().contains("from 1 to 1048576"))
        #expect(make("CartPole-v1", 1, REVERIE_SAME_STEP, "low") == nil && fault().contains("written name=value"))
        #expect(make("CartPole-v1", 1, REVERIE_SAME_STEP, "lov=1") == nil && fault().contains("did you mean 'low'"))
        #expect(make("CartPole-v1", 1, reverie_autoreset(7)) == nil && fault().contains("no autoreset mode 7"))
        reverie_close(nil)
        reverie_free(nil)
    }

    @Test func nullIsAnErrorWithACode() throws {
        let batch = try #require(make("CartPole-v1", 1))
        defer { reverie_close(batch) }
        #expect(reverie_reset(batch, nil, nil, nil) == 0)
        var size = 0
        var byte: UInt8 = 0
        let codes: [(String, () -> Int32)] = [
            ("batch", { reverie_reset(nil, nil, nil, nil) }), ("batch", { reverie_step(nil) }),
            ("batch", { reverie_draw(nil, 0, &byte) }), ("rgb", { reverie_draw(batch, 0, nil) }),
            ("batch", { reverie_restore(nil, 0, &byte, 1) }), ("state", { reverie_restore(batch, 0, nil, 1) }),
        ]
        for (name, call) in codes {
            #expect(call() == Int32(REVERIE_FAILED.rawValue))
            #expect(fault() == "expected a pointer as the argument '\(name)', found NULL")
            #expect(reverie_error_code() == REVERIE_FAILED)
        }
        let pointers: [(String, () -> Bool)] = [
            ("batch", { reverie_save(nil, 0, &size) == nil }), ("size", { reverie_save(batch, 0, nil) == nil }),
            ("batch", { reverie_describe(nil) == nil }),
            ("batch", { reverie_get_buffers(nil).observations == nil }),
            ("id", { reverie_make(nil, 1, REVERIE_SAME_STEP, nil, 0) == nil }),
            ("options", { reverie_make("CartPole-v1", 1, REVERIE_SAME_STEP, nil, 2) == nil }),
            ("options[0]", { reverie_make("CartPole-v1", 1, REVERIE_SAME_STEP, [nil], 1) == nil }),
        ]
        for (name, isNull) in pointers {
            #expect(isNull() && fault() == "expected a pointer as the argument '\(name)', found NULL")
        }
        #expect(make("CartPole-v1", 1, REVERIE_SAME_STEP) != nil)
        #expect(reverie_make("CartPole-v1", 1, REVERIE_SAME_STEP, nil, -1) == nil && fault().contains("not -1"))
        reverie_set_assets(nil)
        #expect(reverie_step(batch) == 0, "the batch is as it was")
    }

    @Test func moreThanMemoryIsRefusedWithACode() throws {
        #expect(make("Arcade/Pong-v0", 1 << 20) == nil)
        #expect(reverie_error_code() == REVERIE_NO_MEMORY)
        #expect(fault().hasPrefix("1048576 environments Arcade/Pong-v0 would take "))
        let batch = try #require(make("CartPole-v1", 1 << 12))
        reverie_close(batch)
        #expect(make("CartPol-v1", 1 << 20) == nil && reverie_error_code() == REVERIE_FAILED)
    }

    @Test func theCatalogueSaysWhatGymnasiumRegisters() throws {
        let entries = try #require(try text(reverie_catalog()).array)
        #expect(entries.map { $0["id"]?.string } == EnvironmentCatalog.entries.map(\.id))
        let cartPole = try #require(entries.first { $0["id"]?.string == "CartPole-v1" })
        #expect(cartPole["stepLimit"]?.integer == 500 && cartPole["rewardThreshold"]?.double == 475)
    }

    /// The masks of the last states are kept beside those of the new episodes.
    @Test func finalMasksAreThoseOfTheLastStates() throws {
        let batch = try #require(make("Taxi-v4", 2, REVERIE_SAME_STEP, "max_episode_steps=5"))
        let other = try #require(make("Taxi-v4", 2, REVERIE_DISABLED, "max_episode_steps=5"))
        defer { [batch, other].forEach(reverie_close) }
        let (buffers, expected) = (reverie_get_buffers(batch), reverie_get_buffers(other))
        #expect(expected.final_action_masks == nil)
        for one in [batch, other] { #expect(reverie_reset(one, [3, 4], nil, nil) == 0) }
        for step in 0..<5 {
            for index in 0..<2 {
                for one in [buffers, expected] { one.discrete_actions[index] = Int64((step + index) % 4) }
            }
            #expect(reverie_step(batch) == 0 && reverie_step(other) == 0)
        }
        for index in 0..<2 {
            #expect(buffers.truncated[index] == 1)
            #expect(buffers.final_action_masks[index] == expected.action_masks[index])
        }
    }

    @Test func numbersBeyondABoxAreClipped() throws {
        for (id, limit) in [("Pendulum-v1", Float(2)), ("MountainCarContinuous-v0", 1)] {
            let batch = try #require(make(id, 2))
            defer { reverie_close(batch) }
            let buffers = reverie_get_buffers(batch)
            #expect(reverie_reset(batch, [1, 1], nil, nil) == 0)
            for sign in [Float(1), -1, 1] {
                (buffers.continuous_actions[0], buffers.continuous_actions[1]) = (sign * limit, sign * .infinity)
                #expect(reverie_step(batch) == 0)
                let size = buffers.observation_size
                let rows = UnsafeRawBufferPointer(start: buffers.observations, count: 2 * size)
                #expect(rows.prefix(size).elementsEqual(rows.suffix(size)))
            }
        }
    }
}
