import Environments
import Graphics
import Testing

@Suite struct DrawingTests {
    @Test func framesHaveTheirSizeAndManyColours() throws {
        for entry in EnvironmentCatalog.entries where entry.id != "GridWorld" {
            let batch = try EnvironmentCatalog.make(entry.id)
            try batch.reset(seed: 1)
            var frame = Frame(batch.frameSize)
            let before = try batch.snapshot(of: 0)
            try batch.draw(0, into: &frame)
            #expect(try batch.snapshot(of: 0) == before, "drawing changes no state")
            #expect(Set(frame.pixels).count >= 4, "\(entry.id)")
            #expect(frame.pixels.allSatisfy { UInt32(littleEndian: $0) >> 24 == 255 }, "\(entry.id) is opaque")
            var again = Frame(batch.frameSize, fill: .red)
            try batch.draw(0, into: &again)
            let coversTheFrame = again == frame
            #expect(coversTheFrame, "\(entry.id)")
        }
    }

    @Test func cartPoleShowsItsState() {
        var world = CartPole()
        var frame = Frame(world.frameSize)
        #expect(world.frameSize == FrameSize(width: 600, height: 400))
        world.position = 1
        world.angle = 0
        world.draw(into: &frame)
        #expect(frame[425, 200] == Color(hex: 0xCA9865), "the pole stands one metre, 125 pixels, from the middle")
        #expect(frame[300, 200] == .white)
        world.angle = 0.2
        world.draw(into: &frame)
        #expect(frame[425 + 18, 202] == Color(hex: 0xCA9865), "it leans to the right")
    }

    @Test func theAgentIsWhereItsStateIs() throws {
        var world = FrozenLake(successRate: nil)
        world.reset(seed: 1)
        var start = Frame(world.frameSize)
        world.draw(into: &start)
        _ = world.step(2)
        var right = start
        world.draw(into: &right)
        #expect(world.frameSize == FrameSize(width: 256, height: 256))
        #expect(right[64 + 32, 40] == start[32, 40], "the agent's colour moves with it")
        #expect(right[32, 40] != start[32, 40])
    }
}
