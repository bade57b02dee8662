import Environments
import Graphics
import Storage

/// Where pictures are written, or why there are none.
enum Pictures {
    case memory(UnsafeRawBufferPointer, FrameSize)
    case none(reason: String)

    var size: FrameSize {
        switch self {
        case .memory(_, let size): size
        case .none(let reason):
            FrameSize(width: max(Frame.textSize(Self.text(reason), scale: 2).width, 1) + 32, height: 96)
        }
    }

    /// The text shown in place of a picture.
    static func text(_ reason: String) -> String { "No picture: \(reason.prefix(100))" }
}

extension GymnasiumBatch {
    /// The size of the environment's own pictures; the first call draws one to find out.
    public var frameSize: FrameSize {
        do throws(EnvironmentError) {
            return try askForPictures().size
        } catch {
            // The next drawing or step throws it.
            return Pictures.none(reason: "").size
        }
    }

    /// Lets an environment draw itself with its render mode `rgb_array`; if it has none, the frame says so.
    public func draw(_ index: Int, into frame: inout Frame) throws(EnvironmentError) {
        precondition(0 <= index && index < count, "expected an environment below \(count), found \(index)")
        if let drawingFault { throw drawingFault }
        switch try askForPictures() {
        case .none(let reason):
            frame.clear(.black)
            frame.drawText(Pictures.text(reason), x: 16, y: 32, scale: 2, .white)
        case .memory(let bytes, let size):
            precondition(frame.size == size, "\(id): expected a frame of \(size), found \(frame.size)")
            try keepingFault { () throws(EnvironmentError) in
                try children.run(.draw, where: prepare(index, size))
            }
            frame.withUnsafeMutablePixels { pixels in
                for place in pixels.indices {
                    let (red, green, blue) = (bytes[3 * place], bytes[3 * place + 1], bytes[3 * place + 2])
                    pixels[place] = UInt32(red) | UInt32(green) << 8 | UInt32(blue) << 16 | 0xff00_0000
                }
            }
        }
    }

    /// Writes what to draw into the shared memory; returns which child is to draw it.
    private func prepare(_ index: Int, _ size: FrameSize) -> (Range<Int>) -> Bool {
        let drawing: UnsafeMutableBufferPointer<Int> = memory.elements(.drawing, count: 3)
        (drawing[0], drawing[1], drawing[2]) = (index, size.height, size.width)
        return { $0.contains(index) }
    }

    private func askForPictures() throws(EnvironmentError) -> Pictures {
        if let pictures { return pictures }
        if let drawingFault { throw drawingFault }
        let found = try keepingFault { () throws(EnvironmentError) in try findPictures() }
        pictures = found
        return found
    }

    private func findPictures() throws(EnvironmentError) -> Pictures {
        let answer = try children.frameSize()
        guard let sides = answer["frame"]?.array?.compactMap(\.integer), sides.count == 2 else {
            return .none(reason: answer["reason"]?.string ?? "the environment draws none")
        }
        guard sides.allSatisfy({ 1...1 << 16 ~= $0 }) else {
            throw children.failed(
                .broken(
                    environment: id, index: 0, call: "render", expected: "a picture of up to 65536 x 65536",
                    found: "\(sides)"))
        }
        let size = FrameSize(width: sides[1], height: sides[0])
        do {
            return .memory(UnsafeRawBufferPointer(try memory.shared.grow(by: 3 * size.width * size.height)), size)
        } catch {
            throw .outside(error.fault(in: id))
        }
    }

    private func keepingFault<Result>(
        _ body: () throws(EnvironmentError) -> Result
    ) throws(EnvironmentError) -> Result {
        do throws(EnvironmentError) {
            return try body()
        } catch {
            drawingFault = error
            throw error
        }
    }
}
