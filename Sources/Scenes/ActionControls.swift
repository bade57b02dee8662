import Environments
import Experience
import Graphics
import Viewer

/// Which keys play which actions: arrows and the space bar where the actions' names say so, digits for all up to 9.
public struct ActionControls {
    /// Time steps a second while a key is held.
    public let stepsPerSecond: Double
    /// One line a key, for people to read.
    public private(set) var help: [String] = []
    /// All keys that do something.
    public private(set) var keys: Set<ViewerKey> = []

    private let space: Space
    /// What each action takes; nil for those with a key of their own only.
    private var chords: [Set<ViewerKey>?] = []
    /// Keys that play one action whatever else is held.
    private var own: [ViewerKey: Int] = [:]
    /// The action where no key is held; nil where the world waits.
    private var idle: Int?

    /// A world that is shown at so many steps a second or fewer waits for its player.
    private static let slowest = 5.0
    private static let waitingPace = 8.0

    /// The controls of an environment; nil where a keyboard can't play it.
    public init?(of environment: any BatchedEnvironment) {
        space = environment.actionSpace
        let waits = environment.framesPerSecond <= Self.slowest
        stepsPerSecond = waits ? Self.waitingPace : environment.framesPerSecond
        switch space {
        case .discrete(let count):
            let names = ActionNames(of: environment)
            layOut((0..<count).map { names[$0] }, waits: waits)
        case .box(let low, let high, _, .float32) where low.count == 1:
            keys = [.left, .right]
            help = ["Left \(NumberText.readable(low[0]))", "Right \(NumberText.readable(high[0]))"]
        default: return nil
        }
    }

    private mutating func layOut(_ names: [String], waits: Bool) {
        chords = names.map(Self.chord)
        let used = chords.reduce(into: Set()) { $0.formUnion($1 ?? []) }
        var free: [ViewerKey] = [.space, .enter].filter { !used.contains($0) }
        for (action, name) in names.enumerated() {
            var shown = chords[action].map { chord in Self.names.filter { chord.contains($0.key) }.map(\.name) } ?? []
            if chords[action] == nil, !free.isEmpty {
                let key = free.removeFirst()
                own[key] = action
                shown.append(key == .space ? "Space" : "Enter")
            }
            if action < 10 {
                own[.sign(Character("\(action)"))] = action
                shown.append("\(action)")
            }
            // Chords of several keys go without saying.
            if chords[action]?.count ?? 1 <= 1 { help.append("\(shown.joined(separator: " or ")): \(name)") }
        }
        if !waits { idle = chords.firstIndex { $0?.isEmpty == true } }
        keys = used.union(own.keys)
    }

    /// The action's numbers that the held keys stand for; nil where the world waits for one.
    public func action(_ held: Set<ViewerKey>) -> [Double]? {
        var held = held
        for pair: Set<ViewerKey> in [[.left, .right], [.up, .down]] where held.isSuperset(of: pair) {
            held.subtract(pair)
        }
        if case .box(let low, let high, _, _) = space {
            return [held.contains(.left) ? low[0] : held.contains(.right) ? high[0] : min(max(0, low[0]), high[0])]
        }
        if let key = held.first(where: { own[$0] != nil }) { return [Double(own[key]!)] }
        let playable = chords.indices.filter { chords[$0].map { !$0.isEmpty && $0.isSubset(of: held) } ?? false }
        let best = playable.max { (chords[$0]!.count, $1) < (chords[$1]!.count, $0) }
        return (best ?? idle).map { [Double($0)] }
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
