import Experience
import Foundation
import Random
import Testing

@testable import Datasets

@Suite struct PlaneShapeTests {
    private func data(_ name: String, _ change: (inout DataSettings) -> Void = { _ in }) throws -> Dataset {
        try DatasetCatalog.make(name, folder: nil, settings: settings(change))
    }

    private func points(_ rows: DataRows) -> [(x: Double, y: Double)] {
        (0..<rows.count).map { (Double(rows.values[2 * $0]), Double(rows.values[2 * $0 + 1])) }
    }

    @Test(arguments: PlaneShape.allCases) func sizesAreAsSetAndASeedGivesTheSame(shape: PlaneShape) throws {
        let data = try data(shape.rawValue) { $0.size = 1_000 }
        #expect(data.description.shape == [2] && data.description.kind == .reals)
        #expect(data.description.classCount == shape.classCount)
        #expect(data.training.count == 1_000 && data.validation.count == 100 && data.test.count == 100)
        #expect(try self.data(shape.rawValue) { $0.size = 1_000 }.training == data.training)
        #expect(Set(data.training.values).isDisjoint(with: data.test.values))
        #expect(Array(data.validation.values.prefix(20)) != Array(data.test.values.prefix(20)))
        let other = try self.data(shape.rawValue) {
            $0.size = 1_000
            $0.seed = 1
        }
        #expect(other.training != data.training)
        // Parts have streams of their own: the size of one doesn't change another.
        let more = try self.data(shape.rawValue) {
            $0.size = 1_000
            $0.validation = 0.3
        }
        #expect(more.training == data.training && more.test == data.test && more.validation.count == 300)
        if shape.classCount > 0 { #expect(Set(data.training.labels) == Set(0..<shape.classCount)) }
    }

    @Test(arguments: [PlaneShape.eightGaussians, .grid]) func modesHaveEqualSharesAndTheirDeviation(
        shape: PlaneShape
    ) throws {
        let data = try data(shape.rawValue) { $0.size = 40_000 }
        var counts = [Int](repeating: 0, count: shape.classCount)
        var squares = 0.0
        for (point, label) in zip(points(data.training), data.training.labels) {
            counts[label] += 1
            let centre = shape.curve(of: label, at: 0)
            squares += pow(point.x - centre.x, 2) + pow(point.y - centre.y, 2)
        }
        let expected = 40_000 / Double(shape.classCount)
        #expect(counts.allSatisfy { abs(Double($0) - expected) < 5 * expected.squareRoot() })
        let deviation = (squares / 80_000).squareRoot()
        #expect(abs(deviation / (shape == .grid ? 0.05 : 0.3536) - 1) < 0.02)
    }

    @Test(arguments: [PlaneShape.moons, .circles, .spirals, .swissRoll]) func pointsLieAlongTheirCurve(
        shape: PlaneShape
    ) throws {
        let curves = (0..<max(1, shape.classCount)).map { label in
            (0...2_000).map { shape.curve(of: label, at: Double($0) / 2_000) }
        }
        func distance(_ noise: Double) throws -> Double {
            let data = try data(shape.rawValue) {
                $0.size = 300
                $0.noise = noise
            }
            return points(data.training).enumerated().map { index, point in
                let curve = curves[shape.classCount > 0 ? data.training.labels[index] : 0]
                return curve.map { hypot($0.x - point.x, $0.y - point.y) }.min()!
            }.max()!
        }
        #expect(try distance(0) < 0.06)
        let usual = try distance(1)
        #expect(usual > 0.06 && usual < 1)
        #expect(try distance(3) > 2 * usual)
    }

    @Test func curvesEndWhereTheyShould() {
        let spiral = PlaneShape.spirals.curve(of: 0, at: 1)
        #expect(abs(hypot(spiral.x, spiral.y) - .pi) < 1e-12)
        let roll = PlaneShape.swissRoll.curve(of: 0, at: 1)
        #expect(abs(hypot(roll.x, roll.y) - 0.9 * .pi) < 1e-12)
        let moons = (PlaneShape.moons.curve(of: 0, at: 0), PlaneShape.moons.curve(of: 1, at: 0.5))
        #expect(moons.0 == (1, 0) && abs(moons.1.x - 1) < 1e-12 && abs(moons.1.y + 0.5) < 1e-12)
    }

    @Test func theCheckerboardCoversItsSquaresEvenly() throws {
        let data = try data("checkerboard") { $0.size = 32_000 }
        var counts: [Int: Int] = [:]
        for point in points(data.training) {
            let column = Int((point.x / 2).rounded(.down)), row = Int((point.y / 2).rounded(.down))
            #expect(-2..<2 ~= column && -2..<2 ~= row && (column + row) % 2 == 0, "\(point)")
            counts[column * 4 + row, default: 0] += 1
        }
        // Eight squares of area 4: density 1/32.
        #expect(counts.count == 8 && counts.values.allSatisfy { abs($0 - 4_000) < 320 })
        // Within a square too.
        let x = points(data.training).map { abs($0.x.truncatingRemainder(dividingBy: 2)) }
        let mean = x.reduce(0, +) / 32_000
        #expect(abs(mean - 1) < 0.02)
    }

    @Test func thePinwheelHasFiveEqualArms() throws {
        let data = try data("pinwheel") { $0.noise = 0 }
        let turn = 2 * Double.pi / 5
        for (point, label) in zip(points(data.training), data.training.labels) {
            // Rotated back, a noiseless point lies on the first arm: at the angle exp(radius / 2) / 4.
            let radius = hypot(point.x, point.y)
            let angle = atan2(point.y, point.x) - Double(label) * turn - 0.25 * exp(radius / 2)
            let mirrored = atan2(-point.y, -point.x) - Double(label) * turn - 0.25 * exp(-radius / 2)
            #expect(abs(sin(angle / 2)) < 1e-5 || abs(sin(mirrored / 2)) < 1e-5)
        }
        #expect((0..<5).allSatisfy { label in abs(data.training.labels.count { $0 == label } - 2_000) < 200 })
        #expect(try self.data("pinwheel").training != data.training)
    }
}

@Suite struct BarsAndStripesTests {
    @Test(arguments: [2, 3, 4]) func allPicturesAreThereOnce(side: Int) throws {
        let data = try DatasetCatalog.make("bars-and-stripes", folder: nil, settings: settings { $0.side = side })
        #expect(data.description == .init(name: "bars-and-stripes", shape: [side, side, 1], kind: .bits))
        #expect(data.training.count == 2 * (1 << side) - 2)
        let pictures = Set((0..<data.training.count).map { Array(data.training[$0]) })
        #expect(pictures.count == data.training.count)
        for picture in pictures {
            let rows = (0..<side).map { row in Set(picture[row * side..<(row + 1) * side]) }
            let columns = (0..<side).map { column in Set((0..<side).map { picture[$0 * side + column] }) }
            #expect(rows.allSatisfy { $0.count == 1 } || columns.allSatisfy { $0.count == 1 })
        }
        #expect(data.validation == data.training && data.test == data.training)
    }
}
