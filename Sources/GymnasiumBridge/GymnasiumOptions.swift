import Environments
import Glibc
import Parallel
import Storage

/// The options of Gymnasium's environments.
struct GymnasiumOptions {
    /// The Python program: a path, or a name to look up in `PATH`.
    var python: String
    /// How long a step, a reset or a drawing may take, in seconds.
    var timeout: Double
    /// How long the start may take, in seconds: importing large packages is slow.
    var startTimeout: Double
    /// The number of processes that share the environments.
    var children: Int
    /// Whether Atari games are preprocessed as agents usually see them.
    var atari: Bool
    /// The step after which an episode is truncated, -1 for none; nil for the registered limit.
    var stepLimit: Int?
    /// The arguments passed on to `gymnasium.make`.
    var keywords: [JSON.Member]

    /// The options that the bridge itself reads.
    static let known = [
        EnvironmentOption(
            "python", "the Python program that has Gymnasium, for this command only; REVERIE_PYTHON sets the default",
            usual: "python3", isStored: false),
        EnvironmentOption("timeout", "seconds that a step, a reset or a drawing may take", usual: "60"),
        EnvironmentOption(
            "start-timeout", "seconds that the start may take (default: 120, or timeout if that is more)"),
        EnvironmentOption("children", "processes that share the environments (default: one per processor)"),
        EnvironmentOption(
            "atari", "whether to preprocess Atari games: 84 x 84, grey, four frames stacked", usual: "false"),
    ]

    /// Reads a user's options, for `count` environments.
    init(_ options: EnvironmentOptions, count: Int) throws(EnvironmentError) {
        python = options.text("python") ?? getenv("REVERIE_PYTHON").map { String(cString: $0) } ?? "python3"
        guard !python.isEmpty else {
            throw .badValue(option: "python", value: "", expected: "the name or path of a Python program")
        }
        timeout = try options.number("timeout", in: 0.1...86_400) ?? 60
        startTimeout = try options.number("start-timeout", in: 0.1...86_400) ?? max(timeout, 120)
        children = min(try options.integer("children", in: 1...1024) ?? Threads.count, count)
        atari = try options.flag("atari") ?? false
        stepLimit = try options.integer(EnvironmentCatalog.stepLimitOption.name, in: -1...1_000_000_000)
        let own = (Self.known + EnvironmentCatalog.commonOptions).map(\.name)
        keywords = options.names.filter { !own.contains($0) }.map { .init($0, Self.value(options.text($0)!)) }
    }

    /// A value for Python: JSON or one of Python's own constants, otherwise a string.
    private static func value(_ text: String) -> JSON {
        switch text {
        case "True": true
        case "False": false
        case "None": .null
        default: (try? JSON(parsing: Array(text.utf8)[...], file: "")) ?? .string(text)
        }
    }
}
