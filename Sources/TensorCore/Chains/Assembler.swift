/// Machine code of x86-64 as bytes: the instructions that ``ChainCompiler`` needs, on vectors of 16 floats (AVX-512).
///
/// Instructions are encoded as in Intel's Software Developer's Manual, volume 2, chapter 2.7 (EVEX).
struct Assembler {
    /// A vector register, zmm0 to zmm31.
    struct Vector: Hashable {
        let number: Int
    }

    /// A general register, rax to r15, by its number in instructions.
    struct General: Hashable {
        let number: Int
        static let rax = General(number: 0)
        /// Free for any use once saved (rbx, rbp, r12 to r15), and free for any use.
        static let saved = [3, 5, 12, 13, 14, 15].map(General.init), free = [2, 8, 9, 10, 11].map(General.init)
    }

    /// The last operand of a vector instruction.
    enum Operand {
        case vector(Vector)
        /// The elements from rcx on of an array.
        case element(base: General)
        /// A constant, the same for all lanes.
        case constant(UInt32)
        /// The first element of an array, the same for all lanes.
        case first(base: General)
    }

    /// The opcode of a vector instruction and what selects it.
    struct Opcode {
        /// 1 for 0F, 2 for 0F 38, 3 for 0F 3A.
        let map: UInt8
        /// 0 for none, 1 for 66.
        let prefix: UInt8
        let code: UInt8
        init(_ map: UInt8, _ prefix: UInt8, _ code: UInt8) { (self.map, self.prefix, self.code) = (map, prefix, code) }

        static let load = Opcode(1, 0, 0x10), store = Opcode(1, 0, 0x11), move = Opcode(1, 0, 0x28)
        static let add = Opcode(1, 0, 0x58), multiply = Opcode(1, 0, 0x59), subtract = Opcode(1, 0, 0x5C)
        static let minimum = Opcode(1, 0, 0x5D), divide = Opcode(1, 0, 0x5E), maximum = Opcode(1, 0, 0x5F)
        static let squareRoot = Opcode(1, 0, 0x51), floatFromInt32 = Opcode(1, 0, 0x5B)
        static let compare = Opcode(1, 0, 0xC2), blend = Opcode(2, 1, 0x65), round = Opcode(3, 1, 0x08)
        static let and = Opcode(1, 1, 0xDB), or = Opcode(1, 1, 0xEB), xor = Opcode(1, 1, 0xEF)
        static let broadcast = Opcode(2, 1, 0x18)
        /// a 2ᵇ, for whole numbers b.
        static let scale = Opcode(2, 1, 0x2C)
        /// a ← a b + c, and a ← a − b c.
        static let multiplyAdd = Opcode(2, 1, 0xA8), subtractProduct = Opcode(2, 1, 0xBC)
    }

    private(set) var bytes: [UInt8] = []
    /// Places of offsets to constants, relative to the ends of their instructions.
    private var constantUses: [(place: Int, end: Int, value: UInt32)] = []

    // MARK: Vectors

    /// result ← operation(first, last). `mask` is a mask register, or 0 for none: the other lanes stay as they are, or
    /// become 0 with `zeroing`; a blend takes `last` where it is set.
    mutating func vector(
        _ opcode: Opcode, _ result: Vector, _ first: Vector, _ last: Operand, mask: UInt8 = 0
    ) {
        encode(opcode, field: result.number, first.number, last, nil, mask, false)
    }

    /// result ← operation(operand); a store has them the other way round.
    mutating func vector(
        _ opcode: Opcode, _ result: Vector, _ operand: Operand, immediate: UInt8? = nil, mask: UInt8 = 0,
        zeroing: Bool = false
    ) {
        encode(opcode, field: result.number, 0, operand, immediate, mask, zeroing)
    }

    /// mask ← comparison(first, last), lane by lane.
    mutating func compare(mask: UInt8, _ first: Vector, _ last: Operand, _ comparison: UInt8) {
        encode(.compare, field: Int(mask), first.number, last, comparison, 0, false)
    }

