import Graphics
import Storage
import Training
import Viewer

/// How far a fit is, and how good: what the panel says of it.
public struct FitHistory {
    /// Epochs and updates; nil where nothing says so.
    public var epochs, updates: Int?
    /// What the scores are, such as "nats per row (bound)".
    public var scoreTitle: String
    /// The scores on the validation rows, epoch by epoch; lower is better.
    public var scores: [Double] = []
    /// Nats of the test rows, what they are counted by, and what kind of number that is; nil before the fit's end.
    public var test: (nats: Double, unit: String, kind: String)?

    /// A model of which nothing else is known than what its scores are.
    public init(scoreTitle: String) { self.scoreTitle = scoreTitle }

    /// What the files of a run say, which may still be written.
    ///
    /// - Throws: `StorageError` or `FormatError`.
    public init(of folder: RunFolder, scoreTitle: String) throws {
        self.scoreTitle = scoreTitle
        if exists(folder.metricsPath) {
            let bytes = try InputFile.bytes(of: folder.metricsPath, limit: 1 << 28)
            // What follows the last end of line is still being written.
            let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast()
            for line in lines {
                let epoch = try JSON(parsing: line, file: folder.metricsPath)
                (epochs, updates) = (epoch["epoch"]?.integer, epoch["updates"]?.integer)
                if let score = epoch["validation"]?.double { scores.append(score) }
            }
        }
        guard let summary = try folder.summary() else { return }
        test = summary["testNats"]?.double.map {
            ($0, summary["unit"]?.string ?? "nats", summary["likelihood"]?.string ?? "estimate")
        }
    }

    /// What a fit that is under way says.
    public init(_ status: FitStatus) {
        (epochs, updates, scores) = (status.epochs, status.updates, status.scores)
        scoreTitle = status.scoreTitle
    }

    var values: [ViewerPanel.Value] {
        var values: [ViewerPanel.Value] = []
        if let epochs, let updates { values += [.init("Epochs", "\(epochs)"), .init("Updates", "\(updates)")] }
        if let score = scores.last { values.append(.init("Validation", NumberText.readable(score))) }
        if let test { values.append(.init("Test", "\(NumberText.readable(test.nats)) (\(test.kind))")) }
        return values
    }
}
