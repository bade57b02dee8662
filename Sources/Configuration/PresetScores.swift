import Storage

/// The measured scores of a preset: the table `[scores]` of its file, which doesn't change what is run.
///
/// ```toml
/// [scores]
/// protocol = "greedy, final parameters"
/// seeds = [0, 1, 2, 3, 4]
/// returns = [500.0, 498.2, 500.0, 500.0, 499.9]
/// episodes = 100
/// steps = 50_000
/// seconds = 8.7
/// settings = "5f1d2c…"
/// ```
public struct PresetScores: Hashable, Sendable {
    /// How it was measured, in words.
    public var method: String
    public var seeds: [Int]
    /// The mean return of each run's evaluation.
    public var returns: [Double]
    /// The number of episodes of an evaluation.
    public var episodes: Int
    /// The number of environment steps of a run.
    public var steps: Int
    /// The mean duration of a run, in seconds of one core.
    public var seconds: Double
    /// A hash of the preset's settings, which reveals scores of older settings.
    public var settings: String

    public init(
        method: String, seeds: [Int], returns: [Double], episodes: Int, steps: Int, seconds: Double, settings: String
    ) {
        (self.method, self.seeds, self.returns, self.episodes) = (method, seeds, returns, episodes)
        (self.steps, self.seconds, self.settings) = (steps, seconds, settings)
    }

    static let tableName = "scores"
    private static let names = ["protocol", "seeds", "returns", "episodes", "steps", "seconds", "settings"]

    /// Reads a document's table; nil if there is none.
    ///
    /// - Throws: ``ConfigurationError`` for an unknown name, a missing one, or a wrong value.
    init?(_ document: TOMLDocument) throws(ConfigurationError) {
        guard let table = document.tables[Self.tableName] else { return nil }
        for entry in table.entries where !Self.names.contains(entry.name) {
            let nearest = nearestName(to: entry.name, among: Self.names)
            throw .unknownSetting(name: entry.name, source: entry.source, nearest: nearest)
        }
        func value<Value>(
            _ name: String, _ expected: String, _ read: (SettingValue) -> Value?
        ) throws(ConfigurationError) -> Value {
            guard let given = table[name] else {
                let line = document.line(of: Self.tableName)
                throw .badFile(path: document.file, line: line, message: "[\(Self.tableName)] lacks '\(name)'; add it")
            }
            guard let value = read(given) else {
                let source = table.entries.first { $0.name == name }!.source
                throw .badValue(name: name, value: given.toml, expected: expected, source: source)
            }
            return value
        }
        func atLeastOne(_ value: SettingValue) -> Int? { value.integer.flatMap { $0 >= 1 ? $0 : nil } }
        method = try value("protocol", "a text", \.text)
        seeds = try value("seeds", "a list of whole numbers", \.integerList)
        returns = try value("returns", "a list of finite numbers") { value in
            value.numberList.flatMap { list in list.isEmpty || !list.allSatisfy(\.isFinite) ? nil : list }
        }
        episodes = try value("episodes", "a whole number from 1", atLeastOne)
        steps = try value("steps", "a whole number from 1", atLeastOne)
        seconds = try value("seconds", "a number from 0") { $0.number.flatMap { $0 >= 0 ? $0 : nil } }
        settings = try value("settings", "a text", \.text)
        guard seeds.count == returns.count else {
            throw .badFile(
                path: document.file, line: document.line(of: "\(Self.tableName).returns"),
                message: "\(returns.count) returns for \(seeds.count) seeds")
        }
    }

    /// The table as in a file.
    var table: SettingsTable {
        SettingsTable([
            .init("protocol", .text(method)), .init("seeds", .integers(seeds)), .init("returns", .numbers(returns)),
            .init("episodes", .integer(episodes)), .init("steps", .integer(steps)), .init("seconds", .number(seconds)),
            .init("settings", .text(settings)),
        ])
    }
}
