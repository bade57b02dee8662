import Datasets
import Foundation
import GenerativeModels
import Graphics
import Random

/// How many random patterns a Hopfield network can store: the overlap m = (1/d) s · ξ of a stored pattern ξ with the
/// state s that the network recalls from it, over the load α = N/d. With small errors, patterns are recalled up to α ≈
/// 0.138 (Amit, Gutfreund & Sompolinsky 1985), without any error up to 1/(2 ln d); the larger the network, the sharper
/// both limits.
///
///     Capacity [--units 100,400,1600] [--to capacity.svg]
@main enum Capacity {
    private static let loads = stride(from: 0.02, through: 0.24, by: 0.01)
    /// The number of patterns recalled at each load.
    private static let tries = 40

    static func main() throws {
        let arguments = CommandLine.arguments
        func value(_ name: String) -> String? {
            arguments.firstIndex(of: name).flatMap { arguments.indices.contains($0 + 1) ? arguments[$0 + 1] : nil }
        }
        let sizes = (value("--units") ?? "100,400,1600").split(separator: ",").compactMap { Int($0) }
        var series: [LinePlot.Series] = []
        print("units,load,overlap,exact")
        for units in sizes {
            var points: [Point] = []
            for load in loads {
                let (overlap, exact) = try recall(units: units, patterns: max(1, Int(load * Double(units))))
                print(String(format: "%d,%.2f,%.4f,%.3f", units, load, overlap, exact))
                points.append(Point(x: load, y: overlap))
            }
            series.append(.init(name: "\(units) units", points: points))
        }
        guard let path = value("--to") else { return }
        let limit = LinePlot.Series(
            name: "0.138", points: [Point(x: 0.138, y: 0), Point(x: 0.138, y: 1)], color: .gray)
        let plot = LinePlot(
            xLabel: "patterns stored a unit", yLabel: "overlap after recall", series: series + [limit],
            yRange: 0...1.02,
            style: .light)
        try plot.svg(FrameSize(width: 640, height: 360)).write(toFile: path, atomically: true, encoding: .utf8)
    }

    /// The mean overlap of stored patterns with what is recalled from them, and the share recalled without any error.
    private static func recall(units: Int, patterns: Int) throws -> (overlap: Double, exact: Double) {
        var random = RandomStream(seed: UInt64(units)).split(patterns)
        let data = Dataset.Description(name: "patterns", shape: [units], kind: .bits)
        var (overlap, exact, count) = (0.0, 0.0, 0)
        // If patterns are few, new ones are drawn, so that each load is measured with equally many.
        while count < tries {
            let rows = DataRows((0..<patterns * units).map { _ in random.uniform() < 0.5 ? 0 : 1 }, width: units)
            var settings = HopfieldSettings()
            settings.capacity = patterns
            let network = try settings.makeModel(for: data, seed: random.next())
            _ = try network.fit(rows, FitStep())
            let chosen = rows.prefix(tries - count)
            let recalled = try (network as! any ReconstructingModel).reconstruct(chosen)
            for row in 0..<chosen.count {
                let pairs = zip(chosen[row], recalled[row * units..<(row + 1) * units])
                let alike = pairs.count { $0 == ($1 > 0.5 ? 1 : 0) }
                overlap += 2 * Double(alike) / Double(units) - 1
                exact += alike == units ? 1 : 0
            }
            count += chosen.count
        }
        return (overlap / Double(count), exact / Double(count))
    }
}
