import Foundation
import Storage
import TestSupport
import Testing

@Suite struct HelpTests {
    static let commands = [
        "train", "resume", "evaluate", "compare", "watch", "play", "record", "trace", "check", "fit", "sample", "tune",
        "list", "bench",
    ]

    /// The texts are kept in Fixtures/CommandLine/help; `REVERIE_WRITE_FIXTURES` writes them.
    @Test(arguments: commands + [""]) func helpIsAsRecorded(command: String) throws {
        let result = try Executable.run(command.isEmpty ? ["--help"] : [command, "--help"], in: TemporaryFolder())
        #expect(result.status == 0 && result.errors.isEmpty)
        #expect(result.output.contains("\nEXAMPLE\n  "))
        let path = fixturePath("help/\(command.isEmpty ? "reverie" : command).txt")
        #expect(try matchesFixture(Array(result.output.utf8), at: path))
    }

    @Test func generalHelpNamesEveryCommand() throws {
        let help = try Executable.run([], in: TemporaryFolder()).output
        for command in Self.commands { #expect(help.contains("\n  \(command) "), "\(command)") }
        #expect(try Executable.run(["help", "train"], in: TemporaryFolder()).output.contains("reverie train"))
        #expect(try Executable.run(["--version"], in: TemporaryFolder()).output == "0.1.0\n")
    }

    /// The examples in the help parse: with --help after them they print help, not a usage error.
    @Test(arguments: commands + [""]) func examplesParse(command: String) throws {
        let help = try Executable.run(command.isEmpty ? ["--help"] : [command, "--help"], in: TemporaryFolder()).output
        let block = help.components(separatedBy: "EXAMPLE\n")[1].components(separatedBy: "\n\n")[0]
        let lines = block.split(separator: "\n")
        #expect(lines.allSatisfy { $0.hasPrefix("  ") }, "an example is too long for a line of 80 columns")
        let examples = lines.filter { $0.hasPrefix("  reverie ") }
        #expect(!examples.isEmpty)
        for example in examples {
            let words = example.dropFirst(2).components(separatedBy: "   ")[0].split(separator: " ").dropFirst().map(
                String.init)
            #expect(try Executable.run(words + ["--help"], in: TemporaryFolder()).status == 0, "\(example)")
        }
    }

    @Test(arguments: ["bash", "zsh", "fish"]) func completionScriptsCompleteNames(shell: String) throws {
        let folder = try TemporaryFolder()
        let script = try Executable.run(["--generate-completion-script", shell], in: folder)
        #expect(script.status == 0)
        for word in Self.commands + ["reinforce", "q-learning", "vae", "episodes"] {
            #expect(script.output.contains(word), "\(word)")
        }
        guard shell == "bash" else { return }
        try script.output.write(toFile: folder.file("script"), atomically: false, encoding: .utf8)
        let words = "COMP_WORDS=(reverie train dqn Cart) COMP_CWORD=3 COMP_LINE='reverie train dqn Cart' COMP_POINT=22"
        let bash = """
            PATH="${0%/*}:$PATH"; source ./script; \(words); _reverie reverie Cart dqn; echo "${COMPREPLY[@]}" >found;
            """
        let check = try Executable.run(["--version"], in: folder, prefix: bash)
        #expect(check.status == 0)
        #expect(folder.text("found") == "CartPole-v1 CartPole-v0\n")
    }
}
