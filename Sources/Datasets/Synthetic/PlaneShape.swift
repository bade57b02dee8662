import Foundation
import Random

/// A density in the plane that rows are sampled from, with the usual noise of the literature.
enum PlaneShape: String, CaseIterable {
    case eightGaussians = "eight-gaussians"
    case grid = "grid-25"
    case moons
    case circles
    case pinwheel
    case spirals
    case checkerboard
    case swissRoll = "swiss-roll"

    /// One line for a list.
    var summary: String {
        switch self {
        case .eightGaussians: "eight Gaussians on a circle of radius 2.83, standard deviation 0.35"
        case .grid: "25 narrow Gaussians on a grid from -4 to 4"
        case .moons: "two half moons"
        case .circles: "two circles around one centre"
        case .pinwheel: "five curved arms around a centre"
        case .spirals: "two spirals of one and a half turns"
        case .checkerboard: "every other square of a board of 4 x 4 from -4 to 4; density 1/32"
        case .swissRoll: "a rolled-up sheet, seen from its side"
        }
    }

    /// The number of clusters, which are the classes; 0 if there are none.
    var classCount: Int {
        switch self {
        case .eightGaussians: 8
        case .grid: 25
        case .moons, .circles, .spirals: 2
        case .pinwheel: 5
        case .checkerboard, .swissRoll: 0
        }
    }

    /// Samples `count` points with their classes.
    ///
    /// - Parameter noise: A factor for the usual deviations; the checkerboard has no noise.
    func rows(_ count: Int, noise: Double, random: inout RandomStream) -> DataRows {
        var values: [Float] = []
        var labels: [Int] = []
        values.reserveCapacity(2 * count)
        for _ in 0..<count {
            let label = classCount > 0 ? random.integers(below: classCount) : 0
            let point = point(of: label, noise: noise, &random)
            values += [Float(point.x), Float(point.y)]
            if classCount > 0 { labels.append(label) }
        }
        return DataRows(values, width: 2, labels: labels)
    }

    /// The noiseless centre or curve of a class at a place from 0 to 1 along it.
    ///
    /// - Precondition: the shape has curves: all but the pinwheel and the checkerboard do.
    func curve(of label: Int, at place: Double) -> (x: Double, y: Double) {
        switch self {
        case .eightGaussians:
            let angle = Double(label) * .pi / 4, radius = 4 / 2.0.squareRoot()
            return (radius * cos(angle), radius * sin(angle))
        case .grid: return (Double(2 * (label % 5) - 4), Double(2 * (label / 5) - 4))
        case .moons:
            let angle = .pi * place
            return label == 0 ? (cos(angle), sin(angle)) : (1 - cos(angle), 0.5 - sin(angle))
        case .circles:
            let angle = 2 * .pi * place, radius = label == 0 ? 1 : 0.5
            return (radius * cos(angle), radius * sin(angle))
        case .spirals:
            // The square root spaces the points evenly along the spiral.
            let angle = 3 * .pi * place.squareRoot(), sign = label == 0 ? 1.0 : -1.0
            return (-sign * angle * cos(angle) / 3, sign * angle * sin(angle) / 3)
        case .swissRoll:
            let angle = 1.5 * .pi * (1 + 2 * place)
            return (angle * cos(angle) / 5, angle * sin(angle) / 5)
        case .pinwheel, .checkerboard: preconditionFailure("the \(rawValue) has no curves")
        }
    }

    private var usualNoise: Double {
        switch self {
        case .eightGaussians: 0.5 / 2.0.squareRoot()
        case .grid, .circles: 0.05
        case .moons, .spirals: 0.1
        case .swissRoll: 0.2
        case .pinwheel, .checkerboard: 0
        }
    }

    private func point(of label: Int, noise: Double, _ random: inout RandomStream) -> (x: Double, y: Double) {
        switch self {
        case .checkerboard:
            let x = 4 * random.uniform() - 2
            let column = Int(x.rounded(.down)), row = 2 * random.integers(below: 2) - 2 + (column & 1)
            return (2 * x, 2 * (Double(row) + random.uniform()))
        case .pinwheel:
            // Johnson et al. 2016: an arm lies along the x axis and is rotated more the longer it is.
            let along = 1 + 0.3 * random.normal(), across = 0.1 * noise * random.normal()
            let angle = 2 * .pi * Double(label) / 5 + 0.25 * exp(along)
            return (2 * (along * cos(angle) - across * sin(angle)), 2 * (along * sin(angle) + across * cos(angle)))
        default:
            let centre = curve(of: label, at: random.uniform()), deviation = noise * usualNoise
            return (
                centre.x + random.normal(standardDeviation: deviation),
                centre.y + random.normal(standardDeviation: deviation)
            )
        }
    }
}
