import CLinux
import Glibc

/// Starts child processes and reports how they ended: the bridge's, and those of commands that run others in parallel.
public enum ChildProcess {
    /// Runs a program in its own process group, so that Ctrl-C doesn't reach it, with `files` as its file descriptors
    /// 0, 1, 2, … and no others, and with no signal blocked or ignored.
    ///
    /// - Parameter words: The program, looked up in `PATH`, and its arguments.
    /// - Returns: the process, and 0 or the error (`errno`) that kept it from starting.
    public static func start(_ words: [String], files: [Int32]) -> (process: Int32, code: Int32) {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        for (number, file) in files.enumerated() { posix_spawn_file_actions_adddup2(&actions, file, Int32(number)) }
        posix_spawn_file_actions_addclosefrom_np(&actions, Int32(files.count))
        var (none, all) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        posix_spawnattr_setflags(&attributes, Int16(flags))
        var arguments = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var process: pid_t = 0
        let code = posix_spawnp(&process, words[0], &actions, &attributes, &arguments, environ)
        return (process, code)
    }

    /// How a process ended.
    public enum Ending: Hashable, Sendable, CustomStringConvertible {
        case exit(code: Int32)
        case signal(Int32)

        /// "ended with exit code 3", "was killed by signal 9 (Killed)".
        public var description: String {
            switch self {
            case .exit(let code): "ended with exit code \(code)"
            case .signal(let number): "was killed by signal \(number) (\(String(cString: strsignal(number))))"
            }
        }
    }

    /// Waits for a child to end. It must not have been waited for already.
    public static func end(of process: Int32) -> Ending {
        var status: Int32 = 0
        while waitpid(process, &status, 0) == -1, errno == EINTR {}
        let signal = status & 0x7f
        return signal == 0 ? .exit(code: status >> 8 & 0xff) : .signal(signal)
    }
}
