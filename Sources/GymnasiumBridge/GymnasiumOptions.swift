import Environments
import Glibc
import Parallel
import Storage

/// What environments of Gymnasium are made with.
struct GymnasiumOptions {
    /// The Python program: a path, or a name that is looked for.
    var python: String
    /// How long the answer to a step, a reset or a drawing may take, in seconds.
    var timeout: Double
    /// How long the start may take: importing large packages is slow.
    var startTimeout: Double
    /// The number of processes that share the environments.
    var children: Int
    /// Whether Atari games are played as agents usually see them.
    var atari: Bool
    /// The step in which an episode is cut, -1 for none; nil for what is registered.
    var stepLimit: Int?
    /// What is passed on to `gymnasium.make`.
    var keywords: [JSON.Member]

    /// The options that have a meaning here.
    static let known = [
        EnvironmentOption(
            "python", "the Python program that has Gymnasium; REVERIE_PYTHON says it for all", usual: "python3"),
        EnvironmentOption("timeout", "seconds that a step, a reset or a drawing may take", usual: "60"),
        EnvironmentOption("children", "processes that share the environments (default: one a processor)"),
        EnvironmentOption(
            "atari", "frames as agents see them: 84 x 84, grey, four of them; true or false", usual: "false"),
    ]

    /// Reads the options that a user has given, for `count` environments.
    init(_ options: EnvironmentOptions, count: Int) throws(EnvironmentError) {
        python = options.text("python") ?? getenv("REVERIE_PYTHON").map { String(cString: $0) } ?? "python3"
        guard !python.isEmpty else {
            throw .badValue(option: "python", value: "", expected: "the path of a Python, or its name")
        }
        timeout = try options.number("timeout", in: 0.1...86_400) ?? 60
        startTimeout = max(timeout, 60)
        children = min(try options.integer("children", in: 1...1024) ?? Threads.count, count)
        atari = try options.flag("atari") ?? false
        stepLimit = try options.integer(EnvironmentCatalog.stepLimitOption.name, in: -1...1_000_000_000)
        let own = (Self.known + EnvironmentCatalog.commonOptions).map(\.name)
        keywords = options.names.filter { !own.contains($0) }.map { .init($0, Self.value(options.text($0)!)) }
    }

    /// A value as Python has it: JSON or one of Python's own words, else a text.
    private static func value(_ text: String) -> JSON {
        switch text {
        case "True": true
        case "False": false
        case "None": .null
        default: (try? JSON(parsing: Array(text.utf8)[...], file: "")) ?? .string(text)
        }
    }
}
