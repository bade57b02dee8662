/// Fixed-width integers in little-endian order, which all binary formats of the project use.
extension FixedWidthInteger {
    /// The bytes, least significant first.
    public var littleEndianBytes: [UInt8] {
        withUnsafeBytes(of: littleEndian) { Array($0) }
    }

    /// Reads an integer whose least significant byte is at `offset` from the start of `bytes`.
    ///
    /// - Precondition: All its bytes lie within `bytes`.
    public init(littleEndianIn bytes: some Collection<UInt8>, at offset: Int) {
        self = bytes.dropFirst(offset).prefix(MemoryLayout<Self>.size).reversed().reduce(0) { $0 << 8 | Self($1) }
    }
}
