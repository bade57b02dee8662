import Foundation
import Graphics
import Storage
import Testing

/// `compare`: tables, pictures and JSON.
@Suite struct CompareTests {
    private func run(_ words: String, in folder: TemporaryFolder) throws -> Executable.Result {
        try Executable.run(words.split(separator: " ").map(String.init), in: folder)
    }

    /// Two settings of an agent with three seeds each, and a random agent in two environments.
    private func made() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let learning = "train q-learning FrozenLake-v1 --option is_slippery=false --steps 3000 --seeds 0..2"
        let words = [
            "\(learning) --run fast --set learningRate=0.5", "\(learning) --run slow --set learningRate=0.01",
            "train random CartPole-v1 --steps 500 --seeds 0..1 --run others",
        ]
        for line in words { #expect(try run(line, in: folder).status == 0) }
        return folder
    }

    @Test func tablesAndNumbers() throws {
        let folder = try made()
        let result = try run("compare fast slow", in: folder)
        #expect(result.status == 0, "\(result.errors)")
        let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines[0] == "score: mean return of the last 100 episodes")
        #expect(lines[2].hasPrefix("algorithm                       tasks  runs  mean "))
        #expect(lines[3].hasPrefix("q-learning (learningRate=0.5)   1      3     "))
        #expect(lines[4].hasPrefix("q-learning (learningRate=0.01)  1      3     "))
        #expect(lines[7].hasPrefix("q-learning (learningRate=0.5) > q-learning (learningRate=0.01)  "))
        #expect(result.errors.contains("remark: with 3 runs intervals are too narrow"))

