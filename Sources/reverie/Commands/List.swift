import Agents
import ArgumentParser
import Configuration
import Environments
import GenerativeModels
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
                    let spaces = try? EnvironmentCatalog.make(entry.id)
                    return [
                        .string(entry.id), spaces.map { .string("\($0.observationSpace)") } ?? .null,
                        spaces.map { .string("\($0.actionSpace)") } ?? .null,
                        entry.stepLimit.map { .integer($0) } ?? .null,
                        .string(entry.summary),
                    ]
                })
        case .agents:
            return Table(["name", "summary"], AgentCatalog.entries.map { [.string($0.name), .string($0.summary)] })
        case .models:
            return Table(["name", "summary"], ModelCatalog.entries.map { [.string($0.name), .string($0.summary)] })
        case .presets:
            let library = PresetLibrary(folder: try Assets.path("presets"))
            return Table(
                ["name", "agent", "environment", "description"],
                try library.names().map { name in
                    let preset = try library.preset(named: name)
                    return [
                        .string(name), .string(preset.agent), .string(preset.environment), .string(preset.description),
                    ]
                })
        case .runs:
            guard exists(folder) else { return Table(["run", "state", "configuration"], []) }
            return Table(["run", "state", "configuration"], try namesInFolder(folder).sorted().compactMap(row(run:)))
        }
    }

    /// A run's row; nil for a folder that isn't one.
    private func row(run name: String) throws -> [JSON]? {
        let path = joinPath(folder, name)
        guard isFolder(path), let run = try? RunFolder(opening: path) else { return nil }
        let document = try TOMLDocument(contentsOf: run.configurationPath)
        let names = ["agent", "model", "environment", "dataset", "seed"].compactMap {
            document.top[$0]?.text ?? document.top[$0]?.toml
        }
        return [
            .string(path), .string(exists(run.summaryPath) ? "finished" : "unfinished"),
            .string(names.joined(separator: " ")),
        ]
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
