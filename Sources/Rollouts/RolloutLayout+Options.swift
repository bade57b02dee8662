import Experience
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

extension RolloutLayout {
    private static let startNames = (observations: "observationStarts", actions: "actionStarts")

    /// Metadata that say from which number the original counts: the file holds the original's numbers.
    public static func metadata(observations: SpaceOrigin?, actions: SpaceOrigin?) -> [JSON.Member] {
        [(startNames.observations, observations), (startNames.actions, actions)].compactMap { name, origin in
            origin.map { .init(name, .array($0.starts.map(JSON.integer))) }
        }
    }

    /// What was added to each number of an observation; nil if nothing was.
    public var observationStarts: [Int]? { starts(Self.startNames.observations, width: observations.width) }

    /// What was added to each number of an action; nil if nothing was.
    public var actionStarts: [Int]? { starts(Self.startNames.actions, width: actions.width) }

    private func starts(_ name: String, width: Int) -> [Int]? {
        let numbers = metadata.first { $0.name == name }?.value.array?.compactMap(\.integer)
        return numbers?.count == width ? numbers : nil
    }
}
