import Storage
import Testing

@testable import Datasets

/// Tables as spreadsheets, pandas and other programs write them.
@Suite struct TableGuessTests {
    let folder: TestFolder
    init() throws { folder = try TestFolder() }

    private static let rows = (0..<12).map { ($0, "\(Double($0) / 2)", $0 % 3) }

    private func table(
        _ header: String, separator: String = ",", end: String = "\n", mark: [UInt8] = []
    ) throws -> Dataset {
        let lines = (header.isEmpty ? [] : [header]) + Self.rows.map { "\($0.0)\(separator)\($0.1)\(separator)\($0.2)" }
        try folder.write("t.csv", mark + Array((lines.joined(separator: end) + end).utf8))
        return try folder.make("t")
    }

    private func text(_ text: String, _ change: (inout DataSettings) -> Void = { _ in }) throws -> Dataset {
        try folder.write("t.csv", text)
        return try folder.make("t", change)
    }

    @Test func byteOrderMarksAndQuotesAreNoPartOfNames() throws {
        for (header, mark) in [
            ("class,b,c", [0xEF, 0xBB, 0xBF]), ("\"class\",\"b\",\"c\"", []),
            ("\"class\",\"b\",\"c\"", [0xEF, 0xBB, 0xBF]),
            (" \"Class\" , b,c", []),
        ] as [(String, [UInt8])] {
            let data = try table(header, mark: mark)
            #expect(data.description.classCount == 12 && data.description.width == 2, "\(header)")
            #expect(data.table?.labelColumn == 0 && data.table?.rows == 12)
        }
        let quoted = try text("\"a,\"\"b\"\"\",label\n\"1.5\",0\n2,1\n3,1\n")
        #expect(quoted.table?.header == ["a,\"b\"", "label"] && quoted.description.classCount == 2)
        #expect("\(folder.error("u", { _ in })!)".contains("no dataset"))
        #expect(throws: DatasetError.self) { try text("a,b\n\"1,2\n3,4\n5,6\n") }
    }

