import Foundation
import Storage
import Testing

@testable import TensorCore

@Suite struct SafetensorsTests {
    let folder: SafetensorsFolder
    init() throws { folder = try SafetensorsFolder() }

    /// The content of golden.safetensors, made here.
    static var golden: TensorFile {
        var file = TensorFile(metadata: ["format": "reverie é\n"])
        file.add("weight", (0..<6).map { Float($0) / 4 - 0.5 }, shape: [2, 3])
        file.add("bias", [1e-30, -0.0, 3.5] as [Float], shape: [3])
        file.add("moment", [0.1, 1.0 / 3], shape: [2, 1])
        file.add("steps", [-(1 << 40)] as [Int64], shape: [])
        file.add("actions", [1, -2, 3] as [Int32], shape: [3])
        file.add("frame", [0, 127, 255] as [UInt8], shape: [3])
        file.add(.init(TensorFileEntry(name: "ended", type: .boolean, shape: [2]), bytes: [1, 0]))
        file.add("empty", [] as [Float], shape: [0, 4])
        file.add("quote\"\\é", [7] as [Int64], shape: [1])
        return file
    }

    @Test func writesTheSameBytesAsTheFormatsLibrary() throws {
        try Self.golden.write(to: folder.file("a"), overwrite: false)
        #expect(try folder.bytes("a") == SafetensorsFolder.fixture("golden.safetensors"))
    }

    /// The script beside the fixtures reads this one, with two metadata entries, which the library writes in any order.
    @Test func oursIsTheFixture() throws {
        var file = Self.golden
        file.metadata["another"] = "entry"
        try file.write(to: folder.file("a"), overwrite: false)
        #expect(try SafetensorsFolder.isFixture(folder.bytes("a"), "ours.safetensors"))
    }

    @Test func readsTheLibrarysFile() throws {
        let path = SafetensorsFolder.fixturePath("golden.safetensors")
        let file = try TensorFile(contentsOf: path)
        #expect(file.metadata == ["format": "reverie é\n"])
        #expect(file.tensors.count == 9)
        for tensor in Self.golden.tensors { #expect(file[tensor.entry.name] == tensor) }
        #expect(try file["actions"]?.values(as: Int32.self, file: path) == [1, -2, 3])
        #expect(try file["moment"]?.values(file: path) == [0.1, 1.0 / 3])
        let error = #expect(throws: FormatError.self) { try file["frame"]?.values(as: Float.self, file: path) }
        #expect(error?.found == "U8")
        #expect(file["absent"] == nil)
    }

    @Test func readsIntoTheCallersMemory() throws {
        let reader = try TensorFileReader(path: SafetensorsFolder.fixturePath("golden.safetensors"))
        let entry = try #require(reader.entry(named: "weight"))
        var values = [Float](repeating: 0, count: entry.elementCount)
        try values.withUnsafeMutableBytes { try reader.read(entry, into: $0) }
        #expect(values == [-0.5, -0.25, 0, 0.25, 0.5, 0.75])
    }

    @Test func emptyFile() throws {
        try TensorFile().write(to: folder.file("empty"), overwrite: false)
        #expect(try folder.bytes("empty") == [8, 0, 0, 0, 0, 0, 0, 0] + Array("{}      ".utf8))
        #expect(try TensorFile(contentsOf: folder.file("empty")).tensors.isEmpty)
    }

    @Test func otherTypesAreRead() throws {
        let path = SafetensorsFolder.fixturePath("others.safetensors")
        let file = try TensorFile(contentsOf: path)
        #expect(file["half"]?.floats == [1, -2, 65504, 0x1p-24, 0x1p-14, 0.099975586, .infinity])
        #expect(
            file["brain"]?.floats?.map(\.bitPattern)
                == [0x3F80_0000, 0xC000_0000, 0x7F7F_0000, 0x0001_0000, 0x3DCD_0000])
        #expect(file["short"]?.entry.type == .int16 && file["short"]?.floats == nil)
        #expect(file["large"]?.bytes == [UInt8](repeating: 255, count: 8))
        try file.write(to: folder.file("a"), overwrite: false)
        let again = try TensorFile(contentsOf: folder.file("a"))
        #expect(again.tensors.map(\.entry.name) == ["large", "natural", "brain", "half", "short", "small"])
        for tensor in file.tensors { #expect(again[tensor.entry.name] == tensor) }
    }

    @Test func everyHalfIsExact() {
        let wrong = (UInt16.min...UInt16.max).filter { bits in
            let (exponent, fraction) = (Int(bits >> 10 & 31), Double(bits & 1023))
            let value = Float(half: bits)
            guard exponent < 31 else { return fraction == 0 ? !value.isInfinite : !value.isNaN }
            let unit = Double(sign: .plus, exponent: max(exponent, 1) - 25, significand: 1)
            let magnitude = (exponent == 0 ? fraction : 1024 + fraction) * unit
            return Double(value.magnitude) != magnitude || value.sign != (bits >> 15 == 0 ? .plus : .minus)
        }
        #expect(wrong == [])
    }

    @Test func typesThatAreNotReadAreUnsupportedByName() {
        let error = #expect(throws: FormatError.self) {
            try TensorFile(contentsOf: SafetensorsFolder.fixturePath("refused.safetensors"))
        }
        #expect(error?.problem == .unsupported && error?.found == "small in F8_E4M3")
    }

