import Deflate

/// The place of an archive's central directory.
struct ZipDirectory {
    var offset: Int
    var size: Int
    var count: Int

    /// The maximum size of a directory in bytes, for some millions of entries.
    private static let largestSize = 1 << 28

    /// Finds the end record (4.3.16), which must be the last thing in the file, and the ZIP64 record before it.
    static func locate(in file: InputFile) throws -> ZipDirectory {
        let tailCount = min(file.count, Zip.endSize + 0xFFFF)
        let tail = try file.bytes(in: file.count - tailCount..<file.count)
        guard let index = endIndex(in: tail) else {
            throw FormatError(
                .zip, file: file.path, offset: max(0, file.count - Zip.endSize),
                expected: "the end record of an archive", found: "none")
        }
        let end = file.count - tailCount + index
        func field16(_ at: Int) -> Int { Int(UInt16(littleEndianIn: tail, at: index + at)) }
        func field32(_ at: Int) -> Int { Int(UInt32(littleEndianIn: tail, at: index + at)) }
        guard field16(4) == 0, field16(6) == 0, field16(8) == field16(10) else {
            throw FormatError(
                .zip, file: file.path, offset: end + 4, expected: "an archive in one part", found: "one of several",
                problem: .unsupported)
        }
        var directory = ZipDirectory(offset: field32(16), size: field32(12), count: field16(10))
        var next = end
        let is64 = directory.offset == UInt32.max || directory.size == UInt32.max || directory.count == UInt16.max
        if is64, let zip64 = try locate64(in: file, before: end) { (directory, next) = zip64 }
        let (sum, overflow) = directory.offset.addingReportingOverflow(directory.size)
        guard !overflow, directory.offset >= 0, directory.size >= 0, sum == next else {
            throw FormatError(
                .zip, file: file.path, offset: end + 12, expected: "a directory that ends at byte \(next)",
                found: "\(directory.size) bytes at \(directory.offset)")
        }
        guard directory.size <= largestSize else {
            throw FormatError(
                .zip, file: file.path, offset: end + 12, expected: "a directory of at most \(largestSize) bytes",
                found: "\(directory.size)")
        }
        return directory
    }

    private static func endIndex(in tail: [UInt8]) -> Int? {
        guard tail.count >= Zip.endSize else { return nil }
        let signature = Zip.endSignature.littleEndianBytes
        return (0...tail.count - Zip.endSize).reversed().first { index in
            tail[index...].starts(with: signature)
                && index + Zip.endSize + Int(UInt16(littleEndianIn: tail, at: index + 20)) == tail.count
        }
    }

    /// The ZIP64 end record (4.3.14) that the locator (4.3.15) before `end` points to.
    private static func locate64(in file: InputFile, before end: Int) throws -> (ZipDirectory, next: Int)? {
        guard end >= Zip.zip64LocatorSize + Zip.zip64EndSize else { return nil }
        let locatorOffset = end - Zip.zip64LocatorSize
        let locator = try file.bytes(in: locatorOffset..<end)
        guard UInt32(littleEndianIn: locator, at: 0) == Zip.zip64LocatorSignature else { return nil }
        guard let offset = Int(exactly: UInt64(littleEndianIn: locator, at: 8)),
            offset == locatorOffset - Zip.zip64EndSize
        else {
            throw FormatError(
                .zip, file: file.path, offset: locatorOffset + 8, expected: "the place of the ZIP64 end record",
                found: "\(UInt64(littleEndianIn: locator, at: 8))")
        }
        let record = try file.bytes(in: offset..<locatorOffset)
        guard UInt32(littleEndianIn: record, at: 0) == Zip.zip64EndSignature,
            let count = Int(exactly: UInt64(littleEndianIn: record, at: 32)),
            let size = Int(exactly: UInt64(littleEndianIn: record, at: 40)),
            let start = Int(exactly: UInt64(littleEndianIn: record, at: 48))
        else {
            throw FormatError(
                .zip, file: file.path, offset: offset, expected: "a ZIP64 end record", found: "other bytes")
        }
        return (ZipDirectory(offset: start, size: size, count: count), offset)
    }

    /// Reads and checks the entries (4.3.12).
    func entries(in file: InputFile) throws -> [ZipReader.Entry] {
        let bytes = try file.bytes(in: offset..<offset + size)
        var entries: [ZipReader.Entry] = []
        var names: Set<String> = []
        var index = 0
        while index < size {
            let parser = ZipDirectoryParser(bytes: bytes, index: index, base: offset, file: file.path)
            let (entry, next) = try parser.entry()
            guard names.insert(entry.name).inserted else { throw parser.failure("a new name", "\(entry.name) again") }
            entries.append(entry)
            index = next
        }
        guard entries.count == count else {
            throw FormatError(
                .zip, file: file.path, offset: offset, expected: "\(count) entries", found: "\(entries.count)")
        }
        try checkOverlaps(entries, file: file.path)
        return entries
    }

