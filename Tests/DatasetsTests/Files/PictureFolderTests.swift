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
        #expect(data.description == .init(name: "c", shape: [2, 3, 3], kind: .levels(256), classCount: 2))
        for part in Dataset.Part.allCases {
            for row in 0..<data[part].count {
                // Transparent pixels are blended with black.
                let expected: [Float] = data[part].labels[row] == 0 ? [1, 2, 200] : [0, 0, 0]
                #expect(Array(data[part][row].prefix(3)) == expected)
            }
        }
        #expect(
            try folder.make("c") {
                $0.classes = [1]
                $0.test = 0.4
                $0.validation = 0.4
            }.training.labels.allSatisfy { $0 == 0 })
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
        #expect("\(folder.error("empty")!)".contains("PNG images"))
    }
}
