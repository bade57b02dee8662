import Random

/// A random change of images that preserves their content: more data from the same images, for a model M that should be
/// invariant, M(T(I)) = M(I), such as a classifier, or equivariant, M(T(I)) = T(M(I)), such as a detector.
///
/// ```swift
/// let batch = [Augmentation.flip, .shift(2), .noise(0.01)].apply(to: images, random: &random)
/// ```
public enum Augmentation: Hashable, Sendable {
    /// Moves each image by −n … n pixels down and across, filling with zeros.
    case shift(Int)
    /// Mirrors each image left to right, or not.
    case flip
    /// Crops each image to a window at a random place.
    case crop(height: Int, width: Int)
    /// Adds a normal number to each channel of each pixel.
    case noise(Double)

    /// The changed images. Each gets its own random change; the same stream gives the same changes.
    ///
    /// - Precondition: a shift is not negative, and a window fits into the images.
    public func apply(to images: Images, random: inout RandomStream) -> Images {
        switch self {
        case .shift(let limit):
            precondition(limit >= 0, "the largest shift, \(limit) pixels, must be at least 0")
            let moves = (0..<images.count).map { _ in
                (random.integers(below: 2 * limit + 1) - limit, random.integers(below: 2 * limit + 1) - limit)
            }
            return images.resampled(height: images.height, width: images.width) {
                ($1 - moves[$0].0, $2 - moves[$0].1)
            }
        case .flip:
            let flips = (0..<images.count).map { _ in random.integers(below: 2) == 1 }
            return images.resampled(height: images.height, width: images.width) {
                ($1, flips[$0] ? images.width - 1 - $2 : $2)
            }
        case .crop(let height, let width):
            precondition(
                height <= images.height && width <= images.width,
                "a window of \(height) × \(width) doesn't fit into images of \(images.height) × \(images.width)")
            let corners = (0..<images.count).map { _ in
                (random.integers(below: images.height - height + 1), random.integers(below: images.width - width + 1))
            }
            return images.resampled(height: height, width: width) { ($1 + corners[$0].0, $2 + corners[$0].1) }
        case .noise(let deviation):
            var result = images
            for index in result.pixels.indices {
                result.pixels[index] += Float(random.normal(standardDeviation: deviation))
            }
            return result
        }
    }
}

extension Sequence<Augmentation> {
    /// Applies all of the changes, one after another.
    public func apply(to images: Images, random: inout RandomStream) -> Images {
        reduce(images) { $1.apply(to: $0, random: &random) }
    }
}
