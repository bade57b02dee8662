import Storage

/// A wrapper that can be requested by name, such as `frame-stack=4`.
public struct WrapperEntry: Sendable {
    /// The name, such as `frame-stack`.
    public let name: String
    /// A one-line description.
    public let summary: String
    /// The argument after the name and `=`, such as `COUNT`; empty if there is none, in brackets if it is optional.
    public let argument: String
    let wrap: @Sendable (any Environment, WrapperArgument) throws -> any Environment

    init(
        _ name: String, _ argument: String, _ summary: String,
        wrap: @escaping @Sendable (any Environment, WrapperArgument) throws -> any Environment
    ) {
        (self.name, self.argument, self.summary, self.wrap) = (name, argument, summary, wrap)
    }

    /// The syntax, such as `frame-stack=COUNT`.
    public var usage: String { argument.isEmpty || argument.hasPrefix("[") ? name + argument : "\(name)=\(argument)" }
}

/// All wrappers that have a name.
public enum WrapperCatalog {
    public static let entries: [WrapperEntry] = [
        WrapperEntry("frame-stack", "COUNT", "stacks the last observations into one") { try stack($0, $1) },
        WrapperEntry("frame-skip", "COUNT", "repeats each action") { try skip($0, $1, pools: false) },
        WrapperEntry("max-frame-skip", "COUNT", "repeats each action, observing the maximum of the last two frames") {
            try skip($0, $1, pools: true)
        },
        WrapperEntry("sticky-action", "PROBABILITY", "repeats the previous action with a probability") {
            try stick($0, $1)
        },
        WrapperEntry("clip-reward", "[=LOW:HIGH]", "clips rewards to a range, by default -1:1") { try clip($0, $1) },
        WrapperEntry("normalize-reward", "[=DISCOUNT]", "divides rewards by the running standard deviation of returns")
        {
            try normalizeReward($0, $1)
        },
        WrapperEntry("normalize-observation", "", "normalises observations by their running mean and deviation") {
            try normalizeObservation($0, $1)
        },
        WrapperEntry("rescale-action", "[=LOW:HIGH]", "rescales continuous actions to a range, by default -1:1") {
            try rescale($0, $1)
        },
        WrapperEntry("clip-action", "", "accepts any continuous actions and clips them to their bounds") {
            try clipAction($0, $1)
        },
        WrapperEntry("flatten", "", "flattens observations into one vector; integers become one-hot") {
            try flatten($0, $1)
        },
        WrapperEntry("time-aware", "[=normalized]", "appends the number of steps played to observations") {
            try tellTime($0, $1)
        },
        WrapperEntry("action-mask", "", "appends the mask of valid actions to observations") {
            try tellMask($0, $1)
        },
        WrapperEntry("mask-velocity", "", "hides the velocities in observations: they are 0") {
            try maskVelocity($0, $1)
        },
        WrapperEntry("delay", "STEPS", "delays observations by a number of steps") { try delay($0, $1) },
        WrapperEntry("pixels", "", "observes the drawn frame") { try pixels($0, $1) },
        WrapperEntry("grayscale", "", "makes images grey") { try grayscale($0, $1) },
        WrapperEntry("resize", "HEIGHTxWIDTH", "resizes images by averaging areas") { try resize($0, $1) },
    ]

    /// The option of every environment that takes a stack of wrappers.
    public static let option = EnvironmentOption(
        "wrap", "wrappers separated by commas, the innermost first, such as frame-stack=4,time-aware")

    /// The largest number of wrappers in a stack: each is a type around the next one.
    static let largestDepth = 16

    /// The wrapper of this name.
    ///
    /// - Throws: ``EnvironmentError/unknownWrapper(name:nearest:known:)``.
    public static func entry(_ name: String) throws(EnvironmentError) -> WrapperEntry {
        let known = entries.map(\.name)
        if let name = matchingName(name, among: known) { return entries.first { $0.name == name }! }
        throw .unknownWrapper(name: name, nearest: nearestName(to: name, among: known), known: known)
    }

