import Configuration
import Foundation
import Storage
import Testing

private let example = """
    # A comment with [brackets] = "and quotes
    description = "CartPole. By DQN. In two. Minutes. A. B. C. D. E. F. G. H. I. J. K. L. M. N."
    agent = "dqn"
    environment = 'CartPole-v1'
    steps = 50_000
    "seed" = 3

    [environmentOptions]
    text = \"\"\"
    two
    lines\"\"\"
    sutton = true

    [settings]
    learningRate = 2.5e-4  # a comment
    hiddenSizes = [
        120,
        84,
    ]
    batchSize = 128
    """

private func parse(_ text: String) throws(ConfigurationError) -> TOMLDocument {
    try TOMLDocument(parsing: Array(text.utf8), file: "x.toml")
}

@Suite struct TOMLDocumentTests {
    @Test func readsValuesInOrder() throws {
        let document = try parse(example)
        #expect(document.top.entries.map(\.name) == ["description", "agent", "environment", "steps", "seed"])
        #expect(document.top["steps"] == .integer(50_000))
        #expect(document.tables["environmentOptions"]?["text"] == .text("two\nlines"))
        #expect(document.tables["environmentOptions"]?["sutton"] == .boolean(true))
        #expect(document.tables["settings"]?["hiddenSizes"] == .integers([120, 84]))
        #expect(document.tables["settings"]?["learningRate"] == .number(2.5e-4))
    }

    /// As Windows and Git's autocrlf write it; a text of several lines keeps its own line ends.
    @Test func linesMayEndAsOnWindows() throws {
        let document = try parse("\u{FEFF}" + example.replacing("\n", with: "\r\n"))
        #expect(document.top.entries == (try parse(example)).top.entries)
        #expect(document.tables["settings"] == (try parse(example)).tables["settings"])
        #expect(document.tables["environmentOptions"]?["sutton"] == .boolean(true))
        #expect(document.line(of: "settings.batchSize") == 20)
    }

    @Test(arguments: [
        ("agent", 3), ("seed", 6), ("environmentOptions", 8), ("environmentOptions.sutton", 12),
        ("settings.learningRate", 15), ("settings.batchSize", 20), ("settings", 14), ("settings.absent", 1),
    ])
    func knowsLines(_ key: String, _ line: Int) throws {
        #expect(try parse(example).line(of: key) == line)
    }

