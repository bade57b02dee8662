import Storage

/// The header of a safetensors file: an 8-byte length, then JSON that describes the layout of the data after it.
///
/// The format and its limits: https://github.com/huggingface/safetensors ("Format").
struct SafetensorsHeader {
    static let largestLength = 100_000_000
    static let metadataName = "__metadata__"

    /// The tensors in the order of their data.
    var entries: [TensorFileEntry]
    var metadata: [String: String]

    /// The length field and the JSON, padded with spaces so that the data starts at a multiple of 8 bytes.
    func encoded() -> [UInt8] {
        var members: [JSON.Member] = []
        if !metadata.isEmpty {
            let sorted = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            members.append(.init(Self.metadataName, .object(sorted.map { .init($0.key, .string($0.value)) })))
        }
        var offset = 0
        for entry in entries {
            let end = offset + entry.byteCount
            let description: JSON = [
                "dtype": .string(entry.type.rawValue),
                "shape": .array(entry.shape.map(JSON.integer)),
                "data_offsets": [.integer(offset), .integer(end)],
            ]
            members.append(.init(entry.name, description))
            offset = end
        }
        var text = [UInt8](JSON.object(members).description.utf8)
        text += [UInt8](repeating: UInt8(ascii: " "), count: (8 - text.count % 8) % 8)
        return UInt64(text.count).littleEndianBytes + text
    }
}
