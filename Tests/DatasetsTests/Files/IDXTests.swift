import Storage
import TestSupport
import Testing

@testable import Datasets

@Suite struct IDXTests {
    let folder: TestFolder
    init() throws { folder = try TestFolder() }

    @Test(arguments: ["", ".gz"]) func picturesAndLabelsAreReadAndSplit(suffix: String) throws {
        try writePictures(folder, suffix: suffix)
        let data = try folder.make("mnist")
        #expect(
            data.description == .init(name: "mnist", shape: [2, 3, 1], kind: .levels(256), classCount: 2))
        // The last sixth of the training rows is for validation.
        #expect(data.training.count == 10 && data.validation.count == 2 && data.test.count == 6)
        #expect(data.training[9].allSatisfy { $0 == 9 } && data.validation[0].allSatisfy { $0 == 10 })
        #expect(data.validation.labels == [0, 1] && data.test.labels == [0, 1, 0, 1, 0, 1])
        #expect(data.place(of: 1, in: .validation).hasSuffix("train-images-idx3-ubyte\(suffix), image 12"))
    }

    @Test func otherSetsAreFoundByPrefixFolderAndPath() throws {
        try writePictures(folder, prefix: "fashion-")
        try writePictures(folder, prefix: "more/")
        #expect(try folder.make("fashion").training.count == 10)
        #expect(try folder.make("more").training.count == 10)
        #expect(try folder.make(folder.path).description.name == splitPath(folder.path).name)
        #expect(try folder.make(folder.file("fashion-t10k-images-idx3-ubyte")).description.name == "fashion")
        #expect(try DatasetCatalog.names(in: folder.path) == ["fashion"])
    }

    @Test func otherElementsAreRead() throws {
        let floats = idx([2], [0x3F, 0x80, 0, 0, 0xC0, 0, 0, 0], type: 0x0D)
        #expect(try IDXArray(floats, file: "a").numbers.floats == [1, -2])
        let doubles = idx([1], [0x3F, 0xF8, 0, 0, 0, 0, 0, 0], type: 0x0E)
        #expect(try IDXArray(doubles, file: "a").numbers.floats == [1.5])
        #expect(try IDXArray(idx([2], [0xFF, 0xFE, 1, 0], type: 0x0B), file: "a").numbers.floats == [-2, 256])
        #expect(try IDXArray(idx([1], [0xFF, 0xFF, 0xFF, 0xFD], type: 0x0C), file: "a").numbers.floats == [-3])
        #expect(try IDXArray(idx([2], [0xFF, 7], type: 9), file: "a").numbers.floats == [-1, 7])
    }

    @Test func missingFilesAreNamed() throws {
        #expect("\(folder.error("mnist")!)".contains("train-images-idx3-ubyte"))
        try writePictures(folder)
        try removeFile(folder.file("t10k-images-idx3-ubyte"))
        guard case DatasetError.missingFiles(_, _, let files)? = folder.error("mnist") else {
            Issue.record("no error of missing files")
            return
        }
        #expect(files == ["t10k-images-idx3-ubyte"])
    }

    @Test func labelsOfOnePartOnlyAreMissing() throws {
        try writePictures(folder)
        try removeFile(folder.file("t10k-labels-idx1-ubyte"))
        #expect("\(folder.error("mnist")!)".contains("t10k-labels-idx1-ubyte"))
        try removeFile(folder.file("train-labels-idx1-ubyte"))
        #expect(try folder.make("mnist").description.classCount == 0)
    }

    @Test func filesThatDontGoTogetherAreRefused() throws {
        try writePictures(folder)
        try folder.write("train-labels-idx1-ubyte", idx([11], [UInt8](repeating: 0, count: 11)))
        #expect((folder.error("mnist") as? FormatError)?.offset == 4)
        try writePictures(folder)
        try folder.write("t10k-images-idx3-ubyte", idx([6, 2, 2], [UInt8](repeating: 0, count: 24)))
        #expect(folder.error("mnist") is DatasetError)
    }

    @Test func nothingThatAFileHoldsTraps() throws {
        let bytes = idx([3, 2], [1, 2, 3, 4, 5, 6])
        try forEachDamage(of: bytes, at: folder.file("a")) { damage, place in
            do {
                let array = try IDXArray(DataFile.bytes(of: folder.file("a")), file: "a")
                #expect(damage == .changed && array.numbers.count <= 6)
            } catch let error as FormatError {
                #expect(error.offset <= bytes.count)
            }
        }
        // The product of four extents of 2^32 - 1 overflows every integer.
        let huge = idx([0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF], [1])
        #expect(throws: FormatError.self) { try IDXArray(huge, file: "a") }
    }
}
