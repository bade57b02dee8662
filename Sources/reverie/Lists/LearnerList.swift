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

    static func models() -> (columns: [String], items: [ListItem]) {
        (columns, ModelCatalog.entries.map(item))
    }

    static func model(named name: String) throws -> ListItem { try item(ModelCatalog.entry(name)) }

    private static func item(_ entry: AgentCatalog.Entry) -> ListItem {
        item(entry.name, entry.summary, describe(entry.makeSettings()))
    }

    private static func item(_ entry: ModelCatalog.Entry) -> ListItem {
        let settings = entry.makeSettings()
        return item(entry.name, entry.summary, describe(settings) + describe(settings.fitting))
    }

    private static func item(_ name: String, _ summary: String, _ settings: [JSON]) -> ListItem {
        let json: JSON = ["name": .string(name), "summary": .string(summary), "settings": .array(settings)]
        return ListItem(json: json, cells: [name, summary])
    }

    private static func describe<Settings: Configurable>(_ defaults: Settings) -> [JSON] {
        let values = defaults.settingsJSON
        return Settings.help.map { setting in
            [
                "name": .string(setting.name), "default": values[setting.name] ?? .null,
                "values": .string(setting.expected), "help": .string(setting.help),
            ]
        }
    }
}
