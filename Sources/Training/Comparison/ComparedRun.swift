import Configuration
import Storage

/// A training run for a comparison: its settings and its episodes.
public struct ComparedRun: Sendable {
    public let folder: RunFolder
    /// The resolved settings that it was made from.
    public let experiment: Experiment
    public let seed: Int
    /// Its finished episodes, in the order in which they ended; at least one.
    public let episodes: [EpisodeLog.Episode]
    /// The evaluations of the greedy policy during training, in order; none if it wasn't evaluated.
    public let evaluations: [GreedyEvaluation]
    /// The steps so far.
    public let steps: Int
    /// The number of steps of the whole run.
    public let plannedSteps: Int
    /// Whether the run has finished.
    public let isFinished: Bool

    /// The maximum size of a file in bytes; the larger files of a run have some megabytes.
    private static let largestFile = 1 << 30

    /// Reads a run.
    ///
    /// - Throws: `StorageError` for a missing file, `ConfigurationError` or `FormatError` for one that is damaged, has
    ///   a return that is not a finite number, or no episode.
    public init(contentsOf path: String) throws {
        folder = try RunFolder(opening: path)
        experiment = try Experiment(contentsOf: folder.configurationPath)
        seed = experiment.run["seed"]?.integer ?? 0
        let summary = try folder.summary()
        isFinished = summary != nil
        let bytes = try InputFile.bytes(of: folder.episodesPath, limit: Self.largestFile)
        episodes = try EpisodeLog.read(bytes, file: folder.episodesPath)
        let isEvaluated = experiment.run["evaluationInterval"]?.integer ?? 0 > 0 && exists(folder.metricsPath)
        evaluations =
            isEvaluated
            ? try GreedyEvaluation.read(
                InputFile.bytes(of: folder.metricsPath, limit: Self.largestFile), file: folder.metricsPath) : []
        let played = episodes.last?.step ?? 0
        steps = max(summary?["steps"]?.integer ?? played, played)
        plannedSteps = experiment.steps ?? steps
        guard !episodes.isEmpty else {
            throw FormatError(
                .run, file: folder.episodesPath, offset: bytes.count, expected: "a finished episode",
                found: "the end of the file")
        }
    }

    /// The mean return of the last `window` episodes, or of all if there are fewer.
    public func finalReturn(window: Int) -> Double {
        Statistics.mean(episodes.suffix(window).map(\.totalReward))
    }

    /// The highest mean return of `window` successive episodes, or that of all if there are fewer. It is biased
    /// upwards: a maximum over many noisy means flatters long runs.
    public func bestReturn(window: Int) -> Double {
        guard episodes.count > window else { return finalReturn(window: window) }
        let curve = ReturnCurve(episodes, window: window)
        return (window...episodes.count).map(curve.mean(ofFirst:)).max()!
    }
}

/// Mean returns over a sliding window of episodes.
///
/// No sum is made by subtraction, so that a huge return is forgotten exactly when it leaves the window: episodes are
/// split into blocks as long as the window, which then consists of the end of one block and the start of the next (van
/// Herk 1992). One addition joins the two.
struct ReturnCurve {
    private let steps: [Int]
    private let returns: [Double]
    private let window: Int
    /// The sums of the returns from each block's start up to an episode, and from an episode up to its block's end.
    private let (heads, tails): ([Double], [Double])

    /// - Parameter episodes: in the order in which they ended; a mean is over `window` of them, or fewer if there are
    ///   fewer.
    init(_ episodes: [EpisodeLog.Episode], window: Int) {
        (steps, returns, self.window) = (episodes.map(\.step), episodes.map(\.totalReward), window)
        var (heads, tails) = (returns, returns)
        for index in returns.indices where index % window != 0 { heads[index] += heads[index - 1] }
        for index in returns.indices.dropLast().reversed() where (index + 1) % window != 0 {
            tails[index] += tails[index + 1]
        }
        (self.heads, self.tails) = (heads, tails)
    }

    /// The mean over the last episodes among the first `count`, at least 1.
    func mean(ofFirst count: Int) -> Double {
        let size = min(count, window)
        let (first, last) = (count - size, count - 1)
        let sum = first % window == 0 ? heads[last] : tails[first] + heads[last]
        return sum.isFinite ? sum / Double(size) : Statistics.mean(Array(returns[first..<count]))
    }

    /// The mean over the last episodes that had ended by `step`; nil if none had.
    func mean(at step: Int) -> Double? {
        var (low, high) = (0, steps.count)
        while low < high {
            let middle = (low + high) / 2
            if steps[middle] <= step { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? nil : mean(ofFirst: low)
    }
}

extension EpisodeLog {
    /// Reads the lines of an `episodes.csv`. A run that is under way may have an incomplete last line; it is dropped.
    ///
    /// - Throws: `FormatError` with the offset of the line that is wrong.
    static func read(_ bytes: [UInt8], file: String) throws(FormatError) -> [Episode] {
        var episodes: [Episode] = []
        var (start, width) = (0, 0)
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            // Git and editors may have given the lines the ends of Windows.
            let isWindows = end > start && bytes[end - 1] == UInt8(ascii: "\r")
            let line = String(decoding: bytes[start..<(isWindows ? end - 1 : end)], as: UTF8.self)
            let cells = line.split(separator: ",", omittingEmptySubsequences: false)
            if start == 0 {
                guard [columns, columns + [wrappedColumn]].contains(cells.map(String.init)) else {
                    let expected = columns.joined(separator: ",")
                    throw FormatError(.run, file: file, offset: 0, expected: expected, found: line)
                }
                width = cells.count
            } else {
                guard cells.count == width, let episode = Episode(cells) else {
                    throw FormatError(
                        .run, file: file, offset: start, expected: "the \(width) numbers of an episode", found: line)
                }
                guard episode.totalReward.isFinite else {
                    throw FormatError(
                        .run, file: file, offset: start, expected: "returns that are finite numbers",
                        found: "\(episode.totalReward) in episode \(episode.number)")
                }
                episodes.append(episode)
            }
            start = end + 1
        }
        return episodes
    }
}

extension EpisodeLog.Episode {
    /// The episode in a line's cells; nil for a malformed line.
    fileprivate init?(_ cells: [Substring]) {
        guard cells.count >= EpisodeLog.columns.count, let number = Int(cells[0]), let environment = Int(cells[1]),
            let step = Int(cells[2]), let totalReward = Double(cells[3]), let length = Int(cells[4]),
            ["0", "1"].contains(cells[5]), ["0", "1"].contains(cells[6])
        else { return nil }
        self.init(
            number: number, environment: environment, step: step, totalReward: totalReward, length: length,
            terminated: cells[5] == "1", truncated: cells[6] == "1",
            wrappedReturn: cells.count > EpisodeLog.columns.count ? Double(cells[7]) : nil)
    }
}
