import ArgumentParser
import Agents
import Environments
import GenerativeModels
import NeuralNetworks
import Scenes
import Storage
import TensorCore
import Training

/// Options of an environment, as `--option name=value`, and wrappers around it, as `--wrap name=argument`.
struct EnvironmentOptionFlags: ParsableArguments {
    @Option(
        name: .customLong("option"),
        help: ArgumentHelp("An option of the environment; may be repeated.", valueName: "name=value"))
    var assignments: [String] = []

    @Option(
        name: .customLong("wrap"),
        help: ArgumentHelp(
            "A wrapper around the environment, such as frame-stack=4; may be repeated, innermost first.",
            valueName: "name=argument"))
    var wrappers: [String] = []

    func values() throws -> [String: String] {
        var values = try parsedAssignments("--option", assignments)
        guard !wrappers.isEmpty else { return values }
        let name = WrapperCatalog.option.name
        guard values[name] == nil else {
            throw UsageError("--wrap and --option \(name) say the same; give one of them")
        }
        values[name] = wrappers.joined(separator: ",")
        return values
    }
}

/// Parameters out of a file, as `--weights FILE --rename ours=theirs`.
struct WeightsFlags: ParsableArguments {
    @Option(
        help: "A safetensors file, such as PyTorch's, whose parameters the agent acts by at first.",
        completion: .file(extensions: ["safetensors"]))
    var weights: String?

    @Option(
        help: ArgumentHelp(
            "What --weights calls a parameter, or all whose names begin so; may be repeated.",
            valueName: "ours=theirs"))
    var rename: [String] = []

    @Flag(help: "Leave out what --weights has more than the agent has parameters.")
    var ignoreExtra = false

    func validate() throws {
        guard weights == nil, !rename.isEmpty || ignoreExtra else { return }
        throw ValidationError("--rename and --ignore-extra are for the file of --weights.")
    }

    func file() throws -> WeightsFile? {
        try weights.map { WeightsFile($0, names: try parsedAssignments("--rename", rename), allowsExtra: ignoreExtra) }
    }

    /// Runs `body`, and gives what is wrong with the file its name; a wrong `--rename` is wrong usage.
    func naming<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as ParameterFileError {
            if case .unknownParameter = error { throw UsageError("--rename: \(error)") }
            throw DataError("\(weights ?? "weights"): \(error)")
        }
    }
}

/// Texts like `name=value`, of which the name isn't empty.
private func parsedAssignments(_ flag: String, _ texts: [String]) throws -> [String: String] {
    var result: [String: String] = [:]
    for text in texts {
        guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
            throw UsageError("\(flag) takes name=value, not '\(text)'")
        }
        result[String(text[..<equals])] = String(text[text.index(after: equals)...])
    }
    return result
}

/// What a model draws.
struct DrawingFlags: ParsableArguments {
    @Option(
        name: .customLong("class"), parsing: .unconditional,
        help: ArgumentHelp("The class that samples are to be of, from 0.", valueName: "class"))
    var label: Int?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("A setting of the model to change, such as how samples are drawn.", valueName: "key=value"))
    var assignments: [String] = []

    func validate() throws { try require("--class", label, in: 0...1_000_000) }

    /// What is drawn of a model from now on.
    func apply(to watched: WatchedModel, showing view: ModelView) throws {
        guard label == nil || view == .samples else {
            throw UsageError("--class is for samples, and this shows \(view.rawValue): add --show samples")
        }
        watched.label = label
    }
}

extension ModelView: ExpressibleByArgument {}

/// How many threads plans use.
struct ThreadsOption: ParsableArguments {
    @Option(help: "Threads of a plan; results have the same bits whatever their number. (default: all processors)")
    var threads: Int?

    func validate() throws { try require("--threads", threads, in: 1...Threads.limit) }

    /// Sets the number for the process.
    func apply() {
        if let threads { Threads.count = threads }
    }
}

/// Looks at the plans of a training run.
struct CheckFlags: ParsableArguments {
    @OptionGroup
    var threads: ThreadsOption

    @Flag(help: "Stop at the first operation that makes a NaN or an infinity, and name it; slow.")
    var checkFinite = false

    @Flag(
        help:
            "Compare each run of a plan with a plain one, and stop at the first difference that rounding doesn't explain; slow."
    )
    var shadow = false

    @Flag(help: "Print at the end where the time of the run's plans goes.")
    var plan = false

    /// Does the training.
    func running(_ body: () throws -> Void) throws {
        threads.apply()
        (FiniteCheck.isEnabled, ShadowCheck.isEnabled, Plan.recordsOrigins) = (checkFinite, shadow, plan)
        let plans = try Plan.collecting(body).plans.filter { $0.runCount > 0 }
        if shadow {
            let runs = plans.map(\.runCount).reduce(0, +)
            note("\(runs.formatted()) runs of \(plans.count) plans agree with plain ones")
            ShadowCheck.isEnabled = false
        }
        if plan { try output(PlanReport(plans.map { ($0, $0.runCount) }, period: "in all").text) }
    }

    /// Refuses what these flags don't go with.
    func validate(json: Bool, live: Bool = false) throws {
        if plan, json { throw ValidationError("--plan prints tables, --json one object; give one of them.") }
        if plan, shadow || checkFinite {
            throw ValidationError("--plan times runs as they usually are: leave out --shadow and --check-finite.")
        }
        if plan || shadow, live { throw ValidationError("--plan and --shadow are for training without a window.") }
    }
}

/// Refuses a number outside a range.
func require(_ flag: String, _ value: Int?, in range: ClosedRange<Int>) throws {
    guard let value, !range.contains(value) else { return }
    throw ValidationError("\(flag) takes a whole number from \(range.lowerBound) to \(range.upperBound), not \(value).")
}

/// The seeds that all commands take.
let seedRange = 0...Int.max

/// Refuses a path to write to that has another ending.
func require(_ flag: String, _ path: String?, endsIn endings: String...) throws {
    guard let path, !endings.contains(where: path.hasSuffix) else { return }
    throw ValidationError(
        "\(flag) takes a file name that ends in \(endings.joined(separator: " or ")), not '\(path)'.")
}

/// Checks, before any work is done, that a file may be made at `path`.
func requireFree(_ path: String?, force: Bool) throws {
    guard let path else { return }
    if exists(path), !force { throw StorageError(path: path, operation: "write to", reason: .wouldOverwrite) }
    let folder = splitPath(path).folder
    guard isFolder(folder) else {
        throw StorageError(path: folder, operation: "write into", reason: .wrongKind(expected: "a folder"))
    }
}

/// What a shell offers after a command.
enum Completions {
    static let agents = CompletionKind.list(AgentCatalog.entries.map(\.name))
    static let models = CompletionKind.list(ModelCatalog.entries.map(\.name))
    static let environments = CompletionKind.custom { _, _, _ in EnvironmentCatalog.entries.map(\.id) }
}
