/// Names of files are bytes on Linux, and need not be UTF-8. Paths are nevertheless texts here: a byte that is not part
/// of a character becomes one of the last 128 scalars that Unicode keeps for private use, U+10FF80 to U+10FFFF, and
/// becomes that byte again on its way to the system. So every name goes back to the system as it came.
///
/// A name that has such a scalar of its own is taken as if its four bytes were no character: it round-trips too.
extension String {
    /// A path or a name from the system.
    public init(pathBytes bytes: some Collection<UInt8>) {
        if let text = String(validating: bytes, as: UTF8.self), !text.unicodeScalars.contains(where: \.isByte) {
            self = text
            return
        }
        self.init()
        var rest = bytes[...]
        while let byte = rest.first {
            var parser = Unicode.UTF8.ForwardParser()
            var iterator = rest.makeIterator()
            if case .valid(let encoded) = parser.parseScalar(from: &iterator),
                case let scalar = Unicode.UTF8.decode(encoded), !scalar.isByte
            {
                unicodeScalars.append(scalar)
                rest = rest.dropFirst(encoded.count)
            } else {
                unicodeScalars.append(Unicode.Scalar(Unicode.Scalar.firstByte + UInt32(byte & 0x7F))!)
                rest = rest.dropFirst()
            }
        }
    }

    /// A path or a name from the system, up to its zero.
    public init(pathPointer: UnsafePointer<CChar>) {
        var end = pathPointer
        while end.pointee != 0 { end += 1 }
        let count = end - pathPointer
        self = pathPointer.withMemoryRebound(to: UInt8.self, capacity: count) {
            String(pathBytes: UnsafeBufferPointer(start: $0, count: count))
        }
    }

    /// The bytes that the system knows a path by, without a zero at the end. Messages on standard error go the same
    /// way, so that names look there as they do in other programs.
    public var pathBytes: [UInt8] {
        guard unicodeScalars.contains(where: \.isByte) else { return Array(utf8) }
        return unicodeScalars.flatMap { $0.isByte ? [UInt8(0x80 | $0.value & 0x7F)] : Array(UTF8.encode($0)!) }
    }

    /// ``pathBytes`` for a system call.
    var systemPath: [CChar] { pathBytes.map { CChar(bitPattern: $0) } + [0] }
}

extension Unicode.Scalar {
    fileprivate static let firstByte: UInt32 = 0x10_FF80

    fileprivate var isByte: Bool { value >= Self.firstByte }
}
