import Agents
import Storage

/// What precedes the transitions that were appended to a replay file at once.
///
/// On disk: a mark, the checksum of everything after it, the number of the first transition, how many there are and the
/// bytes of each (all little-endian), then the transitions.
struct ReplayBlock {
    static let byteCount = 24
    private static let mark = UInt32(littleEndianIn: Array("RPLB".utf8), at: 0)
    /// The checksum covers everything from here on.
    private static let checkedFrom = 8

    /// The number of the first transition.
    let start: Int
    /// How many follow.
    let count: Int
    /// Bytes of a transition.
    let transitionBytes: Int

    /// Appends the block with its transitions, which `replay` must hold.
    func append(from replay: ReplayBuffer, to file: AppendFile) throws {
        let numbers = start..<start + count
        try withUnsafeTemporaryAllocation(byteCount: Self.byteCount, alignment: 8) { header in
            header.storeBytes(of: Self.mark.littleEndian, as: UInt32.self)
            header.storeBytes(of: UInt64(start).littleEndian, toByteOffset: 8, as: UInt64.self)
            header.storeBytes(of: UInt32(count).littleEndian, toByteOffset: 16, as: UInt32.self)
            header.storeBytes(of: UInt32(transitionBytes).littleEndian, toByteOffset: 20, as: UInt32.self)
            var checksum = crc32(UnsafeRawBufferPointer(rebasing: header[Self.checkedFrom...]))
            replay.write(numbers) { checksum = crc32($0, continuing: checksum) }
            header.storeBytes(of: checksum.littleEndian, toByteOffset: 4, as: UInt32.self)
            try file.append(UnsafeRawBufferPointer(header))
        }
        try replay.write(numbers) { try file.append($0) }
    }

    /// Reads the block at `offset` of a file and checks it.
    ///
    /// - Parameters:
    ///   - numbers: It must begin with the first of these and go no further than the last.
    /// - Returns: the block and its transitions.
    /// - Throws: `StorageError`, or `FormatError` where it is damaged or not what is expected there.
    static func read(
        _ file: InputFile, at offset: Int, numbers: Range<Int>, transitionBytes: Int
    ) throws -> (ReplayBlock, transitions: [UInt8]) {
        func failure(_ expected: String, _ found: String) -> FormatError {
            FormatError(.run, file: file.path, offset: offset, expected: expected, found: found)
        }
        let start = offset + byteCount
        guard start <= file.count else {
            throw failure("transitions from number \(numbers.lowerBound) on", "the end of the file")
        }
        let header = try file.bytes(in: offset..<start)
        guard UInt32(littleEndianIn: header, at: 0) == mark else { throw failure("a block of transitions", "no mark") }
        let (first, size) = (UInt64(littleEndianIn: header, at: 8), UInt32(littleEndianIn: header, at: 20))
        let count = Int(UInt32(littleEndianIn: header, at: 16))
        guard first == numbers.lowerBound, 1...numbers.count ~= count, size == transitionBytes else {
            throw failure(
                "transitions \(numbers) of \(transitionBytes) bytes", "\(count) from \(first) on, of \(size) bytes")
        }
        guard count * transitionBytes <= file.count - start else {
            throw failure("\(count) transitions", "the end of the file")
        }
        let transitions = try file.bytes(in: start..<start + count * transitionBytes)
        let expected = UInt32(littleEndianIn: header, at: 4)
        let found = transitions.withUnsafeBytes { crc32($0, continuing: crc32(Array(header[checkedFrom...]))) }
        guard expected == found else { throw failure("content with the checksum \(expected)", "\(found)") }
        return (ReplayBlock(start: Int(first), count: count, transitionBytes: transitionBytes), transitions)
    }
}
