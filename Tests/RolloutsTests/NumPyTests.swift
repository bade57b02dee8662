import Rollouts
import Storage
import Testing

/// The arrays of the script beside the fixtures, in its order.
private let arrays: [(name: String, array: NPYArray)] = [
    ("float32", NPYArray([0.5, -1.25, 1e-30, 3, 4, 5] as [Float], shape: [2, 3])),
    ("float64", NPYArray([0.1, 1.0 / 3])),
    ("int32", NPYArray([-7] as [Int32], shape: [])),
    ("int64", NPYArray((0..<12).map { Int64($0) - 1 << 40 }, shape: [1, 3, 2, 2])),
    ("uint8", NPYArray([0, 128, 255] as [UInt8])),
    ("uint64", NPYArray([UInt64.max])),
    ("boolean", NPYArray([true, false, true])),
    ("text", NPYArray("CartPole-v1 é😀")),
    (
        "texts",
        NPYArray(
            type: .text(length: 3), shape: [3],
            bytes: [97, 0, 0, 0, 0, 0, 97, 98, 99].flatMap { UInt32($0).littleEndianBytes })
    ),
    ("empty", NPYArray([] as [Float], shape: [0, 3])),
]

@Suite struct NPYTests {
    @Test(arguments: arrays)
    func isWhatNumPySaves(_ name: String, _ array: NPYArray) throws {
        let saved = try fixture("\(name).npy")
        #expect(array.encoded() == saved)
        #expect(try NPYArray(parsing: saved, file: name) == array)
    }

    @Test func valuesAreTyped() throws {
        let floats = NPYArray([1, 2] as [Float])
        #expect(try floats.values(file: "x") == [1, 2] as [Float])
        #expect(throws: FormatError.self) { try floats.values(as: Double.self, file: "x") }
        #expect(try NPYArray([true, false]).booleans(file: "x") == [true, false])
        let two = NPYArray(type: .boolean, shape: [2], bytes: [1, 2])
        let error = #expect(throws: FormatError.self) { try two.booleans(file: "x") }
        #expect(error?.offset == 1)
        #expect(try NPYArray("né😀").texts(file: "x") == ["né😀"])
        #expect(try NPYArray("").texts(file: "x") == [""])
        #expect(try arrays[8].array.texts(file: "x") == ["a", "", "abc"])
        let surrogate = NPYArray(type: .text(length: 1), shape: [], bytes: [0, 0xD8, 0, 0])
        #expect(throws: FormatError.self) { try surrogate.texts(file: "x") }
    }

    /// Of NumPy's own writing, in other orders and versions.
    @Test(arguments: [
        ("big-endian-int64", "int64"), ("big-endian-texts", "texts"), ("column-major-float32", "float32"),
        ("column-major-int64", "int64"), ("both-int64", "int64"), ("version-2-float32", "float32"),
        ("version-3-float32", "float32"),
    ])
    func otherOrdersAndVersionsAreRead(_ name: String, _ same: String) throws {
        let array = try #require(arrays.first { $0.name == same }).array
        #expect(try NPYArray(contentsOf: fixturePath("\(name).npy")) == array)
    }

    @Test(arguments: [
        ("structured", "a structured type"), ("half", "the type '<f2'"), ("complex", "the type '<c8'"),
    ])
    func otherTypesAreUnsupportedByName(_ name: String, _ found: String) {
        let error = #expect(throws: FormatError.self) { try NPYArray(contentsOf: fixturePath("refused-\(name).npy")) }
        #expect(error?.found == found && error?.problem == .unsupported)
    }

    @Test func laterVersionsAreUnsupported() throws {
        var bytes = try fixture("float32.npy")
        bytes[6] = 4
        let error = #expect(throws: FormatError.self) { try NPYArray(parsing: bytes, file: "x") }
        #expect(error?.found == "version 4.0" && error?.problem == .unsupported)
        // The first four bytes of version 2.0's header are its length.
        bytes.replaceSubrange(6..<12, with: [2, 0, 0xFF, 0xFF, 0xFF, 0xFF])
        #expect(throws: FormatError.self) { try NPYArray(parsing: bytes, file: "x") }
    }

    @Test(arguments: [
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x",
        "{'descr': '<f4', 'fortran_order': False}",
        "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 2)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}",
        "{'descr': '<U0', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '<U99999999999', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}",
        "{'descr: '<f4', 'fortran_order': False, 'shape': (1,)}",
        "__import__('os')", "", "{", "{'descr': ",
    ])
    func damagedHeadersAreRefused(_ header: String) {
        let bytes = [0x93] + Array("NUMPY".utf8) + [1, 0] + UInt16(header.utf8.count).littleEndianBytes
        #expect(throws: FormatError.self) {
            try NPYArray(parsing: bytes + Array(header.utf8) + [0, 0, 0, 0], file: "x")
        }
    }

    @Test func everyPrefixIsRefused() throws {
        let bytes = try fixture("float32.npy")
        for count in 0..<bytes.count {
            #expect(throws: FormatError.self) { try NPYArray(parsing: Array(bytes[..<count]), file: "x") }
        }
        #expect(throws: FormatError.self) { try NPYArray(parsing: bytes + [0], file: "x") }
    }

    @Test func everyChangedByteIsReadOrRefused() throws {
        let original = try fixture("text.npy")
        var outcomes = 0
        for index in original.indices {
            for value in UInt8.min...UInt8.max {
                var bytes = original
                bytes[index] = value
                do { _ = try NPYArray(parsing: bytes, file: "x").texts(file: "x") } catch { #expect(error.file == "x") }
                outcomes += 1
            }
        }
        #expect(outcomes == original.count * 256)
    }
}

@Suite struct NPZTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    @Test(arguments: ["numpy.npz", "compressed.npz"])
    func readsNumPysArchives(_ name: String) throws {
        let reader = try NPZReader(path: fixturePath(name))
        #expect(reader.names == arrays.map(\.name))
        for (name, array) in arrays { #expect(try reader.array(name) == array) }
        #expect(try reader.array("absent") == nil)
        #expect(throws: StorageError.self) { try reader.array("float32", limit: 100) }
    }

    /// The script beside the fixtures reads this one with NumPy.
    @Test func oursIsTheFixture() throws {
        let writer = try NPZWriter(path: folder.file("a.npz"), overwrite: false)
        for (name, array) in arrays { try writer.add(name, array) }
        try writer.commit()
        #expect(try isFixture(folder.bytes("a.npz"), "ours.npz"))
    }

    @Test func compressedRoundTrip() throws {
        let writer = try NPZWriter(path: folder.file("a.npz"), overwrite: false, compressed: true)
        let zeros = NPYArray([UInt8](repeating: 0, count: 1 << 20), shape: [1 << 10, 1 << 10])
        try writer.add("zeros", zeros)
        try writer.add("pieces", type: .int32, shape: [3]) { sink in
            for value in 0..<3 { try sink.write(Int32(value).littleEndianBytes) }
        }
        try writer.commit()
        #expect(try folder.bytes("a.npz").count < 1 << 12)
        let reader = try NPZReader(path: folder.file("a.npz"))
        #expect(try reader.array("zeros") == zeros)
        #expect(try reader.array("pieces")?.values(file: "x") == [0, 1, 2] as [Int32])
    }
}
