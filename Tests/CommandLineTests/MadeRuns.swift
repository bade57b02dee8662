import Foundation
import Storage

/// Runs and a recording that several tests read: made once, removed when the tests end.
final class MadeRuns: Sendable {
    let folder: TemporaryFolder
    /// What the commands that made them printed.
    let trained: JSON
    let recorded: JSON
    let fitted: JSON

    /// A short DQN run `dqn`, a Q-learning run `table`, a recording `rollouts.npz` and a fit `vae`.
    private init() throws {
        let folder = try TemporaryFolder()
        func json(_ words: String) throws -> JSON {
            let result = try Executable.run(words.split(separator: " ").map(String.init), in: folder)
            guard result.status == 0 else { throw Failure(words: words, errors: result.errors) }
            return try result.json()
        }
        trained = try json("train dqn CartPole-v1 --steps 2000 --run dqn --seed 3 --set learningStart=500 --json")
        _ = try json("train q-learning FrozenLake-v1 --steps 2000 --run table --option is_slippery=false --json")
        recorded = try json("record dqn --episodes 4 --stochastic --to rollouts.npz --video episode.gif --json")
        fitted = try json("fit vae rollouts.npz --set epochs=3 --run vae --json")
        self.folder = folder
    }

    struct Failure: Error { var words: String, errors: String }

    private static let made = Result { try MadeRuns() }
    private static let removeAtExit: Void = {
        atexit {
            if let runs = try? MadeRuns.made.get() { try? FileManager.default.removeItem(atPath: runs.folder.path) }
        }
    }()

    static func get() throws -> MadeRuns {
        _ = removeAtExit
        return try made.get()
    }

    /// A copy that a test may damage.
    static func copy() throws -> TemporaryFolder {
        let copy = try TemporaryFolder()
        for name in try namesInFolder(get().folder.path) {
            try FileManager.default.copyItem(atPath: get().folder.file(name), toPath: copy.file(name))
        }
        return copy
    }
}
