import Environments
import Testing

/// Images from Gymnasium's `AtariPreprocessing`, compared byte for byte.
@Suite struct PreprocessingGoldenTests {
    /// A block of `preprocessing.txt`, as `make_preprocessing.py` describes it.
    struct Block: Sendable, CustomTestStringConvertible {
        var block: TraceBlock
        var testDescription: String { block.testDescription }

        static let all = TraceBlock.read("preprocessing.txt").map { Block(block: $0) }

        var parts: PreprocessingParts {
            let values = block.options(from: 0).mapValues { Int($0)! }
            var parts = PreprocessingParts.gymnasium
            parts.stack = max(values["stack"]!, 1)
            parts.clipsReward = values["clip"] == 1
            (parts.width, parts.height) = (values["width"]!, values["height"]!)
            (parts.noopMax, parts.frameSkip) = (values["noop_max"]!, values["frame_skip"]!)
            parts.lifeLoss = values["terminal_on_life_loss"] == 1 ? .ends : .ignored
            parts.form = values["grayscale_obs"] == 1 ? .gray : .color
            return parts
        }
    }

    private func checksum(_ bytes: [UInt8]) -> UInt32 {
        bytes.enumerated().reduce(0) { $0 &+ UInt32($1.offset + 1) &* UInt32($1.element) }
    }

    @Test(arguments: Block.all) func sameBytesAsGymnasium(block: Block) throws {
        var world = AtariPreprocessing(Console(), block.parts)
        var isFirst = true
        for line in block.block.lines {
            let words = line.split(separator: " ").map(String.init)
            switch words[0] {
            case "picture":
                world.reset(seed: 11)
                let found = observation(of: world).map { byte in
                    (byte < 16 ? "0" : "") + String(byte, radix: 16)
                }
                #expect(found.joined() == words[1])
            case "reset":
                world.reset(seed: isFirst ? 11 : nil)
                isFirst = false
                #expect(checksum(observation(of: world)) == UInt32(words[1]))
            default:
                let step = world.step(Int(words[0])!)
                let found = "\(Int(step.reward)) \(step.terminated ? 1 : 0) \(step.truncated ? 1 : 0)"
                #expect(found == words[1...3].joined(separator: " "), "\(line)")
                #expect(checksum(observation(of: world)) == UInt32(words[4]), "\(line)")
            }
        }
    }
}
