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
            should have become ('original'). A TXT holds texts.

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
            "Rows (default: for .npz 1000 samples or all weights, else as many as fit into a picture, up to 256).",
        transform: readCount)
    var count: Int?

    @Option(
        parsing: .unconditional,
        help: "Steps of a process without an end (default: the number of numbers in a row, at least 240).",
        transform: readCount)
    var steps: Int?

    @OptionGroup var drawing: DrawingFlags

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
        let model = try fittedModel(path, assignments: drawing.assignments)
        let watched = WatchedModel(model)
        let view = try view(of: watched)
        try drawing.apply(to: watched, showing: view)
        note("making \(view.rawValue) with \(path)")
        let shown = try ShownRows(view, of: watched, count: count ?? usualCount(view), seed: UInt64(seed))
        let limit = steps ?? max(240, shown.current.count / shown.count)
        if to.hasSuffix(".gif") {
            try writeAtomically(GenerationFilm(shown, limit: limit).gif(), to: to, overwrite: force)
        } else {
            try shown.run(limit: limit)
            try write(shown, model)
        }
        let summary: JSON = [
            "run": .string(path), "model": .string(model.configuration.model), "show": .string(view.rawValue),
            "count": .integer(shown.count), "steps": .integer(shown.steps),
            "shape": .array(Self.shape(shown, model).map { .integer($0) }), "samples": .string(to),
        ]
        try output(json ? "\(summary)" : "\(counted(shown.count, view == .weights ? "unit" : "row")): \(to)")
    }

    /// What `--show` asks for, or what suits the file.
    private func view(of watched: WatchedModel) throws -> ModelView {
        let usual: ModelView = to.hasSuffix(".gif") ? .process : .samples
        let view = try ModelView.choice(show ?? usual, of: watched.model, named: watched.name)
        guard to.hasSuffix(".txt"), !watched.isOfText else { return view }
        throw UsageError("\(to) holds text, but \(folder) is not a model of text; write to .npz or .png")
    }

    /// The number of rows or units if `--count` is not given; nil for as many as fit into an image.
    private func usualCount(_ view: ModelView) -> Int? {
        guard to.hasSuffix(".npz") || to.hasSuffix(".txt") else { return nil }
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
            try file.add(name, NPYArray(rows.current, shape: shape))
            if let before = rows.before { try file.add("before", NPYArray(before, shape: shape)) }
            if let original = rows.original { try file.add("original", NPYArray(original, shape: shape)) }
            try file.commit()
        }
    }

    /// The shape of a row; of a sequence its steps come first.
    private static func shape(_ shown: ShownRows, _ model: FittedModel) -> [Int] {
        guard model.data.isSequential else { return model.data.shape }
        return [shown.current.count / shown.count / model.data.width] + model.data.shape
    }
}