    /// Refuses entries that share bytes, since small archives could then unpack to huge ones.
    private func checkOverlaps(_ entries: [ZipReader.Entry], file: String) throws(FormatError) {
        var end = 0
        for entry in entries.sorted(by: { $0.offset < $1.offset }) {
            let header = Zip.localSize + entry.name.utf8.count
            guard entry.offset >= end, entry.packedSize <= offset - header - entry.offset else {
                throw FormatError(
                    .zip, file: file, offset: entry.offset,
                    expected: "room for \(entry.name) (\(entry.packedSize) bytes)",
                    found: "another entry or the directory")
            }
            end = entry.offset + header + entry.packedSize
        }
    }
}

/// Reads one entry of the central directory.
private struct ZipDirectoryParser {
    let bytes: [UInt8]
    let index: Int
    let base: Int
    let file: String

    func entry() throws(FormatError) -> (ZipReader.Entry, next: Int) {
        guard index + Zip.centralSize <= bytes.count, field32(0) == Zip.centralSignature else {
            throw failure("an entry of the directory", "other bytes")
        }
        let nameEnd = index + Zip.centralSize + Int(field16(28))
        let extraEnd = nameEnd + Int(field16(30))
        let next = extraEnd + Int(field16(32))
        guard next <= bytes.count else { throw failure("\(next - index) bytes of an entry", "the directory's end") }
        guard let name = String(validating: bytes[index + Zip.centralSize..<nameEnd], as: UTF8.self) else {
            throw failure("a name in UTF-8", "other bytes")
        }
        guard field16(8) & 1 == 0 else {
            throw failure("an archive without encryption", "\(name), encrypted", .unsupported)
        }
        guard let method = Zip.Method(rawValue: field16(10)) else {
            throw failure(
                "an archive of stored (0) or deflated (8) entries", "\(name) packed by method \(field16(10))",
                .unsupported)
        }
        var entry = ZipReader.Entry(
            name: name, method: method, size: Int(field32(24)), packedSize: Int(field32(20)),
            checksum: field32(16), offset: Int(field32(42)))
        try readZip64(&entry, extra: bytes[nameEnd..<extraEnd])
        try checkSizes(of: entry)
        return (entry, next)
    }

    /// Replaces fields that don't fit into 32 bits with those of the ZIP64 extra field (4.5.3).
    private func readZip64(_ entry: inout ZipReader.Entry, extra: ArraySlice<UInt8>) throws(FormatError) {
        let fields: [WritableKeyPath<ZipReader.Entry, Int>] = [\.size, \.packedSize, \.offset]
        let missing = fields.filter { entry[keyPath: $0] == UInt32.max }
        guard !missing.isEmpty else { return }
        var rest = extra
        while rest.count >= 4 {
            let length = Int(UInt16(littleEndianIn: rest, at: 2))
            let content = rest.dropFirst(4).prefix(length)
            guard UInt16(littleEndianIn: rest, at: 0) == Zip.zip64ExtraTag else {
                rest = rest.dropFirst(4 + length)
                continue
            }
            guard content.count == length, length >= missing.count * 8 else { break }
            for (position, field) in missing.enumerated() {
                guard let value = Int(exactly: UInt64(littleEndianIn: content, at: position * 8)) else {
                    throw failure("a size or offset below 2^63", "a larger one")
                }
                entry[keyPath: field] = value
            }
            return
        }
        throw failure("the 64-bit sizes of \(entry.name)", "none")
    }

    private func checkSizes(of entry: ZipReader.Entry) throws(FormatError) {
        let isPossible =
            entry.method == .stored
            ? entry.size == entry.packedSize
            : entry.size / DeflateFormat.largestRatio <= entry.packedSize
        guard isPossible else {
            throw failure("sizes of \(entry.name) that agree", "\(entry.packedSize) bytes for \(entry.size)")
        }
    }

    private func field16(_ offset: Int) -> UInt16 { UInt16(littleEndianIn: bytes, at: index + offset) }
    private func field32(_ offset: Int) -> UInt32 { UInt32(littleEndianIn: bytes, at: index + offset) }

    func failure(
        _ expected: String, _ found: String, _ problem: FormatError.Problem = .damaged
    ) -> FormatError {
        FormatError(.zip, file: file, offset: base + index, expected: expected, found: found, problem: problem)
    }
}
