import Environments
import Experience
import Random
import Testing

/// Trajectories from MinAtar, compared bit for bit.
@Suite struct MinAtarTraceTests {
    /// A block of `minatar.txt`, as `make_minatar.py` describes it.
    struct Block: Sendable, CustomTestStringConvertible {
        var id: String
        var seed: UInt64
        var steps: [String] = []
        var digests: [String] = []

        var testDescription: String { "\(id) \(seed)" }

        static let all: [Block] = {
            var blocks: [Block] = []
            for line in fixtureText("minatar.txt").split(separator: "\n") {
                let words = line.split(separator: " ").map(String.init)
                if words[0] == "#" {
                    blocks.append(Block(id: words[1], seed: UInt64(words[2])!))
                } else if words.count == 3 {
                    blocks[blocks.count - 1].steps.append(String(line))
                } else {
                    blocks[blocks.count - 1].digests = words
                }
            }
            return blocks
        }()
    }

    @Test(arguments: Block.all) func episodes(_ block: Block) throws {
        let batch = try EnvironmentCatalog.make(block.id, autoreset: .disabled)
        let count = try #require(batch.actionSpace.discreteCount)
        var actions = PCG64(seed: block.seed)
        var digest = CRC32()
        var digests: [String] = []
        try batch.reset(seed: block.seed)
        digest.add(batch.observation(of: 0))
        for step in 0..<250 * block.digests.count {
            batch.actionRows.integers[0] = actions.integers(count)
            try batch.step()
            let (reward, ended) = (Int(batch.rewards[0]), batch.terminated[0])
            if step < block.steps.count {
                let line = "\(reward) \(ended ? 1 : 0) \(packed(batch.observation(of: 0)))"
                try #require(line == block.steps[step], "step \(step)")
            }
            digest.add(batch.observation(of: 0))
            digest.add([UInt8(reward), ended ? 1 : 0])
            if ended {
                try batch.reset()
                digest.add(batch.observation(of: 0))
            }
            if (step + 1) % 250 == 0 { digests.append(hexadecimal(digest.value, digits: 8)) }
        }
        #expect(digests == block.digests)
        #expect(digests.count == 20 && block.steps.count == (block.seed == 0 ? 60 : 0))
    }

    /// Episodes of MinAtar 1.0.10 that use up the oxygen, as `make_seaquest.py` describes them.
    @Test(arguments: fixtureText("seaquest.txt").split(separator: "\n").map(String.init))
    func seaquestWithFlashingOxygen(_ line: String) throws {
        let seed = try #require(UInt64(line.prefix { $0 != " " }))
        let batch = try EnvironmentCatalog.make(
            "MinAtar/Seaquest-v0", autoreset: .disabled, options: ["oxygen_flash": "true"])
        let played = [0, 1, 4, 3, 5, 5]
        var (actions, digest, length, total) = (PCG64(seed: seed), CRC32(), 0, 0)
        try batch.reset(seed: seed)
        digest.add(batch.observation(of: 0))
        digest.add([0, 0])
        while !batch.terminated[0] {
            let drawn = actions.integers(6)
            batch.actionRows.integers[0] = length < 6 ? 4 : played[drawn]
            try batch.step()
            digest.add(batch.observation(of: 0))
            digest.add([UInt8(batch.rewards[0]), batch.terminated[0] ? 1 : 0])
            length += 1
            total += Int(batch.rewards[0])
        }
        #expect("\(seed) \(length) \(total) \(hexadecimal(digest.value, digits: 8))" == line)
    }

    @Test func allIdsAreThere() {
        #expect(Set(Block.all.map(\.id)).count == 10)
        #expect(
            Set(Block.all.map(\.id)) == Set(EnvironmentCatalog.entries.map(\.id).filter { $0.hasPrefix("MinAtar/") }))
    }

    /// The bits of an observation, the first one in the highest place.
    private func packed(_ observation: UnsafeRawBufferPointer) -> String {
        stride(from: 0, to: observation.count, by: 4).map { start in
            hexadecimal((start..<start + 4).reduce(0) { $0 << 1 | UInt32(observation[$1]) }, digits: 1)
        }
        .joined()
    }

    private func hexadecimal(_ number: UInt32, digits: Int) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: digits - text.count) + text
    }
}

/// The checksum of zip and PNG, for bytes that arrive bit by bit.
private struct CRC32 {
    private var state = UInt32.max
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0xEDB8_8320 : 0) }
    }

    var value: UInt32 { ~state }

    mutating func add(_ bytes: some Sequence<UInt8>) {
        Self.table.withUnsafeBufferPointer { table in
            for byte in bytes { state = table[Int(UInt8(truncatingIfNeeded: state) ^ byte)] ^ state >> 8 }
        }
    }
}
