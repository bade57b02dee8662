/// What reading and writing ZIP archives have in common (PKWARE's APPNOTE 6.3.10; section numbers refer to it).
///
/// Supported: the methods stored and deflated, ZIP64 sizes and offsets, names in UTF-8.
public enum Zip {
    /// How an entry is stored.
    public enum Method: UInt16, Hashable, Sendable {
        case stored = 0
        case deflated = 8
    }

    static let localSignature: UInt32 = 0x0403_4B50
    static let centralSignature: UInt32 = 0x0201_4B50
    static let endSignature: UInt32 = 0x0605_4B50
    static let zip64EndSignature: UInt32 = 0x0606_4B50
    static let zip64LocatorSignature: UInt32 = 0x0706_4B50

    static let localSize = 30
    static let centralSize = 46
    static let endSize = 22
    static let zip64EndSize = 56
    static let zip64LocatorSize = 20

    /// The extra field with 64-bit sizes (4.5.3).
    static let zip64ExtraTag: UInt16 = 1
    /// The general-purpose flag "names are UTF-8" (4.4.4, bit 11).
    static let utf8Flag: UInt16 = 1 << 11
}
