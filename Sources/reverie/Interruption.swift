import Foundation
import Synchronization

// Not in the type: a signal handler can't capture anything.
private let requested = Atomic<Bool>(false)
private let saved = Atomic<Bool>(false)
private let farewell: StaticString = "stopped; everything but the result is saved: 'reverie resume' makes it\n"

/// Ctrl-C and SIGTERM: the first one asks the command to save and stop, the second stops it at once.
enum Interruption {
    /// Handles the signals from here on.
    static func watch() {
        for number in [SIGINT, SIGTERM] {
            signal(number) { received in
                if saved.load(ordering: .relaxed) {
                    _ = write(STDERR_FILENO, farewell.utf8Start, farewell.utf8CodeUnitCount)
                    _exit(Interruption.exitCode)
                }
                requested.store(true, ordering: .relaxed)
                signal(received, SIG_DFL)
            }
        }
    }

    /// From here on a request ends the process at once: what is under way, such as a long estimate of a likelihood, can
    /// be made again from what has been saved.
    static func endsAtOnce() { saved.store(true, ordering: .relaxed) }

    /// Whether the command has been asked to stop.
    static var isRequested: Bool { requested.load(ordering: .relaxed) }

    /// The exit code of a command that was interrupted.
    static let exitCode: Int32 = 130
}
