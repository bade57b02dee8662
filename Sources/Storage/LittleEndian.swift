/// Fixed-width integers in the little-endian order that all of the project's binary formats use.
extension FixedWidthInteger {
    /// The bytes, the lowest first.
    public var littleEndianBytes: [UInt8] {
        withUnsafeBytes(of: littleEndian) { Array($0) }
    }

    /// Reads an integer whose lowest byte is at `offset` from the start of `bytes`.
    ///
    /// - Precondition: All its bytes lie within `bytes`.
    public init(littleEndianIn bytes: some Collection<UInt8>, at offset: Int) {
        self = bytes.dropFirst(offset).prefix(MemoryLayout<Self>.size).reversed().reduce(0) { $0 << 8 | Self($1) }
    }
}
