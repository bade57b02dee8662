import Foundation

/// Trains sequence models on real data: `Sequences characters|lstm|tcn --data FOLDER [--steps N] [--seed N]`.
@main struct Main {
    static func main() throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        guard let model = arguments.first, let folder = value("--data", arguments) else {
            fail("usage: Sequences characters|lstm|tcn --data FOLDER [--steps N] [--seed N]")
        }
        let steps = value("--steps", arguments).flatMap { Int($0) }
        let seed = UInt64(value("--seed", arguments) ?? "0") ?? 0
        switch model {
        case "characters":
            let text = try read("tinyshakespeare.txt", in: folder)
            try CharacterTraining(text: text, seed: seed).run(steps: steps ?? 2_000)
        case "lstm":
            let chorales = try Chorales(json: read("music_JSB_Chorales.json", in: folder))
            try ChoraleTraining(ChoraleLSTM(seed: seed), chorales, seed: seed).run(steps: steps ?? 1_500)
        case "tcn":
            let chorales = try Chorales(json: read("music_JSB_Chorales.json", in: folder))
            try ChoraleTraining(ChoraleTCN(seed: seed), chorales, seed: seed).run(steps: steps ?? 1_500)
        default: fail("there is no model '\(model)'; the models are characters, lstm and tcn")
        }
    }

    static func value(_ name: String, _ arguments: [String]) -> String? {
        guard let place = arguments.firstIndex(of: name), place + 1 < arguments.count else { return nil }
        return arguments[place + 1]
    }

    static func read(_ name: String, in folder: String) throws -> Data {
        let path = "\(folder)/\(name)"
        guard let data = FileManager.default.contents(atPath: path) else {
            fail("there is no file \(path); if there is a compressed one, unpack it with gunzip -k")
        }
        return data
    }

    static func fail(_ message: String) -> Never {
        FileHandle.standardError.write(Data((message + "\n").utf8))
        exit(64)
    }
}
