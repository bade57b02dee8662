import Datasets
import Storage

extension Dataset.Description {
    /// The description as a checkpoint stores it.
    var json: JSON {
        var members: [JSON.Member] = [
            .init("name", .string(name)), .init("shape", .array(shape.map { .integer($0) })),
            .init("kind", .string(kind.name.rawValue)), .init("sequences", .boolean(isSequential)),
            .init("classes", .integer(classCount)),
        ]
        if !classNames.isEmpty { members.append(.init("classNames", .array(classNames.map { .string($0) }))) }
        if let endSymbol { members.append(.init("endSymbol", .integer(endSymbol))) }
        switch kind {
        case .levels(let count): members.append(.init("levels", .integer(count)))
        case .symbols(let symbols): members.append(.init("symbols", .string(String(symbols))))
        case .bits, .unit, .reals: break
        }
        return .object(members)
    }

    /// Reads what ``json`` wrote.
    ///
    /// - Throws: `FormatError` with the checkpoint's name for anything else.
    init(json text: String, file: String) throws {
        func refused(_ expected: String) -> FormatError {
            FormatError(.safetensors, file: "\(file)(data)", offset: 8, expected: expected, found: text)
        }
        guard let json = try? JSON(parsing: Array(text.utf8)[...], file: file) else {
            throw refused("a description of the data")
        }
        let shape = json["shape"]?.array?.compactMap(\.integer) ?? []
        let size = shape.reduce(1.0) { $0 * Double($1) }
        guard let name = json["name"]?.string, shape.allSatisfy({ $0 > 0 }), size <= Double(1 << 30),
            shape.count == json["shape"]?.array?.count
        else { throw refused("a name, and a shape of at most 2³⁰ elements") }
        let levels = json["levels"]?.integer ?? 0
        let kind: ElementKind? =
            switch json["kind"]?.string.flatMap(ElementKind.Name.init(rawValue:)) {
            case .bits: .bits
            case .levels: 2...65_536 ~= levels ? .levels(levels) : nil
            case .unit: .unit
            case .reals: .reals
            case .symbols: json["symbols"]?.string.map { .symbols(Array($0)) }
            case nil: nil
            }
        guard let kind else { throw refused("the kind of the numbers") }
        let classes = json["classes"]?.integer ?? 0
        guard 0...65_536 ~= classes else { throw refused("a number of classes") }
        let names = json["classNames"]?.array?.compactMap(\.string) ?? []
        guard [0, classes].contains(names.count) else { throw refused("a name for each class") }
        self.init(
            name: name, shape: shape, kind: kind, isSequential: json["sequences"] == .boolean(true),
            classCount: classes, classNames: names)
        endSymbol = json["endSymbol"]?.integer
    }
}
