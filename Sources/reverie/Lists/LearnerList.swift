import Agents
import Configuration
import GenerativeModels
import Storage
import Training

/// Agents and models, with their settings, as 'reverie list' shows them.
enum LearnerList {
    private static let columns = ["name", "summary"]

    static var agents: (columns: [String], items: [ListItem]) { (columns, AgentCatalog.entries.map(item)) }

    static func agent(named name: String) throws -> ListItem { try item(AgentCatalog.entry(name)) }

    static func models() throws -> (columns: [String], items: [ListItem]) {
        (columns, try ModelCatalog.entries.map(item))
    }

    static func model(named name: String) throws -> ListItem { try item(ModelCatalog.entry(name)) }

    private static func item(_ entry: AgentCatalog.Entry) -> ListItem {
        item(entry.name, entry.summary, entry.makeSettings())
    }

    private static func item(_ entry: ModelCatalog.Entry) throws -> ListItem {
        item(entry.name, entry.summary, try FitConfiguration(model: entry.name, dataset: "", seed: 0).settings)
    }

    private static func item(_ name: String, _ summary: String, _ defaults: some Configurable) -> ListItem {
        let json: JSON = ["name": .string(name), "summary": .string(summary), "settings": settings(defaults)]
        return ListItem(json: json, cells: [name, summary])
    }

    private static func settings<Settings: Configurable>(_ defaults: Settings) -> JSON {
        let values = defaults.settingsJSON
        return .array(
            Settings.help.map { setting in
                [
                    "name": .string(setting.name), "default": values[setting.name] ?? .null,
                    "values": .string(setting.expected), "help": .string(setting.help),
                ]
            })
    }
}
