import ArgumentParser
import Storage

struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Time training steps and environments.",
        discussion: """
            Prints the median time of each step, or environment steps per second. The names are those of the peers' \
            scripts, so that one table can hold both. A step is timed only where its losses are PyTorch's.

            EXAMPLE
              reverie bench "DQN step" CartPole --json
            """)

    @Argument(
        help: ArgumentHelp("Only benchmarks whose name contains one of these.", valueName: "name"),
        completion: .list(Benchmark.all.map(\.name)))
    var names: [String] = []

    @Option(parsing: .unconditional, help: "Seconds spent on each.")
    var seconds = 1.0

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard seconds > 0, seconds <= 600 else {
            throw ValidationError("--seconds takes a number above 0, up to 600, not \(seconds).")
        }
    }

    func run() throws {
        var results: [JSON] = []
        for benchmark in try chosen() {
            note("timing \(benchmark.name)")
            let result = try benchmark.run(budget: seconds)
            results.append(result.json)
            if !json { try output(result.text) }
        }
        if json { try output("\(["results": .array(results)] as JSON)") }
    }

    /// The benchmarks that the names choose, each name at least one.
    private func chosen() throws -> [Benchmark] {
        func matches(_ benchmark: Benchmark, _ name: String) -> Bool {
            benchmark.name.lowercased().contains(name.lowercased())
        }
        if let name = names.first(where: { name in !Benchmark.all.contains { matches($0, name) } }) {
            let all = Benchmark.all.map { "'\($0.name)'" }.joined(separator: ", ")
            throw UsageError("no benchmark's name contains '\(name)'; there are \(all)")
        }
        return Benchmark.all.filter { benchmark in names.isEmpty || names.contains { matches(benchmark, $0) } }
    }
}
