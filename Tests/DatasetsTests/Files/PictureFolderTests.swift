import Foundation
import Graphics
import Storage
import TestSupport
import Testing

@testable import Datasets

@Suite struct PictureFolderTests {
    let folder: TestFolder
    init() throws { folder = try TestFolder() }

    private func picture(_ color: Color, width: Int = 3, height: Int = 2) -> [UInt8] {
        PNG.encode(Frame(width: width, height: height, fill: color))
    }

    @Test func greyPicturesHaveOneChannel() throws {
        for level in 0..<10 { try folder.write("gray/\(level).png", picture(Color(gray: UInt8(20 * level)))) }
        let data = try folder.make("gray")
        #expect(data.description == .init(name: "gray", shape: [2, 3, 1], kind: .levels(256)))
        #expect(data.training.count == 8 && data.validation.count == 1 && data.test.count == 1)
        let levels = Dataset.Part.allCases.flatMap { data[$0].values }
        #expect(Set(levels) == Set((0..<10).map { Float(20 * $0) }))
        #expect(try folder.make(folder.file("gray")).training == data.training)
        #expect(try DatasetCatalog.names(in: folder.path) == ["gray"])
    }

    @Test func coloursHaveThreeAndFoldersAreClasses() throws {
        for number in 0..<20 {
            try folder.write("c/blue/\(number).png", picture(Color(red: 1, green: 2, blue: 200)))
            try folder.write("c/red/\(number).png", picture(Color(red: 200, green: 2, blue: 1, alpha: 0)))
        }
        let data = try folder.make("c")
        #expect(
            data.description
                == .init(
                    name: "c", shape: [2, 3, 3], kind: .levels(256), classCount: 2, classNames: ["blue", "red"]))
        for part in Dataset.Part.allCases {
            for row in 0..<data[part].count {
                // Transparent pixels are blended with black.
                let expected: [Float] = data[part].labels[row] == 0 ? [1, 2, 200] : [0, 0, 0]
                #expect(Array(data[part][row].prefix(3)) == expected)
            }
        }
        #expect(
            try folder.make("c") {
                $0.classes = .init(["red"])
                $0.test = 0.4
                $0.validation = 0.4
            }.training.labels.allSatisfy { $0 == 0 })
    }

    @Test func foldersOfNumbersAreInTheirOrderAndCalledByThem() throws {
        for label in 0...10 {
            for number in 0..<6 { try folder.write("n/\(label)/\(number).png", picture(Color(gray: UInt8(label)))) }
        }
        let data = try folder.make("n")
        #expect(data.description.classNames == (0...10).map(String.init))
        for part in Dataset.Part.allCases {
            #expect((0..<data[part].count).allSatisfy { Int(data[part][$0][0]) == data[part].labels[$0] })
        }
        // Names come before places.
        try folder.write("m/3/a.png", picture(Color(gray: 3)))
        for number in 0..<30 { try folder.write("m/8/\(number).png", picture(Color(gray: 8))) }
        let eights = try folder.make("m") { $0.classes = [8] }
        #expect(eights.description.classNames == ["8"] && eights.training.values.allSatisfy { $0 == 8 })
        #expect("\(folder.error("m") { $0.classes = [1] }!)".contains("some of 3, 8"))
    }

    @Test func hiddenAndStrayEntriesAreLeftOut() throws {
        for name in ["cat", "dog"] {
            for number in 0..<4 { try folder.write("c/\(name)/\(number).png", picture(.black)) }
            try folder.write("c/\(name)/._0.png", [0, 5, 22, 7])
            try folder.write("c/\(name)/notes.txt", "none")
        }
        try folder.write("c/.ipynb_checkpoints/0.png", picture(.black))
        try folder.write("c/__MACOSX/._cat.png", [0, 5, 22, 7])
        try createFolder(folder.file("c/dog/old.png"))
        let data = try folder.make("c")
        #expect(data.description.classNames == ["cat", "dog"] && data.notes.isEmpty)
        try folder.write("c/preview.png", picture(.white))
        let stray = try folder.make("c")
        #expect(stray.training == data.training)
        #expect(stray.notes.count == 1 && stray.notes[0].contains("c/preview.png is left out"))
        for number in 0..<20 { try folder.write("c/\(number).png", picture(.white)) }
        let direct = try folder.make("c")
        #expect(direct.description.classCount == 0 && direct.notes.count == 2)
    }

    @Test func jpegsAreReadWhateverTheirName() throws {
        let pictures = joinPath(
            splitPath(splitPath(splitPath(#filePath).folder).folder).folder, "Fixtures/Graphics/pictures.json")
        let json = try JSON(parsing: InputFile.bytes(of: pictures, limit: 1 << 20)[...], file: pictures)
        let text = try #require(json["jpegs"]?.array?.first?["file"]?.string)
        let jpeg = Array(try #require(Data(base64Encoded: text)))
        for name in ["a.jpg", "b.JPEG", "c.png"] { try folder.write("j/\(name)", jpeg) }
        #expect(try folder.make("j").description.shape == [13, 19, 1])
        try folder.write("j/d.jpg", Array(jpeg.dropLast(100)))
        let error = folder.error("j") as? FormatError
        #expect(error?.format == .jpeg && error?.file == folder.file("j/d.jpg"))
        // One sentence, with one thing expected and one found.
        #expect("\(error!)".components(separatedBy: "expected").count == 2)
    }

    @Test func otherSizesAndDamagedFilesAreNamed() throws {
        try folder.write("p/a.png", picture(.black))
        try folder.write("p/b.png", picture(.black, width: 4))
        #expect("\(folder.error("p")!)".contains("b.png: expected 3 x 2 pixels"))
        try folder.write("p/b.png", Array(picture(.black).dropLast(3)))
        let error = folder.error("p") as? FormatError
        #expect(error?.format == .png && error?.file == folder.file("p/b.png") && error!.offset > 0)
        try removeFile(folder.file("p/b.png"))
        #expect(folder.error("p") is DatasetError)
        try createFolder(folder.file("empty"))
        #expect("\(folder.error("empty")!)".contains("PNG or JPEG images"))
    }
}
