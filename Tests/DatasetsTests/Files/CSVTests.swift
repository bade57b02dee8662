import Experience
import Storage
import TestSupport
import Testing

@testable import Datasets

@Suite struct CSVTests {
    let folder: TestFolder
    init() throws { folder = try TestFolder() }

    private func writeParts(_ train: String, _ valid: String = "1,0\n", _ test: String = "0,0\n") throws {
        try folder.write("bits.train.csv", train)
        try folder.write("bits.valid.csv", valid)
        try folder.write("bits.test.csv", test)
    }

    private func place(_ name: String, _ change: (inout DataSettings) -> Void = { _ in }) -> String? {
        guard case DatasetError.badRow(let place, _, _)? = folder.error(name, change) else { return nil }
        return place
    }

    @Test func threeFilesAreThreeParts() throws {
        try writeParts("0,1\r\n1,1\r\n\n")
        let data = try folder.make("bits")
        #expect(data.description == .init(name: "bits", shape: [2], kind: .bits))
        #expect(
            data.training.values == [0, 1, 1, 1] && data.validation.values == [1, 0] && data.test.values == [0, 0])
        #expect(data.place(of: 1, in: .training) == "\(folder.file("bits.train.csv")), line 2")
        #expect(try folder.make(folder.file("bits.valid.csv")).training == data.training)
        // A path without an ending finds its files.
        #expect(try DatasetCatalog.make(folder.file("bits"), folder: nil, settings: .init()).test == data.test)
    }

    @Test func gzippedFilesAreTheSame() throws {
        try writeParts("0,1\n")
        let data = try folder.make("bits")
        for part in ["train", "valid", "test"] {
            let file = "bits.\(part).csv"
            try folder.write(file + ".gz", gzipped(InputFile.bytes(of: folder.file(file), limit: 100)))
            try removeFile(folder.file(file))
        }
        #expect(try folder.make("bits").training == data.training)
    }

    @Test func missingPartsAreNamed() throws {
        try folder.write("bits.train.csv", "0,1\n")
        #expect(
            folder.error("bits") as? DatasetError
                == .missingFiles(name: "bits", folder: folder.path, files: ["bits.valid.csv", "bits.test.csv"]))
    }

    @Test func theHeaderSaysWhereLabelsAre() throws {
        let digits = "a,b,Class\n" + (0..<20).map { "\($0 % 17),16,\($0 % 3)\n" }.joined()
        try folder.write("digits.tra.csv", digits)
        try folder.write("digits.tes.csv", digits)
        let data = try folder.make("digits")
        #expect(data.description == .init(name: "digits", shape: [2], kind: .levels(17), classCount: 3))
        #expect(data.training.count == 18 && data.validation.count == 2 && data.test.count == 20)
        #expect(data.test.labels[..<4] == [0, 1, 2, 0])
        #expect(try folder.make("digits") { $0.labelColumn = .none }.description.width == 3)
        let first = try folder.make("digits") { $0.labelColumn = .first }
        #expect(first.description.classCount == 17 && Array(first.test[0]) == [16, 0])
        #expect(data.place(of: 0, in: .test).hasSuffix("line 2"))
    }

    @Test func oneFileIsSplitIntoPartsWithoutCommonRows() throws {
        try folder.write("table.csv", (0..<50).map { "\($0)\t\(-$0).5\n" }.joined())
        let data = try folder.make("table")
        #expect(data.description.kind == .reals)
        let parts = Dataset.Part.allCases.map { data[$0] }
        #expect(parts.map(\.count) == [40, 5, 5])
        let firsts = parts.flatMap { rows in (0..<rows.count).map { rows[$0].first! } }
        #expect(firsts.sorted() == (0..<50).map { Float($0) })
        // A shuffled row's place is its line in the file.
        #expect(data.place(of: 0, in: .training).hasSuffix("line \(Int(data.training.values[0]) + 1)"))
        #expect(try folder.make("table").training == data.training)
        #expect(try folder.make("table") { $0.seed = 1 }.training != data.training)
        #expect(try folder.make("table") { $0.validation = 0.2 }.validation.count == 10)
        #expect(try folder.make("table") { $0.test = 0.3 }.test.count == 15)
    }

    @Test func kindsFollowFromTheNumbersUnlessTheyAreSet() throws {
        func kind(_ text: String, _ kind: DataSettings.Kind = .auto) throws -> ElementKind {
            try folder.write("k.csv", text + "\n" + text + "\n" + text + "\n")
            return try folder.make("k") { $0.kind = kind }.description.kind
        }
        #expect(try kind("0,1") == .bits)
        #expect(try kind("0,7") == .levels(8))
        #expect(try kind("0,0.5") == .unit)
        #expect(try kind("0,256") == .reals)
        #expect(try kind("-1,0") == .reals)
        #expect(try kind("0,1", .reals) == .reals)
        #expect(try kind("0,300", .levels) == .levels(301))
        #expect(try kind("0,1", .unit) == .unit)
    }

    @Test func whatBreaksATableIsNamedByItsLine() throws {
        try writeParts("0,1\n1\n")
        #expect(place("bits") == "\(folder.file("bits.train.csv")), line 2")
        for bad in ["nan", "inf", "x", "", "1e60"] {
            try writeParts("0,1\n0,1\n0,\(bad)\n")
            #expect(place("bits") == "\(folder.file("bits.train.csv")), line 3", "\(bad)")
        }
        try writeParts("0,1\n\n0,1\n")
        #expect(place("bits")?.hasSuffix("line 2") == true)
        try writeParts("")
        #expect(place("bits")?.hasSuffix("bits.train.csv, line 1") == true)
        try writeParts("0,1\n", "0,1\n", "0,1,1\n")
        #expect(place("bits")?.hasSuffix("bits.test.csv, line 1") == true)
        try writeParts("0,1\n0,2\n")
        #expect(place("bits") { $0.kind = .bits }?.hasSuffix("bits.train.csv, line 2, number 2") == true)
        try writeParts("0,1\n0,2.5\n")
        #expect(place("bits") { $0.labelColumn = .last }?.hasSuffix("bits.train.csv, line 2") == true)
    }

    @Test func nothingThatAFileHoldsTraps() throws {
        try forEachDamage(of: Array("a;Class\n1;0\n2.5;1\n3;0\n-4e1;1\n".utf8), at: folder.file("t.csv")) { _, _ in
            for labels: DataSettings.LabelColumn in [.auto, .none, .first, .last, .named("2")] {
                let error = folder.error("t") { $0.labelColumn = labels }
                #expect(error == nil || error is DatasetError, "\(error!)")
            }
        }
    }
}