    @Test func errorsOfSettingsHaveFileAndLine() throws {
        let text = "[settings]\n\nlearningrate = 1\n"
        let table = try #require(try parse(text).tables["settings"])
        let error = #expect(throws: ConfigurationError.self) { try Example().changed(by: [table]) }
        #expect(
            error == .unknownSetting(name: "learningrate", source: "x.toml:3", nearest: "learningRate"))
    }

    @Test(arguments: [
        ("a = 1\nb = \n", 2), ("a = 1\na = 2", 2), ("a = [1, 'x']", 1), ("\n[t]\nd = 2020-01-01", 3),
        ("[a.b]\nc = 1", 1), ("[[a]]\nc = 1", 1), ("\n[=]", 2), ("[.a]", 1), ("[]", 1), ("[\"a\"]", 1), ("[", 1),
        ("[ ] = 1", 1), ("[#]\n", 1), ("[\n", 1), ("a = [[1]]", 1), ("a = {b = {c = 1}}", 1), ("a", 1),
        ("x = 1\na = \"\\u0000\"", 2), ("a = \"\\U00000000\"", 1), ("a = 1\0", 1), ("a.b.c = 1", 1), ("a = [1]]", 1),
        ("a = 1 b = 2", 1), ("a = [1,,2]", 1), ("a = [1 2]", 1), ("a = ,", 1), ("a = [\n1,\n", 3), ("a = 0x1F", 1),
        ("a = 1__2", 1), ("a = 01", 1), ("a b = 1", 1), ("\"\" = 1", 1), ("a = 1\n[t] x = 1", 2),
        ("a = 99999999999999999999", 1), ("a = \"x", 1), ("\u{FEFF}\n= 1", 2),
    ])
    func refusals(_ text: String, _ line: Int) {
        let error = #expect(throws: ConfigurationError.self) { try parse(text) }
        guard case .badFile(_, let found, _) = error else {
            return #expect(Bool(false), "\(String(describing: error))")
        }
        #expect(found == line, "\(String(describing: error))")
    }

    /// Random texts made of TOML's characters and words: the library must never stop the program.
    @Test func randomTextsAreReadOrRefused() {
        let pieces = [
            "[", "]", "[[", "]]", "{", "}", "=", " = ", ".", ",", "#", "\n", "\n", "\r\n", "\"", "'", "\"\"\"", "'''",
            "\\", "\\u00e9", "a", "b", "settings", "1", "-", "+", "0x", "0b1", "1e", "1.5", "_", "inf", "nan", "true",
            "fals", "2020-01-01", "T10:00:00", ":", " ", "\t", "é", "\u{1}", "\u{7F}", "[t]\n", "a = 1\n",
            "b = [1, 2]\n",
        ]
        var state: UInt64 = 1
        var readCount = 0
        for _ in 0..<100_000 {
            var text = ""
            for _ in 0..<(1 + state >> 33 % 12) {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                text += pieces[Int(state >> 33) % pieces.count]
            }
            if (try? parse(text)) != nil { readCount += 1 }
        }
        #expect((1..<100_000).contains(readCount))
    }

    /// Each of these would use a level of the call stack per character.
    @Test(arguments: ["[", "{a=", "a.", "[a.", "\"a\".", "a . "])
    func deepNestingIsRefused(_ piece: String) {
        let deep = String(repeating: piece, count: 100_000)
        for start in ["", "a = ", "a = [1,\n", "["] {
            #expect(throws: ConfigurationError.self) { try parse(start + deep + "1") }
        }
    }

    @Test func largeAndForeignFilesAreRefused() throws {
        let large = [UInt8](repeating: UInt8(ascii: "#"), count: TOMLDocument.largestFile + 1)
        #expect(throws: ConfigurationError.self) { try TOMLDocument(parsing: large, file: "x.toml") }
        #expect(throws: ConfigurationError.self) { try TOMLDocument(parsing: [0x61, 0x3D, 0xFF], file: "x.toml") }
        #expect(throws: StorageError.self) { try TOMLDocument(contentsOf: "/dev/zero") }
    }

    @Test func everyPrefixAndEveryChangedByteIsReadOrRefused() {
        let original = Array(example.utf8)
        var outcomes = 0
        func check(_ bytes: [UInt8]) {
            do throws(ConfigurationError) { _ = try Experiment(TOMLDocument(parsing: bytes, file: "x.toml")) } catch {
                #expect(error.description.contains("x.toml"))
            }
            outcomes += 1
        }
        for index in original.indices {
            check(Array(original[..<index]))
            for value in Array("\0\n\"'[]{}=.,#\\ a1".utf8) + [0x80, 0xFF] {
                var bytes = original
                bytes[index] = value
                check(bytes)
            }
        }
        #expect(outcomes == original.count * 19)
    }
}

@Suite struct ExperimentTests {
    @Test func takesADocumentApart() throws {
        let experiment = try Experiment(parse(example))
        #expect(experiment.agent == "dqn" && experiment.environment == "CartPole-v1" && experiment.steps == 50_000)
        #expect(experiment.run.entries.map(\.name) == ["steps", "seed"])
        #expect(experiment.settings["batchSize"] == .integer(128))
    }

    @Test func textReadsBackTheSame() throws {
        let text = try Experiment(parse(example)).tomlText
        let again = try Experiment(parse(text))
        #expect(again.tomlText == text)
        #expect(again.environmentOptions["text"] == .text("two\nlines"))
        let plain = Experiment(agent: "random", environment: "Taxi \"v3\"\n")
        #expect(try Experiment(parse(plain.tomlText)) == plain)
    }

