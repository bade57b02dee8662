import Storage

extension SafetensorsHeader {
    /// The length of the JSON from the file's first 8 bytes.
    ///
    /// - Parameter fileLength: The length of the whole file in bytes.
    static func length(_ bytes: [UInt8], fileLength: Int, file: String) throws(FormatError) -> Int {
        guard bytes.count == 8 else {
            throw FormatError(
                .safetensors, file: file, offset: 0, expected: "the header's length in 8 bytes",
                found: "a file of \(bytes.count) bytes")
        }
        let length = UInt64(littleEndianIn: bytes, at: 0)
        guard length <= largestLength else {
            throw FormatError(
                .safetensors, file: file, offset: 0, expected: "a header of at most \(largestLength) bytes",
                found: "the length \(length)")
        }
        guard Int(length) <= fileLength - 8 else {
            throw FormatError(
                .safetensors, file: file, offset: 0, expected: "a header within the file",
                found: "the length \(length) in a file of \(fileLength) bytes")
        }
        return Int(length)
    }

    /// Parses the JSON and checks that the tensors fill `dataLength` bytes without gaps or overlaps.
    init(json: [UInt8], dataLength: Int, file: String) throws(FormatError) {
        guard json.first == UInt8(ascii: "{") else {
            throw FormatError(
                .safetensors, file: file, offset: 8, expected: "'{' at the start of the header", found: "something else"
            )
        }
        let header: JSON
        do throws(FormatError) {
            // A tensor with few dimensions takes about 9 values and at least 50 bytes, so this only bounds memory.
            header = try JSON(parsing: json[...], file: file, depth: 3, values: 1000 + json.count / 4)
        } catch { throw error.moved(by: 8, format: .safetensors) }
        guard case .object(let members) = header else { preconditionFailure("JSON that starts with '{' is an object") }
        let reader = SafetensorsHeaderReader(file: file)
        var places: [(entry: TensorFileEntry, start: Int, end: Int)] = []
        metadata = [:]
        for member in members {
            if member.name == Self.metadataName {
                metadata = try reader.metadata(member.value)
            } else {
                places.append(try reader.tensor(member))
            }
        }
        places.sort { ($0.start, $0.end) < ($1.start, $1.end) }
        try reader.checkPlaces(places, dataStart: 8 + json.count, dataLength: dataLength)
        entries = places.map(\.entry)
    }
}

/// Converts the header's JSON to entries. Errors about content give the offset of the data or the header.
private struct SafetensorsHeaderReader {
    let file: String

    func metadata(_ value: JSON) throws(FormatError) -> [String: String] {
        guard case .object(let members) = value else { throw failure("an object as __metadata__", "\(value)") }
        var metadata: [String: String] = [:]
        for member in members {
            guard let text = member.value.string else {
                throw failure("a string as metadata \(member.name)", "\(member.value)")
            }
            metadata[member.name] = text
        }
        return metadata
    }

    func tensor(_ member: JSON.Member) throws(FormatError) -> (entry: TensorFileEntry, start: Int, end: Int) {
        let name = member.name
        guard case .object(let fields) = member.value, fields.count == 3 else {
            throw failure("an object of dtype, shape and data_offsets for \(name)", "\(member.value)")
        }
        let typeName = member.value["dtype"]?.string ?? "none"
        guard let type = TensorFileType(rawValue: typeName) else {
            let known = TensorFileType.allCases.map(\.rawValue).joined(separator: ", ")
            guard !TensorFileType.unsupportedNames.contains(typeName) else {
                throw FormatError(
                    .safetensors, file: file, offset: 8, expected: "one of \(known)", found: "\(name) in \(typeName)",
                    problem: .unsupported)
            }
            throw failure("the dtype of \(name) to be one of \(known)", typeName)
        }
        guard let shape = naturals(member.value["shape"]) else {
            throw failure("an array of lengths as the shape of \(name)", "\(member.value["shape"] ?? .null)")
        }
        guard let offsets = naturals(member.value["data_offsets"]), offsets.count == 2, offsets[0] <= offsets[1] else {
            throw failure(
                "two ascending data_offsets for \(name)", "\(member.value["data_offsets"] ?? .null)")
        }
        guard byteCount(shape, type) == offsets[1] - offsets[0] else {
            throw failure(
                "as many bytes as \(name) of shape \(shape) in \(typeName) needs", "\(offsets[1] - offsets[0])")
        }
        return (TensorFileEntry(name: name, type: type, shape: shape), offsets[0], offsets[1])
    }

    func checkPlaces(
        _ places: [(entry: TensorFileEntry, start: Int, end: Int)], dataStart: Int, dataLength: Int
    ) throws(FormatError) {
        var end = 0
        for place in places {
            guard place.start == end else {
                throw FormatError(
                    .safetensors, file: file, offset: dataStart + min(place.start, dataLength),
                    expected: "\(place.entry.name) to start at byte \(end) of the data, without gaps or overlaps",
                    found: "\(place.start)")
            }
            end = place.end
        }
        guard end == dataLength else {
            throw FormatError(
                .safetensors, file: file, offset: dataStart + min(end, dataLength),
                expected: "\(end) bytes of data", found: "\(dataLength)")
        }
    }

    private func naturals(_ value: JSON?) -> [Int]? {
        guard let elements = value?.array else { return nil }
        let numbers = elements.compactMap(\.integer)
        return numbers.count == elements.count && numbers.allSatisfy { $0 >= 0 } ? numbers : nil
    }

    private func byteCount(_ shape: [Int], _ type: TensorFileType) -> Int? {
        var count = type.size
        for length in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: length)
            guard !overflow else { return nil }
            count = product
        }
        return count
    }

    private func failure(_ expected: String, _ found: String) -> FormatError {
        FormatError(.safetensors, file: file, offset: 8, expected: expected, found: String(found.prefix(200)))
    }
}
