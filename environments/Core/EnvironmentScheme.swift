/// Environments that another library makes and no list can hold, named by a prefix: `gym:CartPole-v1`.
public struct EnvironmentScheme: Sendable {
    /// What their ids begin with, such as `gym:`.
    public let prefix: String
    let entry: @Sendable (String) throws(EnvironmentError) -> EnvironmentEntry

    /// Describes a scheme.
    ///
    /// - Parameters:
    ///   - prefix: what the ids begin with.
    ///   - entry: the entry of an id, prefix included. It is asked for often and makes nothing yet.
    public init(prefix: String, entry: @escaping @Sendable (String) throws(EnvironmentError) -> EnvironmentEntry) {
        (self.prefix, self.entry) = (prefix, entry)
    }
}
