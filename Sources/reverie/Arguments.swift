import ArgumentParser
import Agents
import Environments
import GenerativeModels
import GymnasiumBridge
import NeuralNetworks
import Scenes
import Storage
import Synchronization
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
            throw UsageError("--wrap and --option \(name) set the same thing; give only one of them")
        }
        values[name] = wrappers.joined(separator: ",")
        return values
    }
}

/// Consent to run what a file names.
struct TrustFlags: ParsableArguments {
    @Flag(help: "Start Python for an environment 'gym:…' that a file names, such as a run's or a recording's.")
    var trust = false

    /// Applied while arguments are checked, before anything is read.
    func validate() throws {
        guard trust else { return }
        Gymnasium.register(trustingFiles: true, remark: Self.remark)
    }

    /// Tells what is ignored, once.
    static func remark(_ sentence: String) {
        guard told.withLock({ $0.insert(sentence).inserted }) else { return }
        note("remark: \(sentence); set REVERIE_PYTHON to name a Python program")
    }

    private static let told = Mutex<Set<String>>([])
}

/// The limit of an episode's steps.
struct StepLimitFlag: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            """
            Leave an episode after this many steps. (default: the environment's own limit, or \
            \(Evaluator.usualStepLimit) if it has none)
            """, valueName: "steps"))
    var stepLimit: Int?

    func validate() throws { try require("--step-limit", stepLimit, in: 1...1_000_000_000) }
}

/// Parameters from a file, as `--weights FILE --rename ours=theirs`.
struct WeightsFlags: ParsableArguments {
    @Option(
        help: "A safetensors file, such as PyTorch's, with the agent's initial parameters.",
        completion: .file(extensions: ["safetensors"]))
    var weights: String?

    @Option(
        help: ArgumentHelp(
            "The name in --weights of a parameter, or of all parameters with a prefix; may be repeated.",
            valueName: "ours=theirs"))
    var rename: [String] = []

    @Flag(help: "Ignore entries of --weights that are not parameters of the agent.")
    var ignoreExtra = false

    func validate() throws {
        guard weights == nil, !rename.isEmpty || ignoreExtra else { return }
        throw ValidationError("--rename and --ignore-extra need --weights FILE.")
    }

    func file() throws -> WeightsFile? {
        try weights.map { WeightsFile($0, names: try parsedAssignments("--rename", rename), allowsExtra: ignoreExtra) }
    }

    /// Runs `body` and adds the file's name to its errors; a wrong `--rename` is an error of usage.
    func naming<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as ParameterFileError {
            if case .unknownParameter = error { throw UsageError("--rename: \(error)") }
            throw DataError("\(weights ?? "weights"): \(error)")
        }
    }
}

/// Splits texts of the form `name=value`; the name must not be empty.
func parsedAssignments(_ flag: String, _ texts: [String]) throws -> [String: String] {
    var result: [String: String] = [:]
    for text in texts {
        guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
            throw UsageError("\(flag) takes name=value, not '\(text)'")
        }
        result[String(text[..<equals])] = String(text[text.index(after: equals)...])
    }
    return result
}

/// What a model samples.
struct DrawingFlags: ParsableArguments {
    @Option(
        name: .customLong("class"), parsing: .unconditional,
        help: ArgumentHelp("The class to sample, from 0.", valueName: "class"), transform: readCount)
    var label: Int?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp("A setting of the model to change, such as how it samples.", valueName: "key=value"))
    var assignments: [String] = []

    func validate() throws { try require("--class", label, in: 0...1_000_000) }

    /// Sets what the model samples from now on.
    func apply(to watched: WatchedModel, showing view: ModelView) throws {
        guard label == nil || view == .samples else {
            throw UsageError("--class applies to samples only, and this shows \(view.rawValue); add --show samples")
        }
        watched.label = label
    }
}

extension ModelView: ExpressibleByArgument {}

extension EnvironmentCatalog {
    /// The id as the catalogue spells it; an unknown one as it is.
    static func canonical(_ id: String) -> String { (try? entry(id).id) ?? id }
}

