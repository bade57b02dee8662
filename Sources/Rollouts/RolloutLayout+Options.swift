import Storage

extension RolloutLayout {
    private static let optionsName = "environmentOptions"

    /// Metadata with the environment's options, so that a recording can be played again.
    public static func metadata(environmentOptions options: [String: String]) -> JSON.Member {
        .init(optionsName, .object(options.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) }))
    }

    /// The environment's options; none if the metadata don't have them.
    public var environmentOptions: [String: String] {
        guard case .object(let members)? = metadata.first(where: { $0.name == Self.optionsName })?.value else {
            return [:]
        }
        return Dictionary(members.compactMap { member in member.value.string.map { (member.name, $0) } }) { $1 }
    }
}
