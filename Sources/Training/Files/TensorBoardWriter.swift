import Storage

/// Writes scalars for TensorBoard: an event file of `Event` messages, each framed as a record of TensorFlow's.
///
/// Fields used (tensorflow/core/util/event.proto, summary.proto): `Event.wall_time` = 1, `step` = 2, `file_version` =
/// 3, `summary` = 5; `Summary.value` = 1; `Value.tag` = 1, `simple_value` = 2.
public final class TensorBoardWriter {
    private let file: AppendFile

    /// Starts a new file; its name has to contain `tfevents`.
    ///
    /// - Parameters:
    ///   - path: Where the file is made.
    ///   - time: Now, in seconds since 1970.
    /// - Throws: `StorageError`, with `wouldOverwrite` where the path exists.
    public init(creating path: String, time: Double) throws(StorageError) {
        file = try AppendFile(creating: path)
        var event = ProtocolBuffer()
        event.append(field: 1, time)
        event.append(field: 3, Array("brain.Event:2".utf8))
        try append(record: event.bytes)
    }

    /// Goes on after the first `length` bytes of a file; what follows them is cut off.
    ///
    /// - Throws: `StorageError`.
    public init(resuming path: String, at length: Int) throws(StorageError) {
        file = try AppendFile(resuming: path, at: length)
    }

    /// The bytes so far, to resume at.
    public var length: Int { file.count }

    /// Appends the values of one step.
    ///
    /// - Parameters:
    ///   - scalars: Names, with `/` between group and name, and values; rounded to `Float`.
    ///   - step: The step, not negative.
    ///   - time: Now, in seconds since 1970.
    /// - Throws: `StorageError`.
    public func append(_ scalars: [(tag: String, value: Double)], step: Int, time: Double) throws(StorageError) {
        precondition(step >= 0, "the step \(step); it is at least 0")
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

    /// Makes everything so far durable.
    ///
    /// - Throws: `StorageError`.
    public func synchronize() throws(StorageError) { try file.synchronize() }

    /// Length, its checksum, the data, its checksum (tensorflow/core/lib/io/record_writer.h).
    private func append(record: [UInt8]) throws(StorageError) {
        let length = UInt64(record.count).littleEndianBytes
        try file.append(length + Self.maskedChecksum(length) + record + Self.maskedChecksum(record))
    }

    /// A CRC-32C turned by 15 bits with a constant added, so that data that hold checksums have no odd ones.
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

    /// A text, bytes, or a message.
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
