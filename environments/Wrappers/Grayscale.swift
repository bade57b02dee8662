import Experience

/// Converts images from red, green and blue to one channel of luminance, height × width: Gymnasium's
/// `GrayscaleObservation`.
public struct Grayscale<Base: Environment<UInt8>>: LookingWrapper {
    public typealias Action = Base.Action
    public typealias Element = UInt8

    public var base: Base
    private var picture: [UInt8]

    /// Makes the observations of `base` grey.
    ///
    /// - Precondition: they are images with three channels.
    public init(_ base: Base) {
        requireFit("Grayscale", Self.misfit(base.observationSpace))
        self.base = base
        picture = Array(repeating: 0, count: base.observationSpace.count)
    }

    static func misfit(_ space: Space) -> String? {
        space.isImage(axes: 3...3) && space.shape[2] == 3
            ? nil : "images, Box(0, 255, (height, width, 3), uint8), not \(space)"
    }

    /// Images without the last axis.
    public var observationSpace: Space { .image(Array(base.observationSpace.shape.prefix(2))) }

    /// Stores the image.
    public mutating func look() { base.observe(into: &picture, at: 0, count: picture.count) }

    public func observe(into observation: inout MutableSpan<UInt8>) {
        for index in 0..<picture.count / 3 {
            let red = Double(picture[3 * index]) * 0.2125
            let green = Double(picture[3 * index + 1]) * 0.7154
            let blue = Double(picture[3 * index + 2]) * 0.0721
            observation[index] = UInt8(red + green + blue)
        }
    }
}

extension Grayscale: StateCodable where Base: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try base.codeState(with: &coder)
        look()
    }
}
