import Environments
import Experience
import Graphics
import Testing

@testable import GymnasiumBridge

/// Pictures are the environment's own.
@Suite struct DrawingTests {
    @Test func picturesAreTheEnvironments() throws {
        let batch = try gym("worlds:Plain-v0", 3, .disabled, ["children": "2", "length": "50"])
        #expect(batch.frameSize == FrameSize(width: 4, height: 3), "also before the first reset")
        try batch.reset(seed: 1)
        for index in 0..<3 { batch.actionRows.integers[index] = index }
        for step in 1...3 {
            try batch.step()
            for index in [2, 0, 1] {
                var frame = Frame(batch.frameSize)
                try batch.draw(index, into: &frame)
                #expect(frame[3, 2] == Color(red: UInt8(step), green: UInt8(index + 1), blue: 0))
                #expect(frame[0, 0] == Color(red: UInt8(step), green: UInt8(index + 1), blue: 255))
            }
        }
    }

    @Test func drawingChangesNothing() throws {
        let (plain, drawn) = (try gym("ALE/Breakout-v5"), try gym("ALE/Breakout-v5"))
        #expect(drawn.frameSize == FrameSize(width: 160, height: 210))
        var frame = Frame(drawn.frameSize)
        try plain.reset(seed: 4)
        try drawn.reset(seed: 4)
        for step in 0..<50 {
            for batch in [plain, drawn] { batch.actionRows.integers[0] = step % 4 }
            try plain.step()
            try drawn.step()
            try drawn.draw(0, into: &frame)
            #expect(plain.observations.bytes.elementsEqual(drawn.observations.bytes))
            let bytes = drawn.observations.bytes
            #expect(frame[80, 20] == Color(red: bytes[9840], green: bytes[9841], blue: bytes[9842]))
        }
    }

    @Test func largePicturesFit() throws {
        let batch = try gym("worlds:Faulty-v0", 1, .disabled, ["fault": "huge", "when": "render"])
        try batch.reset(seed: 1)
        var frame = Frame(batch.frameSize)
        try batch.draw(0, into: &frame)
        #expect(frame.size == FrameSize(width: 3000, height: 2000))
        #expect(frame[2999, 1999] == Color(red: 1, green: 2, blue: 3))
    }

    @Test func withoutAPictureTheFrameSaysSo() throws {
        let batch = try gym("worlds:Strange-v0")
        try batch.reset(seed: 1)
        var frame = Frame(batch.frameSize)
        try batch.draw(0, into: &frame)
        #expect(Set(frame.pixels).count == 2 && frame.width > 200)
        try batch.step()
    }

    @Test(arguments: [
        ("grows", "a picture of shape (3, 4, 3), as before, found uint8 of shape (4, 4, 3)"),
        ("floats", "an array of uint8 and of shape (height, width, 3), found float64 of shape (3, 4, 3)"),
        ("raises", "render raised RuntimeError"), ("exits", "ended with exit code 3 during render"),
    ]) func faultsOfDrawingAreThrownAndNotForgotten(what: String, text: String) throws {
        let batch = try gym("worlds:Faulty-v0", 1, .disabled, ["fault": what, "when": "render"])
        try batch.reset(seed: 1)
        let found = try fault {
            var frame = Frame(batch.frameSize)
            try batch.draw(0, into: &frame)
        }
        #expect("\(found)".contains(text), "\(found)")
        #expect(throws: EnvironmentError.outside(found)) { try batch.step() }
        #expect(throws: EnvironmentError.outside(found)) { try batch.reset() }
        #expect(areGone(batch.children.processes))
    }
}
