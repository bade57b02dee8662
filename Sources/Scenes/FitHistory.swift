import Graphics
import Storage
import Training
import Viewer

/// How far a fit is, and how good: what the panel says of it.
public struct FitHistory {
    /// Epochs and updates; nil where nothing says so.
    public var epochs, updates: Int?
    /// What the scores are.
    public var scoreName: String
    /// The scores on the validation rows, epoch by epoch.
    public var scores: [Double] = []
    /// Nats of a test row, and what kind of number that is; nil before the fit's end.
    public var test: (nats: Double, kind: String)?

    /// A model of which nothing else is known than what its scores are.
    public init(scoreName: String) { self.scoreName = scoreName }

    /// What the files of a run say, which may still be written.
    ///
    /// - Throws: `StorageError` or `FormatError`.
    public init(of folder: RunFolder, scoreName: String) throws {
        self.scoreName = scoreName
        if exists(folder.metricsPath) {
            let bytes = try InputFile.bytes(of: folder.metricsPath, limit: 1 << 28)
            // What follows the last end of line is still being written.
            let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast()
            for line in lines {
                let epoch = try JSON(parsing: line, file: folder.metricsPath)
                (epochs, updates) = (epoch["epoch"]?.integer, epoch["updates"]?.integer)
                if let score = epoch["validScore"]?.double { scores.append(score) }
            }
        }
        guard let nats = try folder.summary() else { return }
        test = nats["testNats"]?.double.map { ($0, nats["likelihood"]?.string ?? "estimate") }
    }

    /// What a fit that is under way says.
    public init(_ status: FitStatus) {
        (epochs, updates, scores) = (status.epochs, status.updates, status.scores)
        scoreName = status.scoreTitle
    }

    var values: [ViewerPanel.Value] {
        var values: [ViewerPanel.Value] = []
        if let epochs, let updates { values += [.init("Epochs", "\(epochs)"), .init("Updates", "\(updates)")] }
        if let score = scores.last { values.append(.init("Score", NumberText.readable(score))) }
        if let test { values.append(.init("Test nats", "\(NumberText.readable(test.nats)) (\(test.kind))")) }
        return values
    }
}
