import ArgumentParser
import Experience
import Graphics
import Rollouts
import Scenes
import Storage
import Training

struct Sample: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Sample from a fitted generative model, or make pictures of it.",
        discussion: """
            A PNG shows images as a grid, bits and levels as rows of cells, reals as points beside the data's, and \
            sequences as text or piano rolls. A GIF shows how the same is sampled, in at most 121 frames. An NPZ \
            holds the array 'samples', or one named after --show, with what it was made from ('before') and what it \
            should have become ('original'). A TXT holds texts: one of 1,000 characters, or 100 where each is a line, \
            unless --count and --set sampleSteps=… say otherwise. After Ctrl-C, the file holds what there is: the \
            beginnings of texts and other sequences, the pictures of a film so far.

            EXAMPLE
              reverie sample runs/vae-rollouts-seed0 --count 1000 --to samples.npz
              reverie sample runs/nade-mnist-seed0 --to drawing.gif
              reverie sample runs/transformer-text-seed0 --set sampleSteps=500 --to a.txt
              reverie sample runs/conditional-rbm-mnist-seed0 --class 3 --to threes.png
              reverie sample runs/hopfield-digits-seed0 --show recall --to recall.gif
            """)

    @Argument(help: ArgumentHelp("The folder of a run from 'reverie fit'.", valueName: "run"), completion: .directory)
    var folder: String

    @Option(help: "What to make (default: samples; for a .gif, process).")
    var show: ModelView?

    @Option(
        parsing: .unconditional,
        help:
            "Rows (default: for .npz 1000 samples or all weights, of texts see above, else what fits into a picture).",
        transform: readCount)
    var count: Int?

    @Option(
        parsing: .unconditional,
        help: "Steps of a process without an end (default: the number of numbers in a row, at least 240).",
        transform: readCount)
    var steps: Int?

    @OptionGroup var drawing: DrawingFlags

    @OptionGroup var trust: TrustFlags

    @Option(parsing: .unconditional, help: "The seed of the samples. (default: 0)", transform: readCount)
    var seed = 0

    @Option(
        help: "The output file: .png, .gif, .npz or .txt.", completion: .file(extensions: ["png", "gif", "npz", "txt"]))
    var to: String

    @Flag(help: "Replace the file if it exists.")
    var force = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        try require("--count", count, in: 1...1_000_000)
        try require("--steps", steps, in: 1...1_000_000_000)
        try require("--seed", seed, in: seedRange)
        try require("--to", to, endsIn: ".png", ".gif", ".npz", ".txt")
    }

    func run() throws {
        try requireFree(to, force: force)
        let path = try RunFolder.open(folder, of: .fitting).path
        let model = try model(path)
        let watched = WatchedModel(model)
        let view = try view(of: watched)
        try drawing.apply(to: watched, showing: view)
        note("making \(view.rawValue) with \(path)")
        let shown = try ShownRows(
            view, of: watched, count: count ?? usualCount(view, watched), stepwise: !to.hasSuffix(".gif"),
            seed: UInt64(seed))
        let usual = max(240, shown.current.count / shown.count)
        let isWhole = try write(shown, model, limit: view == .samples ? .max : steps ?? usual)
        guard isWhole else {
            note("stopped after \(shown.steps) steps: \(to) holds what there was")
            throw ExitCode(Interruption.exitCode)
        }
        let summary: JSON = [
            "run": .string(path), "model": .string(model.configuration.model), "show": .string(view.rawValue),
            "count": .integer(shown.count), "steps": .integer(shown.steps),
            "shape": .array(Self.shape(shown, model).map { .integer($0) }), "samples": .string(to),
        ]
        try output(json ? "\(summary)" : "\(counted(shown.count, view == .weights ? "unit" : "row")): \(to)")
    }

    /// The number of characters of a text if no setting says how many.
    private static let usualLength = 1000

    /// The model of the run. It samples texts of ``usualLength`` characters for a file of texts, unless the run's
    /// settings or the command's say otherwise.
    private func model(_ path: String) throws -> FittedModel {
        let model = try fittedModel(path, assignments: drawing.assignments)
        let length = model.configuration.settings.settingsTable["sampleSteps"]
        let isText = model.data.kind.name == .symbols && model.data.endSymbol == nil
        guard to.hasSuffix(".txt"), isText, length == .integer(0) else { return model }
        return try fittedModel(path, assignments: drawing.assignments + ["sampleSteps=\(Self.usualLength)"])
    }

    /// Takes the steps and writes the file.
    ///
    /// - Returns: whether all steps were taken; otherwise the command was interrupted.
    private func write(_ shown: ShownRows, _ model: FittedModel, limit: Int) throws -> Bool {
        let total = shown.isStill ? 1 : shown.stepCount(limit: limit)
        let bar = ProgressBar(total: max(1, total))
        if !shown.isStill { Interruption.watch() }
        func afterEach() { bar.update(step: shown.steps) }
        if to.hasSuffix(".gif") {
            let film = try GenerationFilm(
                shown, limit: limit, shouldStop: { Interruption.isRequested }, afterEach: afterEach)
            try writeAtomically(film.gif(), to: to, overwrite: force)
        } else {
            try shown.run(limit: limit, shouldStop: { Interruption.isRequested }, afterEach: afterEach)
            try requireSomething(shown, of: total)
            try write(shown, model)
        }
        guard !shown.isStill else { return true }
        bar.finish(step: shown.steps)
        return shown.steps >= total || !Interruption.isRequested
    }

    /// Ends the command where it was interrupted before there was anything to keep: rows that are no sequences are
    /// samples only once they are whole.
    private func requireSomething(_ shown: ShownRows, of total: Int) throws {
        let isPartial = !shown.isStill && shown.steps < total && Interruption.isRequested
        guard isPartial, shown.steps == 0 || shown.view == .samples && !shown.isOfSequences else { return }
        note("stopped after \(shown.steps) of \(total) steps, before a row was whole; nothing was written")
        throw ExitCode(Interruption.exitCode)
    }

    /// What `--show` asks for, or what suits the file.
    private func view(of watched: WatchedModel) throws -> ModelView {
        let usual: ModelView = to.hasSuffix(".gif") ? .process : .samples
        let view = try ModelView.choice(show ?? usual, of: watched.model, named: watched.name)
        guard to.hasSuffix(".txt"), !watched.isOfText else { return view }
        throw UsageError("\(to) holds text, but \(folder) is not a model of text; write to .npz or .png")
    }

    /// The number of rows or units if `--count` is not given; nil for as many as fit into an image.
    private func usualCount(_ view: ModelView, _ watched: WatchedModel) -> Int? {
        guard to.hasSuffix(".npz") || to.hasSuffix(".txt") else { return nil }
        if view == .samples, watched.isOfText { return watched.data.endSymbol == nil ? 1 : 100 }
        return view == .samples ? 1000 : view == .weights ? .max : nil
    }

    private func write(_ shown: ShownRows, _ model: FittedModel) throws {
        if to.hasSuffix(".png") {
            try writeAtomically(PNG.encode(shown.frame), to: to, overwrite: force)
        } else if to.hasSuffix(".txt") {
            try writeAtomically(shown.picture.texts(shown.content) ?? "", to: to, overwrite: force)
        } else {
            let (rows, shape) = (shown.content, [shown.count] + Self.shape(shown, model))
            let name = shown.view == .process ? "samples" : shown.view.rawValue
            let file = try NPZWriter(path: to, overwrite: force)
            try file.add(name, NPYArray(Self.beginnings(shown, model), shape: shape))
            if let before = rows.before { try file.add("before", NPYArray(before, shape: shape)) }
            if let original = rows.original { try file.add("original", NPYArray(original, shape: shape)) }
            try file.commit()
        }
    }

    /// The shape of a row; of a sequence its steps come first.
    private static func shape(_ shown: ShownRows, _ model: FittedModel) -> [Int] {
        guard model.data.isSequential else { return model.data.shape }
        return [length(shown, model)] + model.data.shape
    }

    /// The steps of a sequence that are there: all, unless it is only being sampled from scratch.
    private static func length(_ shown: ShownRows, _ model: FittedModel) -> Int {
        let all = shown.current.count / shown.count / model.data.width
        return shown.isStill || shown.content.before != nil ? all : min(all, shown.steps)
    }

    /// The rows; of sequences the steps that are there.
    private static func beginnings(_ shown: ShownRows, _ model: FittedModel) -> [Float] {
        let current = shown.current
        guard model.data.isSequential else { return current }
        let (all, kept) = (current.count / shown.count, length(shown, model) * model.data.width)
        return (0..<shown.count).flatMap { current[$0 * all..<$0 * all + kept] }
    }
}
