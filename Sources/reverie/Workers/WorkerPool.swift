import Foundation
import GymnasiumBridge
import TensorCore

/// Workers, so many at a time, until there is no more to do.
struct WorkerPool {
    /// How many work at a time.
    let jobs: Int
    /// The threads of each.
    let threads: Int

    /// The processors available to this process.
    private static var processorCount: Int { ProcessInfo.processInfo.activeProcessorCount }

    /// - Parameters:
    ///   - jobs: How many at a time; nil for as many as there are processors.
    ///   - threads: The threads of each; nil to divide the processors among them.
    ///   - count: How many could work at a time at most.
    init(jobs: Int?, threads: Int?, atMost count: Int) {
        self.jobs = min(jobs ?? Self.processorCount, max(count, 1))
        self.threads = threads ?? min(max(1, Self.processorCount / self.jobs), Threads.limit)
    }

    /// A part of the work with its process.
    struct Working<Part> {
        let part: Part
        let process: WorkerProcess
    }

    /// Works until nothing is left. Ctrl-C stops all workers, which save what they have.
    ///
    /// - Parameters:
    ///   - next: The next part, with the arguments of `reverie` that do it; nil if none can begin before another ends.
    ///   - ended: Told of each part that has ended.
    ///   - watch: Called a few times a second with those under way.
    /// - Returns: whether the work was interrupted.
    func run<Part>(
        next: () throws -> (Part, [String])?, ended: (Part, WorkerProcess.Outcome) throws -> Void,
        watch: ([Working<Part>]) -> Void
    ) throws -> Bool {
        Interruption.watch()
        let lifeline = try Connection.toThem()
        var (working, isStopping, hasStopped) = ([Working<Part>](), false, false)
        while true {
            while !isStopping, working.count < jobs, let (part, words) = try next() {
                let command = words.prefix(1) + ["--threads", "\(threads)"] + words.dropFirst()
                let process = try WorkerProcess(Array(command), lifeline: lifeline.theirs.number)
                working.append(Working(part: part, process: process))
            }
            guard !working.isEmpty else { return isStopping || hasStopped }
            wait(for: working.map(\.process))
            var left: [Working<Part>] = []
            for one in working {
                guard let outcome = one.process.update() else {
                    left.append(one)
                    continue
                }
                if case .stopped = outcome { hasStopped = true }
                try ended(one.part, outcome)
            }
            working = left
            if Interruption.isRequested, !isStopping {
                isStopping = true
                for one in working { one.process.stop() }
            }
            watch(working)
        }
    }

    /// Waits until a process has reported something, at most a tenth of a second.
    private func wait(for processes: [WorkerProcess]) {
        var files = processes.flatMap(\.files).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        _ = poll(&files, nfds_t(files.count), 100)
    }
}
