import Agents
import Storage

/// Replay records that were appended to a file at once.
///
/// On disk: a mark, the checksum of everything after it, the number of the first record, the number of records, the
/// bytes per record and the digest of the run's identity (all little-endian), followed by the records.
enum ReplayBlock {
    /// Bytes before the records.
    static let headerBytes = 32
    private static let mark = UInt32(littleEndianIn: Array("RPL2".utf8), at: 0)
    /// The checksum covers everything from here on.
    private static let checkedFrom = 8

    /// Appends the records with these numbers, which `replay` must hold.
    static func append(_ numbers: Range<Int>, of replay: ReplayBuffer, origin: UInt64, to file: AppendFile) throws {
        try withUnsafeTemporaryAllocation(byteCount: headerBytes, alignment: 8) { header in
            header.storeBytes(of: mark.littleEndian, as: UInt32.self)
            header.storeBytes(of: UInt64(numbers.lowerBound).littleEndian, toByteOffset: 8, as: UInt64.self)
            header.storeBytes(of: UInt32(numbers.count).littleEndian, toByteOffset: 16, as: UInt32.self)
            header.storeBytes(of: UInt32(replay.recordBytes).littleEndian, toByteOffset: 20, as: UInt32.self)
            header.storeBytes(of: origin.littleEndian, toByteOffset: 24, as: UInt64.self)
            var checksum = crc32(UnsafeRawBufferPointer(rebasing: header[checkedFrom...]))
            replay.write(numbers) { checksum = crc32($0, continuing: checksum) }
            header.storeBytes(of: checksum.littleEndian, toByteOffset: 4, as: UInt32.self)
            try file.append(UnsafeRawBufferPointer(header))
        }
        try replay.write(numbers) { try file.append($0) }
    }

    /// Reads and checks the block at `offset` of a file.
    ///
    /// - Parameters:
    ///   - numbers: The block must begin with the first of these records and not go beyond the last.
    ///   - origins: Which runs the records must be of.
    /// - Throws: `StorageError`, or `FormatError` if the block is damaged or holds other records.
    static func read(
        _ file: InputFile, at offset: Int, numbers: Range<Int>, recordBytes: Int, origins: ReplayOrigins
    ) throws -> [UInt8] {
        func failure(_ expected: String, _ found: String) -> FormatError {
            FormatError(.run, file: file.path, offset: offset, expected: expected, found: found)
        }
        let start = offset + headerBytes
        guard start <= file.count else {
            throw failure("records from number \(numbers.lowerBound) on", "the end of the file")
        }
        let header = try file.bytes(in: offset..<start)
        guard UInt32(littleEndianIn: header, at: 0) == mark else {
            throw failure("the mark of a block of records", "another mark")
        }
        let (first, size) = (UInt64(littleEndianIn: header, at: 8), UInt32(littleEndianIn: header, at: 20))
        let count = Int(UInt32(littleEndianIn: header, at: 16))
        guard first == numbers.lowerBound, 1...numbers.count ~= count, size == recordBytes else {
            throw failure(
                "records \(numbers) of \(recordBytes) bytes", "\(count) from \(first) on, of \(size) bytes")
        }
        guard count * recordBytes <= file.count - start else {
            throw failure("\(count) records", "the end of the file")
        }
        let records = try file.bytes(in: start..<start + count * recordBytes)
        let expected = UInt32(littleEndianIn: header, at: 4)
        let found = records.withUnsafeBytes { crc32($0, continuing: crc32(Array(header[checkedFrom...]))) }
        guard expected == found else { throw failure("content with the checksum \(expected)", "\(found)") }
        guard UInt64(littleEndianIn: header, at: 24) == origins.digest(of: numbers.lowerBound) else {
            throw failure("the experience of this run", "that of another run, or of this one with other settings")
        }
        return records
    }
}
