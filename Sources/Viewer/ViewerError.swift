/// Why the window could not be shown.
public enum ViewerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is no display, or SDL can't use it; the reason is SDL's.
    case noDisplay(String)
    /// The display went away while the window was open.
    case displayLost
    /// A screenshot could not be written.
    case cannotWrite(path: String, reason: String)

    /// A sentence with the next thing to try.
    public var description: String {
        switch self {
        case .noDisplay(let reason):
            "No window can be opened here (\(reason)). Run this on a desktop or with DISPLAY or WAYLAND_DISPLAY "
                + "set, or record to a file instead of watching."
        case .displayLost:
            "The window is gone: the display server has ended or closed the connection. Open it again once there is a "
                + "display."
        case .cannotWrite(let path, let reason):
            "The screenshot can't be written to \(path): \(reason). Choose an existing folder that you can write to."
        }
    }
}