    @Test func pandasNumbersItsColumnsAndRows() throws {
        let numbered = try table("0,1,2")
        #expect(numbered.table?.header == ["0", "1", "2"] && numbered.table?.rows == 12)
        // Two columns that begin with 0 and 1 are as likely a row, unless it is set.
        #expect(try text("0,1\n1,1\n0,0\n").table?.rows == 3)
        #expect(try text("0,1\n1,1\n0,0\n1,0\n") { $0.header = true }.table?.rows == 3)
        #expect(try text("0,1,2\n1,1,1\n0,0,0\n") { $0.header = false }.table?.rows == 3)
        let indexed = try text(",a,class\n7,0.5,0\n3,1.5,1\n9,2.5,1\n")
        #expect(
            indexed.table?.indexColumn == 0 && indexed.description.width == 1 && indexed.description.classCount == 2)
        let both = try text(",0,1\n0,5,6\n1,7,8\n2,9,9\n")
        #expect(both.table?.indexColumn == 0 && both.description.width == 2 && both.table?.rows == 3)
    }

    @Test func separatorsAreFoundOrSet() throws {
        let expected = try table("a,b,class")
        for (separator, name) in [(";", "semicolon"), ("\t", "tab"), (" ", "space"), ("   ", "space"), (", ", "comma")]
        {
            for end in ["\n", "\r\n", "\r"] {
                let header = ["a", "b", "class"].joined(separator: separator)
                let data = try table(header, separator: separator, end: end)
                #expect(data.training == expected.training && data.table?.separator == name, "'\(separator)' \(name)")
            }
        }
        // Aligned columns, with spaces at both ends.
        #expect(try text("  1   2 \n 10  20 \n100 200 \n").description.width == 2)
        #expect(try text("1;2\n3;4\n5;6\n") { $0.separator = .semicolon }.description.width == 2)
        #expect(throws: DatasetError.self) { try text("1;2\n3;4\n5;6\n") { $0.separator = .comma } }
        // A comma is a separator first; where it can't be, the error says what numbers look like.
        #expect(
            "\(try #require(throws: DatasetError.self) { try text("1,5;2,5\n2;3,5\n7;8\n") })".contains("decimal point")
        )
    }

    @Test func classesMayBeTexts() throws {
        let iris = try text("length,species\n1.5,setosa\n2.5,virginica\n3.5,class 10\n4.5,class 9\n") {
            $0.labelColumn = .named("species")
        }
        #expect(iris.description.classNames == ["class 9", "class 10", "setosa", "virginica"])
        // Without a setting: the only column of texts.
        let lines = (0..<60).map { "\($0),\($0 % 2 == 0 ? "even" : "odd")" }.joined(separator: "\n")
        let guessed = try text(lines)
        #expect(guessed.description.classNames == ["even", "odd"] && guessed.table?.labelColumn == 1)
        for part in Dataset.Part.allCases {
            for row in 0..<guessed[part].count {
                #expect(Int(guessed[part][row][0]) % 2 == guessed[part].labels[row])
            }
        }
        let odd = try text(lines) { $0.classes = .init(["odd"]) }
        #expect(odd.description.classNames == ["odd"] && odd.training.values.allSatisfy { Int($0) % 2 == 1 })
        #expect(
            "\(try #require(throws: DatasetError.self) { try text(lines) { $0.classes = .init(["od"]) } })".contains(
                "even, odd"))
        // The classes of several files have the same numbers.
        for (part, rows) in [("train", "1,b\n2,a\n"), ("valid", "1,a\n"), ("test", "1,c\n")] {
            try folder.write("p.\(part).csv", "x,label\n" + rows)
        }
        let parts = try folder.make("p")
        #expect(parts.training.labels == [1, 0] && parts.validation.labels == [0] && parts.test.labels == [2])
        let signs = try text("x,label\n0.5,-1\n1.5,1\n2.5,-1\n")
        #expect(signs.description.classNames == ["-1", "1"])
        #expect(
            "\(try #require(throws: DatasetError.self) { try text(lines) { $0.labelColumn = .named("x") } })".contains(
                "1 to 2"))
    }

    @Test func missingValuesAreNamedOrFilled() throws {
        let lines = "a,b\n1,2\n2,\n3,NA\n4,2\n" + (5..<25).map { "\($0),\($0)\n" }.joined()
        let error = "\(try #require(throws: DatasetError.self) { try text(lines) })"
        #expect(error.contains("t.csv, line 3: expected a number in column 2 'b', or --option missing=mean"))
        #expect(error.hasSuffix("found none"))
        let dropped = try text(lines) { $0.missing = .drop }
        #expect(dropped.table?.rows == 22 && dropped.table?.missing == 2)
        #expect(dropped.table?.firstMissing?.hasSuffix("t.csv, line 3, column 2 'b'") == true)
        for part in Dataset.Part.allCases {
            for row in 0..<dropped[part].count {
                #expect(dropped.place(of: row, in: part).hasSuffix("line \(Int(dropped[part][row][0]) + 1)"))
            }
        }
        func value(of first: Float, in data: Dataset) -> Float? {
            Dataset.Part.allCases.lazy.flatMap { part in (0..<data[part].count).map { data[part][$0] } }
                .first { $0[0] == first }?[1]
        }
        #expect(value(of: 3, in: try text(lines) { $0.missing = .zero }) == 0)
        #expect(value(of: 3, in: try text(lines) { $0.missing = .mode }) == 2)
        // The mean is the training rows'.
        let filled = try text(lines) { $0.missing = .mean }
        let known = (0..<filled.training.count).map { filled.training[$0] }.filter { $0[0] != 2 && $0[0] != 3 }
        let mean = Float(known.reduce(0.0) { $0 + Double($1[1]) } / Double(known.count))
        #expect(value(of: 3, in: filled) == mean && value(of: 4, in: filled) == 2)
        #expect(throws: DatasetError.self) { try text("a,b\n1,\n2,?\n3,null\n4,NaN\n") { $0.missing = .mean } }
        #expect(
            "\(try #require(throws: DatasetError.self) { try text("a,class\n1,0\n2,\n3,1\n") { $0.missing = .mean } })"
                .contains("a class in column 2 'class', or --option missing=drop"))
    }

    @Test func otherEncodingsAreUnsupported() throws {
        try folder.write("t.csv", [0xFF, 0xFE, 0x31, 0x00])
        try folder.write("u.txt", [0xFE, 0xFF, 0x00, 0x31])
        for name in ["t", "u"] { #expect((folder.error(name) as? FormatError)?.problem == .unsupported) }
        try folder.write("v.txt", [0xEF, 0xBB, 0xBF] + Array("hello hello".utf8))
        #expect(try folder.make("v").description.kind == .symbols([" ", "e", "h", "l", "o"]))
    }

    @Test func namesThatAreNoTextAreKept() throws {
        let inner = folder.file(String(pathBytes: [0x64, 0xE9]))
        try createFolder(inner)
        try writeAtomically(
            "1,2\n3,4\n5,6\n", to: joinPath(inner, String(pathBytes: Array("t".utf8) + [0xFF] + Array(".csv".utf8))),
            overwrite: false)
        let name = try #require(try DatasetCatalog.names(in: inner).first)
        #expect(name.pathBytes == [0x74, 0xFF])
        #expect(try DatasetCatalog.make(name, folder: inner, settings: .init()).description.width == 2)
        #expect(
            try DatasetCatalog.make(joinPath(inner, name + ".csv"), folder: nil, settings: .init()).training.count == 1)
    }

    @Test func otherEndingsAreSaid() throws {
        try folder.write("t.dat", "1,2\n")
        #expect("\(folder.error(folder.file("t.dat"))!)".contains("an ending that says what it holds"))
    }
}
