import Agents
import ArgumentParser
import Configuration
import Environments
import Storage
import Training

struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List environments, agents, models, presets or runs.",
        discussion: """
            EXAMPLE
              reverie list environments
              reverie list agents --json
            """)

    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case environments, agents, models, presets, runs
    }

    @Argument(help: "environments, agents, models, presets or runs.")
    var kind: Kind

    @Option(help: "The folder that holds runs.")
    var folder = "runs"

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let table = try self.table()
        if json {
            let rows = table.rows.map { row in
                JSON.object(zip(table.columns, row).map { JSON.Member($0, $1) })
            }
            print(JSON.object([JSON.Member(kind.rawValue, .array(rows))]))
        } else {
            print(table.text)
        }
    }

    private func table() throws -> Table {
        switch kind {
        case .environments:
            return Table(
                ["id", "observations", "actions", "stepLimit", "summary"],
                EnvironmentCatalog.entries.map { entry in
                    [
                        .string(entry.id), .string("\(entry.observationSpace)"), .string("\(entry.actionSpace)"),
                        entry.stepLimit.map { .integer($0) } ?? .null, .string(entry.summary),
                    ]
                })
        case .agents:
            return Table(["name", "summary"], AgentCatalog.entries.map { [.string($0.name), .string($0.summary)] })
        case .models:
            return Table(["name", "summary"], ModelCatalog.entries.map { [.string($0.name), .string($0.summary)] })
        case .presets:
            return Table(
                ["name", "agent", "environment", "description"],
                try Preset.all().map { [.string($0.name), .string($0.agent), .string($0.environment), .string($0.description)] })
        case .runs:
            return Table(
                ["run", "kind", "name", "subject", "state"],
                try RunFolder.all(in: folder).map { run in
                    [.string(run.path), .string(run.kind), .string(run.name), .string(run.subject), .string(run.state)]
                })
        }
    }
}

/// Rows of values under named columns, as text.
struct Table {
    var columns: [String]
    var rows: [[JSON]]

    init(_ columns: [String], _ rows: [[JSON]]) { (self.columns, self.rows) = (columns, rows) }

    var text: String {
        let cells = [columns] + rows.map { $0.map { $0 == .null ? "-" : $0.string ?? "\($0)" } }
        let widths = columns.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
        return cells.map { row in
            zip(row, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }.joined(separator: "  ")
                .trimmingCharacters(in: .whitespaces)
        }.joined(separator: "\n")
    }
}

import Foundation
