import Environments

/// Environments of Python's Gymnasium, run in processes of an installed Python: `gym:CartPole-v1`.
public enum Gymnasium {
    /// The prefix of their ids; the rest is Gymnasium's id, or `MODULE:ID` if a Python module registers it.
    public static let prefix = "gym:"

    /// Registers the prefix with ``EnvironmentCatalog``, and so with everything that makes environments by name.
    ///
    /// - Parameters:
    ///   - trustingFiles: whether ids in files, such as run folders and recordings, are followed too. An id names a
    ///     module that Python imports, so a file that is followed can run any module of the installed Python.
    ///   - remark: is told, in a sentence, of options in files that are ignored: the Python program is never taken from
    ///     one.
    public static func register(
        trustingFiles: Bool = false, remark: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        EnvironmentCatalog.register(
            EnvironmentScheme(prefix: prefix, trustsFiles: trustingFiles, remark: remark) { id in entry(id) })
    }

    private static func entry(_ id: String) -> EnvironmentEntry {
        EnvironmentEntry(
            id, "run by Gymnasium in Python; other options go to gymnasium.make", options: GymnasiumOptions.known,
            takesOtherOptions: true
        ) { request in
            if let wrappers = request.options.text(WrapperCatalog.option.name), !wrappers.isEmpty {
                throw EnvironmentError.wrapperMisfit(
                    wrapper: wrappers, environment: id,
                    needs: "an environment of this process, not one of Python's; register a wrapped one there "
                        + "(gym:MODULE:ID), or set the option atari=true")
            }
            return try GymnasiumBatch(
                id, count: request.count, autoreset: request.autoreset,
                options: try GymnasiumOptions(request.options, count: request.count))
        }
    }
}
