import Environments
import Experience
import Graphics
import Viewer

/// Which keys play which actions: arrows and the space bar where the actions' names say so, digits for all up to 9, and
/// letters that mean nothing to the window for the rest. Several numbers or choices have keys of their own each, so
/// that they can be held together.
public struct ActionControls {
    /// Time steps a second while a key is held.
    public let stepsPerSecond: Double
    /// One line a key, for people to read.
    public private(set) var help: [String] = []
    /// All keys that do something.
    public private(set) var keys: Set<ViewerKey> = []

    /// What each action takes; nil for those with a key of their own only.
    private var chords: [Set<ViewerKey>?] = []
    /// Keys that play one action whatever else is held.
    private var own: [ViewerKey: Int] = [:]
    /// The action where no key is held; nil where the world waits.
    private var idle: Int?
    /// The keys of each number of a box.
    private var axes: [Axis] = []
    /// For each of several choices, the keys of its members from the second on; the first one needs no key.
    private var choices: [[ViewerKey]] = []
    private var waits = false

    private struct Axis {
        var keys: (low: ViewerKey, high: ViewerKey)
        var low, rest, high: Double

        /// An infinite bound can't be played: the number moves by 1 instead.
        init(_ keys: (ViewerKey, ViewerKey), _ low: Double, _ high: Double) {
            self.keys = keys
            rest = min(max(0, low), high)
            (self.low, self.high) = (low.isFinite ? low : rest - 1, high.isFinite ? high : rest + 1)
        }
    }

    /// A world that is shown at so many steps a second or fewer waits for its player.
    private static let slowest = 5.0
    private static let waitingPace = 8.0

    /// The controls of an environment; nil where a keyboard can't play it.
    public init?(of environment: any BatchedEnvironment) {
        waits = environment.framesPerSecond <= Self.slowest
        stepsPerSecond = waits ? Self.waitingPace : environment.framesPerSecond
        switch environment.actionSpace {
        case .discrete(let count):
            let names = ActionNames(of: environment)
            layOut((0..<count).map { names[$0] })
        case .box(let low, let high, _, .float32) where low.count <= Self.pairs.count:
            axes = low.indices.map { Axis(Self.pairs[$0], low[$0], high[$0]) }
            keys = Set(axes.flatMap { [$0.keys.low, $0.keys.high] })
            describeAxes()
        case .multiDiscrete(let counts) where Self.fit(counts):
            layOut(counts)
            describeChoices(counts, ActionNames(of: environment))
        case .multiBinary(let shape) where Self.fit(Array(repeating: 2, count: shape.reduce(1, *))):
            layOut(Array(repeating: 2, count: shape.reduce(1, *)))
            help = choices.enumerated().map { "\(Self.name($1[0])): bit \($0 + 1)" }
        default: return nil
        }
    }

    private mutating func describeAxes() {
        let lines = axes.map { axis in
            [(axis.keys.low, axis.low), (axis.keys.high, axis.high)].map { key, number in
                "\(Self.name(key)) \(NumberText.readable(number))"
            }
        }
        help = lines.count == 1 ? lines[0] : lines.enumerated().map { "\($0 + 1): " + $1.joined(separator: ", ") }
    }

    /// Whether there is a key for each member of each choice, except for the first ones.
    private static func fit(_ counts: [Int]) -> Bool {
        counts.reduce(0) { min($0 + $1, 1_000) - 1 } <= letters.count + digits.count
    }

    private mutating func layOut(_ counts: [Int]) {
        var free = (Self.letters + Self.digits)[...]
        choices = counts.map { count in
            defer { free = free.dropFirst(count - 1) }
            return Array(free.prefix(count - 1))
        }
        keys = Set(choices.joined())
        if waits { keys.insert(.space) }
    }

    private mutating func describeChoices(_ counts: [Int], _ names: ActionNames) {
        help = choices.enumerated().map { place, keys in
            let members = keys.enumerated().map { "\(Self.name($1)) \(names.number($0 + 1, of: place))" }
            return "\(place + 1): " + members.joined(separator: ", ")
        }
    }

