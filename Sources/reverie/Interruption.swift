import Foundation
import Synchronization

// Outside the type: a signal handler can capture nothing.
private let requested = Atomic<Bool>(false)

/// Ctrl-C and a polite request to end: the first asks the command to save and stop, the second stops it at once.
enum Interruption {
    /// Takes the signals over from here on.
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
