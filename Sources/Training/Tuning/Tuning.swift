import Configuration
import Random
import Storage

/// A search for good settings, as it was asked for.
public struct Tuning: Sendable {
    public let subject: TuningSubject
    public let settings: TuningSettings
    /// The settings that are searched, with their values.
    public let ranges: [SearchRange]
    /// The length of each rung's runs, in steps or epochs.
    public let lengths: [Int]

    /// - Parameter ranges: empty for those that the settings name themselves.
    /// - Throws: ``TrainingError/nothingToTune(learner:)`` if there are none.
    public init(_ subject: TuningSubject, _ settings: TuningSettings, ranges: [SearchRange]) throws {
        self.subject = subject
        self.settings = settings
        self.ranges = ranges.isEmpty ? try subject.usualRanges() : ranges
        guard !self.ranges.isEmpty else { throw TrainingError.nothingToTune(learner: subject.learner) }
        let longest = settings.length > 0 ? settings.length : subject.length
        let count = settings.rungCount
        var lengths = [longest]
        for _ in 1..<count { lengths.append((lengths.last! + settings.reduction - 1) / settings.reduction) }
        self.lengths = lengths.reversed()
    }

    /// Whether a run goes on where its shorter one ended. A model whose learning rate follows a schedule over the whole
    /// fit begins anew: as long a fit on its own must have the same schedule.
    public var isLengthening: Bool {
        guard case .model(let fit) = subject else { return true }
        return fit.fitting.decay == .constant && !ranges.contains { $0.name == "decay" }
    }

    /// What a run in a rung is trained for beyond that in the rung before.
    public func work(inRung rung: Int) -> Int {
        lengths[rung] - (rung > 0 && isLengthening ? lengths[rung - 1] : 0)
    }

    /// The length of all runs together if none fails, in steps or epochs.
    public var totalLength: Int {
        let counts = TrialSchedule.counts(
            trials: settings.trials, rungs: lengths.count, reduction: settings.reduction)
        return lengths.indices.map { counts[$0] * work(inRung: $0) }.reduce(0, +) * settings.seeds.count
    }

    /// The values of the searched settings in a trial: in the first those that the search starts from, in the others
    /// drawn. A setting's draws don't depend on which others are searched.
    public func values(ofTrial trial: Int) -> SettingsTable {
        let (given, stream) = (subject.settings, RandomStream(seed: UInt64(settings.seed)).split("trials").split(trial))
        return SettingsTable(
            ranges.map { range in
                var draws = stream.split(range.name)
                let value =
                    trial == 0
                    ? given.first { $0.name == range.name }!.value : range.value(at: draws.uniform())
                return SettingsTable.Entry(range.name, value)
            })
    }

    /// What is run in a trial.
    ///
    /// - Throws: ``Configuration/ConfigurationError``.
    public func subject(ofTrial trial: Int) throws -> TuningSubject {
        trial == 0 ? subject : try subject.changed(by: values(ofTrial: trial))
    }

    /// The search as a file, which tells whether a folder's is the same.
    var tomlText: String {
        var top = SettingsTable([
            .init("learner", .text(subject.learner)), .init("in", .text(subject.place)),
        ])
        for entry in settings.settingsTable.entries { top[entry.name] = entry.value }
        let table = SettingsTable(ranges.map { .init($0.name, .text($0.text)) })
        return top.tomlText + "\n[ranges]\n" + table.tomlText + "\n# The settings that the search starts from\n"
            + subject.tomlText.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.isEmpty ? "" : "# \($0)" }.joined(separator: "\n")
    }
}
