import Agents
import Configuration
import Datasets
import GenerativeModels
import Testing

@testable import Training

/// The settings of all agents, models, fits, data and runs: mistakes that no declaration may contain.
@Suite struct SettingsTests {
    /// Properties that are deliberately not settings.
    private static let plain: Set = ["DQNSettings.agent", "BoltzmannSettings.learnsPrecision"]

    private static var all: [any Configurable] {
        let models = ModelCatalog.entries.map { $0.makeSettings() }
        return AgentCatalog.entries.map { $0.makeSettings() } + models + models.map(\.fitting)
            + [DataSettings(), RunSettings()]
    }

    @Test(arguments: all.indices)
    func declarationsAreSound(index: Int) {
        let subject = Self.all[index]
        let settings = subject.settings
        #expect(Set(settings.map(\.name)).count == settings.count, "\(type(of: subject)) has a name twice")
        for setting in settings {
            #expect(!setting.help.isEmpty && !setting.help.hasSuffix(".") && setting.help.count <= 80, "\(setting)")
        }
    }

    /// A default is valid; another value can be set by name and as a flag, and changes nothing else.
    @Test(arguments: all.indices)
    func settingsCanBeSetAndRead(index: Int) throws { try check(Self.all[index]) }

    private func check<Settings: Configurable>(_ defaults: Settings) throws {
        for (place, setting) in defaults.settings.enumerated() {
            var same = defaults
            try same.set(setting.name, to: setting.value, source: "test")
            #expect(same.settings == defaults.settings)

            let changed = Self.others(than: setting).compactMap { other in
                var changed = defaults
                do throws(ConfigurationError) {
                    try changed.set(setting.name, to: other, source: "test")
                    return (other, changed)
                } catch {
                    return nil
                }
            }.first
            let (value, settings) = try #require(changed, "\(setting) takes no other value")
            #expect(Self.text(settings.settings[place].value) == Self.text(value))
            #expect(Self.without(place, settings) == Self.without(place, defaults))
            let flag = "\(setting.name)=\(Self.text(value))"
            #expect(try defaults.changed(by: [], assignments: [flag]).settings == settings.settings)
        }
    }

    /// A value as a flag has it: the choices `true` and `false` read back as booleans.
    private static func text(_ value: SettingValue) -> String { value.text ?? value.toml }

    /// Values that differ from the setting's, at least one of which its limits allow.
    private static func others(than setting: SettingDescription) -> [SettingValue] {
        switch setting.value {
        case .integer(let value): [.integer(value + 1), .integer(value - 1)]
        case .number(let value): [0.5, 0.25, 2].filter { $0 != value }.map(SettingValue.number)
        case .boolean(let flag): [.boolean(!flag)]
        case .text(let text) where setting.choices.isEmpty: [.text(text + "x")]
        case .text(let text): setting.choices.filter { $0 != text }.map(SettingValue.text)
        case .integers(let values): [.integers(values + [3])]
        case .numbers: []
        }
    }

    private static func without(_ place: Int, _ subject: some Configurable) -> [SettingDescription] {
        var settings = subject.settings
        settings.remove(at: place)
        return settings
    }

    /// A property that lacks its `@Setting` by mistake would go unnoticed.
    @Test(arguments: all.indices)
    func everyPropertyIsASetting(index: Int) { Self.checkProperties(Self.all[index]) }

    private static func checkProperties(_ subject: any Configurable) {
        for child in Mirror(reflecting: subject).children {
            let name = "\(type(of: subject)).\(child.label ?? "")"
            if let group = child.value as? any Configurable {
                checkProperties(group)
            } else if child.label?.hasPrefix("_") != true {
                #expect(plain.contains(name), "\(name) is neither a setting nor meant to be none")
            }
        }
    }

    /// The agent's name in messages is not a setting, and stays when a setting changes.
    @Test func plainPropertiesAreKept() throws {
        let rainbow = try DQNSettings.rainbow.changed(by: [], assignments: ["batchSize=7"])
        #expect(rainbow.agent == "rainbow" && rainbow.batchSize == 7 && rainbow.nStep == 3)
    }
}
