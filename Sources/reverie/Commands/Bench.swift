import ArgumentParser
import Storage

struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Time training steps and environments.",
        discussion: """
            Prints the median time of each step, or environment steps per second. The names are those of the peers' \
            scripts, so that one table can hold both.

            EXAMPLE
              reverie bench "DQN step" CartPole --json
            """)

    @Argument(help: ArgumentHelp("Only benchmarks whose name contains one of these.", valueName: "name"))
    var names: [String] = []

    @Option(help: "Seconds spent on each.")
    var seconds = 1.0

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard seconds > 0, seconds <= 600 else {
            throw ValidationError("--seconds takes a number above 0, up to 600, not \(seconds).")
        }
    }

    func run() throws {
        let chosen = Benchmark.all.filter { benchmark in names.isEmpty || names.contains { benchmark.name.contains($0) }
        }
        guard !chosen.isEmpty else {
            throw ValidationError(
                "No benchmark's name contains \(names.joined(separator: " or ")). There are: \(Benchmark.all.map(\.name).joined(separator: ", "))."
            )
        }
        var results: [JSON] = []
        for benchmark in chosen {
            let result = try benchmark.run(budget: seconds)
            if let rate = result.stepsPerSecond {
                results.append(["name": .string(result.name), "stepsPerSecond": .number(rate)])
                if !json {
                    print(
                        "\(result.name.padding(toLength: 40, withPad: " ", startingAt: 0)) \(Int(rate).formatted()) steps/s"
                    )
                }
            } else {
                results.append(["name": .string(result.name), "microseconds": .number(result.microseconds)])
                if !json {
                    print(
                        "\(result.name.padding(toLength: 40, withPad: " ", startingAt: 0)) \(String(format: "%.1f", result.microseconds)) µs"
                    )
                }
            }
        }
        if json { print(["results": .array(results)] as JSON) }
    }
}

import Foundation
