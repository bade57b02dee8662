import Storage

/// What can be wrong with a request for an environment, with the files that describe one, or with its use.
public enum EnvironmentError: Error, Hashable, Sendable {
    /// No environment has this id.
    case unknownEnvironment(id: String, nearest: String?)
    /// The environment has no such option.
    case unknownOption(name: String, environment: String, nearest: String?, known: [String])
    /// An option has a value that it can't have.
    case badValue(option: String, value: String, expected: String)
    /// A file could not be read.
    case unreadable(path: String, reason: String)
    /// A map file breaks the format.
    case badMap(path: String, line: Int, column: Int, expected: String, found: String)
    /// The folder with the maps and presets was not found.
    case missingAssets(tried: [String])
    /// The bytes are not a saved state of this environment.
    case badState(offset: Int, expected: String)
    /// An environment of a batch should make a step but has never been reset.
    case notReset(environment: String, index: Int)
    /// An environment of a batch should make a step but its episode has ended and nothing resets it.
    case hasEnded(environment: String, index: Int)
    /// An action is not in the action space.
    case badAction(environment: String, index: Int, action: String, space: String)
    /// The environment cannot write its state to bytes.
    case noSnapshot(environment: String)
    /// There is no wrapper of this name.
    case unknownWrapper(name: String, nearest: String?, known: [String])
    /// The wrapper doesn't fit the environment.
    case wrapperMisfit(wrapper: String, environment: String, needs: String)
    /// The environments need more memory than there is.
    case memory(MemoryError)
    /// A file names an environment whose making runs code, and the user has not consented.
    case untrusted(environment: String, file: String)
    /// An environment in another process has failed.
    case outside(OutsideFault)
}

extension EnvironmentError: CustomStringConvertible {
    /// A sentence for the user: what is wrong and what to try next.
    public var description: String {
        switch self {
        case .unknownEnvironment(let id, let nearest):
            "there is no environment '\(id)'\(Self.hint(nearest)); 'reverie list environments' shows them all"
        case .unknownOption(let name, let environment, let nearest, let known):
            "\(environment) has no option '\(name)'\(Self.hint(nearest)); it has \(known.joined(separator: ", "))"
        case .badValue(let option, let value, let expected):
            "option \(option): expected \(expected), found '\(value)'"
        case .unreadable(let path, let reason):
            "cannot read \(path): \(reason)"
        case .badMap(let path, let line, let column, let expected, let found):
            "\(path):\(line):\(column): expected \(expected), found \(found)"
        case .missingAssets(let tried):
            "cannot find the folder of maps and presets; set REVERIE_ASSETS to the path of 'assets' "
                + "(tried \(tried.joined(separator: ", ")))"
        case .badState(let offset, let expected):
            "byte \(offset) of the saved state: expected \(expected); was it saved by another environment or version?"
        case .notReset(let environment, let index):
            "\(environment), environment \(index): a step before the first reset; reset it first"
        case .hasEnded(let environment, let index):
            "\(environment), environment \(index): a step after the end of the episode; reset it first"
        case .badAction(let environment, let index, let action, let space):
            "\(environment), environment \(index): the action \(action) is not in \(space)"
        case .noSnapshot(let environment):
            "\(environment) cannot save its state"
        case .unknownWrapper(let name, let nearest, let known):
            "there is no wrapper '\(name)'\(Self.hint(nearest)); the wrappers are \(known.joined(separator: ", "))"
        case .wrapperMisfit(let wrapper, let environment, let needs):
            "the wrapper \(wrapper) doesn't fit \(environment): it needs \(needs)"
        case .memory(let error):
            "\(error)"
        case .untrusted(let environment, let file):
            "\(file) names the environment \(environment), which runs code in Python; if you trust that, add --trust"
        case .outside(let fault):
            "\(fault)"
        }
    }

    private static func hint(_ nearest: String?) -> String {
        nearest.map { " (did you mean '\($0)'?)" } ?? ""
    }
}