/// Warns of a map in which nothing can be reached: a forgotten goal more likely than meant.
func warnOfMap(_ environment: String, _ options: [String: String]) {
    guard environment == GridMap.environmentID, let path = options[GridMap.optionName],
        let remark = (try? GridMap(contentsOf: path))?.remark
    else { return }
    note("remark: \(path): \(remark)")
}

/// The number of threads that plans use.
struct ThreadsOption: ParsableArguments {
    @Option(
        help: "Threads per plan; results have the same bits for any number. (default: all processors)",
        transform: readCount)
    var threads: Int?

    func validate() throws { try require("--threads", threads, in: 1...Threads.limit) }

    func apply() {
        if let threads { Threads.count = threads }
    }
}

/// Checks and timings of a training run's plans.
struct CheckFlags: ParsableArguments {
    @OptionGroup
    var threads: ThreadsOption

    @Flag(help: "Stop at the first operation that gives a NaN or an infinity, and name it; slow.")
    var checkFinite = false

    @Flag(
        help:
            """
            Compare each run of a plan with a plain one, and stop at the first difference that rounding doesn't \
            explain; slow.
            """
    )
    var shadow = false

    @Flag(help: "At the end, print how much time each part of the run's plans took.")
    var plan = false

    /// Runs the training with the checks that were asked for.
    func running(_ body: () throws -> Void) throws {
        threads.apply()
        (FiniteCheck.isEnabled, ShadowCheck.isEnabled, Plan.recordsOrigins) = (checkFinite, shadow, plan)
        let plans = try Plan.collecting(body).plans.filter { $0.runCount > 0 }
        if shadow {
            let runs = plans.map(\.runCount).reduce(0, +)
            let all = counted(runs, "run", written: runs.formatted())
            note("\(all) of \(counted(plans.count, "plan")) agree with plain ones")
            ShadowCheck.isEnabled = false
        }
        if plan { try output(PlanReport(plans.map { ($0, $0.runCount) }, period: "in all").text) }
    }

    /// Refuses combinations that make no sense.
    func validate(json: Bool, live: Bool = false) throws {
        if plan, json { throw ValidationError("--plan prints tables and --json one object; give only one of them.") }
        if plan, shadow || checkFinite {
            throw ValidationError("--plan times unchecked runs; leave out --shadow and --check-finite.")
        }
        if plan || shadow, live {
            throw ValidationError("--plan and --shadow don't work with a window; leave out --live.")
        }
    }
}

/// Reads a count, as people write it: 50000, 50_000, 5e4, 50k.
@Sendable func readCount(_ text: String) throws -> Int {
    guard let number = wholeNumber(text) else {
        throw ValidationError("Give a whole number, such as 50000, 50_000, 5e4 or 50k.")
    }
    return number
}

/// Refuses a number outside a range.
func require(_ flag: String, _ value: Int?, in range: ClosedRange<Int>) throws {
    guard let value, !range.contains(value) else { return }
    throw ValidationError("\(flag) takes a whole number from \(range.lowerBound) to \(range.upperBound), not \(value).")
}

/// The range of `--seed`.
let seedRange = 0...Int.max

/// Refuses an output path with the wrong ending.
func require(_ flag: String, _ path: String?, endsIn endings: String...) throws {
    guard let path, !endings.contains(where: path.hasSuffix) else { return }
    throw ValidationError(
        "\(flag) takes a file name ending in \(endings.joined(separator: " or ")), not '\(path)'.")
}

/// Checks, before any work is done, that a file may be written at `path`.
func requireFree(_ path: String?, force: Bool) throws {
    guard let path else { return }
    if exists(path), !force { throw StorageError(path: path, operation: "write to", reason: .wouldOverwrite) }
    let folder = splitPath(path).folder
    guard exists(folder) else {
        throw StorageError(path: folder, operation: "write into", reason: .missing)
    }
    guard isFolder(folder) else {
        throw StorageError(
            path: folder, operation: ExitStatus.writeInto,
            reason: exists(folder) ? .wrongKind(expected: "a folder") : .missing)
    }
}

/// What a shell offers to complete.
enum Completions {
    static let agents = CompletionKind.list(AgentCatalog.entries.map(\.name))
    static let models = CompletionKind.list(ModelCatalog.entries.map(\.name))
    static let environments = CompletionKind.custom { _, _, _ in EnvironmentCatalog.entries.map(\.id) }
}