        let json = try run("compare high=fast low=slow --json", in: folder).json()
        #expect(
            json.names == [
                "score", "normalized", "tasks", "threshold", "confidence", "resamples", "seed", "remarks", "algorithms",
                "improvements", "profiles", "curves",
            ])
        let algorithms = json["algorithms"]!.array!
        #expect(algorithms.map { $0["name"]?.string } == ["high", "low"])
        #expect(json["threshold"] == .null && algorithms[0]["optimalityGap"] == .null)
        let runs = algorithms[0]["runs"]!.array!
        #expect(runs.map { $0["seed"]?.integer } == [0, 1, 2] && runs[0]["run"]?.string == "fast/seed-0")
        let scores = runs.map { $0["score"]!.double! }
        #expect(abs(algorithms[0]["mean"]!["value"]!.double! - scores.reduce(0, +) / 3) < 1e-12)
        let summary = try JSON(parsing: folder.bytes("fast/seed-0/summary.json")[...], file: "summary.json")
        #expect(abs(scores[0] - summary["meanReturn"]!.double!) < 1e-12, "the final score is the summary's")
        #expect(json["improvements"]!.array!.count == 1)
        #expect(json["profiles"]!["thresholds"]!.array!.count == 101)
        #expect(json["profiles"]!["algorithms"]!.array![0]["shareOfRuns"]!["values"]!.array!.count == 101)
        #expect(json["curves"]!.array!.map { $0["name"]?.string } == ["high", "low"])
        #expect(json["curves"]!.array![0].names == ["name", "task", "episodes", "steps", "values", "lower", "upper"])
        #expect(try run("compare high=fast low=slow --json", in: folder).json() == json, "the same each time")
    }

    @Test func environmentsAreNormalised() throws {
        let folder = try made()
        let raw = try run("compare fast others", in: folder)
        #expect(raw.status == 0 && raw.errors.contains("are averaged without normalisation"))
        let ranges = "--range FrozenLake-v1=0..0.5 --range CartPole-v1=0..500"
        let json = try run("compare a=fast a=others b=slow \(ranges) --json", in: folder).json()
        #expect(json["normalized"] == true && json["threshold"]?.double == 1)
        let runs = json["algorithms"]!.array![0]["runs"]!.array!
        #expect(runs.count == 5)
        for run in runs {
            let high = run["task"]?.string == "CartPole-v1" ? 500 : 0.5
            #expect(abs(run["score"]!.double! - run["return"]!.double! / high) < 1e-12)
        }
        let gap = json["algorithms"]!.array![0]["optimalityGap"]!["value"]!.double!
        let misses = runs.map { 1 - min($0["score"]!.double!, 1) }
        #expect(abs(gap - misses.reduce(0, +) / 5) < 1e-12)
        #expect(json["remarks"]!.array!.contains { $0.string?.contains("b was run on 1 of 2 environments") == true })
        let known = try run("compare fast --normalize", in: folder)
        #expect(known.status == 0 && known.output.contains("\n  0 to 1 is 0"), "\(known.output)")
        #expect(known.output.contains(" to 0.700 in FrozenLake-v1") && known.output.contains("optimality gap to 1"))
        let one = try run("compare fast others --task CartPole-v1 --json", in: folder).json()
        #expect(one["tasks"]?.array?.map { $0["name"]?.string } == ["CartPole-v1"])
    }

    @Test func picturesAreWritten() throws {
        let folder = try made()
        let words = "compare fast slow --to curves.png --profile profile.svg"
        #expect(try run(words, in: folder).status == 0)
        let curves = try PNG.decode(folder.bytes("curves.png"))
        #expect(curves.width == 720 && Set(curves.pixels).count > 20)
        let profile = folder.text("profile.svg")
        #expect(profile.hasPrefix("<svg ") && profile.contains("q-learning (learningRate=0.01)</text>"))
        #expect(profile.components(separatedBy: "<polyline").count == 3)
        let before = try folder.bytes("curves.png")
        #expect(try run(words, in: folder).status == 73)
        #expect(try run("compare slow --to curves.png --force", in: folder).status == 0)
        #expect(try folder.bytes("curves.png") != before)
        // A plot for each environment.
        #expect(try run("compare fast others --to two.svg", in: folder).status == 0)
        let two = folder.text("two.svg")
        #expect(two.contains("width=\"1440\"") && two.contains("FrozenLake-v1</text>"))
        #expect(two.contains("CartPole-v1</text>"))
    }

    /// A mean over fewer episodes than the score's window is said to be one, with their number.
    @Test func shortRunsAreSaidToBeShort() throws {
        let folder = try made()
        let result = try run("compare others --json", in: folder)
        let json = try result.json()
        for (number, run) in json["algorithms"]!.array![0]["runs"]!.array!.enumerated() {
            let lines = folder.text("others/seed-\(number)/episodes.csv").split(separator: "\n").dropFirst()
            #expect((2..<100).contains(lines.count))
            let remark = "others/seed-\(number) has only \(lines.count) episodes: its score is their mean return"
            #expect(json["remarks"]!.array!.contains(.string(remark)), "\(json["remarks"]!)")
            #expect(result.errors.contains("remark: \(remark)"))
            let summary = try JSON(parsing: folder.bytes("others/seed-\(number)/summary.json")[...], file: "summary")
            #expect(run["score"] == summary["meanReturn"])
        }
        let enough = try run("compare fast --json", in: folder).json()["remarks"]!.array!
        #expect(!enough.contains { $0.string!.contains("has only") }, "\(enough)")
    }

    @Test func evaluationsAreThoseOfEvaluate() throws {
        let folder = try made()
        let json = try run("compare fast/seed-1 --evaluate 7 --json", in: folder).json()
        let evaluated = try run("evaluate fast/seed-1 --episodes 7 --json", in: folder).json()
        let run = json["algorithms"]!.array![0]["runs"]!.array![0]
        #expect(run["score"] == evaluated["meanReturn"] && json["score"]?.string == "mean return of 7 greedy episodes")
        #expect(json["remarks"]!.array![0].string!.hasPrefix("a single run doesn't show how much runs vary"))
    }

    @Test func unfinishedAndDamagedRunsAreTold() throws {
        let folder = try made()
        try removeFile(folder.file("fast/seed-1/summary.json"))
        let unfinished = try run("compare fast", in: folder)
        #expect(unfinished.status == 0)
        #expect(unfinished.errors.contains("remark: fast/seed-1 is unfinished: its score is that after "))
        let text = folder.text("fast/seed-1/episodes.csv").replacing(",0.0,", with: ",nan,")
        try writeAtomically(text, to: folder.file("fast/seed-1/episodes.csv"), overwrite: true)
        let damaged = try run("compare fast", in: folder)
        #expect(damaged.status == 65 && damaged.output.isEmpty)
        #expect(
            damaged.errors.contains("fast/seed-1/episodes.csv: ") && damaged.errors.contains("found nan in episode"))
        try removeFile(folder.file("fast/seed-1/episodes.csv"))
        let missing = try run("compare fast", in: folder)
        #expect(missing.status == 66 && missing.errors.contains("fast/seed-1/episodes.csv"))
        try createFolder(folder.file("empty"))
        let none = try run("compare empty", in: folder)
        let sentence = "empty is not the folder of a run: expected config.toml, or folders"
        #expect(none.status == 65 && none.errors.contains(sentence))
    }
}
