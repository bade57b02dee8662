import Testing

@testable import Graphics

@Suite struct JPEGTests {
    private func decode(_ file: [UInt8], maximumPixels: Int = 1 << 16) throws(PictureError) -> Frame {
        try PictureFile.decode(file, as: .jpeg, maximumPixels: maximumPixels)
    }

    /// Also the one with an EXIF orientation, which neither applies.
    @Test(arguments: Pictures.all.jpegs)
    func readsWhatPillowWrites(_ picture: Pictures.Picture) throws {
        let file = Array(picture.file)
        #expect(try decode(file) == picture.frame)
        #expect(PictureFile.format(of: file) == .jpeg)
        #expect(PictureFile.format(of: PNG.encode(picture.frame)) == .png)
    }

    @Test(arguments: Pictures.all.unsupported)
    func unsupportedKindsSayWhatToDo(_ picture: Pictures.Picture) {
        let error = #expect(throws: PictureError.self) { try decode(Array(picture.file)) }
        #expect(error?.kind == .unsupported)
        #expect(error?.description.contains("found the four inks of a print (CMYK); save it in another way") == true)
    }

    @Test(arguments: Pictures.all.jpegs)
    func everyTruncationIsAnError(_ picture: Pictures.Picture) {
        let file = Array(picture.file)
        // What comes after the last rows is not needed to tell them.
        for length in 0..<file.count - 2 {
            let error = #expect(throws: PictureError.self, "\(length)") { try decode(Array(file[..<length])) }
            #expect(error?.kind == .damaged && (error?.offset ?? .max) <= length)
        }
    }

    @Test func whateverIsChangedIsReadOrRefused() {
        var (read, refused) = (0, 0)
        for picture in Pictures.all.jpegs {
            let file = Array(picture.file)
            for index in file.indices {
                for value: UInt8 in [0, 1, file[index] ^ 0x10, 0xFF] where file[index] != value {
                    var damaged = file
                    damaged[index] = value
                    if (try? decode(damaged)) == nil { refused += 1 } else { read += 1 }
                }
            }
        }
        #expect(read > 1000 && refused > 1000, "\(read) read, \(refused) refused")
    }

    @Test func tooManyPixelsAreRefusedBeforeTheyTakeMemory() throws {
        let picture = try #require(Pictures.all.jpegs.first)
        var file = Array(picture.file)
        let error = #expect(throws: PictureError.self) { try decode(file, maximumPixels: 100) }
        #expect(error?.kind == .tooLarge && error?.problem.contains("19 x 13") == true)
        // The frame header: length, precision, height and width.
        let header = try #require(file.indices.first { file[$0...].starts(with: [0xFF, 0xC0]) })
        file.replaceSubrange(header + 5..<header + 9, with: [0xFF, 0xFF, 0xFF, 0xFF])
        #expect(throws: PictureError.self) { try PictureFile.decode(file, as: .jpeg) }
    }
}
