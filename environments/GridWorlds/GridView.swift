import Experience
import Graphics

/// A ``GridWorld`` observed as cells instead of a number: all of them, or a square around the agent.
///
/// The observation is rows × columns × the channels of ``GridChannel``, bytes of 0 and 1; in a square the agent is in
/// the middle. It has no transition model, because an observation is not the number of a state; the wrapped world has
/// one.
public struct GridView: Wrapper {
    public typealias Action = Int
    public typealias Element = UInt8

    public var base: GridWorld
    /// How much of the world is observed.
    public let extent: GridExtent
    private let planes: GridPlanes
    // The cells whose channels depend on the agent's keys.
    private let locked: [(cell: Int, key: Int, channel: GridChannel)]

    /// Shows a world.
    ///
    /// - Precondition: the side of a window is odd and in 3...31.
    public init(_ base: GridWorld, _ extent: GridExtent) {
        if case .window(let side) = extent {
            precondition(side % 2 == 1 && 3...31 ~= side, "GridView: expected an odd side in 3...31, found \(side)")
        }
        self.base = base
        self.extent = extent
        planes = GridPlanes(base.map)
        locked = base.map.cells.enumerated().compactMap { cell, kind in
            (kind.key ?? kind.door).map { (cell, $0, GridChannel(kind)!) }
        }
    }

    /// Rows × columns × channels.
    public var observationSpace: Space { planes.space(extent) }

    public func observe(into observation: inout MutableSpan<UInt8>) {
        let window = window
        planes.write(window, into: &observation)
        for (cell, key, channel) in locked where base.hasKey(key) { mark(cell, channel, 0, window, &observation) }
        mark(base.cell, .agent, 1, window, &observation)
        for key in base.rules.keys where base.hasKey(key) { mark(base.cell, .key(key), 1, window, &observation) }
        for (index, enemy) in base.rules.enemies.enumerated() {
            let channel = GridChannel(enemy.kind, facing: base.facing(ofEnemy: index))
            mark(base.cell(ofEnemy: index), channel, 1, window, &observation)
        }
    }

    private var window: GridWindow {
        GridWindow(extent, around: base.cell, rows: planes.rows, columns: planes.columns)
    }

    private func mark(
        _ cell: Int, _ channel: GridChannel, _ value: UInt8, _ window: GridWindow,
        _ observation: inout MutableSpan<UInt8>
    ) {
        guard let offset = window.offset(row: cell / planes.columns, column: cell % planes.columns) else { return }
        observation[offset + channel.rawValue] = value
    }

    /// Draws the world; unobserved cells are darker.
    public func draw(into frame: inout Frame) {
        base.draw(into: &frame)
        GridPainter(rows: planes.rows, columns: planes.columns).shade(outside: window, into: &frame)
    }
}

extension GridView: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try base.codeState(with: &coder)
    }
}
