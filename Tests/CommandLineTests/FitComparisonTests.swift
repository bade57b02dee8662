import Foundation
import Storage
import Testing

/// `compare` of fitted models.
@Suite struct FitComparisonTests {
    private func run(_ words: String) throws -> Executable.Result {
        try Executable.run(words.split(separator: " ").map(String.init), in: ModelRuns.folder())
    }

    /// Numbers of a summary that no whole number holds.
    @Test func hugeNumbersAreShown() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.copyItem(atPath: ModelRuns.folder().file("nade"), toPath: folder.file("nade"))
        let summary = folder.text("nade/summary.json")
        let huge = summary.replacing(#/"seconds":[0-9.e+-]+/#, with: "\"seconds\":1e300")
        #expect(huge != summary)
        try writeAtomically(huge, to: folder.file("nade/summary.json"), overwrite: true)
        let result = try Executable.run(["compare", "nade"], in: folder)
        #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
        #expect(try Executable.run(["list", "runs", "nade"], in: folder).status == 0)
    }

    @Test func numbersAreTheSummaries() throws {
        let folder = try ModelRuns.folder()
        let result = try run("compare nade machine=rbm --to fits.svg")
        #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
        let lines = result.output.split(separator: "\n")
        #expect(lines.count == 3 && lines[0].hasPrefix("run      model  data              test "))
        #expect(lines[1].hasPrefix("nade     nade   bars-and-stripes  "))
        #expect(lines[2].hasPrefix("machine  rbm    bars-and-stripes  "))
        let fits = try #require(try run("compare nade rbm --json").json()["fits"]?.array)
        for (fit, name) in zip(fits, ["nade", "rbm"]) {
            let summary = try JSON(parsing: folder.bytes("\(name)/summary.json")[...], file: name)
            for key in ["testNats", "unit", "likelihood", "score", "validation", "epochs", "seconds"] {
                #expect(fit[key] == summary[key], "\(name): \(key)")
            }
            #expect(fit["scores"]?.array?.count == 30)
        }
        let picture = folder.text("fits.svg")
        #expect(picture.hasPrefix("<svg ") && picture.contains(">machine</text>"))
        #expect(picture.components(separatedBy: "<polyline").count == 3)
        #expect(try run("compare nade rbm --to fits.svg").status == 73)
    }

    @Test func whatCannotBeComparedIsTold() throws {
        let folder = try ModelRuns.folder()
        let other = try run("compare nade bits")
        #expect(other.status == 0 && other.errors.contains("nade and bits were fitted to different data"), "\(other)")
        let kinds = try run("compare nade points --to kinds.svg")
        let found = "these have several: nats per row, nats per row (bound)"
        #expect(kinds.status == 64 && kinds.errors.contains(found), "\(kinds)")
        #expect(!FileManager.default.fileExists(atPath: folder.file("kinds.svg")))
    }

    @Test func unfinishedFitsAreTold() throws {
        let folder = try ModelRuns.folder()
        try FileManager.default.copyItem(atPath: folder.file("nade"), toPath: folder.file("half"))
        try removeFile(folder.file("half/summary.json"))
        let result = try run("compare half nade --json")
        #expect(
            result.status == 0 && result.errors.contains("remark: half is unfinished: 30 of 30 epochs"), "\(result)")
        let half = try #require(try result.json()["fits"]?.array?.first)
        #expect(half["testNats"] == .null && half["score"]?.string == "exact" && half["isFinished"] == false)
    }
}
