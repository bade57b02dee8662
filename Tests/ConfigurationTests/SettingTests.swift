import Configuration
import Storage
import Testing

/// A configuration with a setting of every kind.
struct Example: Configurable, Hashable {
    enum Optimizer: String, SettingChoice { case adam, sgd, rmsProp }

    /// A group of settings that count as the configuration's own.
    struct Network: Configurable, Hashable {
        @Setting(1...8192, "hidden layer sizes") var hiddenSizes = [64, 64]
        @Setting([.sgd, .adam], "optimiser of the network") var networkOptimizer = Optimizer.sgd
    }

    @Setting(0...1, "learning rate") var learningRate = 1e-4
    @Setting(0...10, "largest ratio") var clip: Float = 0.1
    @Setting(1...65_536, "batch size") var batchSize = 32
    @Setting("use two networks") var doubleQ = false
    @Setting("a name") var label = "a \"label\"\n\t\\ é\u{1}"
    var network = Network()
    @Setting("optimiser") var optimizer = Optimizer.adam
    /// A property that is not a setting.
    var note = "kept"
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
        #expect(example.doubleQ && example.label == "5=x" && example.network.hiddenSizes == [120, 84])
        #expect(example.optimizer == .rmsProp)
        #expect(try changed("batchSize=1e3").batchSize == 1000)
        #expect(try changed("hiddenSizes=[7]").network.hiddenSizes == [7])
        #expect(try changed("hiddenSizes=7").network.hiddenSizes == [7])
        #expect(try changed("hiddenSizes=[]").network.hiddenSizes == [])
        #expect(try changed("label=").label == "")
    }

    @Test(arguments: [
        ("batchsize=3", "did you mean 'batchSize'"), ("batchSize=x", "a whole number from 1 to 65536"),
        ("batchSize=0", "a whole number from 1 to 65536"), ("batchSize=1.5", "a whole number"),
        ("batchSize=1e300", "a whole number"), ("learningRate=2", "a number from 0.0 to 1.0"),
        ("learningRate=nan", "a number"), ("learningRate=inf", "a number"), ("clip=1e300", "a number from 0.0 to 10.0"),
        ("doubleQ=yes", "true or false"), ("hiddenSizes=64,x", "a list of whole numbers"),
        ("hiddenSizes=64,,64", "a list"), ("hiddenSizes=6.5", "a list"), ("hiddenSizes=[0]", "from 1 to 8192"),
        ("optimizer=adma", "did you mean 'adam'"), ("networkOptimizer=rmsProp", "one of sgd, adam, not"),
        ("temperature=1", "no setting 'temperature'"), ("note=x", "no setting 'note'"),
        ("network=x", "no setting 'network'"),
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
        #expect(example.network.hiddenSizes == Example().network.hiddenSizes)
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
        example.network.hiddenSizes = []
        let text = example.settingsTable.tomlText
        let document = try TOMLDocument(parsing: Array(text.utf8), file: "config.toml")
        #expect(try Example().changed(by: [document.top]) == example)
        #expect(document.top.tomlText == text)
    }

    @Test func groupsCountAsTheirSettings() throws {
        var example = Example()
        (example.note, example.network.hiddenSizes) = ("mine", [3])
        try example.apply(assignment: "networkOptimizer=adam")
        #expect(example.network.networkOptimizer == .adam && example.network.hiddenSizes == [3])
        #expect(example.note == "mine" && example.optimizer == .adam && example.batchSize == 32)
        let names = [
            "learningRate", "clip", "batchSize", "doubleQ", "label", "hiddenSizes", "networkOptimizer", "optimizer",
        ]
        #expect(example.settings.map(\.name) == names)
    }

    @Test func descriptions() {
        let json = Example().settingsJSON.description
        #expect(json.hasPrefix(#"{"learningRate":0.0001,"clip":0.1,"batchSize":32,"doubleQ":false,"label":"#))
        #expect(json.hasSuffix(#""hiddenSizes":[64,64],"networkOptimizer":"sgd","optimizer":"adam"}"#))
        let settings = Example().settings
        #expect(settings[2].value == .integer(32) && settings[2].help == "batch size")
        #expect(settings[6].choices == ["sgd", "adam"] && settings[6].expected == "one of sgd, adam")
        #expect(settings[7].choices == ["adam", "sgd", "rmsProp"])
    }

    @Test func equalityIsThatOfValues() {
        #expect(Setting(wrappedValue: 1, 0...1, "first") == Setting(wrappedValue: 1, 0...2, "second"))
        #expect(Setting(wrappedValue: 1, 0...1, "first") != Setting(wrappedValue: 0, 0...1, "first"))
    }
}
