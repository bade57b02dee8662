import Configuration
import Environments
import Graphics
import Storage
import Training

/// The presets as 'reverie list' shows them.
enum PresetList {
    static func all() throws -> (columns: [String], items: [ListItem]) {
        let library = try library()
        return (["name", "score", "seconds", "description"], try library.names().map { try item(library, $0) })
    }

    static func item(named name: String) throws -> ListItem { try item(library(), name) }

    private static func library() throws -> PresetLibrary { PresetLibrary(folder: try Assets.path("presets")) }

    private static func item(_ library: PresetLibrary, _ name: String) throws -> ListItem {
        let preset = try library.preset(named: name)
        let json: JSON = [
            "name": .string(name), "description": .string(preset.description), "agent": .string(preset.agent),
            "environment": .string(preset.environment), "run": preset.run.json,
            "environmentOptions": preset.environmentOptions.json, "settings": preset.settings.json,
            "scores": preset.scores?.json ?? .null,
        ]
        let (score, seconds) = (
            preset.scores?.text, preset.scores.map { NumberText.fixed($0.seconds, decimals: 1) }
        )
        return ListItem(json: json, cells: [name, score ?? "-", seconds ?? "-", preset.description])
    }
}

extension PresetScores {
    private var deviation: Double { Statistics.sampleStandardDeviation(returns) }

    /// The mean over seeds, and the standard deviation if there are several.
    fileprivate var text: String {
        let numbers = [Statistics.mean(returns)] + (returns.count > 1 ? [deviation] : [])
        let seeds = counted(returns.count, "seed")
        return numbers.map { NumberText.short($0) }.joined(separator: " ± ") + " (\(seeds))"
    }

    /// meanReturn and standardDeviation over the seeds, and the file's entries.
    fileprivate var json: JSON {
        [
            "meanReturn": .number(Statistics.mean(returns)), "standardDeviation": .number(deviation),
            "protocol": .string(method), "seeds": .array(seeds.map(JSON.integer)),
            "returns": .array(returns.map(JSON.number)), "episodes": .integer(episodes), "steps": .integer(steps),
            "seconds": .number(seconds), "settings": .string(settings),
        ]
    }
}

extension SettingsTable {
    fileprivate var json: JSON { .object(entries.map { JSON.Member($0.name, $0.value.json) }) }
}
