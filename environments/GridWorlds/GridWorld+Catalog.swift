import Random

extension GridExtent {
    /// The word for observing the number of the state.
    static let stateWord = "state"
    static let summary =
        "what is observed: state (its number), full (all cells), or a side such as 5 (a square around the agent)"
    /// The option that ``init(_:)`` reads.
    static let option = EnvironmentOption("view", summary, usual: stateWord)

    /// The value of the option `view`; nil if the number of the state is observed.
    init?(_ options: EnvironmentOptions) throws(EnvironmentError) {
        guard let text = options.text("view"), text != Self.stateWord else { return nil }
        if text == "full" {
            self = .full
        } else if let side = Int(text), 3...31 ~= side, side % 2 == 1 {
            self = .window(side: side)
        } else {
            throw .badValue(
                option: "view", value: text, expected: "\(Self.stateWord), full or an odd number from 3 to 31")
        }
    }
}

extension EnvironmentOption {
    /// The option of grid worlds that gives them action masks.
    static let actionMask = EnvironmentOption(
        "action_mask", "whether to mask moves that leave the agent where it is", usual: "false")
}

extension EnvironmentRequest {
    /// The same with another step limit, unless the user has set one.
    func limited(to steps: Int?) -> EnvironmentRequest {
        var request = self
        if options.text(EnvironmentCatalog.stepLimitOption.name) == nil { request.stepLimit = steps }
        return request
    }
}

extension GridWorld {
    /// The prefix of the ids of maps among the assets.
    static let assetPrefix = "grid:"

    static let entries = [
        EnvironmentEntry(
            GridMap.environmentID, "a world of square cells from a map file",
            options: [
                EnvironmentOption(GridMap.optionName, "the path of the map file", isPath: true), GridExtent.option,
                .actionMask,
            ]
        ) { request in
            let option = GridMap.optionName
            guard let path = request.options.text(option) else {
                throw EnvironmentError.badValue(option: option, value: "", expected: "the path of a map file")
            }
            return try batch(of: GridMap(contentsOf: path), request)
        }
    ]

    /// The entry of a map among the assets; an unreadable map is listed too, and throws the reason when it is made.
    static func entry(mapNamed name: String) -> EnvironmentEntry {
        let map = (try? Assets.path("\(GridMap.assetFolder)/\(name).txt")).flatMap { try? GridMap(contentsOf: $0) }
        return EnvironmentEntry(
            assetPrefix + name, map?.description ?? "a map that cannot be read", stepLimit: map?.stepLimit,
            options: [GridExtent.option, .actionMask]
        ) { request in
            try batch(of: GridMap(contentsOf: Assets.path("\(GridMap.assetFolder)/\(name).txt")), request)
        }
    }

    /// Worlds of a map with the observations that the user has chosen and the map's own step limit.
    static func batch(of map: GridMap, _ request: EnvironmentRequest) throws -> any BatchedEnvironment {
        let hasActionMask = try request.options.flag(EnvironmentOption.actionMask.name) ?? false
        guard !hasActionMask || map.enemies.isEmpty || map.moves > GridAction.stay else {
            throw EnvironmentError.badValue(
                option: EnvironmentOption.actionMask.name, value: "true",
                expected: "false in a world with enemies, where a move against a wall is the way to wait; a map with "
                    + "the action 'stay' can have masks")
        }
        let (world, request) = (
            GridWorld(map, hasActionMask: hasActionMask), request.limited(to: map.stepLimit)
        )
        if let extent = try GridExtent(request.options) {
            let view = GridView(world, extent)
            return try request.batch {
                var copy = view
                copy.base = world.withOwnStream()
                return copy
            }
        }
        guard world.isTabular else {
            throw EnvironmentError.badValue(
                option: GridExtent.option.name, value: request.options.text(GridExtent.option.name) ?? "",
                expected: "full or a side such as 5, because agent, keys and enemies together have more than "
                    + "\(GridRules.largestStateCount) states, too many to number")
        }
        return try request.batch { world.withOwnStream() }
    }
}
