import Environments
import Experience
import Foundation
import Testing

/// A block of `traces.txt`, as `make_traces.py` describes it.
struct TraceBlock: Sendable, CustomTestStringConvertible {
    var words: [String]
    var lines: [String]

    var testDescription: String { words.joined(separator: " ") }

    /// The words `name=value` from one on.
    func options(from first: Int) -> [String: String] {
        Dictionary(
            uniqueKeysWithValues: words[first...].map { word in
                let parts = word.split(separator: "=")
                return (String(parts[0]), String(parts[1]))
            })
    }

    /// The blocks of one kind.
    static func all(_ kind: String) -> [TraceBlock] { blocks.filter { $0.words[0] == kind } }

    private static let blocks = read("traces.txt")

    /// The blocks of a file.
    static func read(_ name: String) -> [TraceBlock] {
        var blocks: [TraceBlock] = []
        for line in fixtureText(name).split(separator: "\n") {
            if line.hasPrefix("# ") {
                blocks.append(TraceBlock(words: line.dropFirst(2).split(separator: " ").map(String.init), lines: []))
            } else {
                blocks[blocks.count - 1].lines.append(String(line))
            }
        }
        return blocks
    }
}

/// The text of one of this module's fixtures.
func fixtureText(_ name: String) -> String {
    try! String(contentsOf: repository.appending(path: "Tests/Fixtures/Environments/\(name)"), encoding: .utf8)
}

/// The path of a map among the repository's assets.
func mapPath(_ name: String) -> String { repository.appending(path: "assets/maps/\(name).txt").path }

private let repository = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized

/// An observation in the notation of `traces.txt`.
func text(_ row: UnsafeRawBufferPointer, _ type: ElementType) -> String {
    let words: [String] =
        switch type {
        case .float32:
            row.bindMemory(to: UInt32.self).map { bits in
                let digits = String(bits, radix: 16)
                return String(repeating: "0", count: 8 - digits.count) + digits
            }
        case .int32: row.bindMemory(to: Int32.self).map { String($0) }
        case .uint8: row.map { String($0) }
        case .int64, .float64, .boolean: preconditionFailure("traces.txt has no observations of \(type)")
        }
    return words.joined(separator: " ")
}

/// The current observation of an environment.
func observation<World: Environment>(of world: World) -> [World.Element] {
    var elements = [World.Element](repeating: .zero, count: world.observationSpace.count)
    var span = elements.mutableSpan
    world.observe(into: &span)
    return elements
}

/// Whether two rows have the same bytes.
func hasBytes(_ row: UnsafeRawBufferPointer, of other: UnsafeRawBufferPointer) -> Bool {
    row.count == other.count && (row.isEmpty || memcmp(row.baseAddress!, other.baseAddress!, row.count) == 0)
}
