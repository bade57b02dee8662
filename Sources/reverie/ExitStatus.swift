import Agents
import Benchmarks
import Configuration
import Datasets
import Environments
import GenerativeModels
import GymnasiumBridge
import NeuralNetworks
import Scenes
import Storage
import TensorCore
import Training
import Viewer

/// The process's exit codes (sysexits.h), and which errors give which.
enum ExitStatus: Int32 {
    case failure = 1
    case usage = 64
    case badData = 65
    case noInput = 66
    case unavailable = 69
    case wouldOverwrite = 73
    case inputOutput = 74
    case inUse = 75

    /// The code for one of our errors; nil for the argument parser's own.
    init?(_ error: any Error) {
        switch error {
        case TrainingError.diverged, TrainingError.infiniteReturn: self = .failure
        case TrainingError.missingData: self = .noInput
        case AgentError.badParameter, ModelError.data, TrainingError.otherIdentity, TrainingError.noIdentity:
            self = .badData
        case is MemoryError, is UsageError, is AgentError, is ModelError, is TrainingError, is TuningMismatch:
            self = .usage
        case is FormatError, is DataError, is DamagedCheckpoint, is GoldenLosses.Fault, is ParameterFileError:
            self = .badData
        case let error as ConfigurationError:
            if case .badFile = error { self = .badData } else { self = .usage }
        case let error as DatasetError: self = Self.status(error)
        case let error as SceneError: self = error.isOfRecording ? .badData : .usage
        case let error as EnvironmentError: self = Self.status(error)
        case let error as StorageError: self = Self.status(error)
        case let error as TensorError: self = Self.status(error)
        case is SystemFault: self = .inputOutput
        case is LeftRecording: self = .wouldOverwrite
        case let error as ViewerError:
            if case .cannotWrite = error { self = .inputOutput } else { self = .unavailable }
        default: return nil
        }
    }

    private static func status(_ error: DatasetError) -> ExitStatus {
        switch error {
        case .unknownData, .missingFiles: .noInput
        case .setting: .usage
        case .badRow, .tooFewRows, .unsuitable: .badData
        }
    }

    private static func status(_ error: EnvironmentError) -> ExitStatus {
        switch error {
        case .unknownEnvironment, .unknownOption, .badValue, .noSnapshot, .unknownWrapper, .wrapperMisfit,
            .memory, .untrusted:
            .usage
        case .unreadable, .missingAssets: .noInput
        case .badMap, .badState: .badData
        case .notReset, .hasEnded, .badAction: .failure
        case .outside(let fault): status(fault)
        }
    }

    private static func status(_ fault: OutsideFault) -> ExitStatus {
        switch fault {
        case .missing: .unavailable
        case .notMade, .unmappedSpace: .usage
        case .raised, .broken, .died, .silent, .nonsense, .system: .inputOutput
        }
    }

    private static func status(_ error: StorageError) -> ExitStatus {
        switch error.reason {
        case .wouldOverwrite, .unsuitable: .wouldOverwrite
        case .inUse: .inUse
        // Where something is to be written, it is the output that has no place.
        case .missing where error.operation == writeInto: .inputOutput
        case .missing: .noInput
        case .tooLarge, .tooShort: .badData
        // Reading a folder instead of a file is bad data. When writing, a folder in a file's place is in the way, and a
        // file in the place of a run folder must not be lost.
        case .wrongKind where error.operation == RunFolder.start: .wouldOverwrite
        case .wrongKind: ["open", "read", "list", openRun].contains(error.operation) ? .badData : .inputOutput
        case .system: .inputOutput
        }
    }

    private static func status(_ error: TensorError) -> ExitStatus {
        switch error {
        case .missingVariable, .variableShape: .badData
        default: .failure
        }
    }

    static let openRun = "open the run"
    static let writeInto = "write into"
}

/// Bad content in a file that a command was given.
struct DataError: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}

/// Wrong arguments of a command, found after they were parsed.
struct UsageError: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}

/// Reads a file's content. An unknown name or a value out of range would be wrong usage in a flag; in a file it is bad
/// data, and the message names the file.
func content<Value>(of path: String, _ read: () throws -> Value) throws -> Value {
    do {
        return try read()
    } catch EnvironmentError.untrusted(let environment, let file) {
        // What is wrong is that the command lacks a flag.
        throw EnvironmentError.untrusted(environment: environment, file: file)
    } catch  where [.usage, .badData].contains(ExitStatus(error)) {
        let text = "\(error)"
        throw DataError(text.contains(path) ? text : "\(path): \(text)")
    }
}
