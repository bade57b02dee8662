import Configuration
import Environments
import Storage

/// The presets as 'reverie list' shows them.
enum PresetList {
    static func all() throws -> (columns: [String], items: [ListItem]) {
        let library = try library()
        return (["name", "agent", "environment", "description"], try library.names().map { try item(library, $0) })
    }

    static func item(named name: String) throws -> ListItem { try item(library(), name) }

    private static func library() throws -> PresetLibrary { PresetLibrary(folder: try Assets.path("presets")) }

    private static func item(_ library: PresetLibrary, _ name: String) throws -> ListItem {
        let preset = try library.preset(named: name)
        let json: JSON = [
            "name": .string(name), "description": .string(preset.description), "agent": .string(preset.agent),
            "environment": .string(preset.environment), "run": preset.run.json,
            "environmentOptions": preset.environmentOptions.json, "settings": preset.settings.json,
        ]
        return ListItem(json: json, cells: [name, preset.agent, preset.environment, preset.description])
    }
}

extension SettingsTable {
    fileprivate var json: JSON { .object(entries.map { JSON.Member($0.name, $0.value.json) }) }
}
