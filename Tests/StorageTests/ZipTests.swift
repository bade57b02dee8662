import Storage
import TestSupport
import Testing

@Suite struct ZipTests {
    let folder: TemporaryFolder
    let text = [UInt8](String(repeating: "the same words again and again; ", count: 5000).utf8)
    init() throws { folder = try TemporaryFolder() }

    private func write(_ name: String, largestSize32: Int = 0xFF00_0000, methods: [Zip.Method]) throws -> String {
        let writer = try ZipWriter(path: folder.file(name), overwrite: false, largestSize32: largestSize32)
        for (index, method) in methods.enumerated() {
            try writer.add("entry\(index)", size: text.count, method: method) { sink in
                try sink.write(Array(text[..<100]))
                try sink.write(Array(text[100...]))
            }
        }
        try writer.add("empty", size: 0, method: .deflated) { _ in }
        try writer.commit()
        return folder.file(name)
    }

    @Test(arguments: [0xFF00_0000, 0, 1000])
    func roundTrip(largestSize32: Int) throws {
        let path = try write("a.zip", largestSize32: largestSize32, methods: [.stored, .deflated])
        let reader = try ZipReader(path: path)
        #expect(reader.entries.map(\.name) == ["entry0", "entry1", "empty"])
        #expect(reader.entries.map(\.size) == [text.count, text.count, 0])
        for entry in reader.entries.prefix(2) { #expect(try reader.bytes(of: entry, limit: 1 << 20) == text) }
        #expect(try reader.bytes(of: reader.entries[2], limit: 0).isEmpty)
        #expect(throws: StorageError.self) { try reader.bytes(of: reader.entries[0], limit: 100) }
    }

    /// The script beside the fixtures checks these files with Python's zipfile.
    @Test func oursAreTheFixtures() throws {
        for (name, largest) in [("ours.zip", 0xFF00_0000), ("ours64.zip", 0)] {
            let writer = try ZipWriter(path: folder.file(name), overwrite: false, largestSize32: largest)
            try writer.add("a.txt", size: 3, method: .stored) { try $0.write([97, 98, 99]) }
            try writer.add("folder/é.txt", size: 2, method: .stored) { try $0.write([120, 121]) }
            try writer.commit()
            #expect(try matchesFixture(folder.bytes(name), at: fixturePath(name)))
        }
    }

    @Test func readsPythonsFiles() throws {
        let reader = try ZipReader(path: fixturePath("python.zip"))
        #expect(reader.entries.map(\.name) == ["stored.txt", "deflated.txt", "streamed.txt"])
        let contents = try reader.entries.map { try reader.bytes(of: $0, limit: 10_000) }
        let words = [UInt8](String(repeating: "words ", count: 100).utf8)
        #expect(contents == [Array("stored".utf8), words, words])
    }

    /// A changed byte may be harmless (a date), but never stops the program or silently gives other content.
    @Test func everyDamageIsRefusedOrHarmless() throws {
        let names = ["stored.txt", "deflated.txt", "streamed.txt"]
        let good = try ZipReader(path: fixturePath("python.zip"))
        let contents = try good.entries.map { try good.bytes(of: $0, limit: 10_000) }
        let path = folder.file("damaged.zip")
        try forEachDamage(of: fixture("python.zip"), at: path) { damage, place in
            do {
                let reader = try ZipReader(path: path)
                #expect(damage == .changed, "cut to \(place) bytes")
                for (entry, content) in zip(reader.entries, contents) where names.contains(entry.name) {
                    #expect(try reader.bytes(of: entry, limit: 10_000) == content)
                }
            } catch is FormatError {} catch is StorageError {}
        }
    }

    @Test func refusesDuplicateNames() throws {
        let writer = try ZipWriter(path: folder.file("a.zip"), overwrite: false)
        for _ in 0..<2 { try writer.add("a", size: 1, method: .stored) { try $0.write([1]) } }
        try writer.commit()
        #expect(throws: FormatError.self) { try ZipReader(path: folder.file("a.zip")) }
    }

    @Test func manyEntriesNeedZip64() throws {
        let writer = try ZipWriter(path: folder.file("many.zip"), overwrite: false)
        for index in 0..<65_600 { try writer.add("\(index)", size: 0, method: .stored) { _ in } }
        try writer.commit()
        #expect(try ZipReader(path: folder.file("many.zip")).entries.count == 65_600)
    }
}
