/// GIF's variant of the Lempel-Ziv-Welch code (Welch, "A Technique for High-Performance Data Compression", 1984;
/// GIF89a, appendix F): codes of growing width, least significant bit first, in blocks of at most 255 bytes.
final class LZWWriter {
    private static let longestCode = 12
    /// Open addressing with a table four times as large as the 4,096 codes, so that searches stay short.
    private static let slots = 1 << 14
    /// For each slot, 0 or sequence << 12 | code, where a sequence is a known code followed by one index; no code is 0.
    private var table = [UInt32](repeating: 0, count: slots)

    /// Appends the code size, the data blocks and the block terminator of an image. `indices` is not empty, and each
    /// lies below 2^`bits`, 2...8.
    func write(_ indices: [UInt8], bits: Int, to output: inout [UInt8]) {
        let clear = 1 << bits
        var blocks = BlockWriter(output: output + [UInt8(bits)])
        var width = bits + 1
        var next = clear + 2
        forgetAll()
        blocks.write(clear, bits: width)
        var prefix = Int(indices[0])
        for index in indices.dropFirst() {
            let sequence = UInt32(prefix << 8 | Int(index))
            let slot = find(sequence)
            if table[slot] != 0 {
                prefix = Int(table[slot] & 0xFFF)
                continue
            }
            blocks.write(prefix, bits: width)
            if next < 1 << LZWWriter.longestCode {
                table[slot] = sequence << 12 | UInt32(next)
                // The reader learns each code one step later, so it widens its codes at this point too.
                if next == 1 << width { width += 1 }
                next += 1
            } else {
                blocks.write(clear, bits: width)
                forgetAll()
                width = bits + 1
                next = clear + 2
            }
            prefix = Int(index)
        }
        blocks.write(prefix, bits: width)
        // The reader has learnt a code from the one just written, which may widen the one that ends the image.
        if next == 1 << width && width < LZWWriter.longestCode { width += 1 }
        blocks.write(clear + 1, bits: width)
        output = blocks.finish()
    }

    private func forgetAll() {
        table.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
    }

    /// The slot that holds `sequence`, or the free one for it.
    private func find(_ sequence: UInt32) -> Int {
        var slot = Int((sequence &* 2_654_435_769) >> 18)
        while table[slot] != 0 && table[slot] >> 12 != sequence { slot = (slot + 1) % LZWWriter.slots }
        return slot
    }
}

/// Packs codes into bytes and bytes into blocks.
private struct BlockWriter {
    var output: [UInt8]
    private var block: [UInt8] = []
    private var buffer: UInt32 = 0
    private var filled = 0

    init(output: [UInt8]) { self.output = output }

    mutating func write(_ code: Int, bits: Int) {
        buffer |= UInt32(code) << filled
        filled += bits
        while filled >= 8 { shiftOut() }
    }

    /// Writes the last bits and an empty block, which ends the data.
    mutating func finish() -> [UInt8] {
        while filled > 0 { shiftOut() }
        endBlock()
        return output + [0]
    }

    private mutating func shiftOut() {
        block.append(UInt8(truncatingIfNeeded: buffer))
        buffer >>= 8
        filled -= 8
        if block.count == 255 { endBlock() }
    }

    private mutating func endBlock() {
        if block.isEmpty { return }
        output.append(UInt8(block.count))
        output += block
        block.removeAll(keepingCapacity: true)
    }
}
