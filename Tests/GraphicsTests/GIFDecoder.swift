@testable import Graphics

/// A plain GIF reader to check the encoder with: every frame as a player shows it. It follows GIF89a and assumes a
/// valid file; an index out of range traps, which fails the test.
struct GIFDecoder {
    private(set) var frames: [Frame] = []
    private(set) var delays: [Int] = []
    /// The stored number of repeats; nil without the extension.
    private(set) var loops: Int?
    /// The area of each stored rectangle.
    private(set) var areas: [Int] = []
    /// The number of colour tables after the first.
    private(set) var localTables = 0

    private let bytes: [UInt8]
    private var offset = 6

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        precondition(String(decoding: bytes.prefix(6), as: UTF8.self) == "GIF89a")
        var canvas = Frame(width: word(), height: word())
        let flags = byte()
        offset += 2
        let global = flags & 0x80 != 0 ? table(flags) : []
        var (delay, transparent): (Int, Int?) = (0, nil)
        while true {
            switch byte() {
            case 0x21 where bytes[offset] == 0xF9:
                offset += 2
                let control = byte()
                delay = word()
                transparent =
                    control & 1 != 0
                    ? Int(byte())
                    : {
                        _ = byte(); return nil
                    }()
                offset += 1
            case 0x21:
                offset += 1
                let body = blocks()
                if body.starts(with: Array("NETSCAPE2.0".utf8)) { loops = Int(body[12]) | Int(body[13]) << 8 }
            case 0x2C:
                let (x, y, width, height) = (word(), word(), word(), word())
                let flags = byte()
                if flags & 0x80 != 0 { localTables += 1 }
                let colors = flags & 0x80 != 0 ? table(flags) : global
                let indices = GIFDecoder.unpack(blocksAfterCodeSize())
                precondition(indices.count == width * height, "\(indices.count) indices for \(width) x \(height)")
                for (place, index) in indices.enumerated() where index != transparent {
                    canvas[x + place % width, y + place / width] = colors[index]
                }
                frames.append(canvas)
                delays.append(delay)
                areas.append(width * height)
            case 0x3B:
                precondition(offset == bytes.count, "bytes after the end")
                return
            case let other: preconditionFailure("unknown block \(other) at \(offset - 1)")
            }
        }
    }

    private mutating func byte() -> UInt8 {
        offset += 1
        return bytes[offset - 1]
    }
    private mutating func word() -> Int { Int(byte()) | Int(byte()) << 8 }

    private mutating func table(_ flags: UInt8) -> [Color] {
        (0..<2 << (flags & 7)).map { _ in Color(red: byte(), green: byte(), blue: byte()) }
    }

    private mutating func blocks() -> [UInt8] {
        var result: [UInt8] = []
        while true {
            let count = Int(byte())
            if count == 0 { return result }
            result += bytes[offset..<offset + count]
            offset += count
        }
    }
    private mutating func blocksAfterCodeSize() -> (Int, [UInt8]) { (Int(byte()), blocks()) }

    /// The indices that LZW codes represent; the codes must end with the end code and leave less than a byte.
    static func unpack(_ packed: (codeSize: Int, data: [UInt8])) -> [Int] {
        let clear = 1 << packed.codeSize
        var (width, bit) = (packed.codeSize + 1, 0)
        var entries: [[Int]] = []
        var previous: [Int]?
        var result: [Int] = []
        func reset() {
            entries = (0..<clear + 2).map { [$0] }
            width = packed.codeSize + 1
            previous = nil
        }
        reset()
        while true {
            let code = (0..<width).reduce(0) { $0 | Int(packed.data[(bit + $1) / 8] >> ((bit + $1) % 8) & 1) << $1 }
            bit += width
            if code == clear {
                reset()
            } else if code == clear + 1 {
                precondition(packed.data.count * 8 - bit < 8, "data after the end code")
                return result
            } else {
                let entry = code < entries.count ? entries[code] : previous! + [previous![0]]
                result += entry
                if let previous, entries.count < 4096 { entries.append(previous + [entry[0]]) }
                if entries.count == 1 << width && width < 12 { width += 1 }
                previous = entry
            }
        }
    }
}
