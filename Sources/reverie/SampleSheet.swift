import Dispatch
import Graphics
import Scenes
import Storage
import Training

/// Keeps `samples.png` in a run's folder: what the model draws by now, always from the same seed. Drawing takes no more
/// than a twentieth of the time, so a model that draws slowly shows fewer rows, or shows them less often; and a fit of
/// a few seconds is drawn at its end only.
final class SampleSheet {
    private let path: String
    private let clock: () -> Double
    private var lastEnd: Double
    /// Seconds a row; nil before the first.
    private var cost: Double?
    private static let mostRows = 64, fewestRows = 9
    private static let leastSeconds = 5.0, lastSeconds = 60.0

    init(_ folder: RunFolder, clock: @escaping () -> Double = ProgressBar.monotonicSeconds) {
        path = folder.samplesPath
        self.clock = clock
        lastEnd = clock()
    }

    /// Draws where it is time, and at the end; nothing for a model that can't draw.
    func update(_ model: FittedModel, isLast: Bool) throws {
        guard ModelView.samples.isThere(in: model.model) else { return }
        let begin = clock()
        guard isLast || begin - lastEnd >= Self.leastSeconds else { return }
        let allowance = isLast ? Self.lastSeconds : (begin - lastEnd) / 20
        let watched = WatchedModel(model)
        if cost == nil {
            _ = try ShownRows(.samples, of: watched, count: 1, seed: 0)
            cost = clock() - begin
        }
        let affordable = Int(min(Double(Self.mostRows), allowance / max(cost!, 1e-9)))
        guard isLast || affordable >= Self.fewestRows else { return }
        let count = max(Self.fewestRows, affordable)
        let start = clock()
        let shown = try ShownRows(.samples, of: watched, count: count, seed: 0)
        try writeAtomically(PNG.encode(shown.frame), to: path, overwrite: true)
        lastEnd = clock()
        cost = (lastEnd - start) / Double(count)
    }
}
