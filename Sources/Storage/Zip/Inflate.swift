import CZlib

/// Unpacks a raw deflate stream (RFC 1951) that gives exactly `size` bytes and uses all of `packed`.
///
/// - Returns: `nil` for any other stream.
func inflate(_ packed: [UInt8], size: Int) -> [UInt8]? {
    var stream = z_stream()
    let windowBits: Int32 = -15  // Negative: no zlib header around the data.
    let result = inflateInit2_(&stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(result == Z_OK, "zlib cannot start: \(result), expected \(Z_OK)")
    defer { inflateEnd(&stream) }
    // One byte more than expected, so that a stream that is too long shows.
    var content = [UInt8](repeating: 0, count: size + 1)
    let used = packed.withUnsafeBufferPointer { input in
        content.withUnsafeMutableBufferPointer { output in
            inflate(&stream, from: UnsafeMutableBufferPointer(mutating: input), to: output)
        }
    }
    guard let used, used == (packed.count, size) else { return nil }
    content.removeLast()
    return content
}

/// Runs the stream to its end; gives the bytes taken and made, or `nil` where it is damaged or `output` too small.
private func inflate(
    _ stream: inout z_stream, from input: UnsafeMutableBufferPointer<UInt8>,
    to output: UnsafeMutableBufferPointer<UInt8>
) -> (taken: Int, made: Int)? {
    var taken = 0
    var made = 0
    while true {
        // zlib counts in 32 bits.
        let inputCount = min(input.count - taken, 1 << 30)
        let outputCount = min(output.count - made, 1 << 30)
        stream.next_in = input.baseAddress.map { $0 + taken }
        stream.avail_in = UInt32(inputCount)
        stream.next_out = output.baseAddress.map { $0 + made }
        stream.avail_out = UInt32(outputCount)
        let result = CZlib.inflate(&stream, Z_NO_FLUSH)
        taken += inputCount - Int(stream.avail_in)
        made += outputCount - Int(stream.avail_out)
        if result == Z_STREAM_END { return (taken, made) }
        // Without progress zlib says Z_BUF_ERROR, so this ends.
        guard result == Z_OK else { return nil }
    }
}
