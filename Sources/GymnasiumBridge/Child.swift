import Glibc

/// A process that plays some of a batch's environments, and the files that connect it to this one.
///
/// Every wait is bounded: it ends with an answer, with the end of the process, or at a time limit.
final class Child {
    let process: pid_t
    /// The environments it plays.
    let rows: Range<Int>
    private let commands: OpenFile
    private let lifeline: OpenFile
    /// Its standard error and output; nil once it has closed both.
    private var output: OpenFile?
    private var words: [UInt8] = []
    private var isGone = false

    static let running = "run "
    private static let wordLimit = 4096
    /// How long to poll for an answer before sleeping, in seconds.
    private static let patience = 2e-3
    /// How often a waiting parent checks that the process still runs, in milliseconds: if it has ended but passed its
    /// files on to another process, they stay open.
    private static let look: Int32 = 250
    /// How long to wait for a process that should end before killing it, in seconds.
    private static let grace = 2.0

    /// Starts `python` with the script `worker` and the files that the script expects.
    ///
    /// - Throws: ``SystemFault``, of an operation that begins with ``running`` if the program itself can't be run.
    init(python: String, worker: [UInt8], label: String, rows: Range<Int>, memory: Int32) throws(SystemFault) {
        self.rows = rows
        let script = try OpenFile.memory("reverie-gym-worker")
        guard pwrite(script.number, worker, worker.count, 0) == worker.count else {
            throw SystemFault("write shared memory")
        }
        let link = try Connection.socket()
        let life = try Connection.toThem()
        let voice = try Connection.toUs()
        _ = fcntl(voice.ours.number, F_SETFL, O_NONBLOCK)
        let files = [
            script.number, voice.theirs.number, voice.theirs.number, link.theirs.number, memory, life.theirs.number,
        ]
        let started = ChildProcess.start([python, "-u", "-", label], files: files)
        guard started.code == 0 else { throw SystemFault(Self.running + python, started.code) }
        process = started.process
        commands = link.ours
        lifeline = life.ours
        output = consume voice.ours
    }

    deinit { finish() }

    // MARK: Talking

    /// Why a process gave no answer.
    enum Silence: Error {
        case ended(how: String)
        case late
    }

    func send(_ bytes: [UInt8], before deadline: Deadline) throws(Silence) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(commands.number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
            }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                try wait(for: POLLOUT, before: deadline)
            } else if errno != EINTR {
                throw .ended(how: conclude())
            }
        }
    }

    /// Sends a command of one byte. Allocates nothing.
    func send(_ command: UInt8, before deadline: Deadline) throws(Silence) {
        var byte = command
        while true {
            let count = Glibc.send(commands.number, &byte, 1, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
            if count == 1 { return }
            if errno == EAGAIN {
                try wait(for: POLLOUT, before: deadline)
            } else if errno != EINTR {
                throw .ended(how: conclude())
            }
        }
    }

    /// The next byte; polls for it at first if `isEager`. Allocates nothing.
    func receive(before deadline: Deadline, isEager: Bool) throws(Silence) -> UInt8 {
        if isEager {
            let end = Deadline(seconds: Self.patience)
            while !end.isOver {
                if let byte = try next() { return byte }
            }
        }
        while true {
            try wait(for: POLLIN, before: deadline)
            if let byte = try next() { return byte }
        }
    }

    /// The next bytes up to the end of the line, without it; nil if there are more than `limit`.
    func receiveLine(limit: Int, before deadline: Deadline) throws(Silence) -> [UInt8]? {
        var line: [UInt8] = []
        while line.count <= limit {
            // A child sends nothing after a line until the next command, so all that has arrived belongs to the line.
            let piece = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
                count = max(recv(commands.number, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT)), 0)
            }
            if piece.isEmpty {
                if let byte = try next() { line.append(byte) } else { try wait(for: POLLIN, before: deadline) }
            }
            line += piece
            if line.last == UInt8(ascii: "\n") { return line.dropLast() }
        }
        return nil
    }

    /// The next byte, if one has arrived.
    private func next() throws(Silence) -> UInt8? {
        var byte: UInt8 = 0
        let count = recv(commands.number, &byte, 1, Int32(MSG_DONTWAIT))
        if count == 1 { return byte }
        if count == 0 || errno != EAGAIN && errno != EINTR { throw .ended(how: conclude()) }
        return nil
    }

    /// Waits until the socket is ready. Meanwhile reads standard error, so that a child that writes much never blocks.
    private func wait(for event: Int32, before deadline: Deadline) throws(Silence) {
        while true {
            let rest = deadline.milliseconds
            var files = (
                pollfd(fd: commands.number, events: Int16(event), revents: 0),
                pollfd(fd: output?.number ?? -1, events: Int16(POLLIN), revents: 0)
            )
            let ready = withUnsafeMutableBytes(of: &files) {
                poll($0.bindMemory(to: pollfd.self).baseAddress, 2, min(rest, Self.look))
            }
            if ready > 0, files.1.revents != 0 { listen() }
            if ready > 0, files.0.revents != 0 { return }
            if ready == 0, hasEnded { throw .ended(how: conclude()) }
            if rest == 0 { throw .late }
        }
    }

    // MARK: Last words

    /// The last lines that the process wrote to standard error and output.
    var lastWords: String {
        listen()
        let text = String(decoding: words, as: UTF8.self)
        let lines = text.split(whereSeparator: \.isNewline).suffix(12)
        return lines.map { $0.count > 300 ? $0.prefix(300) + "…" : $0 }.joined(separator: "\n")
    }

    private func listen() {
        while let number = output?.number {
            let piece = [UInt8](unsafeUninitializedCapacity: 1 << 14) { buffer, count in
                let received = read(number, buffer.baseAddress, buffer.count)
                if received == 0 { output = nil }
                count = max(received, 0)
            }
            if piece.isEmpty { return }
            words += piece
            if words.count > 2 * Self.wordLimit { words.removeFirst(words.count - Self.wordLimit) }
        }
    }

    // MARK: The end

    private var hasEnded: Bool {
        var info = siginfo_t()
        return isGone
            || waitid(P_PID, id_t(process), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_signo == SIGCHLD
    }

    /// Tells the process to close its environments and end; anything it still sends is lost.
    func hangUp() { shutdown(commands.number, Int32(SHUT_RDWR)) }

    /// Ends the process and everything it started, at once.
    func kill() {
        guard !isGone else { return }
        Glibc.kill(-process, SIGKILL)
        Glibc.kill(process, SIGKILL)
    }

    /// Waits for a process to end that has been told to, or whose socket has closed; kills it if it doesn't.
    ///
    /// - Returns: how it ended.
    @discardableResult
    private func conclude() -> String {
        guard !isGone else { return "has ended" }
        let deadline = Deadline(seconds: Self.grace)
        var pause: UInt32 = 100
        while !hasEnded, !deadline.isOver {
            listen()
            usleep(pause)
            pause = min(2 * pause, 5000)
        }
        let closedOnly = !hasEnded
        // The rest of its group too, while its process number cannot have been reused.
        kill()
        listen()
        let ending = ChildProcess.end(of: process)
        isGone = true
        return closedOnly ? "closed its connection" : "\(ending)"
    }

    /// Lets the process end by itself if it can, otherwise by force.
    func finish() {
        guard !isGone else { return }
        hangUp()
        conclude()
    }
}
