import Experience
import Graphics

/// Observes the drawn frame, height × width × 3 bytes: Gymnasium's `AddRenderObservation`.
///
/// Steps allocate only what drawing allocates.
public struct PixelObservation<Base: Environment>: Wrapper {
    public typealias Action = Base.Action
    public typealias Element = UInt8

    public var base: Base
    private var frame: Frame

    /// Makes the frames of `base` its observations.
    ///
    /// - Precondition: the frames of `base` aren't empty.
    public init(_ base: Base) {
        let size = base.frameSize
        requireFit("PixelObservation", Self.misfit(size))
        self.base = base
        frame = Frame(size)
    }

    static func misfit(_ size: FrameSize) -> String? {
        size.width > 0 && size.height > 0 ? nil : "frames, not of \(size.width) × \(size.height) pixels"
    }

    /// Images in red, green and blue.
    public var observationSpace: Space { .image([frame.height, frame.width, 3]) }

    /// Resets the wrapped environment and draws it.
    public mutating func reset(seed: UInt64?) {
        base.reset(seed: seed)
        base.draw(into: &frame)
    }

    /// Plays one step of the wrapped environment and draws it.
    public mutating func step(_ action: Action) -> Step {
        let result = base.step(action)
        base.draw(into: &frame)
        return result
    }

    public func observe(into observation: inout MutableSpan<UInt8>) {
        for index in frame.pixels.indices {
            let color = Color(rgba: frame.pixels[index])
            observation[3 * index] = color.red
            observation[3 * index + 1] = color.green
            observation[3 * index + 2] = color.blue
        }
    }
}

extension PixelObservation: StateCodable where Base: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try base.codeState(with: &coder)
        if coder.isReading { base.draw(into: &frame) }
    }
}
