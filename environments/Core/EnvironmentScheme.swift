/// Environments that another library makes and that no list can enumerate, named by a prefix: `gym:CartPole-v1`.
public struct EnvironmentScheme: Sendable {
    /// The prefix of their ids, such as `gym:`.
    public let prefix: String
    /// Whether ids and options out of files, such as run folders and recordings, are followed.
    let trustsFiles: Bool
    /// Is told, in a sentence, what a file says that isn't followed in any case.
    let remark: @Sendable (String) -> Void
    let entry: @Sendable (String) throws(EnvironmentError) -> EnvironmentEntry

    /// Describes a scheme.
    ///
    /// - Parameters:
    ///   - prefix: the prefix of the ids.
    ///   - trustsFiles: whether ids out of files are followed. Where making an environment runs code that its id names,
    ///     they must not be until the user has consented.
    ///   - remark: is told what a file says that isn't followed in any case: ``EnvironmentOption/isStored``.
    ///   - entry: returns the entry of an id, which includes the prefix. It is called often and must be cheap.
    public init(
        prefix: String, trustsFiles: Bool = true, remark: @escaping @Sendable (String) -> Void = { _ in },
        entry: @escaping @Sendable (String) throws(EnvironmentError) -> EnvironmentEntry
    ) {
        (self.prefix, self.trustsFiles, self.remark, self.entry) = (prefix, trustsFiles, remark, entry)
    }
}
