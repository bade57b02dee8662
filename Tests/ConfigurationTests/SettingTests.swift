import Configuration
import Storage
import Testing

/// A configuration with a setting of every kind.
struct Example: Configurable, Hashable {
    enum Optimizer: String, CaseIterable, Sendable { case adam, sgd, rmsProp }

    var learningRate = 1e-4
    var clip: Float = 0.1
    var batchSize = 32
    var doubleQ = false
    var label = "a \"label\"\n\t\\ é\u{1}"
    var hiddenSizes = [64, 64]
    var optimizer = Optimizer.adam

    static let settings: [Setting<Example>] = [
        Setting("learningRate", \.learningRate, 0...1, "step size"),
        Setting("clip", \.clip, 0...10, "largest ratio"),
        Setting("batchSize", \.batchSize, 1...65_536, "transitions in a batch"),
        Setting("doubleQ", \.doubleQ, "whether to use two networks"),
        Setting("label", \.label, "a name"),
        Setting("hiddenSizes", \.hiddenSizes, 1...8192, "units of each layer"),
        Setting("optimizer", \.optimizer, "which optimiser"),
    ]
}

@Suite struct SettingTests {
    private func changed(_ assignments: String...) throws(ConfigurationError) -> Example {
        try Example().changed(by: [], assignments: assignments)
    }

    @Test func assignments() throws {
        let example = try changed(
            "learningRate=2.5e-4", "clip=1", "batchSize=1_024", "doubleQ=true", "label=5=x", "hiddenSizes=120,84",
            "optimizer=rmsProp")
        #expect(example.learningRate == 2.5e-4 && example.clip == 1 && example.batchSize == 1024)
        #expect(example.doubleQ && example.label == "5=x" && example.hiddenSizes == [120, 84])
        #expect(example.optimizer == .rmsProp)
        #expect(try changed("batchSize=1e3").batchSize == 1000)
        #expect(try changed("hiddenSizes=[7]").hiddenSizes == [7])
        #expect(try changed("hiddenSizes=7").hiddenSizes == [7])
        #expect(try changed("hiddenSizes=[]").hiddenSizes == [])
        #expect(try changed("label=").label == "")
    }

    @Test(arguments: [
        ("batchsize=3", "did you mean 'batchSize'"), ("batchSize=x", "a whole number from 1 to 65536"),
        ("batchSize=0", "a whole number from 1 to 65536"), ("batchSize=1.5", "a whole number"),
        ("batchSize=1e300", "a whole number"), ("learningRate=2", "a number from 0.0 to 1.0"),
        ("learningRate=nan", "a number"), ("learningRate=inf", "a number"), ("clip=1e300", "a number from 0.0 to 10.0"),
        ("doubleQ=yes", "true or false"), ("hiddenSizes=64,x", "a list of whole numbers"),
        ("hiddenSizes=64,,64", "a list"), ("hiddenSizes=6.5", "a list"), ("hiddenSizes=[0]", "from 1 to 8192"),
        ("optimizer=adma", "did you mean 'adam'"), ("temperature=1", "no setting 'temperature'"),
        ("learningRate", "name=value"), ("=1", "name=value"), ("label=a\0b", "a text"),
    ])
    func refusals(_ assignment: String, _ text: String) {
        let error = #expect(throws: ConfigurationError.self) { try changed(assignment) }
        #expect(error?.description.contains(text) == true, "\(String(describing: error))")
    }

    @Test func laterLayersWin() throws {
        let preset = SettingsTable([.init("batchSize", .integer(64)), .init("learningRate", .number(0.5))])
        let file = SettingsTable([.init("learningRate", .number(0.25)), .init("clip", .integer(2))])
        let example = try Example().changed(by: [preset, file], assignments: ["clip=3"])
        #expect(example.batchSize == 64 && example.learningRate == 0.25 && example.clip == 3)
        #expect(example.hiddenSizes == Example().hiddenSizes)
    }

    @Test func errorsSayWhere() {
        let table = SettingsTable([.init("clip", .boolean(true), source: "config.toml:7")])
        let error = #expect(throws: ConfigurationError.self) { try Example().changed(by: [table]) }
        #expect(error?.description.hasPrefix("config.toml:7: clip is a number from 0.0 to 10.0, not true") == true)
    }

    /// Numbers that have many digits, few, or none to spare.
    @Test(arguments: [0.1, 1.0 / 3, Double.leastNonzeroMagnitude, 1e-5, 1, 0, 0.30000000000000004])
    func textReadsBackTheSame(_ number: Double) throws {
        var example = Example()
        example.learningRate = number
        example.clip = Float(number)
        example.hiddenSizes = []
        let text = example.settingsTable.tomlText
        let document = try TOMLDocument(parsing: Array(text.utf8), file: "config.toml")
        #expect(try Example().changed(by: [document.top]) == example)
        #expect(document.top.tomlText == text)
    }

    @Test func jsonAndHelp() {
        let json = Example().settingsJSON.description
        #expect(json.hasPrefix(#"{"learningRate":0.0001,"clip":0.1,"batchSize":32,"doubleQ":false,"label":"#))
        #expect(json.hasSuffix(#""hiddenSizes":[64,64],"optimizer":"adam"}"#))
        #expect(Example.help.map(\.name) == Example.settings.map(\.name))
        #expect(Example.help[2].standard == "32")
    }
}
