import Environments
import Experience
import Testing

/// Trajectories from Gymnasium and POPGym, compared bit for bit.
@Suite struct TraceTests {
    @Test(arguments: TraceBlock.all("trace") + TraceBlock.read("memory.txt")) func episodes(_ block: TraceBlock) throws
    {
        let batch = try EnvironmentCatalog.make(block.words[1], autoreset: .disabled, options: block.options(from: 3))
        var seed = UInt64(block.words[2])
        var steps = 0
        for line in block.lines {
            let words = line.split(separator: " ", maxSplits: 4).map(String.init)
            if words[0] == "reset" {
                try batch.reset(seed: seed)
                seed = nil
                #expect("reset " + text(batch.observation(of: 0), batch.elementType) == line)
            } else {
                batch.setAction([try #require(Double(words[0]))], of: 0)
                try batch.step()
                #expect(Double(words[1]) == batch.rewards[0])
                #expect(words[2] == (batch.terminated[0] ? "1" : "0"))
                #expect(words[3] == (batch.truncated[0] ? "1" : "0"))
                #expect(words[4] == text(batch.observation(of: 0), batch.elementType))
                steps += 1
            }
        }
        #expect(steps >= 40)
    }

    @Test(arguments: TraceBlock.all("vector")) func batches(_ block: TraceBlock) throws {
        let mode: AutoresetMode = block.words[2] == "SAME_STEP" ? .sameStep : .nextStep
        let count = try #require(Int(block.words[3]))
        let batch = try EnvironmentCatalog.make(
            block.words[1], count: count, autoreset: mode, options: ["max_episode_steps": "12"])
        try batch.reset(seed: UInt64(block.words[4]))
        #expect(block.lines[0] == "reset " + text(batch.observations.bytes, batch.elementType))
        var ends = 0
        for line in block.lines.dropFirst() {
            let parts = line.split(separator: " | ").map { $0.split(separator: " ").map(String.init) }
            for (index, action) in parts[0].enumerated() { batch.actionRows.integers[index] = Int(action)! }
            try batch.step()
            #expect(parts[1].map(Double.init) == Array(batch.rewards))
            #expect(parts[2] == batch.terminated.map { $0 ? "1" : "0" })
            #expect(parts[3] == batch.truncated.map { $0 ? "1" : "0" })
            #expect(parts[4].joined(separator: " ") == text(batch.observations.bytes, batch.elementType))
            #expect(parts[5].joined(separator: " ") == text(batch.finalObservations.bytes, batch.elementType))
            ends += parts[2].count { $0 == "1" } + parts[3].count { $0 == "1" }
        }
        #expect(ends >= 5)
    }

    @Test(arguments: TraceBlock.all("map")) func randomLakes(_ block: TraceBlock) throws {
        let options = [
            "map_name": "random", "map_size": block.words[1], "frozen_probability": block.words[2],
            "map_seed": block.words[3],
        ]
        let lake = try Lake.random(
            size: Int(block.words[1])!, frozenProbability: Double(block.words[2])!, seed: UInt64(block.words[3])!)
        #expect(try lake == Lake(rows: block.lines))
        let batch = try EnvironmentCatalog.make("FrozenLake-v1", options: options)
        #expect(batch.observationSpace == .discrete(lake.rows * lake.columns))
    }
}
