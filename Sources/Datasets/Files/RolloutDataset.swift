import Foundation
import Rollouts
import Storage

/// The observations of a recorded rollout, or its frames.
struct RolloutDataset {
    static let ending = ".npz"

    let name: String
    let file: String

    /// Reads the recording; its rows are shuffled and split.
    ///
    /// - Throws: `StorageError`, `FormatError`, ``DatasetError``; for frames also `EnvironmentError`.
    func load(_ settings: DataSettings) throws -> Dataset {
        let rollout = try rollout()
        var description: Dataset.Description
        let all: SourcedRows
        switch settings.rollout {
        case .observations:
            all = SourcedRows(rows: try observations(of: rollout), origin: DataOrigin(file, .observation))
            description = .init(
                name: name, shape: rollout.layout.observations.shape, kind: kind(of: rollout, all.rows, settings))
        case .frames:
            let pictures = try RolloutFrames(rollout, file: file, side: settings.frameSide).drawn()
            all = SourcedRows(rows: pictures.rows(), origin: DataOrigin(file, .frame))
            description = .init(name: name, shape: pictures.shape, kind: .levels(256))
        }
        let (training, validation, test) = try Splitting.threeParts(all, name: name, settings)
        return Dataset(description, training, validation, test)
    }

    /// Unless set otherwise, bytes are bits if all are 0 or 1 and levels otherwise; floats and integers are reals.
    private func kind(of rollout: Rollout, _ rows: DataRows, _ settings: DataSettings) -> ElementKind {
        let isByte = rollout.layout.observations.type == .uint8
        return settings.kind == .auto && !isByte ? .reals : settings.kind(of: [rows], levels: isByte ? 256 : nil)
    }

    private func observations(of rollout: Rollout) throws -> DataRows {
        let width = rollout.layout.observations.width
        guard width > 0 else {
            throw FormatError(
                .rollout, file: "\(file)(observations.npy)", offset: 0, expected: "observations of one number or more",
                found: "the shape \(rollout.observations.shape)")
        }
        let array = rollout.observations
        let numbers: DataNumbers =
            switch array.type {
            case .uint8: .bytes(Array(array.bytes))
            case .int32: .integers(try array.values(file: file))
            default: .floats(try array.values(file: file))
            }
        return DataRows(numbers, width: width)
    }

    /// The recording; where it is gzipped it is unpacked to a temporary file, for a ZIP archive is read from its end.
    func rollout() throws -> Rollout {
        guard file.hasSuffix(".gz") else { return try Rollout(contentsOf: file) }
        let plain = FileManager.default.temporaryDirectory.appending(path: "reverie-\(UUID().uuidString).npz").path
        defer { unlink(plain) }
        let temporary = try AtomicFile(path: plain, overwrite: false)
        try temporary.write(DataFile.bytes(of: file))
        try temporary.commit()
        do {
            return try Rollout(contentsOf: plain)
        } catch var error as FormatError {
            error.file = error.file.replacingOccurrences(of: plain, with: file)
            throw error
        }
    }
}
