import Agents
import ArgumentParser
import Configuration
import Environments
import Storage
import TensorCore
import Training
import Viewer

/// The process's exit codes (sysexits.h), and which error gives which.
enum ExitStatus: Int32 {
    case failure = 1
    case usage = 64
    case badData = 65
    case noInput = 66
    case unavailable = 69
    case wouldOverwrite = 73
    case inputOutput = 74

    /// The code of an error that is ours; nil for the argument parser's own.
    init?(_ error: any Error) {
        switch error {
        case is AgentError, is ModelError: self = .usage
        case let error as ConfigurationError:
            if case .badFile = error { self = .badData } else { self = .usage }
        case let error as EnvironmentError: self = Self.status(error)
        case let error as StorageError: self = Self.status(error)
        case is FormatError, is DataError: self = .badData
        case is TensorError: self = .failure
        case let error as ViewerError:
            if case .noDisplay = error { self = .unavailable } else { self = .inputOutput }
        default: return nil
        }
    }

    private static func status(_ error: EnvironmentError) -> ExitStatus {
        switch error {
        case .unknownEnvironment, .unknownOption, .badValue, .noSnapshot: .usage
        case .unreadable, .missingAssets: .noInput
        case .badMap, .badState: .badData
        }
    }

    private static func status(_ error: StorageError) -> ExitStatus {
        switch error.reason {
        case .wouldOverwrite: .wouldOverwrite
        case .missing: .noInput
        case .wrongKind, .tooLarge, .tooShort: .badData
        case .system: .inputOutput
        }
    }
}

/// What is wrong with the content of a file that a command was given.
struct DataError: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}
