import ArgumentParser
import Storage

struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List environments, wrappers, agents, models, datasets, presets or runs, or show one in detail.",
        discussion: """
            With a name, it shows that one in detail, such as an agent's settings with their defaults and ranges, or \
            an environment's options.

            EXAMPLE
              reverie list environments
              reverie list agents dqn
              reverie list models --json
              reverie list datasets --data data
              reverie list datasets table.csv --option separator=semicolon
            """)

    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case environments, wrappers, agents, models, datasets, presets, runs

        init?(argument: String) { self.init(rawValue: argument.lowercased()) }
    }

    @Argument(help: "What to list: environments, wrappers, agents, models, datasets, presets or runs.")
    var kind: Kind

    @Argument(help: "Show this one in detail.")
    var name: String?

    @Option(help: "The folder of runs.", completion: .directory)
    var folder = "runs"

    @Option(name: .customLong("data"), help: "The folder of datasets.", completion: .directory)
    var dataFolder: String?

    @Option(
        name: .customLong("option"),
        help: ArgumentHelp(
            "An option of the dataset that is shown, such as header=true; may be repeated.", valueName: "key=value"))
    var options: [String] = []

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        if let name {
            let item = try item(name).json
            try output(json ? "\(item)" : item.sheet)
        } else {
            let (columns, items) = try items()
            let all = JSON.object([.init(kind.rawValue, .array(items.map(\.json)))])
            try output(json ? "\(all)" : table(columns, items.map(\.cells)))
        }
    }

    private func items() throws -> (columns: [String], items: [ListItem]) {
        switch kind {
        case .environments: try EnvironmentList.all()
        case .wrappers: WrapperList.all
        case .agents: LearnerList.agents
        case .models: LearnerList.models()
        case .datasets: try DatasetList(folder: dataFolder).all()
        case .presets: try PresetList.all()
        case .runs: try RunList(folder: folder).all()
        }
    }

    private func item(_ name: String) throws -> ListItem {
        switch kind {
        case .environments: try EnvironmentList.item(named: name)
        case .wrappers: try WrapperList.item(named: name)
        case .agents: try LearnerList.agent(named: name)
        case .models: try LearnerList.model(named: name)
        case .datasets: try DatasetList(folder: dataFolder).item(named: name, options: options)
        case .presets: try PresetList.item(named: name)
        case .runs: try RunList(folder: folder).item(named: name)
        }
    }
}
