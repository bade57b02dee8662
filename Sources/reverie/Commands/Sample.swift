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
            dimensions, with the data behind the samples. To an NPZ: the array 'samples'.

            EXAMPLE
              reverie sample runs/vae-rollouts-seed0 --count 1000 --to samples.png
            """)

    @Argument(help: ArgumentHelp("The folder of a run of 'reverie fit'.", valueName: "run"))
    var folder: String

    @Option(help: "Rows to draw.")
    var count = 1000

    @Option(help: "The seed of the draws.")
    var seed: UInt64 = 0

    @Option(help: "Where they go: .png or .npz.")
    var to: String

    @Flag(help: "Replace the file where it exists.")
    var force = false

    func validate() throws {
        guard (1...1_000_000).contains(count) else {
            throw ValidationError("--count takes a number from 1 to 1000000, not \(count).")
        }
        guard to.hasSuffix(".png") || to.hasSuffix(".npz") else {
            throw ValidationError("--to takes a file name that ends in .png or .npz, not '\(to)'.")
        }
    }

    func run() throws {
        guard isFolder(folder) else { throw StorageError(path: folder, operation: "open the run", reason: .missing) }
        if !force, exists(to) {
            throw StorageError(path: to, operation: "write the samples to", reason: .wouldOverwrite)
        }
        let model = try FittedModel(run: folder)
        let samples = try model.sample(count, seed: seed)
        if to.hasSuffix(".npz") {
            let file = try NPZWriter(path: to, overwrite: force)
            try file.add("samples", NPYArray(samples, shape: [count] + model.shape))
            try file.commit()
        } else {
            try writeAtomically(PNG.encode(try picture(model, samples)), to: to, overwrite: force)
        }
        print("\(count) samples: \(to)")
    }

    private func picture(_ model: FittedModel, _ samples: [Float]) throws -> Frame {
        if model.shape.count >= 2, model.shape.count < 3 || [1, 3].contains(model.shape[2]) {
            let channels = model.shape.count == 3 ? model.shape[2] : 1
            let shown = Array(samples.prefix(256 * model.width))
            return ImageGrid(height: model.shape[0], width: model.shape[1], channels: channels, scale: 2).frame(shown)
        }
        let data =
            (try? ObservationDataset(rollout: model.configuration.dataset, seed: UInt64(model.configuration.seed)))?
            .training
        return ScatterMatrix(width: model.width, data: data ?? [], samples: samples).frame()
    }
}
