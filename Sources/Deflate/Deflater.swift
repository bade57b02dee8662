import CZlib

/// Compresses bytes into one deflate stream, in constant memory, at zlib's middle level; higher ones are far slower.
public final class Deflater {
    private var stream = z_stream()
    private let output = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 1 << 16)

    public init(_ format: DeflateFormat) {
        let status = deflateInit2_(
            &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, format.windowBits, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        precondition(status == Z_OK, "zlib can't start: \(status), expected \(Z_OK)")
    }

    deinit {
        deflateEnd(&stream)
        output.deallocate()
    }

    /// Compresses more bytes.
    ///
    /// - Parameters:
    ///   - isLast: Whether the stream ends with them.
    ///   - write: Takes the compressed bytes, a piece at a time.
    public func deflate<Failure: Error>(
        _ bytes: UnsafeRawBufferPointer, isLast: Bool, _ write: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        // zlib's counts have 32 bits.
        var rest = bytes
        repeat {
            let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(piece.count))
            stream.next_in = UnsafeMutablePointer(mutating: piece.bindMemory(to: UInt8.self).baseAddress)
            stream.avail_in = UInt32(piece.count)
            try drain(flush: isLast && rest.isEmpty ? Z_FINISH : Z_NO_FLUSH, write)
        } while !rest.isEmpty
    }

    /// Calls zlib until it leaves room in the output, which means that it has consumed all of the input.
    private func drain<Failure: Error>(
        flush: Int32, _ write: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        repeat {
            stream.next_out = output.baseAddress
            stream.avail_out = UInt32(output.count)
            _ = CZlib.deflate(&stream, flush)
            let count = output.count - Int(stream.avail_out)
            try write(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(output)[..<count]))
        } while stream.avail_out == 0
    }
}

/// A whole stream that holds `bytes`.
public func deflated(_ bytes: [UInt8], _ format: DeflateFormat) -> [UInt8] {
    var packed: [UInt8] = []
    bytes.withUnsafeBytes { Deflater(format).deflate($0, isLast: true) { packed += $0 } }
    return packed
}
