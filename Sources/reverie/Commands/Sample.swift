import ArgumentParser
import Graphics
import Rollouts
import Storage
import Training

struct Sample: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Draw from a fitted generative model.",
        discussion: """
            To a PNG: observations that are pictures become a grid, others a matrix of scatter plots, one a pair of \
            dimensions, with the data beside the samples. To an NPZ: the array 'samples'.

            EXAMPLE
              reverie sample runs/vae-rollouts-seed0 --count 1000 --to samples.png
            """)

    @Argument(help: ArgumentHelp("The folder of a run of 'reverie fit'.", valueName: "run"), completion: .directory)
    var folder: String

    @Option(parsing: .unconditional, help: "Rows to draw.")
    var count = 1000

    @Option(parsing: .unconditional, help: "The seed of the draws.")
    var seed = 0

    @Option(help: "Where they go: .png or .npz.", completion: .file(extensions: ["png", "npz"]))
    var to: String

    @Flag(help: "Replace the file where it exists.")
    var force = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        try require("--count", count, in: 1...1_000_000)
        try require("--seed", seed, in: seedRange)
        try require("--to", to, endsIn: ".png", ".npz")
    }

    func run() throws {
        try requireFree(to, force: force)
        let path = try RunFolder.open(folder, of: .fitting).path
        note("drawing \(count) samples from \(path)")
        let model = try content(of: path) { try FittedModel(run: path) }
        let samples = try model.sample(count, seed: UInt64(seed))
        if to.hasSuffix(".npz") {
            let file = try NPZWriter(path: to, overwrite: force)
            try file.add("samples", NPYArray(samples, shape: [count] + model.data.shape))
            try file.commit()
        } else {
            try writeAtomically(PNG.encode(picture(model, samples)), to: to, overwrite: force)
        }
        let summary: JSON = [
            "run": .string(path), "model": .string(model.configuration.model), "count": .integer(count),
            "shape": .array(model.data.shape.map { .integer($0) }), "samples": .string(to),
        ]
        try output(json ? "\(summary)" : "\(count) samples: \(to)")
    }

    private func picture(_ model: FittedModel, _ samples: [Float]) -> Frame {
        if let size = model.data.picture {
            let shown = Array(samples.prefix(256 * model.data.width))
            return ImageGrid(height: size.height, width: size.width, channels: size.channels, scale: 2).frame(shown)
        }
        return ScatterMatrix(width: model.data.width, data: data(of: model), samples: samples).frame()
    }

    /// What the model was fitted to, where it is still there.
    private func data(of model: FittedModel) -> [Float] {
        do {
            return try model.trainingValues()
        } catch {
            note("\(error); the picture shows the samples alone")
            return []
        }
    }
}
