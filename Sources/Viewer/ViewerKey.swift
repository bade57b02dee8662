/// A key pressed in the window, by its meaning rather than its place on the keyboard.
public enum ViewerKey: Hashable, Sendable {
    case space
    case tab
    case escape
    case enter
    case f1
    /// The left arrow.
    case left
    /// The right arrow.
    case right
    /// The up arrow.
    case up
    /// The down arrow.
    case down
    /// A letter, in lower case.
    case letter(Character, shift: Bool = false)
    /// A digit or a sign, as typed with the keyboard's layout.
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