    /// The wrappers that a text like `frame-skip=4,frame-stack=4` names, the innermost first.
    ///
    /// - Throws: ``EnvironmentError/unknownWrapper(name:nearest:known:)`` with the nearest name.
    static func stack(_ text: String, around environment: String) throws(EnvironmentError) -> [NamedWrapper] {
        var wrappers: [NamedWrapper] = []
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count <= largestDepth else {
            throw .badValue(
                option: option.name, value: "\(parts.count) wrappers", expected: "at most \(largestDepth) wrappers")
        }
        for part in parts {
            let words = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let entry = try entry(words[0])
            let argument = WrapperArgument(
                usage: entry.usage, name: entry.name, text: words.count > 1 ? words[1] : nil, environment: environment)
            if entry.argument.isEmpty, words.count > 1 { throw argument.bad("no value") }
            wrappers.append(NamedWrapper(entry: entry, argument: argument))
        }
        return wrappers
    }
}

/// A wrapper and its argument.
struct NamedWrapper: Sendable {
    var entry: WrapperEntry
    var argument: WrapperArgument

    /// Wraps an environment of a batch.
    func wrap(_ world: any Environment, _ request: EnvironmentRequest) throws -> any Environment {
        var argument = argument
        (argument.stepLimit, argument.count) = (request.stepLimit, request.count)
        return try entry.wrap(world, argument)
    }
}

/// The argument of a wrapper, read as the type that it needs.
struct WrapperArgument: Sendable {
    var usage: String
    var name: String
    var text: String?
    var environment: String
    var stepLimit: Int?
    /// The number of environments in the batch.
    var count = 1

    func bad(_ expected: String) -> EnvironmentError {
        .badValue(
            option: WrapperCatalog.option.name, value: name + (text.map { "=" + $0 } ?? ""),
            expected: "\(usage), \(expected)")
    }

