import Storage
import TestSupport
import Testing

@testable import Datasets

@Suite struct TextTests {
    let folder: TestFolder
    init() throws { folder = try TestFolder() }

    @Test func aTextIsAStreamThatIsCutOnce() throws {
        try folder.write("hello.txt", "hello world, hello é")
        let data = try folder.make("hello")
        #expect(data.description.isSequential && data.description.shape == [] && data.description.width == 1)
        #expect(data.description.kind == .symbols(Array(" ,dehlorwé")))
        #expect(data.training.lengths == [18] && data.validation.lengths == [2] && data.test == data.validation)
        #expect(data.training.values[..<5] == [4, 3, 5, 5, 6] && data.test.values == [0, 9])
        #expect(try folder.make("hello") { $0.validation = 0.5 }.training.lengths == [10])
        #expect(try folder.make("hello") { $0.limit = 7 }.training.values == Array(data.training.values[..<7]))
    }

    @Test func linesAreSequencesWithTheirEnds() throws {
        try folder.write("names.txt.gz", gzipped(Array("emma\nava\n\nmia\r\nzoe".utf8)))
        let data = try folder.make("names") { $0.lines = true }
        guard case .symbols(let symbols) = data.description.kind else {
            Issue.record("\(data.description.kind)")
            return
        }
        let names = Dataset.Part.allCases.flatMap { part in
            (0..<data[part].count).map { String(data[part][$0].map { symbols[Int($0)] }) }
        }
        #expect(names.sorted() == ["ava\n", "emma\n", "mia\n", "zoe\n"])
        #expect(data.training.count == 2 && data.validation.count == 1 && data.test.count == 1)
    }

    @Test func otherBytesThanUTF8AreRefusedWhereTheyAre() throws {
        try folder.write("a.txt", [97, 195, 169, 98, 255, 98])
        #expect((folder.error("a") as? FormatError)?.offset == 4)
        try folder.write("a.txt", "a")
        #expect(folder.error("a") is DatasetError)
        try folder.write("a.txt", "a\nb\n")
        #expect(folder.error("a") { $0.lines = true } is DatasetError)
    }
}

@Suite struct LargeTextTests {
    /// A character by itself takes 16 bytes, so that a small file could take a gigabyte. Other tests run at the same
    /// time, so that this counts what the text is held as.
    @Test func aLongTextIsHeldInItsBytes() throws {
        let folder = try TestFolder()
        let count = 1 << 20
        try folder.write("a.txt.gz", gzipped([UInt8](repeating: 97, count: count - 1) + [98]))
        let data = try folder.make("a")
        guard case .bytes(let training, _) = data.training.numbers else {
            Issue.record("held in another type")
            return
        }
        #expect(
            training.count + data.test.numbers.count == count && data.test.numbers[data.test.numbers.count - 1] == 1)
        #expect(MemoryLayout<TextSymbols>.size <= 32)
    }

    @Test func textsOfAnyCharactersGiveTheSameNumbers() throws {
        let folder = try TestFolder()
        for text in ["ab\r\nc\nd", "é\u{301}x\u{65}\u{301}", "aé", "plain"] {
            try folder.write("t.txt", text)
            let data = try folder.make("t")
            guard case .symbols(let found) = data.description.kind else { return }
            let numbers = data.training.values + data.test.values
            #expect(String(numbers.map { found[Int($0)] }) == text)
            #expect(found == Set(text).sorted { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) })
        }
    }
}

@Suite struct MusicTests {
    private let json = #"{"train":[[[21,60],[]],[[108]]],"valid":[[[0,64]]],"test":[[[127]]]}"#
    let folder: TestFolder
    init() throws { folder = try TestFolder() }

    @Test func piecesAreSequencesOfKeys() throws {
        try folder.write("tunes.json.gz", gzipped(Array(json.utf8)))
        let data = try folder.make("tunes")
        #expect(data.description == .init(name: "tunes", shape: [88], kind: .bits, isSequential: true))
        #expect(data.training.lengths == [2, 1] && data.training[0].count == 176)
        #expect(data.training.values.indices.filter { data.training.values[$0] == 1 } == [0, 39, 176 + 87])
        // Pitches that a piano lacks are dropped.
        #expect(data.validation.values.indices.filter { data.validation.values[$0] == 1 } == [43])
        #expect(data.test.values.allSatisfy { $0 == 0 } && data.test.lengths == [1])
    }

    @Test func otherJSONIsRefusedWithThePlace() throws {
        func problem(_ text: String) throws -> String {
            try folder.write("a.json", text)
            return "\(folder.error("a")!)"
        }
        #expect(try problem(#"{"train":[],"valid":[]}"#).contains("test"))
        #expect(try problem(#"{"train":[[[1]],[[2],[128]]],"valid":[],"test":[]}"#).contains("piece 2, step 2"))
        #expect(try problem(#"{"train":[[]],"valid":[],"test":[]}"#).contains("(train), piece 1"))
        #expect(try problem(#"{"train":[],"valid":[],"test":[]}"#).contains("training"))
        #expect(try problem("[1").contains("byte 2"))
    }

    @Test func nothingThatAFileHoldsTraps() throws {
        try forEachDamage(of: Array(json.utf8), at: folder.file("a.json")) { _, _ in
            let error = folder.error("a")
            #expect(error == nil || error is DatasetError || error is FormatError, "\(error!)")
        }
    }
}
