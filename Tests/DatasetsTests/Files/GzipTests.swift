import Storage
import TestSupport
import Testing

@testable import Datasets

@Suite struct GzipTests {
    private let content = (0..<300).map { UInt8(truncatingIfNeeded: $0 * $0) }

    @Test func unpacksMembersOneAfterAnother() throws {
        let packed = gzipped(content) + gzipped([]) + gzipped([1, 2])
        #expect(try Gzip.unpack(packed, file: "a.gz", limit: 1 << 20) == content + [1, 2])
    }

    @Test func refusesMoreThanTheLimit() {
        let packed = gzipped([UInt8](repeating: 0, count: 5_000_000))
        #expect(packed.count < 10_000)
        #expect(throws: StorageError.self) { try Gzip.unpack(packed, file: "a.gz", limit: 4_000_000) }
    }

    @Test func damageIsAnErrorWithAPlaceOrChangesNothing() throws {
        let folder = try TestFolder()
        let packed = gzipped(content)
        try forEachDamage(of: packed, at: folder.file("a.gz")) { damage, _ in
            do {
                let read = try DataFile.bytes(of: folder.file("a.gz"))
                // Fields such as time and system may change, but not the content.
                #expect(damage == .changed && read == content)
            } catch let error as FormatError {
                #expect(error.format == .gzip && error.file == folder.file("a.gz") && 0...packed.count ~= error.offset)
            }
        }
    }

    @Test func whatIsBehindTheLastMemberIsRefused() {
        #expect(throws: FormatError.self) { try Gzip.unpack(gzipped([1]) + [0, 0], file: "a.gz", limit: 100) }
    }

    @Test func aPlainFileThatIsCalledGzippedIsRefused() throws {
        let folder = try TestFolder()
        try folder.write("a.gz", "1,2\n")
        #expect(throws: FormatError.self) { try DataFile.bytes(of: folder.file("a.gz")) }
    }
}
