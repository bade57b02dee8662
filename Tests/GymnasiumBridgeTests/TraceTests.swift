import Environments
import Experience
import Foundation
import GymnasiumBridge
import Storage
import Testing

/// The bridge gives the same results as Gymnasium.
@Suite struct TraceTests {
    /// An environment with its keyword arguments, as options and as JSON.
    struct Case: CustomTestStringConvertible, Sendable {
        var id: String
        var options: [String: String] = [:]
        var json = "{}"
        var testDescription: String { "\(id) \(json)" }
    }

    static let cases =
        [
            Case(id: "CartPole-v1"), Case(id: "FrozenLake-v1"), Case(id: "Pendulum-v1"), Case(id: "Taxi-v4"),
            Case(id: "Blackjack-v1"), Case(id: "MountainCarContinuous-v0"), Case(id: "ALE/Breakout-v5"),
            Case(id: "FrozenLake-v1", options: ["is_slippery": "false"], json: #"{"is_slippery": false}"#),
            Case(id: "FrozenLake-v1", options: ["is_slippery": "False"], json: #"{"is_slippery": false}"#),
            Case(id: "FrozenLake-v1", options: ["map_name": "8x8"], json: #"{"map_name": "8x8"}"#),
            Case(
                id: "FrozenLake-v1", options: ["desc": #"["SFF","FHF","FFG"]"#],
                json: #"{"desc": ["SFF", "FHF", "FFG"]}"#),
            Case(id: "CartPole-v1", options: ["max_episode_steps": "7"], json: #"{"max_episode_steps": 7}"#),
            Case(id: "ALE/Pong-v5", options: ["obs_type": "ram"], json: #"{"obs_type": "ram"}"#),
            Case(
                id: "worlds:Plain-v0", options: ["mask": "true", "start": "-4"], json: #"{"mask": true, "start": -4}"#),
            Case(id: "worlds:Limited-v0"),
            Case(
                id: "worlds:Limited-v0", options: ["max_episode_steps": "-1"],
                json: #"{"max_episode_steps": -1}"#),
        ]
        + ["double", "pair", "choices", "counted", "bits", "grid"].map {
            Case(id: "worlds:Strange-v0", options: ["actions": $0], json: #"{"actions": "\#($0)"}"#)
        }
        + ["started", "counts", "bits", "short", "whole", "half", "bytes", "tuple", "dict"].map {
            Case(id: "worlds:Strange-v0", options: ["observations": $0], json: #"{"observations": "\#($0)"}"#)
        }

    @Test(arguments: cases) func tracesAreEqual(_ one: Case) throws {
        let batch = try gym(one.id, 1, .disabled, one.options)
        var sampler = SpaceSampler(batch.actionSpace, seed: 5)
        let actions = (0..<(one.id.hasPrefix("ALE") ? 150 : 400)).map { _ in sampler.sample() }
        let texts = actions.map { numbers in
            (batch.buffers.actionOrigin?.original(numbers) ?? numbers).map { number in
                batch.actionSpace.actionType == .float32 ? "\(Float(number))" : "\(Int(number))"
            }.joined(separator: " ")
        }
        let expected = try Python.run("play.py", [one.id, "11", one.json], input: texts.joined(separator: "\n"))
        try batch.reset(seed: 11)
        var lines = [line(batch)]
        for action in actions {
            batch.setAction(action, of: 0)
            try batch.step()
            lines.append(line(batch))
            guard batch.terminated[0] || batch.truncated[0] else { continue }
            try batch.reset()
            lines.append(line(batch))
        }
        let original = try expected.split(separator: "\n").map(numbers)
        #expect(original.count == lines.count)
        for (step, pair) in zip(original, lines).enumerated() where pair.0 != pair.1 {
            Issue.record("line \(step): Gymnasium \(pair.0.prefix(20)), here \(pair.1.prefix(20))")
            return
        }
    }

    private func numbers(_ line: Substring) throws -> [Double] {
        try line.split(separator: " ").map { try #require(Double($0)) }
    }

    /// As `play.py` prints it, in Gymnasium's numbers.
    private func line(_ batch: GymnasiumBatch) -> [Double] {
        let flags = [batch.rewards[0], batch.terminated[0] ? 1 : 0, batch.truncated[0] ? 1 : 0]
        let mask = batch.actionMasks.map { Double($0[0].bits) } ?? -1
        guard batch.observationSpace.count <= 200 else {
            return flags + [mask, Double(crc32(batch.observation(of: 0)))]
        }
        let numbers = batch.observationNumbers(of: 0)
        return flags + [mask] + (batch.buffers.observationOrigin?.original(numbers) ?? numbers)
    }

    /// This library's own environments, with the same random numbers, bit for bit, in each mode and over several
    /// children.
    @Test(arguments: ["CartPole-v1", "Taxi-v4", "FrozenLake-v1", "Blackjack-v1"], AutoresetMode.allCases)
    func batchesEqualOurOwn(id: String, mode: AutoresetMode) throws {
        let own = try EnvironmentCatalog.make(id, count: 5, autoreset: mode)
        let bridged = try gym(id, 5, mode, ["children": "2"])
        #expect(bridged.observationSpace == own.observationSpace && bridged.actionSpace == own.actionSpace)
        #expect(bridged.elementType == own.elementType)
        try own.reset(seed: 3)
        try bridged.reset(seed: 3)
        var actions = RandomActions(own, seed: 1)
        for _ in 0..<300 {
            actions.write(to: own, bridged)
            try own.checkStep()
            try bridged.checkStep()
            try own.step()
            try bridged.step()
            #expect(bridged.observations.bytes.elementsEqual(own.observations.bytes))
            #expect(bridged.finalObservations.bytes.elementsEqual(own.finalObservations.bytes))
            #expect(bridged.rewards.elementsEqual(own.rewards))
            #expect(bridged.terminated.elementsEqual(own.terminated))
            #expect(bridged.truncated.elementsEqual(own.truncated))
            #expect(bridged.isResetStep.elementsEqual(own.isResetStep))
            let ended = (0..<5).map { own.terminated[$0] || own.truncated[$0] }
            let masks = [own, bridged].map { batch in
                (0..<5).map { ended[$0] && mode != .sameStep ? nil : batch.actionMasks?[$0] }
            }
            #expect(masks[0] == masks[1])
            guard mode == .disabled, ended.contains(true) else { continue }
            try own.reset(mask: ended)
            try bridged.reset(mask: ended)
            #expect(bridged.observations.bytes.elementsEqual(own.observations.bytes))
        }
    }

    /// Actions of every kind, spread over children: the reward is the sum of the original's numbers by their places.
    @Test(arguments: ["pair", "choices", "counted", "bits", "grid"]) func actionsOfEveryKindArrive(name: String) throws
    {
        let batch = try gym("worlds:Strange-v0", 5, .nextStep, ["actions": name, "children": "2"])
        try batch.reset(seed: 3)
        var samplers = (0..<5).map { SpaceSampler(batch.actionSpace, seed: UInt64($0)) }
        for _ in 0..<50 {
            let actions = (0..<5).map { samplers[$0].sample() }
            for index in 0..<5 { batch.setAction(actions[index], of: index) }
            try batch.checkStep()
            try batch.step()
            for index in 0..<5 {
                let numbers = batch.buffers.actionOrigin?.original(actions[index]) ?? actions[index]
                let sum = numbers.enumerated().reduce(0) { $0 + Double($1.offset + 1) * $1.element }
                #expect(abs(batch.rewards[index] - sum) < 1e-5)
            }
        }
    }

    /// Masks of the states that ended an episode, and of the new episodes' first ones.
    @Test func masksOfEndedEpisodesArrive() throws {
        let batch = try gym("worlds:Plain-v0", 2, .sameStep, ["mask": "true", "length": "3"])
        #expect(batch.finalActionMasks == nil, "known after the first reset")
        try batch.reset(seed: 1)
        for step in 1...12 {
            try batch.step()
            let count = (step - 1) % 3 + 1
            for index in 0..<2 {
                #expect(batch.terminated[index] == (count == 3))
                #expect(batch.actionMasks![index].bits == (count == 1 ? 0b11 : 0b01))
                if count == 3 { #expect(batch.finalActionMasks![index].bits == 0b11) }
            }
        }
        let other = try gym("worlds:Plain-v0", 1, .nextStep, ["mask": "true"])
        try other.reset(seed: 1)
        #expect(other.actionMasks != nil && other.finalActionMasks == nil)
    }

    @Test func chosenEnvironmentsAreResetAndOthersKeepEverything() throws {
        let batch = try gym("worlds:Plain-v0", 4, .disabled, ["children": "3", "length": "50"])
        try batch.reset(seed: 1)
        for index in 0..<4 { batch.actionRows.integers[index] = index % 3 }
        for _ in 0..<3 { try batch.step() }
        let before = (0..<4).map { batch.observationNumbers(of: $0) }
        let rewards = Array(batch.rewards)
        try batch.reset(seeds: [nil, 9, nil, nil], mask: [false, true, false, true])
        for index in [0, 2] {
            #expect(batch.observationNumbers(of: index) == before[index] && batch.rewards[index] == rewards[index])
        }
        for index in [1, 3] { #expect(batch.observationNumbers(of: index)[0] == 0 && batch.rewards[index] == 0) }
        let other = try gym("worlds:Plain-v0", 1, .disabled)
        try other.reset(seed: 9)
        #expect(batch.observationNumbers(of: 1) == other.observationNumbers(of: 0))
    }
}
