/// Names and values in order, as in a table of a configuration file, with the places that they come from.
public struct SettingsTable: Hashable, Sendable {
    /// A name with its value.
    public struct Entry: Hashable, Sendable {
        public var name: String
        public var value: SettingValue
        /// Where it was written, for errors: a file and a line.
        public var source: String

        public init(_ name: String, _ value: SettingValue, source: String = "settings") {
            self.name = name
            self.value = value
            self.source = source
        }
    }

    /// The entries; their names are unique.
    public private(set) var entries: [Entry] = []

    /// Makes a table.
    ///
    /// - Precondition: The names are unique.
    public init(_ entries: [Entry] = []) {
        precondition(Set(entries.map(\.name)).count == entries.count, "two entries have one of \(entries.map(\.name))")
        self.entries = entries
    }

    /// The value of a name. Setting a value replaces it in its place, or appends it; `nil` removes it.
    public subscript(name: String) -> SettingValue? {
        get { entries.first { $0.name == name }?.value }
        set {
            let index = entries.firstIndex { $0.name == name }
            switch (index, newValue) {
            case (let index?, let value?): entries[index] = Entry(name, value)
            case (nil, let value?): entries.append(Entry(name, value))
            case (let index?, nil): entries.remove(at: index)
            case (nil, nil): break
            }
        }
    }

    /// The lines of the table in TOML, without its header.
    public var tomlText: String {
        entries.map { "\($0.name.tomlKey) = \($0.value.toml)\n" }.joined()
    }
}

extension String {
    /// The text as a TOML key: bare if allowed, else quoted.
    var tomlKey: String {
        let isBare =
            !isEmpty
            && utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
        return isBare ? self : SettingValue.text(self).toml
    }
}
