import CZlib

/// The two calls of zlib that PNG needs, over whole buffers.
enum Zlib {
    /// Deflate can't shrink data further than this, so a longer promise about its size is a lie.
    static let largestRatio = 1032

    /// A zlib stream that holds `bytes`. Pixels compress well at the middle level; higher ones cost far more time.
    static func compress(_ bytes: [UInt8]) -> [UInt8] {
        var size = compressBound(uLong(bytes.count))
        return [UInt8](unsafeUninitializedCapacity: Int(size)) { target, count in
            let status = compress2(target.baseAddress, &size, bytes, uLong(bytes.count), 6)
            precondition(status == Z_OK, "zlib could not compress \(bytes.count) bytes: status \(status)")
            count = Int(size)
        }
    }

    /// The `count` bytes that the zlib stream `bytes` holds; nil where it is damaged or holds another number of bytes.
    static func decompress(_ bytes: [UInt8], count: Int) -> [UInt8]? {
        var size = uLong(count)
        var status = Z_OK
        // One byte more than needed tells a stream that is too long from one that fits.
        let result = [UInt8](unsafeUninitializedCapacity: count + 1) { target, written in
            size = uLong(count + 1)
            status = uncompress(target.baseAddress, &size, bytes, uLong(bytes.count))
            written = status == Z_OK ? Int(size) : 0
        }
        return status == Z_OK && result.count == count ? result : nil
    }

    /// The CRC-32 of a stretch of `bytes`, as PNG and ZIP define it.
    static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.withUnsafeBufferPointer { UInt32(crc32(0, $0.baseAddress, uInt($0.count))) }
    }
}
