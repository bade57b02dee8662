import ArgumentParser
import Benchmarks
import GymnasiumBridge
import Storage
import TensorCore

struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Time training steps and environments.",
        discussion: """
            Prints the median time of each training step, or environment steps per second. The names are those in the \
            scripts of the peers, so that one table can hold both. A step is timed only if its losses are PyTorch's.

            With --plan, a step's plans follow: what they need, the time of each unit, and the unit's share of the \
            limit. The limit is the least time that its floating-point operations and its bytes need on this machine, \
            measured with a product of 256×256×256 and with copies and sums of arrays of the unit's size.

            EXAMPLE
              reverie bench "DQN step" CartPole --json
              reverie bench VAE --plan --dot vae.dot
              reverie bench "gym:ALE/Breakout-v5 n=1" "gym:CartPole-v1 n=8"
            """)

    @Argument(
        help: ArgumentHelp(
            "Run only benchmarks whose names contain one of these, or environments of Python's Gymnasium.",
            valueName: "name"),
        completion: .list((Benchmark.all + Benchmark.scaling).map(\.name)))
    var names: [String] = []

    @Option(parsing: .unconditional, help: "Seconds per benchmark.")
    var seconds = 1.0

    @OptionGroup
    var threads: ThreadsOption

    @Flag(help: "Print how much time each part of a step takes.")
    var plan = false

    @Option(help: "Write a graph of the plans for Graphviz (.dot).", completion: .file(extensions: ["dot"]))
    var dot: String?

    @Flag(help: "Compare each run of the steps' plans with a plain one instead of timing.")
    var shadow = false

    @Flag(help: "Replace the file of --dot if it exists.")
    var force = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard seconds > 0, seconds <= 600 else {
            throw ValidationError("--seconds takes a number above 0, up to 600, not \(seconds).")
        }
        try require("--dot", dot, endsIn: ".dot")
        if plan, json { throw ValidationError("--plan prints tables and --json one object; give only one of them.") }
        if shadow, plan || json || dot != nil {
            throw ValidationError("--shadow compares instead of timing; leave out the other flags.")
        }
        if force, dot == nil { throw ValidationError("--force replaces the file of --dot; give --dot too.") }
    }

    func run() throws {
        threads.apply()
        if shadow { return try compare() }
        try requireFree(dot, force: force)
        var results: [JSON] = []
        var timings: [PlanTiming] = []
        for benchmark in try chosen() {
            note("timing \(benchmark.name)")
            let result = try benchmark.run(budget: seconds)
            results.append(result.json)
            if !json { try output(result.text) }
            guard plan || dot != nil, let step = benchmark.step, let first = result.firstCall else { continue }
            let report = try report(step, first)
            timings += report.items.map(\.timing)
            if plan { try output("\(first.text)\n\(report.text)\n") }
        }
        if json { try output("\(["results": .array(results)] as JSON)") }
        if let dot { try writeAtomically(PlanTiming.drawing(of: timings), to: dot, overwrite: force) }
    }

    /// Compares the steps' plans with plain runs.
    private func compare() throws {
        ShadowCheck.isEnabled = true
        for step in try chosen().compactMap(\.step) {
            note("comparing \(step.name)")
            var numbers = BenchmarkNumbers()
            let plans = try Plan.collecting {
                let made = try step.make(&numbers)
                for _ in 0..<3 { try made.run() }
            }.plans.filter { $0.runCount > 0 }
            try RunFaults.throwIfFound()
            try output(([step.name] + plans.map(agreement)).joined(separator: "\n  "))
        }
    }

    /// One line for a plan: how many results differ by rounding, and the largest such difference.
    private func agreement(_ plan: Plan) -> String {
        let results = plan.shadowDifferences
        let head = "\(plan.name): \(counted(plan.runCount, "run")), "
        let different = results.filter { !$0.isNone }
        guard let worst = different.max(by: { $0.largest / $0.allowed < $1.largest / $1.allowed }) else {
            return head + "all \(results.count) results are the same bit for bit"
        }
        return head + "\(different.count) of \(results.count) results differ by rounding; \(worst.name) most, by "
            + "\(Float(worst.largest)) of \(Float(worst.allowed)) allowed"
    }

    /// Plans the step again with the lines of code that recorded it; recording these would slow down the first call.
    private func report(_ step: CheckedStep, _ first: FirstCall) throws -> PlanReport {
        Plan.recordsOrigins = true
        defer { Plan.recordsOrigins = false }
        return try PlanReport(step.firstCall().plans, makings: first.plans.map(\.plan.making), period: "per step")
    }

    /// The benchmarks whose names contain one of the arguments; each argument must match at least one.
    private func chosen() throws -> [Benchmark] {
        func matches(_ benchmark: Benchmark, _ name: String) -> Bool {
            benchmark.name.lowercased().contains(name.lowercased())
        }
        if names.isEmpty { return Benchmark.all }
        let bridged = try names.filter { $0.hasPrefix(Gymnasium.prefix) }.map { try environment(named: $0) }
        let names = names.filter { !$0.hasPrefix(Gymnasium.prefix) }
        let known = Benchmark.all + Benchmark.scaling
        if let name = names.first(where: { name in !known.contains { matches($0, name) } }) {
            let all = known.map { "'\($0.name)'" }.joined(separator: ", ")
            throw UsageError("no benchmark's name contains '\(name)'; the benchmarks are \(all)")
        }
        return known.filter { benchmark in names.contains { matches(benchmark, $0) } } + bridged
    }

    /// The environment benchmark for a name like `gym:CartPole-v1 n=8`, or for an id.
    private func environment(named name: String) throws -> Benchmark {
        let words = name.split(separator: " ")
        let count =
            words.count == 2 && words[1].hasPrefix("n=")
            ? wholeNumber(String(words[1].dropFirst(2))) : words.count == 1 ? 1 : nil
        guard let count, 1...65_536 ~= count else {
            throw UsageError(
                "'\(name)' is not the name of an environment benchmark; such names look like 'gym:CartPole-v1 n=8'")
        }
        return Benchmark.environment(String(words[0]), count: count)
    }
}

extension FirstCall {
    /// One line of text.
    var text: String {
        let parts = ["captured": captureSeconds, "planned": planSeconds, "ran": runSeconds] as KeyValuePairs
        return "first call \(PlanReport.time(seconds)): "
            + parts.map { "\($0) in \(PlanReport.time($1))" }.joined(separator: ", ")
            + "; needs \(PlanReport.bytes(peakBytes))"
    }
}
