/// A key pressed in the window, by what it means rather than where it lies on the keyboard.
public enum ViewerKey: Hashable, Sendable {
    /// The space bar.
    case space
    /// The tabulator.
    case tab
    /// Escape.
    case escape
    /// The enter key.
    case enter
    /// F1.
    case f1
    /// The arrow to the left.
    case left
    /// The arrow to the right.
    case right
    /// The arrow up.
    case up
    /// The arrow down.
    case down
    /// A letter, given in lower case.
    case letter(Character, shift: Bool = false)
    /// A digit or a sign, as the keyboard's layout writes it.
    case sign(Character)
}

/// The rows of the help, in reading order.
enum KeyHelp {
    static let rows: [(keys: String, meaning: String)] = [
        ("Space, P", "pause and continue"),
        (".  →", "one step forward (→ while paused)"),
        (",  ←", "one step back (← while paused)"),
        ("-  =", "halve and double the speed"),
        ("0", "real time"),
        ("U", "as fast as possible"),
        ("R", "new episode"),
        ("Shift R", "repeat the episode"),
        ("1 … 9", "views of a model"),
        ("Tab", "side panel"),
        ("S", "screenshot"),
        ("F", "full screen"),
        ("F1, ?", "this help"),
        ("Esc", "close help, full screen, the window"),
        ("Q", "quit"),
    ]
}
