import Agents
import Configuration
import Datasets
import GenerativeModels
import Storage
import Training

/// Agents and models with their settings, as 'reverie list' shows them.
enum LearnerList {
    private static let columns = ["name", "summary"]

    static var agents: (columns: [String], items: [ListItem]) {
        (["name", "learns", "from experience", "actions", "summary"], AgentCatalog.entries.map(item))
    }

    static func agent(named name: String) throws -> ListItem { try item(AgentCatalog.entry(name)) }

    static func models() -> (columns: [String], items: [ListItem]) {
        (columns, ModelCatalog.entries.map(item))
    }

    static func model(named name: String) throws -> ListItem {
        let entry = try ModelCatalog.entry(name)
        var item = item(entry)
        guard case .object(let members) = item.json else { return item }
        let settings = entry.makeSettings()
        let model = try settings.makeModel(for: example(of: settings.needs), seed: 0)
        let abilities = ModelAbility.allCases.filter { $0.isThere(in: model) }.map { JSON.string($0.rawValue) }
        let kinds = settings.needs.kinds.map { JSON.string($0.rawValue) }
        let kind = (model as? any ScoredModel)?.scoreKind
        let facts: [JSON.Member] = [
            .init("data", .array(kinds)), .init("score", .string(kind?.rawValue ?? "none")),
            .init("scoreTitle", .string(kind?.title ?? "none")),
            .init("can", .array(abilities)),
        ]
        item.json = .object(members.dropLast(2) + facts + members.suffix(2))
        return item
    }

    /// A small dataset that meets a model's needs.
    private static func example(of needs: DataNeeds) -> Dataset.Description {
        let kind: ElementKind =
            switch needs.kinds[0] {
            case .bits: .bits
            case .levels: .levels(2)
            case .unit: .unit
            case .reals: .reals
            case .symbols: .symbols(["a", "b"])
            }
        let isSequential = needs.sequences ?? (kind.name == .symbols)
        let shape = kind.name == .symbols ? [] : isSequential ? [4] : [4, 4]
        return Dataset.Description(
            name: "example", shape: shape, kind: kind, isSequential: isSequential, classCount: needs.labels ? 2 : 0)
    }

    private static func item(_ entry: AgentCatalog.Entry) -> ListItem {
        let settings = entry.makeSettings(), kind = entry.kind
        let bases = kind.bases.map(\.rawValue), actions = type(of: settings).needs.actions
        let json: JSON = [
            "name": .string(entry.name), "summary": .string(entry.summary),
            "learns": .array(bases.map { .string($0) }), "experience": .string(kind.experience.rawValue),
            "actions": .array(actions.map { .string($0) }), "settings": .array(describe(settings)),
        ]
        func cell(_ words: [String]) -> String { words.isEmpty ? "-" : words.joined(separator: ", ") }
        let experience = kind.experience == .none ? "-" : kind.experience.rawValue
        return ListItem(
            json: json, cells: [entry.name, cell(bases), experience, cell(actions), entry.summary])
    }

    private static func item(_ entry: ModelCatalog.Entry) -> ListItem {
        let settings = entry.makeSettings()
        var item = item(entry.name, entry.summary, describe(settings))
        guard case .object(let members) = item.json else { return item }
        item.json = .object(members + [.init("fitting", .array(describe(settings.fitting)))])
        return item
    }

    private static func item(_ name: String, _ summary: String, _ settings: [JSON]) -> ListItem {
        let json: JSON = ["name": .string(name), "summary": .string(summary), "settings": .array(settings)]
        return ListItem(json: json, cells: [name, summary])
    }

    static func describe(_ defaults: any Configurable) -> [JSON] {
        defaults.settings.map { setting in
            [
                "name": .string(setting.name), "default": setting.value.json,
                "values": .string(setting.expected), "search": setting.search.map(JSON.string) ?? .null,
                "help": .string(setting.help),
            ]
        }
    }
}
