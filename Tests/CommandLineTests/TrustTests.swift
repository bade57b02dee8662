import Foundation
import Storage
import Testing

/// Files that name programs: opening one runs nothing unless the user consents, and then never a program that it names.
@Suite struct TrustTests {
    private static let repository = URL(filePath: #filePath).appending(path: "../../..").standardized
    private static let python = repository.appending(path: ".build/python/bin/python3").path
    private static let modules = repository.appending(path: "Tests/Fixtures/GymnasiumBridge").path

    /// A folder with a run and a recording of a bridged environment, and with the run of a model of its frames. The
    /// files name a program, which leaves a mark where it is run.
    private struct Files {
        let folder: TemporaryFolder
        var mark: String { folder.file("mark") }
        var program: String { folder.file("program") }

        init() throws {
            folder = try TemporaryFolder()
            try "#!/bin/sh\necho run >>\(mark)\nexec \(TrustTests.python) \"$@\"\n"
                .write(toFile: program, atomically: false, encoding: .utf8)
            chmod(program, 0o755)
        }

        /// Runs a command; `python` is the one that the user names.
        func run(_ words: String, python: String? = nil) throws -> Executable.Result {
            try Executable.run(
                words.split(separator: " ").map(String.init), in: folder,
                environment: ["REVERIE_PYTHON": python ?? program, "PYTHONPATH": TrustTests.modules])
        }

        /// Makes the files, with a Python of the user's.
        func make() throws {
            let option = "--option python=\(TrustTests.python)"
            for words in [
                "train random gym:worlds:Plain-v0 --preset none --steps 40 --run a \(option)",
                "record gym:worlds:Plain-v0 --episodes 4 --to a.npz \(option)",
                "fit rbm a.npz --option rollout=frames --option frameSide=8 --set epochs=1 --trust --run model",
            ] {
                let result = try run(words, python: TrustTests.python)
                try #require(result.status == 0, "\(words): \(result.errors)")
            }
        }

        /// Writes the program into the run's configuration, as earlier versions did.
        func nameProgram() throws {
            let path = folder.file("a/config.toml")
            let text = try String(contentsOfFile: path, encoding: .utf8)
            let table = "[environmentOptions]\n"
            let line = "python = \"\(program)\"\n"
            let changed =
                text.contains(table)
                ? text.replacingOccurrences(of: table, with: table + line) : text + "\n" + table + line
            try changed.write(toFile: path, atomically: false, encoding: .utf8)
        }
    }

    private static let commands = [
        "evaluate a --episodes 1", "record a --episodes 1 --to b.npz", "watch a --frames 2", "resume a",
        "compare a --evaluate 1", "train random gym:worlds:Plain-v0 --run a --resume", "watch a.npz --frames 2",
        "fit rbm a.npz --option rollout=frames --option frameSide=8 --set epochs=1 --run b", "evaluate model",
        "resume model",
    ]

    @Test func nothingThatFilesNameIsRun() throws {
        let files = try Files()
        try files.make()
        for (path, name) in [("a/config.toml", "python"), ("a.npz", TrustTests.python)] {
            #expect(try !files.folder.bytes(path).contains(name), "\(path) holds no program")
        }
        try files.nameProgram()
        for words in Self.commands {
            let result = try files.run(words)
            #expect(result.status == 64, "\(words): \(result.status) \(result.errors)")
            #expect(
                result.errors.contains(" names the environment gym:worlds:Plain-v0, which runs code")
                    && result.errors.contains("if you trust that, add --trust"), "\(words): \(result.errors)")
            #expect(!exists(files.mark), "\(words) has run the program")
        }
        #expect(!exists(files.folder.file("b.npz")) && !exists(files.folder.file("b")))
    }

    @Test func aTrustedFileNeverNamesTheProgram() throws {
        let files = try Files()
        try files.make()
        try files.nameProgram()
        let evaluated = try files.run("evaluate a --episodes 1 --trust", python: Self.python)
        #expect(evaluated.status == 0, "\(evaluated.errors)")
        #expect(!exists(files.mark))
        let remark =
            "the option python of gym:worlds:Plain-v0 is not taken from files, and '\(files.program)' is ignored"
        #expect(evaluated.errors.components(separatedBy: remark).count == 2, "said once: \(evaluated.errors)")
        for words in ["record a --episodes 1 --to b.npz --trust", "watch a.npz --frames 2 --trust"] {
            #expect(try files.run(words, python: Self.python).status == 0)
            #expect(!exists(files.mark))
        }
        // The user's own choice is run.
        #expect(try files.run("watch a.npz --frames 2 --trust").status == 0)
        #expect(exists(files.mark))
    }
}

extension [UInt8] {
    fileprivate func contains(_ text: String) -> Bool {
        let other = Array(text.utf8)
        return indices.contains { self[$0...].starts(with: other) }
    }
}