    @Test(arguments: [
        ("environment = 'x'", "agent is missing"), ("agent = 'x'", "environment is missing"),
        ("agent = 1\nenvironment = 'x'", "agent is a text"),
        ("agent = 'x'\nenvironment = 'x'\n[setings]\na = 1", "did you mean [settings]"),
    ])
    func refusals(_ text: String, _ expected: String) {
        let error = #expect(throws: ConfigurationError.self) { try Experiment(parse(text)) }
        #expect(error?.description.contains(expected) == true, "\(String(describing: error))")
    }
}

@Suite struct PresetScoresTests {
    private static let table = """
        protocol = "greedy, final parameters"
        seeds = [0, 1]
        returns = [500, 498.5]
        episodes = 100
        steps = 50_000
        seconds = 8
        settings = "5f1d"
        """

    private func experiment(_ table: String) throws -> Experiment {
        try Experiment(parse("agent = 'x'\nenvironment = 'y'\n[scores]\n" + table))
    }

    @Test func scoresAreReadAndChangeNoSetting() throws {
        let experiment = try experiment(Self.table)
        let scores = try #require(experiment.scores)
        #expect(scores.method == "greedy, final parameters" && scores.seeds == [0, 1])
        #expect(scores.returns == [500, 498.5] && scores.episodes == 100 && scores.steps == 50_000)
        #expect(scores.seconds == 8 && scores.settings == "5f1d")
        #expect(experiment.settings.entries.isEmpty && experiment.run.entries.isEmpty)
        #expect(try Experiment(parse(experiment.tomlText)) == experiment)
        #expect(try Experiment(parse("agent = 'x'\nenvironment = 'y'")).scores == nil)
    }

    @Test(arguments: [
        ("returns =", "retuns =", "there is no setting 'retuns'; did you mean 'returns'?"),
        ("episodes = 100", "", "[scores] lacks 'episodes'"),
        ("[500, 498.5]", "[500]", "x.toml:6: 1 returns for 2 seeds"),
        ("[500, 498.5]", "[500, nan]", "x.toml:6: returns is a list of finite numbers"),
        ("[500, 498.5]", "[]", "returns is a list of finite numbers"),
        ("[0, 1]", "[0, 1.5]", "seeds is a list of whole numbers"),
        ("episodes = 100", "episodes = 0", "episodes is a whole number from 1"),
        ("seconds = 8", "seconds = -1", "seconds is a number from 0"),
        ("\"5f1d\"", "3", "settings is a text"),
    ]) func refusals(old: String, new: String, sentence: String) {
        let error = #expect(throws: ConfigurationError.self) { try experiment(Self.table.replacing(old, with: new)) }
        #expect(error?.description.contains(sentence) == true, "\(String(describing: error))")
    }
}

@Suite struct PresetLibraryTests {
    @Test func listsFindsAndSuggests() throws {
        let folder = joinPath(NSTemporaryDirectory(), "reverie-presets-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for name in ["dqn/CartPole-v1", "dqn/Acrobot-v1", "dqn/MinAtar/Breakout-v0", "reinforce/CartPole-v1"] {
            try createFolder(splitPath(joinPath(folder, name)).folder)
            try writeAtomically(example, to: joinPath(folder, name + ".toml"), overwrite: false)
        }
        try writeAtomically("", to: joinPath(folder, "README.md"), overwrite: false)
        let library = PresetLibrary(folder: folder)
        let names = ["dqn/Acrobot-v1", "dqn/CartPole-v1", "dqn/MinAtar/Breakout-v0", "reinforce/CartPole-v1"]
        #expect(try library.names() == names)
        #expect(try library.preset(named: names[2]).agent == "dqn")
        #expect(try library.preset(named: "dqn/CartPole-v1").agent == "dqn")
        #expect(try library.preset(agent: "dqn", environment: "Pendulum-v1") == nil)
        #expect(try library.preset(agent: "dqn", environment: "Acrobot-v1")?.steps == 50_000)
        let near = ConfigurationError.unknownPreset(name: "dqn/Cartpole", nearest: "dqn/CartPole-v1")
        #expect(throws: near) { try library.preset(named: "dqn/Cartpole") }
        #expect(throws: ConfigurationError.self) { try library.preset(named: "../dqn/CartPole-v1") }
        #expect(throws: StorageError.self) { try PresetLibrary(folder: folder + "/none").names() }
    }
}