    @Test func refusesToOverwrite() throws {
        try Self.golden.write(to: folder.file("a"), overwrite: false)
        #expect(throws: StorageError.self) { try Self.golden.write(to: folder.file("a"), overwrite: false) }
    }

    @Test func missingFileIsAStorageError() {
        let expected = StorageError(path: folder.file("x"), operation: "open", reason: .missing)
        #expect(throws: expected) { try TensorFileReader(path: folder.file("x")) }
    }
}

/// Files that break one rule each.
@Suite struct DamagedSafetensorsTests {
    let folder: SafetensorsFolder
    init() throws { folder = try SafetensorsFolder() }

    private func write(_ header: String, data: Int, length: Int? = nil) throws -> String {
        let text = Array(header.utf8)
        let bytes = UInt64(length ?? text.count).littleEndianBytes + text + [UInt8](repeating: 0, count: data)
        try writeAtomically(bytes, to: folder.file("damaged"), overwrite: true)
        return folder.file("damaged")
    }

    private static func tensor(_ name: String, _ shape: String, _ start: Int, _ end: Int, dtype: String = "F32")
        -> String
    {
        #""\#(name)":{"dtype":"\#(dtype)","shape":\#(shape),"data_offsets":[\#(start),\#(end)]}"#
    }

    @Test(arguments: [
        ("{\(tensor("a", "[1]", 0, 4)),\(tensor("a", "[1]", 4, 8))}", 8, "a name that this object does not have"),
        ("{\(tensor("a", "[1]", 4, 8))}", 8, "without gaps or overlaps"),
        ("{\(tensor("a", "[2]", 0, 8)),\(tensor("b", "[1]", 4, 8))}", 8, "without gaps or overlaps"),
        ("{\(tensor("a", "[1]", 0, 4)),\(tensor("b", "[1]", 8, 12))}", 12, "without gaps or overlaps"),
        ("{\(tensor("a", "[1]", 0, 4))}", 5, "4 bytes of data"),
        ("{\(tensor("a", "[2]", 0, 8))}", 4, "8 bytes of data"),
        ("{\(tensor("a", "[3]", 0, 8))}", 8, "as many bytes as"),
        ("{\(tensor("a", "[-1]", 0, 4))}", 4, "an array of lengths"),
        ("{\(tensor("a", "[1.0]", 0, 4))}", 4, "an array of lengths"),
        ("{\(tensor("a", "1", 0, 4))}", 4, "an array of lengths"),
        ("{\(tensor("a", "[4611686018427387904,4]", 0, 0))}", 0, "as many bytes as"),
        ("{\(tensor("a", "[0]", 4, 0))}", 4, "two ascending data_offsets"),
        ("{\(tensor("a", "[1]", 0, 4, dtype: "F31"))}", 4, "the dtype of a"),
        (#"{"a":{"dtype":"F32","shape":[1]}}"#, 4, "dtype, shape and data_offsets"),
        (#"{"a":[1]}"#, 4, "dtype, shape and data_offsets"),
        (#"{"__metadata__":{"a":1}}"#, 0, "a string as metadata a"),
        (#"{"__metadata__":[]}"#, 0, "an object as __metadata__"),
        ("[]", 0, "'{'"), (" {}", 0, "'{'"), ("", 0, "'{'"), ("{} x", 0, "the end of the text"),
        ("{\"a\":", 0, "a JSON value"), ("{\"a\":[[[[]]]]}", 0, "fewer levels of nesting"),
    ])
    func refuses(_ header: String, _ data: Int, _ expected: String) throws {
        let path = try write(header, data: data)
        let error = #expect(throws: FormatError.self) { try TensorFileReader(path: path) }
        #expect(error?.file == path)
        #expect(error?.format == .safetensors)
        #expect(error?.expected.contains(expected) == true, "\(String(describing: error))")
    }

    @Test(arguments: [3, 100_000_001, Int.max, -1])
    func refusesLengths(_ length: Int) throws {
        let bytes = UInt64(bitPattern: Int64(length)).littleEndianBytes + Array("{}".utf8)
        try writeAtomically(bytes, to: folder.file("damaged"), overwrite: true)
        let error = #expect(throws: FormatError.self) { try TensorFileReader(path: folder.file("damaged")) }
        #expect(error?.offset == 0)
    }

    @Test func manyValuesAreRefusedBeforeTheyTakeMemory() throws {
        let path = try write("{\"a\":[" + String(repeating: "0,", count: 100_000) + "0]}", data: 0)
        let error = #expect(throws: FormatError.self) { try TensorFileReader(path: path) }
        #expect(error?.expected.contains("no more values") == true)
    }

    @Test func everyPrefixIsRefused() throws {
        let bytes = try SafetensorsFolder.fixture("golden.safetensors")
        for count in 0..<bytes.count {
            try writeAtomically(Array(bytes[..<count]), to: folder.file("cut"), overwrite: true)
            #expect(throws: FormatError.self) { try TensorFile(contentsOf: folder.file("cut")) }
        }
    }

    /// A changed byte may give a different valid file (another number, another letter of a name), but never a crash.
    @Test func everyChangedByteIsReadOrRefused() throws {
        var file = TensorFile(metadata: ["a": "b"])
        file.add("w", [1, 2] as [Float], shape: [2])
        file.add("n", [3] as [Int64], shape: [])
        try file.write(to: folder.file("whole"), overwrite: false)
        let original = try folder.bytes("whole")
        var readCount = 0
        var refusedCount = 0
        for index in original.indices {
            for value in UInt8.min...UInt8.max where value != original[index] {
                var bytes = original
                bytes[index] = value
                // Parsed in memory: writing a file for each would take most of the test's time.
                do {
                    let length = try SafetensorsHeader.length(Array(bytes[..<8]), fileLength: bytes.count, file: "x")
                    let json = Array(bytes[8..<8 + length])
                    _ = try SafetensorsHeader(json: json, dataLength: bytes.count - 8 - length, file: "x")
                    readCount += 1
                } catch { refusedCount += 1 }
            }
        }
        #expect(readCount + refusedCount == original.count * 255)
        #expect(readCount >= 16 * 255)
        #expect(refusedCount > readCount)
    }
}

/// A folder for the files of one test, removed with the object, and the fixtures.
final class SafetensorsFolder {
    let path = joinPath(NSTemporaryDirectory(), "reverie-safetensors-\(UUID().uuidString)")

    init() throws { try createFolder(path) }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { joinPath(path, name) }
    func bytes(_ name: String) throws -> [UInt8] { try InputFile.bytes(of: file(name), limit: 1 << 20) }

    static func fixturePath(_ name: String) -> String {
        let tests = splitPath(splitPath(splitPath(#filePath).folder).folder).folder
        return joinPath(tests, "Fixtures/Safetensors/" + name)
    }

    static func fixture(_ name: String) throws -> [UInt8] {
        try InputFile.bytes(of: fixturePath(name), limit: 1 << 20)
    }

    /// Whether the bytes equal a fixture; with `REVERIE_WRITE_FIXTURES` set, the fixture is written first.
    static func isFixture(_ bytes: [UInt8], _ name: String) throws -> Bool {
        if ProcessInfo.processInfo.environment["REVERIE_WRITE_FIXTURES"] != nil {
            try writeAtomically(bytes, to: fixturePath(name), overwrite: true)
        }
        return try fixture(name) == bytes
    }
}
