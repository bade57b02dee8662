import Storage

/// Writes scalars for TensorBoard: an event file of `Event` messages, each framed as a TensorFlow record.
///
/// Fields used (tensorflow/core/util/event.proto, summary.proto): `Event.wall_time` = 1, `step` = 2, `file_version` =
/// 3, `summary` = 5; `Summary.value` = 1; `Value.tag` = 1, `simple_value` = 2.
public final class TensorBoardWriter {
    private let file: AppendFile

    /// Starts a new file; its name must contain `tfevents`.
    ///
    /// - Parameters:
    ///   - path: The path of the file.
    ///   - time: Now, in seconds since 1970.
    /// - Throws: `StorageError`, with `wouldOverwrite` if the path exists.
    public init(creating path: String, time: Double) throws(StorageError) {
        file = try AppendFile(creating: path)
        var event = ProtocolBuffer()
        event.append(field: 1, time)
        event.append(field: 3, Array("brain.Event:2".utf8))
        try append(record: event.bytes)
    }

    /// Continues a file after its first `length` bytes; the rest is cut off.
    ///
    /// - Throws: `StorageError`.
    public init(resuming path: String, at length: Int) throws(StorageError) {
        file = try AppendFile(resuming: path, at: length)
    }

    /// The number of bytes so far, where the file can be resumed.
    public var length: Int { file.count }

    /// Appends the values of one step.
    ///
    /// - Parameters:
    ///   - scalars: Names, with `/` between group and name, and values, which are rounded to `Float`.
    ///   - step: The step, at least 0.
    ///   - time: Now, in seconds since 1970.
    /// - Throws: `StorageError`.
    public func append(_ scalars: [(tag: String, value: Double)], step: Int, time: Double) throws(StorageError) {
        precondition(step >= 0, "a step is at least 0, not \(step)")
        var summary = ProtocolBuffer()
        for (tag, value) in scalars {
            var scalar = ProtocolBuffer()
            scalar.append(field: 1, Array(tag.utf8))
            scalar.append(field: 2, Float(value))
            summary.append(field: 1, scalar.bytes)
        }
        var event = ProtocolBuffer()
        event.append(field: 1, time)
        event.append(field: 2, UInt64(step))
        event.append(field: 5, summary.bytes)
        try append(record: event.bytes)
    }

    /// Waits until everything so far is on disk.
    ///
    /// - Throws: `StorageError`.
    public func synchronize() throws(StorageError) { try file.synchronize() }

    /// A record: length, its checksum, the data, their checksum (tensorflow/core/lib/io/record_writer.h).
    private func append(record: [UInt8]) throws(StorageError) {
        let length = UInt64(record.count).littleEndianBytes
        try file.append(length + Self.maskedChecksum(length) + record + Self.maskedChecksum(record))
    }

    /// A CRC-32C, rotated by 15 bits plus a constant, so that checksums of data with embedded CRCs remain good.
    private static func maskedChecksum(_ bytes: [UInt8]) -> [UInt8] {
        let checksum = crc32c(bytes)
        return ((checksum >> 15 | checksum << 17) &+ 0xA282_EAD8).littleEndianBytes
    }
}

/// The bytes of a Protocol Buffers message, field by field (https://protobuf.dev/programming-guides/encoding).
struct ProtocolBuffer {
    private enum WireType: UInt64 { case variable = 0, eightBytes = 1, lengthDelimited = 2, fourBytes = 5 }

    private(set) var bytes: [UInt8] = []

    mutating func append(field: UInt64, _ value: Double) {
        appendTag(field, .eightBytes)
        bytes += value.bitPattern.littleEndianBytes
    }

    mutating func append(field: UInt64, _ value: Float) {
        appendTag(field, .fourBytes)
        bytes += value.bitPattern.littleEndianBytes
    }

    mutating func append(field: UInt64, _ value: UInt64) {
        appendTag(field, .variable)
        appendVariable(value)
    }

    /// A field of text, bytes or a nested message.
    mutating func append(field: UInt64, _ value: [UInt8]) {
        appendTag(field, .lengthDelimited)
        appendVariable(UInt64(value.count))
        bytes += value
    }

    private mutating func appendTag(_ field: UInt64, _ type: WireType) {
        appendVariable(field << 3 | type.rawValue)
    }

    private mutating func appendVariable(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
