import Testing

@testable import Graphics

@Suite struct PNGTests {
    @Test(arguments: Pictures.all.pictures)
    func readsEveryKindOfPNG(_ picture: Pictures.Picture) throws {
        #expect(try PNG.decode(Array(picture.file)) == picture.frame)
    }

    @Test(arguments: Pictures.all.pictures)
    func whatIsWrittenReadsBackTheSame(_ picture: Pictures.Picture) throws {
        #expect(try PNG.decode(PNG.encode(picture.frame)) == picture.frame)
    }

    @Test func smoothPicturesRoundTripAndShrink() throws {
        for frame in [Samples.gradient(150, 90), Samples.gradient(64, 64, alpha: true), Samples.scene(3)] {
            let file = PNG.encode(frame)
            #expect(try PNG.decode(file) == frame)
            #expect(file.count < frame.pixels.count * 2)
        }
    }

    /// The file of one red pixel, assembled by hand from the specification.
    @Test func layoutFollowsTheSpecification() {
        let file = PNG.encode(Frame(width: 1, height: 1, fill: .red))
        let header: [UInt8] = [
            0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 1, 0, 0, 0,
            1, 8, 2, 0, 0, 0, 0x90, 0x77, 0x53, 0xDE,
        ]
        #expect(Array(file.prefix(33)) == header)
        #expect(file.suffix(12) == [0, 0, 0, 0, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82])
    }

    @Test func checksumHasItsKnownValue() {
        #expect(PNG.checksum(Array("123456789".utf8)[...]) == 0xCBF4_3926)
    }

    @Test func everyTruncationIsAnError() {
        let file = PNG.encode(Samples.scene(1))
        for length in 0..<file.count {
            let error = #expect(throws: PictureError.self) { try PNG.decode(Array(file[..<length])) }
            #expect(error?.kind == .damaged)
            #expect((error?.offset ?? .max) <= length)
        }
    }

    @Test func everyChangedBitIsAnError() {
        let frame = Samples.noise(6, 5, colors: 300)
        let file = PNG.encode(frame)
        for index in file.indices {
            for bit in 0..<8 {
                var damaged = file
                damaged[index] ^= 1 << bit
                #expect(throws: PictureError.self, "byte \(index), bit \(bit)") { try PNG.decode(damaged) }
            }
        }
    }

    /// With the checksum repaired, damage reaches the code behind it, which must not trap.
    @Test func damageBehindAValidChecksumNeverTraps() throws {
        for picture in Pictures.all.pictures where picture.width * picture.height < 200 {
            let file = Array(picture.file)
            var refused = 0
            for chunk in chunks(of: file) {
                for index in chunk.dropFirst(4).dropLast(4) {
                    for value: UInt8 in [0, 1, 0x7F, 0xFF] where file[index] != value {
                        var damaged = file
                        damaged[index] = value
                        repairChecksum(&damaged, chunk)
                        if (try? PNG.decode(damaged, maximumPixels: 1 << 16)) == nil { refused += 1 }
                    }
                }
            }
            #expect(refused > 20, "\(picture.name)")
        }
    }

    @Test func promisesOfHugePicturesCostNothing() {
        var file = PNG.encode(Frame(width: 1, height: 1))
        let header = chunks(of: file)[0]
        file.replaceSubrange(16..<24, with: [0x00, 0x00, 0x7F, 0xFF, 0x00, 0x00, 0x07, 0xFF])
        repairChecksum(&file, header)
        #expect(throws: PictureError.self) { try PNG.decode(file) }
        file.replaceSubrange(16..<24, with: [0x7F, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF])
        repairChecksum(&file, header)
        #expect(throws: PictureError.self) { try PNG.decode(file) }
        let scene = PNG.encode(Samples.scene(0))
        let error = #expect(throws: PictureError.self) { try PNG.decode(scene, maximumPixels: 100) }
        #expect(error?.kind == .tooLarge)
    }

    @Test func pictureDataOfAnotherLengthIsAnError() {
        for height: UInt8 in [79, 81] {
            var file = PNG.encode(Samples.scene(0))
            file[23] = height
            repairChecksum(&file, chunks(of: file)[0])
            #expect(throws: PictureError.self) { try PNG.decode(file) }
        }
    }

    /// The ranges from each chunk's type to the end of its checksum.
    private func chunks(of file: [UInt8]) -> [Range<Int>] {
        var result: [Range<Int>] = []
        var offset = 8
        while offset < file.count {
            let length = file[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
            result.append(offset + 4..<offset + 12 + length)
            offset += 12 + length
        }
        return result
    }

    private func repairChecksum(_ file: inout [UInt8], _ chunk: Range<Int>) {
        let sum = PNG.checksum(file[chunk.dropLast(4)])
        for index in 0..<4 { file[chunk.upperBound - 4 + index] = UInt8(truncatingIfNeeded: sum >> (24 - 8 * index)) }
    }
}