    private mutating func layOut(_ names: [String]) {
        chords = names.map(Self.chord)
        let used = chords.reduce(into: Set()) { $0.formUnion($1 ?? []) }
        var free: [ViewerKey] = [.space, .enter].filter { !used.contains($0) }
        var letters = Self.letters[...]
        for (action, name) in names.enumerated() {
            var shown = chords[action].map { chord in Self.names.filter { chord.contains($0.key) }.map(\.name) } ?? []
            if chords[action] == nil, !free.isEmpty {
                let key = free.removeFirst()
                own[key] = action
                shown.append(Self.name(key))
            }
            if action < 10 {
                own[.sign(Character("\(action)"))] = action
                shown.append("\(action)")
            } else if shown.isEmpty, let key = letters.popFirst() {
                own[key] = action
                shown.append(Self.name(key))
            }
            // Chords of several keys go without saying.
            if chords[action]?.count ?? 1 <= 1 { help.append("\(shown.joined(separator: " or ")): \(name)") }
        }
        if !waits { idle = chords.firstIndex { $0?.isEmpty == true } }
        keys = used.union(own.keys)
    }

    /// The action's numbers that the held keys stand for; nil where the world waits for one.
    public func action(_ held: Set<ViewerKey>) -> [Double]? {
        if !axes.isEmpty {
            return axes.map { axis in
                let (isLow, isHigh) = (held.contains(axis.keys.low), held.contains(axis.keys.high))
                return isLow == isHigh ? axis.rest : isLow ? axis.low : axis.high
            }
        }
        if !choices.isEmpty {
            if waits, held.isDisjoint(with: keys) { return nil }
            return choices.map { keys in Double((keys.firstIndex(where: held.contains) ?? -1) + 1) }
        }
        var held = held
        for pair: Set<ViewerKey> in [[.left, .right], [.up, .down]] where held.isSuperset(of: pair) {
            held.subtract(pair)
        }
        if let key = held.first(where: { own[$0] != nil }) { return [Double(own[key]!)] }
        let playable = chords.indices.filter { chords[$0].map { !$0.isEmpty && $0.isSubset(of: held) } ?? false }
        let best = playable.max { (chords[$0]!.count, $1) < (chords[$1]!.count, $0) }
        return (best ?? idle).map { [Double($0)] }
    }

    /// Letters that mean nothing to the window, in the order in which they are given away: row by row.
    private static let letters = "adghjklwetyiozxcbnm".map { ViewerKey.letter($0) }
    private static let digits = "1234567890".map { ViewerKey.sign($0) }

    /// The keys for the lower and the higher bound of each number of a box.
    private static let pairs: [(ViewerKey, ViewerKey)] =
        [(.left, .right), (.down, .up)]
        + ["ad", "gh", "jk", "we", "ty", "io", "zx", "cb", "nm"].map {
            (.letter($0.first!), .letter($0.last!))
        }

    private static func name(_ key: ViewerKey) -> String {
        switch key {
        case .letter(let letter, _): letter.uppercased()
        case .sign(let sign): "\(sign)"
        case .enter: "Enter"
        default: names.first { $0.key == key }?.name ?? "\(key)"
        }
    }

    private static let names: [(key: ViewerKey, name: String)] = [
        (.up, "Up"), (.down, "Down"), (.left, "Left"), (.right, "Right"), (.space, "Space"),
    ]

    private static let words: [(word: String, key: ViewerKey?)] = [
        ("north", .up), ("south", .down), ("west", .left), ("east", .right), ("up", .up), ("down", .down),
        ("left", .left), ("right", .right), ("fire", .space), ("noop", nil), ("none", nil), ("stay", nil),
        ("counterclockwise", .left), ("clockwise", .right),
    ]

    /// The keys of an action whose name consists of directions and the like; nil for other names.
    private static func chord(_ name: String) -> Set<ViewerKey>? {
        var rest = name.lowercased().filter(\.isLetter)[...]
        var keys: Set<ViewerKey> = []
        while !rest.isEmpty {
            guard let (word, key) = words.first(where: { rest.hasPrefix($0.word) }) else { return nil }
            rest = rest.dropFirst(word.count)
            if let key { keys.insert(key) }
        }
        return name.isEmpty ? nil : keys
    }
}
