import CZlib

/// Decompresses one deflate stream, in constant memory.
public final class Inflater {
    /// The state of a stream.
    public enum State: Hashable, Sendable {
        case unfinished
        case finished
        /// No progress was possible: the input has ended too early, or the output has no room.
        case stuck
        /// The stream is damaged, in zlib's words.
        case damaged(String)
    }

    private var stream = z_stream()

    public init(_ format: DeflateFormat) {
        let status = inflateInit2_(&stream, format.windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(status == Z_OK, "zlib can't start: \(status), expected \(Z_OK)")
    }

    deinit { inflateEnd(&stream) }

    /// Continues the stream as far as input and output allow.
    ///
    /// - Returns: the number of bytes consumed from the input and written to the output.
    public func inflate(
        _ input: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>
    ) -> (taken: Int, made: Int, state: State) {
        // zlib's counts have 32 bits.
        let (available, room) = (min(input.count, 1 << 30), min(output.count, 1 << 30))
        stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        stream.avail_in = UInt32(available)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(room)
        let status = CZlib.inflate(&stream, Z_NO_FLUSH)
        let state: State =
            switch status {
            case Z_OK: .unfinished
            case Z_STREAM_END: .finished
            case Z_BUF_ERROR: .stuck
            default: .damaged(String(cString: zError(status)))
            }
        return (available - Int(stream.avail_in), room - Int(stream.avail_out), state)
    }
}

/// Decompresses a whole stream that must give exactly `size` bytes.
///
/// - Returns: the content and the number of bytes of `packed` that it took; nil if the stream is damaged or of another
///   length.
public func inflated(_ packed: [UInt8], _ format: DeflateFormat, size: Int) -> (content: [UInt8], taken: Int)? {
    let inflater = Inflater(format)
    var (taken, state) = (0, Inflater.State.unfinished)
    // One byte more than expected, to notice streams that are too long.
    let content = [UInt8](unsafeUninitializedCapacity: size + 1) { output, made in
        packed.withUnsafeBufferPointer { input in
            while state == .unfinished {
                let step = inflater.inflate(
                    UnsafeBufferPointer(rebasing: input[taken...]),
                    into: UnsafeMutableBufferPointer(rebasing: output[made..<size + 1]))
                (taken, made, state) = (taken + step.taken, made + step.made, step.state)
            }
        }
    }
    guard state == .finished, content.count == size else { return nil }
    return (content, taken)
}
