import Foundation
import Storage
import Testing

/// Damaged files are bad data, whatever was damaged and whoever reads them.
@Suite struct DamageTests {
    /// Replaces a file, runs a command and expects bad data and a sentence that names the file.
    private func expectBadData(
        _ words: String, after damage: ([UInt8]) -> [UInt8], of file: String, says sentence: String? = nil
    ) throws {
        let folder = try MadeRuns.copy()
        try writeAtomically(damage(folder.bytes(file)), to: folder.file(file), overwrite: true)
        let before = folder.content()
        let result = try Executable.run(words.split(separator: " ").map(String.init), in: folder)
        #expect(result.status == 65, "\(words): \(result.errors)")
        #expect(result.errors.contains(sentence ?? file), "\(words): \(result.errors)")
        #expect(result.output.isEmpty && folder.content() == before)
    }

    private static let readers = [
        ("evaluate dqn --last", "dqn/checkpoints/step-2000.safetensors"),
        ("evaluate dqn", "dqn/checkpoints/best.safetensors"),
        ("record dqn --last --to x.npz", "dqn/checkpoints/step-2000.safetensors"),
        ("watch dqn --last --frames 2", "dqn/checkpoints/step-2000.safetensors"),
        ("resume dqn", "dqn/checkpoints/step-2000.safetensors"), ("resume dqn", "dqn/replay/0.bin"),
        ("evaluate table", "table/checkpoints/step-2000.safetensors"),
        ("watch rollouts.npz --frames 2", "rollouts.npz"),
        ("fit vae rollouts.npz --run other", "rollouts.npz"),
    ]

    @Test(arguments: readers) func truncated(words: String, file: String) throws {
        for share in [0.0, 0.001, 0.5, 0.999] {
            try expectBadData(words, after: { Array($0.prefix(Int(Double($0.count) * share))) }, of: file)
        }
    }

    @Test(arguments: readers) func flippedBits(words: String, file: String) throws {
        for place in [200, 400, 900] {
            let flip: ([UInt8]) -> [UInt8] = { bytes in
                var bytes = bytes
                bytes[place] ^= 0x10
                return bytes
            }
            try expectBadData(words, after: flip, of: file)
        }
    }

    @Test(arguments: [
        ("agent = \"dqn\"", "agent = \"dqm\"", "Did you mean 'dqn'?"),
        ("agent = \"dqn\"", "agnet = \"dqn\"", "expected 'agent' or 'model', found neither"),
        ("agent = \"dqn\"", "agent = \"q-learning\"", "there is no setting 'network'"),
        ("environment = \"CartPole-v1\"", "environment = \"CartPole-v7\"", "did you mean 'CartPole-v1'?"),
        ("steps = 2000", "steps = 0", "steps is a whole number from 1 to"),
        ("batchSize", "batchSise", "did you mean 'batchSize'?"),
        ("[settings]", "[settings", "dqn/config.toml:"),
        ("hiddenSizes = [64, 64]", "hiddenSizes = [64, 65]", "hiddenSizes is [64, 65] instead of [64, 64]"),
    ]) func configurations(text: String, replacement: String, sentence: String) throws {
        let damage: ([UInt8]) -> [UInt8] = { bytes in
            let before = String(decoding: bytes, as: UTF8.self)
            precondition(before.contains(text), "the configuration has no '\(text)'")
            return Array(before.replacingOccurrences(of: text, with: replacement).utf8)
        }
        for command in ["evaluate dqn --episodes 1", "watch dqn --frames 1"] {
            try expectBadData(command, after: damage, of: "dqn/config.toml", says: sentence)
        }
    }

    @Test(arguments: ["vae/config.toml", "vae/checkpoints"]) func fits(place: String) throws {
        let folder = try MadeRuns.get().folder
        let file = place.hasSuffix("toml") ? place : "\(place)/\(try namesInFolder(folder.file(place)).last!)"
        try expectBadData("sample vae --to x.png", after: { Array($0.dropLast(5)) }, of: file)
        guard !place.hasSuffix("toml") else { return }
        let flip: ([UInt8]) -> [UInt8] = { $0.dropLast() + [$0.last! ^ 1] }
        try expectBadData("sample vae --to x.png", after: flip, of: file)
        try expectBadData("resume vae", after: flip, of: file)
    }

    @Test func aFileOfSettingsIsChecked() throws {
        let folder = try TemporaryFolder()
        let start = "agent = \"dqn\"\nenvironment = \"CartPole-v1\"\n[settings]\n"
        for (line, sentence) in [
            ("learningRat = 1", "did you mean 'learningRate'?"), ("discount = 2", "from 0.0 to 1.0"),
        ] {
            try writeAtomically(start + line, to: folder.file("my.toml"), overwrite: true)
            let result = try Executable.run(
                ["train", "dqn", "CartPole-v1", "--config", "my.toml", "--run", "r"], in: folder)
            #expect(result.status == 65)
            #expect(result.errors.contains("my.toml:4: ") && result.errors.contains(sentence))
            #expect(folder.content() == ["my.toml"])
        }
    }

    @Test(arguments: [
        ("0\n2\n", ":2: expected an action from 0 to 1, found '2'"), ("left\n", ":1: "), ("0 1\n", ":1: "),
    ])
    func actions(text: String, sentence: String) throws {
        let result = try Executable.run(
            ["trace", "CartPole-v1", "--actions", "-"], in: TemporaryFolder(), input: text)
        #expect(result.status == 65 && result.output.isEmpty)
        #expect(result.errors.contains("standard input" + sentence))
    }

    @Test(arguments: [
        ("0.5\n2.1\n", ":2: expected a number from -2.0 to 2.0, found '2.1'"), ("nan\n", ":1: expected a number"),
        ("inf\n", ":1: "), ("0.5 0.5\n", ":1: "), ("one\n", ":1: "),
    ])
    func actionsThatAreNumbers(text: String, sentence: String) throws {
        let result = try Executable.run(
            ["trace", "Pendulum-v1", "--actions", "-"], in: TemporaryFolder(), input: text)
        #expect(result.status == 65 && result.output.isEmpty)
        #expect(result.errors.contains("standard input" + sentence))
    }

    @Test func maps() throws {
        let folder = try TemporaryFolder()
        try writeAtomically("name: Bad\n\nS.\n%G\n", to: folder.file("bad.txt"), overwrite: false)
        let result = try Executable.run(
            ["train", "q-learning", "GridWorld", "--option", "map=bad.txt", "--run", "r"], in: folder)
        #expect(result.status == 65 && result.errors.contains("bad.txt:4:1"))
        #expect(folder.content() == ["bad.txt"])
    }
}
