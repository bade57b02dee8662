import Foundation
import Synchronization

// Not in the type: a signal handler can't capture anything.
private let requested = Atomic<Bool>(false)

/// Ctrl-C and SIGTERM: the first one asks the command to save and stop, the second stops it at once.
enum Interruption {
    /// Handles the signals from here on.
    static func watch() {
        for number in [SIGINT, SIGTERM] {
            signal(number) { received in
                requested.store(true, ordering: .relaxed)
                signal(received, SIG_DFL)
            }
        }
    }

    /// Whether the command has been asked to stop.
    static var isRequested: Bool { requested.load(ordering: .relaxed) }

    /// The exit code of a command that was interrupted.
    static let exitCode: Int32 = 130
}
