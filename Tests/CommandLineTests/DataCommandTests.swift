import Graphics
import Storage
import Testing

/// Datasets as the commands show and read them.
@Suite struct DataCommandTests {
    private let folder = try! TemporaryFolder()

    private func describe(_ words: String..., prefix: String = "") throws -> JSON {
        let result = try Executable.run(["list", "datasets"] + words + ["--json"], in: folder, prefix: prefix)
        #expect(result.status == 0, "\(words): \(result.errors)")
        return try result.json()
    }

    @Test func whatWasGuessedOfATableIsShownAndCanBeSet() throws {
        let rows = (0..<9).map { "\($0);\($0 == 3 ? "NA" : "1.5");\($0 % 2 == 0 ? "yes" : "no")\r\n" }.joined()
        try writeAtomically("\u{FEFF}\"a\";\"b\";\"class\"\r\n" + rows, to: folder.file("t.csv"), overwrite: false)
        let shown = try describe("t.csv")
        let table = try #require(shown["table"])
        #expect(table["rows"]?.integer == 8 && table["columns"]?.integer == 3 && table["missing"]?.integer == 1)
        #expect(table["separator"]?.string == "semicolon" && table["names"]?.array == ["a", "b", "class"])
        #expect(table["header"] == .boolean(true) && table["labelColumn"]?.string == "column 3 'class'")
        #expect(table["firstMissing"]?.string?.hasPrefix("./t.csv, line 5, column 2 'b'; 'fit' needs --option") == true)
        #expect(shown["classNames"]?.array == ["no", "yes"] && shown["classes"]?.integer == 2)
        #expect(shown["preparation"]?["reals"]?.string == "as they are")
        let filled = try describe("t.csv", "--option", "missing=mean")
        #expect(filled["table"]?["rows"]?.integer == 9)
        let fit = try Executable.run(["fit", "vae", "t.csv", "--set", "epochs=1"], in: folder)
        #expect(
            fit.status == 65 && fit.errors.contains("line 5: expected a number in column 2 'b', or --option missing="))
    }

    @Test func aPipeIsReadLikeAFile() throws {
        let lines = (0..<50).map { "\($0),\($0 * $0)" }.joined(separator: "\n")
        try writeAtomically(lines, to: folder.file("lines"), overwrite: false)
        let shown = try describe("p.csv", prefix: "mkfifo p.csv; cat lines > p.csv &")
        #expect(shown["table"]?["rows"]?.integer == 50)
    }

    /// A character by itself takes 16 bytes: with an array of them, this text alone took 400 MB.
    @Test func aLongTextInASmallFileTakesLittleMemory() throws {
        let result = try Executable.run(
            ["list", "datasets", "y.txt.gz"], in: folder, environment: ["REVERIE_THREADS": "1"],
            prefix: "yes 'hello world' | head -c 12582912 | gzip > y.txt.gz; ulimit -v 400000;")
        #expect(result.status == 0, "\(result.errors)")
    }

    @Test func namesThatAreNoTextArePassedOnAsTheyAre() throws {
        let table = #"mkdir $'d\xe9'; printf '1,2\n3,4\n5,6\n' > $'d\xe9/t\xff.csv'; "#
        let shown = try describe(prefix: table + #"set -- list datasets $'d\xe9/t\xff.csv' --json;"#)
        #expect(shown["table"]?["rows"]?.integer == 3)
        let missing = try Executable.run(
            [], in: folder, prefix: #"set -- list datasets $'d\xe9/u.csv';"#, redirection: "2>said")
        #expect(missing.status == 66)
        let said = try folder.bytes("said")
        #expect(said.contains(0xE9) && String(validating: said, as: UTF8.self) == nil)
    }

    @Test func whatIsLeftOutOfPicturesIsSaid() throws {
        let picture = PNG.encode(Frame(width: 3, height: 2, fill: .white))
        for name in ["cat/1.png", "cat/2.png", "dog/1.png", "dog/2.png", "preview.png"] {
            try createFolder(splitPath(folder.file("pets/" + name)).folder)
            try writeAtomically(picture, to: folder.file("pets/" + name), overwrite: false)
        }
        #expect(try describe("./pets")["classNames"]?.array == ["cat", "dog"])
        let fit = try Executable.run(
            ["fit", "rbm", "./pets", "--set", "epochs=1", "--set", "hiddenUnits=2"], in: folder)
        #expect(fit.status == 0 && fit.errors.contains("pets/preview.png is left out"), "\(fit.errors)")
    }
}