    private mutating func encode(
        _ opcode: Opcode, field: Int, _ first: Int, _ last: Operand, _ immediate: UInt8?, _ mask: UInt8, _ zeroing: Bool
    ) {
        var (low, x, modrm): (UInt8, Int, [UInt8])
        var isBroadcast = false
        let reg = UInt8(field & 7) << 3
        switch last {
        case .vector(let vector):
            (low, x, modrm) = (UInt8(vector.number), vector.number >> 4, [0xC0 | reg | UInt8(vector.number & 7)])
        case .element(let base):
            // [base + 4 rcx + 0], with an offset because rbp and r13 can't do without.
            (low, x, modrm) = (UInt8(base.number), 0, [0x44 | reg, 0x88 | UInt8(base.number & 7), 0])
        case .first(let base):
            (low, x, modrm) = (UInt8(base.number), 0, [0x44 | reg, 0x20 | UInt8(base.number & 7), 0])
            isBroadcast = opcode.code != Opcode.broadcast.code
        case .constant:
            (low, x, modrm) = (0, 0, [0x05 | reg, 0, 0, 0, 0])
            isBroadcast = opcode.code != Opcode.broadcast.code
        }
        func inverted(_ number: Int, _ bit: Int, to place: Int) -> UInt8 { UInt8((~number >> bit) & 1) << UInt8(place) }
        bytes += [
            0x62,
            inverted(field, 3, to: 7) | inverted(x, 0, to: 6) | inverted(Int(low), 3, to: 5) | inverted(field, 4, to: 4)
                | opcode.map,
            UInt8(~first & 15) << 3 | 0x04 | opcode.prefix,
            (zeroing ? 0x80 : 0) | 0x40 | (isBroadcast ? 0x10 : 0) | inverted(first, 4, to: 3) | mask,
            opcode.code,
        ]
        bytes += modrm
        if let immediate { bytes.append(immediate) }
        if case .constant(let value) = last {
            let place = bytes.count - 4 - (immediate == nil ? 0 : 1)
            constantUses.append((place, bytes.count, value))
        }
    }

    // MARK: Control

    /// register ← the `index`-th of the pointers at rdi.
    mutating func loadPointer(_ register: General, _ index: Int) {
        // mov register, [rdi + 8 index]
        bytes += [0x48 | UInt8(register.number >> 3) << 2, 0x8B, 0x87 | UInt8(register.number & 7) << 3]
        append(Int32(8 * index))
    }

    mutating func push(_ register: General) {
        bytes += (register.number > 7 ? [0x41] : []) + [0x50 | UInt8(register.number & 7)]
    }

    mutating func pop(_ register: General) {
        bytes += (register.number > 7 ? [0x41] : []) + [0x58 | UInt8(register.number & 7)]
    }

    /// Runs the whole body for each 16 of rsi elements with rcx at their first, and then the rest with mask register 1
    /// on the remaining elements.
    mutating func loop(whole: Assembler, rest: Assembler) {
        bytes += [0x31, 0xC9]  // xor ecx, ecx
        let start = bytes.count
        bytes += [0x48, 0x8D, 0x41, 0x10]  // lea rax, [rcx + 16]
        bytes += [0x48, 0x39, 0xF0]  // cmp rax, rsi
        bytes += [0x0F, 0x87]  // ja
        append(Int32(whole.bytes.count + 9))
        append(whole)
        bytes += [0x48, 0x83, 0xC1, 0x10]  // add rcx, 16
        bytes += [0xE9]  // jmp
        append(Int32(start - bytes.count - 4))
        bytes += [0x48, 0x29, 0xCE]  // sub rsi, rcx
        bytes += [0x0F, 0x84]  // jz
        append(Int32(rest.bytes.count + 14))
        bytes += [0xB8, 0xFF, 0xFF, 0xFF, 0xFF]  // mov eax, -1
        bytes += [0xC4, 0xE2, 0x48, 0xF5, 0xC0]  // bzhi eax, eax, esi
        bytes += [0xC5, 0xF8, 0x92, 0xC8]  // kmovw k1, eax
        append(rest)
    }

    mutating func returnFromCall() { bytes += [0xC5, 0xF8, 0x77, 0xC3] }  // vzeroupper; ret

    mutating func append(_ other: Assembler) {
        let start = bytes.count
        bytes += other.bytes
        constantUses += other.constantUses.map { (start + $0.place, start + $0.end, $0.value) }
    }

    private mutating func append(_ value: Int32) {
        withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
    }

    /// The code followed by its constants.
    func finished() -> [UInt8] {
        var result = bytes
        while result.count % 4 != 0 { result.append(0xCC) }
        var places: [UInt32: Int] = [:]
        for use in constantUses {
            if places[use.value] == nil {
                places[use.value] = result.count
                withUnsafeBytes(of: use.value.littleEndian) { result += $0 }
            }
            withUnsafeBytes(of: Int32(places[use.value]! - use.end).littleEndian) {
                result.replaceSubrange(use.place..<use.place + 4, with: $0)
            }
        }
        return result
    }
}
