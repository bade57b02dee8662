import Mathematics
import Random
import Testing

@Suite struct EnergyDistanceTests {
    /// Rows of `width` normal numbers around a mean.
    private func normals(_ count: Int, width: Int, mean: Double = 0, seed: UInt64) -> [Float] {
        var random = RandomStream(seed: seed)
        return (0..<count * width).map { _ in Float(random.normal(mean: mean)) }
    }

    /// Values of `scipy.stats.energy_distance`; its weights are repeated numbers here.
    @Test func oneColumnIsAsInSciPy() {
        #expect(energyDistance([0], [2], width: 1) == 2)
        #expect(abs(energyDistance([0, 0, 0, 8], [0, 0, 8, 8], width: 1) - 1) < 1e-12)
    }

    /// A row of 9 numbers uses both the vectorised part and the rest: 3-4-5 triangles of points.
    @Test func pointsOfAnyWidth() {
        for width in [2, 8, 9, 17] {
            var far = [Float](repeating: 0, count: width)
            (far[0], far[width - 1]) = (3, 4)
            #expect(energyDistance([Float](repeating: 0, count: width), far, width: width) == (10.0).squareRoot())
        }
    }

    @Test func equalSamplesHaveNone() {
        let rows = normals(50, width: 10, seed: 1)
        #expect(energyDistance(rows, rows, width: 10) < 1e-6)
    }

    /// It grows with the distance of the means, and detects a dependence that no single column shows.
    @Test func differencesShow() {
        let rows = normals(300, width: 2, seed: 1)
        let distances = [0, 0.3, 1, 3].map { mean in
            energyDistance(rows, normals(300, width: 2, mean: mean, seed: 2), width: 2)
        }
        #expect(distances == distances.sorted() && distances[0] < 0.15 && distances[3] > 2, "\(distances)")
        let dependent = rows.indices.map { rows[$0 / 2 * 2] }
        #expect(energyDistance(rows, dependent, width: 2) > 2 * distances[0])
    }

    /// Samples of a model that has diverged are not those of the data.
    @Test func samplesThatAreNoNumbersHaveNoDistance() {
        for place in 0..<4 {
            var rows: [Float] = [1, 2, 3, 4]
            rows[place] = .nan
            #expect(energyDistance(rows, [1, 2, 3, 4], width: 2).isNaN)
            #expect(energyDistance([1, 2, 3, 4], rows, width: 2).isNaN)
        }
    }
}
