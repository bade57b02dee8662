/// Environments that another library makes and that no list can enumerate, named by a prefix: `gym:CartPole-v1`.
public struct EnvironmentScheme: Sendable {
    /// The prefix of their ids, such as `gym:`.
    public let prefix: String
    let entry: @Sendable (String) throws(EnvironmentError) -> EnvironmentEntry

    /// Describes a scheme.
    ///
    /// - Parameters:
    ///   - prefix: the prefix of the ids.
    ///   - entry: returns the entry of an id, which includes the prefix. It is called often and must be cheap.
    public init(prefix: String, entry: @escaping @Sendable (String) throws(EnvironmentError) -> EnvironmentEntry) {
        (self.prefix, self.entry) = (prefix, entry)
    }
}
