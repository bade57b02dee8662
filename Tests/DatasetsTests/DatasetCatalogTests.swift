import Configuration
import Experience
import Storage
import Testing

@testable import Datasets

@Suite struct DatasetCatalogTests {
    let folder: TestFolder
    init() throws { folder = try TestFolder() }

    @Test func listsSayWhatThereIs() throws {
        #expect(
            DatasetCatalog.entries.map(\.name) == [
                "eight-gaussians", "grid-25", "moons", "circles", "pinwheel", "spirals", "checkerboard", "swiss-roll",
                "bars-and-stripes",
            ])
        #expect(DatasetCatalog.entries.allSatisfy { $0.family == .made && !$0.summary.isEmpty })
        #expect(Set(DatasetCatalog.patterns.map(\.family)).count == DatasetCatalog.Family.allCases.count - 1)
        for entry in DatasetCatalog.entries {
            #expect(try folder.make(entry.name) { $0.size = 20 }.description.name == entry.name)
        }
    }

    @Test func anUnknownNameSaysWhatToPutWhere() throws {
        try folder.write("debd_nltcs.train.csv", "0,1\n")
        let text = "\(folder.error("debd_nltc")!)"
        #expect(text.contains("did you mean 'debd_nltcs'") && text.contains("into \(folder.path)"))
        #expect(text.contains("debd_nltc.{train,valid,test}.csv") && text.contains("debd_nltc.txt"))
        #expect("\(folder.error("moon")!)".contains("did you mean 'moons'"))
        for name in ["mnist", "other"] {
            #expect(throws: DatasetError.self) { try DatasetCatalog.make(name, folder: nil, settings: .init()) }
        }
        do {
            _ = try DatasetCatalog.make("mnist", folder: nil, settings: .init())
        } catch {
            #expect("\(error)".contains("--data FOLDER") && "\(error)".contains("train-images-idx3-ubyte"))
        }
        #expect(throws: StorageError.self) {
            try DatasetCatalog.make("a", folder: folder.file("none"), settings: .init())
        }
    }

    @Test func namesOfAFolderAreFound() throws {
        try writePictures(folder)
        for name in ["b.train.csv", "b.test.csv.gz", "c.csv", "d.txt.gz", "e.json", "f.npz", "README.md"] {
            try folder.write(name, "")
        }
        #expect(try DatasetCatalog.names(in: folder.path) == ["b", "c", "d", "e", "f", "mnist"])
    }

    @Test func aFileIsTakenByItsNameOrPath() throws {
        try folder.write("d.txt", "hello")
        for name in ["d", "d.txt", folder.file("d.txt"), folder.file("d")] {
            #expect(try folder.make(name).description.name == "d")
        }
        #expect(folder.error(folder.file("e.txt")) is StorageError && folder.error("e.csv") is StorageError)
        #expect(folder.error("e") is DatasetError)
    }

    @Test func someClassesAndTheFirstRowsAreTaken() throws {
        try writePictures(folder)
        let odd = try folder.make("mnist") { $0.classes = [1] }
        #expect(odd.description.classCount == 1 && odd.training.count == 5 && odd.test.labels == [0, 0, 0])
        #expect(odd.training.values.allSatisfy { Int($0) % 2 == 1 })
        #expect(odd.place(of: 1, in: .training).hasSuffix("image 4"))
        let few = try folder.make("mnist") { $0.limit = 3 }
        #expect(few.training.count == 3 && few.validation.count == 2)
        #expect(folder.error("mnist") { $0.classes = [2] } is DatasetError)
        #expect(folder.error("checkerboard") { $0.classes = [0] } is DatasetError)
        #expect(folder.error("mnist") { $0.shape = [5] } is DatasetError)
        #expect(try folder.make("mnist") { $0.shape = [6] }.description.shape == [6])
    }

    @Test func numbersOfARangeAreTurnedAround() throws {
        try writePictures(folder)
        let (plain, turned) = (try folder.make("mnist"), try folder.make("mnist") { $0.invert = true })
        for part in Dataset.Part.allCases {
            #expect(
                turned[part].values == plain[part].values.map { 255 - $0 } && turned[part].labels == plain[part].labels)
        }
        let bars = try folder.make("bars-and-stripes") { $0.invert = true }.training.values
        #expect(bars.allSatisfy { $0 == 0 || $0 == 1 })
        #expect("\(folder.error("moons") { $0.invert = true }!)".contains("--option invert"))
    }

    @Test func aPartWithoutRowsIsAnError() throws {
        let labels = "a,class\n0,0\n1,1\n0,0\n"
        try folder.write("t.train.csv", labels)
        try folder.write("t.valid.csv", "a,class\n0,0\n")
        try folder.write("t.test.csv", labels)
        guard case DatasetError.tooFewRows? = folder.error("t", { $0.classes = [1] }) else {
            Issue.record("an empty validation part is no error")
            return
        }
        try folder.write("s.csv", "0\n1\n")
        #expect("\(folder.error("s")!)".contains("3 lines or more"))
    }

    @Test func settingsReadBackFromTheirTable() throws {
        let changed = settings {
            ($0.seed, $0.binarize, $0.threshold, $0.dequantize) = (3, .dynamic, 0.25, true)
            ($0.standardize, $0.kind, $0.shape, $0.size) = (false, .levels, [4, 4], 77)
            ($0.noise, $0.side, $0.validation, $0.test) = (0.5, 3, 0.2, 0.3)
            ($0.limit, $0.classes, $0.shift, $0.flip) = (5, [1, 2], 2, true)
            $0.invert = true
            ($0.header, $0.separator, $0.missing) = (true, .tab, .mode)
            ($0.lines, $0.labelColumn, $0.rollout, $0.frameSide) = (true, .first, .frames, 16)
        }
        var read = DataSettings()
        try read.apply(changed.settingsTable)
        #expect(read == changed)
        // Each setting was changed, so none is missing from the table.
        let standard = DataSettings().settings.map(\.value)
        #expect(zip(changed.settings.map(\.value), standard).allSatisfy { $0 != $1 } && standard.count == 24)
    }
}
