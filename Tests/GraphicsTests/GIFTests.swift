import Testing

@testable import Graphics

@Suite struct GIFTests {
    private func encoded(_ frames: [Frame], delays: [Int]? = nil, loops: Int? = nil) -> GIFDecoder {
        var encoder = GIFEncoder(size: frames[0].size, loops: loops)
        for (index, frame) in frames.enumerated() { encoder.add(frame, delay: delays?[index] ?? 4) }
        return GIFDecoder(encoder.finish())
    }

    /// The decoder that the other tests rely on, checked against Pillow.
    @Test func theTestsDecoderReadsWhatPillowWrites() {
        for animation in Pictures.all.animations {
            let decoder = GIFDecoder(Array(animation.file))
            let checksums = decoder.frames.map { frame in
                frame.pixels.withUnsafeBytes { PNG.checksum(Array($0)[...]) }
            }
            #expect(checksums == animation.checksums, "\(animation.name)")
            #expect(decoder.delays == animation.delays)
        }
    }

    @Test func fewColoursAreExactAndOnlyChangesAreStored() {
        let frames = (0..<6).map(Samples.scene)
        let decoder = encoded(frames, delays: [1, 2, 3, 4, 5, 600])
        #expect(decoder.frames == frames)
        #expect(decoder.delays == [1, 2, 3, 4, 5, 600])
        #expect(decoder.areas[0] == 120 * 80)
        #expect(decoder.areas.dropFirst().allSatisfy { $0 < 120 * 80 / 2 })
    }

    /// 2 and 256 colours use the shortest and the longest codes; noise fills the code table several times.
    @Test(arguments: [1, 2, 3, 4, 5, 16, 17, 255, 256])
    func anyNumberOfColoursUpTo256IsExact(colors: Int) {
        let frame = Samples.noise(150, 110, colors: colors)
        #expect(encoded([frame]).frames == [frame])
    }

    /// Every length near a change of the code width, directly followed by the end code.
    @Test func everyShortLengthEndsWell() {
        for width in 1...600 {
            let frame = Samples.noise(width, 1, colors: 4)
            #expect(encoded([frame]).frames == [frame], "width \(width)")
        }
        for width in 3_700...3_900 {
            let frame = Samples.noise(width, 1, colors: 256)
            #expect(encoded([frame]).frames == [frame], "width \(width)")
        }
    }

    /// The codes of a known image, worked out by hand: 1 1 1 1 1 1 in 2 bits is clear, 1, 6, 7, end.
    @Test func codesFollowTheAlgorithm() {
        var output: [UInt8] = []
        LZWWriter().write([1, 1, 1, 1, 1, 1], bits: 2, to: &output)
        // 4, 1, 6 of three bits; the reader then knows 6 and 7 and reads 7 of three bits, and the end code, 5, of four.
        let bits = 4 | 1 << 3 | 6 << 6 | 7 << 9 | 5 << 12
        #expect(output == [2, 2, UInt8(bits & 255), UInt8(bits >> 8), 0])
        #expect(GIFDecoder.unpack((2, [UInt8(bits & 255), UInt8(bits >> 8)])) == [1, 1, 1, 1, 1, 1])
    }

    @Test func manyColoursAreQuantisedClosely() {
        let frame = Samples.gradient(128, 96)
        let shown = encoded([frame]).frames[0]
        var total = 0
        for (a, b) in zip(frame.pixels, shown.pixels) {
            let (a, b) = (Color(rgba: a), Color(rgba: b))
            let difference = max(abs(Int(a.red) - Int(b.red)), abs(Int(a.green) - Int(b.green)))
            #expect(difference <= 24)
            total += difference
        }
        #expect(Double(total) / Double(frame.pixels.count) < 8)
        #expect(Set(shown.pixels).count > 200)
    }

    @Test func mostFramesShareTheFirstColours() {
        var frames = (0..<3).map(Samples.scene)
        frames.append(frames[2])
        frames[3].fillRectangle(x: 0, y: 60, width: 5, height: 5, .magenta)
        let decoder = encoded(frames)
        #expect(decoder.frames == frames)
        #expect(decoder.localTables == 1, "only the last frame has a colour that the first lacks")
        var plain = Frame(width: 30, height: 30)
        plain.fillRectangle(x: 0, y: 0, width: 5, height: 5, .red)
        var moved = Frame(width: 30, height: 30)
        moved.fillRectangle(x: 9, y: 3, width: 5, height: 5, .red)
        #expect(encoded([plain, moved, plain]).localTables == 0)
    }

    @Test func framesThatDoNotChangeLengthenTheDelay() {
        let (a, b) = (Samples.scene(0), Samples.scene(1))
        let decoder = encoded([a, a, a, b, b], delays: [3, 4, 5, 6, 7])
        #expect(decoder.frames == [a, b])
        #expect(decoder.delays == [12, 13])
        let long = encoded([a, a, a], delays: [60_000, 60_000, 60_000])
        #expect(long.delays == [65_535, 65_535, 48_930])
        #expect(long.frames == [a, a, a])
    }

    @Test func repeatsAreStored() {
        let frames = [Samples.scene(0), Samples.scene(1)]
        #expect(encoded(frames).loops == 0)
        #expect(encoded(frames, loops: 1).loops == nil)
        #expect(encoded(frames, loops: 5).loops == 4)
    }

    @Test func bytesTakenOnTheWayMakeTheSameFile() {
        let frames = (0..<5).map(Samples.scene)
        var whole = GIFEncoder(size: frames[0].size)
        var parts = GIFEncoder(size: frames[0].size)
        var taken: [UInt8] = []
        for frame in frames {
            whole.add(frame, delay: 5)
            parts.add(frame, delay: 5)
            taken += parts.takeBytes()
        }
        #expect(!taken.isEmpty)
        #expect(taken + parts.finish() == whole.finish())
    }
}
