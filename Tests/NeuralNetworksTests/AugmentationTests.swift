import Random
import Testing

@testable import NeuralNetworks

/// Augmentation, and what invariance and equivariance mean.
@Suite struct AugmentationTests {
    private static func images(count: Int = 4, height: Int = 6, width: Int = 7, channels: Int = 2) -> Images {
        var random = RandomStream(seed: 1)
        let pixels = (0..<count * height * width * channels).map { _ in random.uniformFloat() + 0.1 }
        return Images(count: count, height: height, width: width, channels: channels, pixels)
    }

    private static func flipped(_ images: Images) -> Images {
        images.resampled(height: images.height, width: images.width) { ($1, images.width - 1 - $2) }
    }

    /// A 1 × 3 correlation with zeros outside.
    private static func filtered(_ images: Images, _ weights: [Float]) -> Images {
        var result = images
        result.pixels = [Float](repeating: 0, count: images.pixels.count)
        for (offset, weight) in zip(-1...1, weights) {
            let moved = images.resampled(height: images.height, width: images.width) { ($1, $2 + offset) }
            for index in result.pixels.indices { result.pixels[index] += weight * moved.pixels[index] }
        }
        return result
    }

    private static func sums(_ images: Images) -> [Float] {
        let size = images.pixels.count / images.count
        return (0..<images.count).map { image in
            images.pixels[image * size..<(image + 1) * size].sorted().reduce(0, +)
        }
    }

    private static func picture(_ images: Images, _ index: Int) -> ArraySlice<Float> {
        let size = images.pixels.count / images.count
        return images.pixels[index * size..<(index + 1) * size]
    }

    /// M(T(I)) = M(I) for the sum of pixels, M(T(I)) = T(M(I)) for a symmetric filter, neither for an asymmetric one.
    @Test func invarianceAndEquivariance() {
        let images = Self.images()
        let flipped = Self.flipped(images)
        #expect(Self.flipped(flipped) == images && flipped != images)
        #expect(Self.sums(flipped) == Self.sums(images))
        func close(_ a: Images, _ b: Images) -> Bool { zip(a.pixels, b.pixels).allSatisfy { abs($0 - $1) < 1e-6 } }
        let even: [Float] = [0.25, 0.5, 0.25], odd: [Float] = [1, 0, -0.5]
        #expect(close(Self.filtered(flipped, even), Self.flipped(Self.filtered(images, even))))
        #expect(!close(Self.filtered(flipped, odd), Self.flipped(Self.filtered(images, odd))))
        // Shifts: any filter is equivariant, except near the borders.
        let shifted = images.resampled(height: 6, width: 7) { ($1, $2 - 1) }
        let (after, before) = (Self.filtered(shifted, odd), Self.filtered(images, odd))
        for image in 0..<4 {
            for row in 0..<6 {
                for column in 2..<6 {
                    let (to, from) = (after.index(image, row, column), before.index(image, row, column - 1))
                    #expect(after.pixels[to] == before.pixels[from] && after.pixels[to + 1] == before.pixels[from + 1])
                }
            }
        }
    }

    @Test func flipsArePerPicture() {
        let images = Self.images(count: 40)
        var random = RandomStream(seed: 2)
        let result = Augmentation.flip.apply(to: images, random: &random)
        let flipped = Self.flipped(images)
        var count = 0
        for index in 0..<40 {
            let own = Self.picture(result, index)
            let isFlipped = own == Self.picture(flipped, index)
            #expect(isFlipped || own == Self.picture(images, index))
            count += isFlipped ? 1 : 0
        }
        #expect((10...30).contains(count))
    }

    /// Every pixel comes from the same image, moved by the same shift, or is zero; all 25 shifts by up to two pixels
    /// occur.
    @Test func shifts() {
        let images = Self.images(count: 300)
        var random = RandomStream(seed: 3)
        let result = Augmentation.shift(2).apply(to: images, random: &random)
        var seen: Set<[Int]> = []
        for index in 0..<300 {
            let matches = (-2...2).flatMap { down in (-2...2).map { [down, $0] } }.filter { move in
                let moved = images.resampled(height: 6, width: 7) { ($1 - move[0], $2 - move[1]) }
                return index < 100 && Self.picture(moved, index) == Self.picture(result, index)
            }
            if index < 100 { #expect(matches.count == 1) }
            seen.formUnion(matches)
        }
        #expect(seen.count >= 23)
        var none = RandomStream(seed: 3)
        #expect(Augmentation.shift(0).apply(to: images, random: &none) == images)
    }

    @Test func crops() {
        let images = Self.images()
        var random = RandomStream(seed: 4)
        let result = Augmentation.crop(height: 4, width: 5).apply(to: images, random: &random)
        #expect(result.height == 4 && result.width == 5 && result.channels == 2 && result.count == 4)
        for index in 0..<4 {
            let windows = (0...2).flatMap { y in (0...2).map { (y, $0) } }.filter { y, x in
                let window = images.resampled(height: 4, width: 5) { ($1 + y, $2 + x) }
                return Self.picture(window, index) == Self.picture(result, index)
            }
            #expect(windows.count == 1)
        }
        #expect(Augmentation.crop(height: 6, width: 7).apply(to: images, random: &random) == images)
    }

    @Test func noiseAndSequences() {
        let images = Self.images(count: 50)
        var random = RandomStream(seed: 5)
        let noisy = Augmentation.noise(0.5).apply(to: images, random: &random)
        let differences = zip(noisy.pixels, images.pixels).map { Double($0 - $1) }
        let (mean, square) = (differences.reduce(0, +) / 4_200, differences.reduce(0) { $0 + $1 * $1 } / 4_200)
        #expect(abs(mean) < 0.03 && abs(square.squareRoot() - 0.5) < 0.025)
        let steps = [Augmentation.flip, .shift(1), .noise(0.1)]
        var (first, second, other) = (RandomStream(seed: 6), RandomStream(seed: 6), RandomStream(seed: 7))
        let result = steps.apply(to: images, random: &first)
        #expect(result == steps.apply(to: images, random: &second) && result != steps.apply(to: images, random: &other))
    }
}
