import Foundation
import Synchronization

// Not in the type: a signal handler can't capture anything.
private let requested = Atomic<Bool>(false)
private let isWatched = Atomic<Bool>(false)
private let saved = Atomic<Bool>(false)
private let farewell: StaticString = "stopped; everything but the result is saved: 'reverie resume' makes it\n"

/// Ctrl-C (SIGINT), SIGTERM, and SIGHUP, which a closed terminal sends: they ask a command to save what it has and to
/// stop. A second Ctrl-C or SIGTERM stops it at once; a second SIGHUP does not, since a terminal that is closed may
/// send two. A command that has nothing to save stops at the first one, with the same exit code.
enum Interruption {
    private static let signals = [SIGINT, SIGTERM, SIGHUP]

    /// Handles the signals from here on, whatever the parent process did with them. Only a SIGHUP that is ignored stays
    /// ignored: `nohup` asks for that.
    static func prepare() {
        // Made here, since a signal handler must not make anything.
        requested.store(false, ordering: .relaxed)
        isWatched.store(false, ordering: .relaxed)
        saved.store(false, ordering: .relaxed)
        _ = farewell
        for number in signals where number != SIGHUP || !isIgnored(SIGHUP) {
            signal(number) { received in
                if saved.load(ordering: .relaxed) {
                    _ = write(STDERR_FILENO, farewell.utf8Start, farewell.utf8CodeUnitCount)
                    _exit(Interruption.exitCode)
                }
                // After the first Ctrl-C or SIGTERM, the next one of either kind has its usual effect.
                if received != SIGHUP {
                    signal(SIGINT, SIG_DFL)
                    signal(SIGTERM, SIG_DFL)
                }
                requested.store(true, ordering: .relaxed)
                if !isWatched.load(ordering: .relaxed) { _exit(Interruption.exitCode) }
            }
        }
    }

    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return false }
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
    }

    /// Lets the command watch ``isRequested`` instead of ending at once.
    static func watch() { isWatched.store(true, ordering: .relaxed) }

    /// From here on a request ends the process at once: what is under way, such as a long estimate of a likelihood, can
    /// be made again from what has been saved.
    static func endsAtOnce() { saved.store(true, ordering: .relaxed) }

    /// Whether the command has been asked to stop.
    static var isRequested: Bool { requested.load(ordering: .relaxed) }

    /// The exit code of a command that was interrupted.
    static var exitCode: Int32 { 130 }
}
