/// Decodes the stored properties of a settings struct by name, one of them changed: the struct's `init(from:)`, written
/// by the compiler, makes the changed struct from it.
///
/// Swift can list the properties of a value (`Mirror`), but can't write to a property found in that list.
struct SettingsDecoder: Decoder {
    private let properties: [String: Any]
    private let name: String
    private let setting: any AnySetting
    let codingPath: [any CodingKey]
    let userInfo: [CodingUserInfoKey: Any] = [:]

    /// The properties of `settings`, with `setting` in the place of the one called `name`.
    init(_ settings: any Configurable, _ name: String, _ setting: any AnySetting, at path: [any CodingKey] = []) {
        let children = Mirror(reflecting: settings).children.compactMap { child in child.label.map { ($0, child.value) }
        }
        properties = Dictionary(uniqueKeysWithValues: children)
        (self.name, self.setting, codingPath) = (name, setting, path)
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(Container(decoder: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw mismatch(Self.self, codingPath) }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { throw mismatch(Self.self, codingPath) }

    private func mismatch(_ type: Any.Type, _ path: [any CodingKey]) -> DecodingError {
        .typeMismatch(type, .init(codingPath: path, debugDescription: "settings are a struct's properties"))
    }

    /// The property of a key: changed, or as it is.
    private func property<Value: Decodable>(_ key: any CodingKey) throws -> Value {
        // A wrapped property is stored with an underscore before its name.
        let wrapped = properties["_" + key.stringValue]
        if wrapped is any AnySetting, key.stringValue == name, let changed = setting as? Value { return changed }
        let property = wrapped ?? properties[key.stringValue]
        if let group = property as? any Configurable {
            return try Value(from: SettingsDecoder(group, name, setting, at: codingPath + [key]))
        }
        guard let value = property as? Value else { throw mismatch(Value.self, codingPath + [key]) }
        return value
    }

    private struct Container<Key: CodingKey>: KeyedDecodingContainerProtocol {
        let decoder: SettingsDecoder

        var codingPath: [any CodingKey] { decoder.codingPath }
        var allKeys: [Key] { [] }

        func contains(_ key: Key) -> Bool { true }
        func decodeNil(forKey key: Key) -> Bool { false }
        func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value { try decoder.property(key) }

        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type, forKey key: Key
        ) throws -> KeyedDecodingContainer<Nested> { throw decoder.mismatch(type, codingPath + [key]) }

        func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
            throw decoder.mismatch(Self.self, codingPath + [key])
        }

        func superDecoder() -> any Decoder { decoder }
        func superDecoder(forKey key: Key) -> any Decoder { decoder }
    }
}