    func integer(in range: ClosedRange<Int>) throws(EnvironmentError) -> Int {
        guard let text, let number = wholeNumber(text), range.contains(number) else {
            throw bad("a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// A number that meets a condition; `usual` if there is no argument.
    func number(usual: Double? = nil, _ expected: String, where isGood: (Double) -> Bool) throws(EnvironmentError)
        -> Double
    {
        guard let number = text.map({ Double($0) }) ?? usual, number.isFinite, isGood(number) else {
            throw bad(expected)
        }
        return number
    }

    /// Two finite numbers separated by a colon, the second larger; -1 and 1 if there is no argument.
    func range() throws(EnvironmentError) -> ClosedRange<Double> {
        guard let text else { return -1...1 }
        let numbers = text.split(separator: ":", omittingEmptySubsequences: false).compactMap { Double($0) }
        guard numbers.count == 2, numbers[0].isFinite, numbers[1].isFinite, numbers[0] < numbers[1] else {
            throw bad("two numbers, the second larger")
        }
        return numbers[0]...numbers[1]
    }

    /// Throws if the wrapper doesn't fit.
    func requireFit(_ misfit: String?) throws(EnvironmentError) {
        if let misfit { throw .wrapperMisfit(wrapper: name, environment: environment, needs: misfit) }
    }
}

// Each of these opens the type of the wrapped environment, so that the wrapper is specialised for it.
extension WrapperCatalog {
    private static func stack<World: Environment>(_ world: World, _ argument: WrapperArgument) throws
        -> any Environment
    {
        let count = try argument.integer(in: 1...1000)
        try argument.requireFit(FrameStack<World>.misfit(world.observationSpace))
        try argument.requireMemory(world, count: count)
        return FrameStack(world, count: count)
    }

    private static func skip(_ world: some Environment, _ argument: WrapperArgument, pools: Bool) throws
        -> any Environment
    {
        FrameSkip(world, count: try argument.integer(in: (pools ? 2 : 1)...1000), poolsLastFrames: pools)
    }

    private static func stick(_ world: some Environment, _ argument: WrapperArgument) throws -> any Environment {
        let probability = try argument.number("a number from 0 to below 1") { 0..<1 ~= $0 }
        return StickyAction(world, probability: probability)
    }

    private static func clip(_ world: some Environment, _ argument: WrapperArgument) throws -> any Environment {
        ClipReward(world, to: try argument.range())
    }

    private static func normalizeReward(_ world: some Environment, _ argument: WrapperArgument) throws
        -> any Environment
    {
        NormalizeReward(world, discount: try argument.number(usual: 0.99, "a number from 0 to 1") { 0...1 ~= $0 })
    }

    private static func normalizeObservation<World: Environment>(_ world: World, _ argument: WrapperArgument) throws
        -> any Environment
    {
        try argument.requireFit(NormalizeObservation<World>.misfit(world.observationSpace))
        return NormalizeObservation(world)
    }

    private static func rescale<World: Environment>(_ world: World, _ argument: WrapperArgument) throws
        -> any Environment
    {
        let range = try argument.range()
        try argument.requireFit(RescaleAction<World>.misfit(world.actionSpace))
        return RescaleAction(world, from: range)
    }

    private static func clipAction<World: Environment>(_ world: World, _ argument: WrapperArgument) throws
        -> any Environment
    {
        try argument.requireFit(ClipAction<World>.misfit(world.actionSpace))
        return ClipAction(world)
    }

    private static func flatten(_ world: some Environment, _ argument: WrapperArgument) throws -> any Environment {
        try argument.requireMemory(world.observationSpace.flatCount, of: world)
        return FlattenObservation(world)
    }

    private static func tellTime(_ world: some Environment, _ argument: WrapperArgument) throws -> any Environment {
        guard argument.text == nil || argument.text == "normalized" else { throw argument.bad("or no value") }
        guard let limit = argument.stepLimit else {
            throw EnvironmentError.wrapperMisfit(
                wrapper: argument.name, environment: argument.environment,
                needs: "a step limit, such as \(EnvironmentCatalog.stepLimitOption.name)=500")
        }
        return TimeAwareObservation(world, limit: limit, isNormalized: argument.text != nil)
    }

    private static func tellMask<World: Environment>(_ world: World, _ argument: WrapperArgument) throws
        -> any Environment
    {
        try argument.requireFit(ActionMaskObservation.misfit(world))
        return ActionMaskObservation(world)
    }

    private static func maskVelocity<World: Environment>(_ world: World, _ argument: WrapperArgument) throws
        -> any Environment
    {
        if MaskVelocity.misfit(world) != nil {
            let known = EnvironmentCatalog.idsWithVelocities
            try argument.requireFit(
                known.contains(argument.environment)
                    ? "observations as the environment makes them; name it before the wrappers that change their shape"
                    : "an environment whose velocities are known: \(known.joined(separator: ", "))")
        }
        return MaskVelocity(world)
    }

    private static func delay(_ world: some Environment, _ argument: WrapperArgument) throws -> any Environment {
        let delay = try argument.integer(in: 0...1000)
        try argument.requireMemory(world, count: delay, more: 1)
        return DelayObservation(world, delay: delay)
    }

    private static func pixels<World: Environment>(_ world: World, _ argument: WrapperArgument) throws
        -> any Environment
    {
        try argument.requireFit(PixelObservation<World>.misfit(world.frameSize))
        try argument.requireMemory(product(world.frameSize.width, world.frameSize.height, 3), of: world)
        return PixelObservation(world)
    }

    private static func grayscale(_ world: any Environment, _ argument: WrapperArgument) throws -> any Environment {
        func wrap<World: Environment<UInt8>>(_ world: World) throws -> any Environment {
            try argument.requireFit(Grayscale<World>.misfit(world.observationSpace))
            return Grayscale(world)
        }
        return try wrap(pictures(of: world, argument))
    }

    private static func resize(_ world: any Environment, _ argument: WrapperArgument) throws -> any Environment {
        let sides = (argument.text ?? "").split(separator: "x", omittingEmptySubsequences: false).compactMap { Int($0) }
        guard sides.count == 2, sides.allSatisfy({ 1...4096 ~= $0 }) else {
            throw argument.bad("such as 84x84, both from 1 to 4096")
        }
        func wrap<World: Environment<UInt8>>(_ world: World) throws -> any Environment {
            let space = world.observationSpace
            try argument.requireFit(Resize<World>.misfit(space))
            try argument.requireMemory(product(sides[0], sides[1], space.shape.dropFirst(2).reduce(1, *)), of: world)
            return Resize(world, height: sides[0], width: sides[1])
        }
        return try wrap(pictures(of: world, argument))
    }

    private static func pictures(of world: any Environment, _ argument: WrapperArgument) throws
        -> any Environment<UInt8>
    {
        if let world = world as? any Environment<UInt8> { return world }
        throw EnvironmentError.wrapperMisfit(
            wrapper: argument.name, environment: argument.environment,
            needs: "images of bytes, not \(world.observationSpace); 'pixels,\(argument.name)' gives it the drawn frames"
        )
    }
}
