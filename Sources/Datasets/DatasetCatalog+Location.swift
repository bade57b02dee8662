import Storage

extension DatasetCatalog {
    /// The name and folder by which ``make(_:folder:settings:)`` finds the same data from any current folder.
    public static func located(_ name: String, folder: String?) -> (name: String, folder: String?) {
        let place = folder.map(absolutePath)
        guard !entries.contains(where: { $0.name == name }) else { return (name, place) }
        if name.contains("/") || exists(name) && isDataFile(name) { return (absolutePath(name), place) }
        // A file's name in the folder would be looked for in the current folder first.
        if let place, isDataFile(name), exists(joinPath(place, name)) { return (joinPath(place, name), place) }
        return (name, place)
    }

    /// Whether a name is that of a file of a known kind.
    private static func isDataFile(_ name: String) -> Bool {
        let plain = DataFile.plainName(name)
        return IDXDataset.prefix(ofFile: name) != nil || CSVDataset.name(ofFile: name) != nil
            || [TextDataset.ending, MusicDataset.ending, RolloutDataset.ending].contains { plain.hasSuffix($0) }
    }
}

extension Dataset {
    /// A checksum of all numbers, classes and lengths: of what is learned from, whatever files it comes from.
    public var checksum: UInt32 {
        Part.allCases.reduce(UInt32(0)) { self[$1].checksum(continuing: $0) }
    }
}

extension DataRows {
    fileprivate func checksum(continuing start: UInt32) -> UInt32 {
        func add<Number: BitwiseCopyable>(_ numbers: [Number], to checksum: UInt32) -> UInt32 {
            numbers.withUnsafeBytes { crc32($0, continuing: checksum) }
        }
        let head = add([count, width, labels.count, isSequential ? 1 : 0], to: start)
        let lengths = isSequential ? add(self.lengths, to: head) : head
        let classes = add(labels, to: lengths)
        return switch numbers {
        case .bytes(let bytes, let divisor): add(bytes, to: add([divisor], to: classes))
        case .integers(let integers): add(integers, to: classes)
        case .floats(let floats): add(floats, to: classes)
        }
    }
}
