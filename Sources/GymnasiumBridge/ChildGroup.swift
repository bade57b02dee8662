import Environments
import Glibc
import Parallel
import Storage

/// The children of a batch: starts them, commands them, and reports what went wrong.
///
/// The first fault ends all children, and every later call throws it again.
final class ChildGroup {
    private let id: String
    private let timeout: Double
    private let startTimeout: Double
    private var children: [Child] = []
    /// The environment that each child is playing now, once the memory is mapped.
    private var playing: UnsafeMutableBufferPointer<Int>?
    private var eagerness = Eagerness()
    /// The first fault.
    private var fault: OutsideFault?

    private static let lineLimit = 1 << 28

    /// A command to a child, one byte.
    enum Command: String {
        case step = "s"
        case reset = "r"
        case frameSize = "f"
        case draw = "d"

        var byte: UInt8 { rawValue.utf8.first! }

        /// The call as users know it.
        var call: String {
            switch self {
            case .step: "step"
            case .reset: "reset"
            case .frameSize, .draw: "render"
            }
        }
    }

    /// Starts the children, each with a share of the environments, which they begin to make.
    init(
        _ id: String, rows: [Range<Int>], options: GymnasiumOptions, memory: SharedMemory, order: (Range<Int>) -> JSON
    ) throws(EnvironmentError) {
        (self.id, timeout, startTimeout) = (id, options.timeout, options.startTimeout)
        for rows in rows {
            do {
                children.append(
                    try Child(
                        python: options.python, worker: PackageResources.worker_py, label: id, rows: rows,
                        memory: memory.file.number))
            } catch {
                throw .outside(Self.startFault(error, id, options.python))
            }
        }
        let deadline = Deadline(seconds: startTimeout)
        for child in children { try tell(child, order(child.rows), "the start", deadline) }
    }

    deinit {
        for child in children { child.hangUp() }
        for child in children { child.finish() }
    }

    /// What kept a child from starting: no such program, or too little of what the system gives to processes.
    private static func startFault(_ fault: SystemFault, _ id: String, _ python: String) -> OutsideFault {
        let isOfProgram = fault.operation.hasPrefix(Child.running)
        if isOfProgram, ![EMFILE, ENFILE, EAGAIN, ENOMEM].contains(fault.code) {
            return .missing(
                environment: id, what: "Python, and '\(python)' can't be run (\(fault.reason))",
                advice: "install python3, or name another with the option python=PATH or with REVERIE_PYTHON")
        }
        return fault.fault(in: id)
    }

    /// Each child's description of what it has made.
    func descriptions() throws(EnvironmentError) -> [JSON] {
        let deadline = Deadline(seconds: startTimeout)
        var result: [JSON] = []
        for child in children { result.append(try answer(of: child, to: "the start", deadline)) }
        return result
    }

    /// Tells the children where their arrays are.
    func map(_ memory: BatchMemory) throws(EnvironmentError) {
        let deadline = Deadline(seconds: startTimeout)
        for (index, child) in children.enumerated() {
            try tell(child, memory.layout(child: index), "the start", deadline)
        }
        for child in children { _ = try answer(of: child, to: "the start", deadline) }
        playing = memory.elements(.playing, count: children.count)
    }

    var processes: [Int32] { children.map(\.process) }

    // MARK: Commands

    /// Lets the children that play any of the chosen environments carry out a command in parallel. Allocates nothing.
    func run(_ command: Command, where isChosen: (Range<Int>) -> Bool = { _ in true }) throws(EnvironmentError) {
        if let fault { throw .outside(fault) }
        let deadline = Deadline(seconds: timeout)
        for child in children where isChosen(child.rows) {
            do {
                try child.send(command.byte, before: deadline)
            } catch {
                throw silence(error, of: child, command.call, deadline)
            }
        }
        // With as many children as processors, none is left for polling.
        let mayAsk = command == .step && children.count < Threads.count
        for child in children where isChosen(child.rows) {
            try require(child, command, deadline, isEager: mayAsk && eagerness.isEager)
        }
        if mayAsk { eagerness.note(deadline.elapsed) }
    }

    private func require(
        _ child: Child, _ command: Command, _ deadline: Deadline, isEager: Bool
    ) throws(EnvironmentError) {
        let byte: UInt8
        do {
            byte = try child.receive(before: deadline, isEager: isEager)
        } catch {
            throw silence(error, of: child, command.call, deadline)
        }
        switch byte {
        case UInt8(ascii: "."): return
        case UInt8(ascii: "!"):
            _ = try answer(of: child, to: command.call, deadline)
            throw nonsense(child, command.call, "'!' without a reason")
        default: throw nonsense(child, command.call, "the byte \(byte)")
        }
    }

    /// The size of frames, from the child of the first environment.
    func frameSize() throws(EnvironmentError) -> JSON {
        if let fault { throw .outside(fault) }
        let deadline = Deadline(seconds: timeout)
        let (child, command) = (children[0], Command.frameSize)
        do {
            try child.send(command.byte, before: deadline)
        } catch {
            throw silence(error, of: child, command.call, deadline)
        }
        return try answer(of: child, to: command.call, deadline)
    }

    private func tell(
        _ child: Child, _ message: JSON, _ call: String, _ deadline: Deadline
    ) throws(EnvironmentError) {
        do {
            try child.send(Array("\(message)\n".utf8), before: deadline)
        } catch {
            throw silence(error, of: child, call, deadline)
        }
    }

    /// A child's answer of one line.
    private func answer(of child: Child, to call: String, _ deadline: Deadline) throws(EnvironmentError) -> JSON {
        let line: [UInt8]?
        do {
            line = try child.receiveLine(limit: Self.lineLimit, before: deadline)
        } catch {
            throw silence(error, of: child, call, deadline)
        }
        // In place of a frame's size, '!' announces a reason.
        guard let line = line.map({ $0.first == UInt8(ascii: "!") ? $0.dropFirst() : $0[...] }) else {
            throw nonsense(child, call, "more than \(Self.lineLimit) bytes")
        }
        guard let json = try? JSON(parsing: line, file: id, values: 1 << 24) else {
            throw nonsense(child, call, "'\(String(decoding: line.prefix(60), as: UTF8.self))'")
        }
        if let description = json["fault"] {
            let told = OutsideFault(description, environment: id)
            throw failed(told ?? fault(.nonsense, of: child, call, found: "\(description)"))
        }
        return json
    }

    // MARK: Faults

    /// Records a fault and ends the children.
    func failed(_ fault: OutsideFault) -> EnvironmentError {
        if self.fault == nil {
            self.fault = fault
            for child in children { child.kill() }
            for child in children { child.finish() }
        }
        return .outside(self.fault!)
    }

    private enum Kind { case nonsense, died(String), late(Double) }

    private func silence(
        _ silence: Child.Silence, of child: Child, _ call: String, _ deadline: Deadline
    ) -> EnvironmentError {
        switch silence {
        case .ended(let how): failed(fault(.died(how), of: child, call))
        case .late: failed(fault(.late(deadline.seconds), of: child, call))
        }
    }

    private func nonsense(_ child: Child, _ call: String, _ found: String) -> EnvironmentError {
        failed(fault(.nonsense, of: child, call, found: found))
    }

    private func fault(_ kind: Kind, of child: Child, _ call: String, found: String = "") -> OutsideFault {
        let indices = indices(of: child)
        return switch kind {
        case .died(let how):
            .died(environment: id, indices: indices, call: call, how: how, lastWords: child.lastWords)
        case .late(let seconds):
            .silent(environment: id, indices: indices, call: call, seconds: seconds, lastWords: child.lastWords)
        case .nonsense:
            .nonsense(environment: id, indices: indices, call: call, found: found, lastWords: child.lastWords)
        }
    }

    /// The environment that a child is playing now, if known; otherwise all that it plays.
    private func indices(of child: Child) -> ClosedRange<Int> {
        let all = child.rows.lowerBound...child.rows.upperBound - 1
        guard let playing, let place = children.firstIndex(where: { $0 === child }), all ~= playing[place] else {
            return all
        }
        return playing[place]...playing[place]
    }
}

extension OutsideFault {
    /// Reads a fault that a child reports; nil if it is not one.
    fileprivate init?(_ description: JSON, environment: String) {
        func text(_ name: String) -> String {
            let text = description[name]?.string ?? "?"
            return text.count > 2000 ? text.prefix(2000) + "…" : text
        }
        let index = description["row"]?.integer ?? 0
        switch description["kind"]?.string {
        case "missing": self = .missing(environment: environment, what: text("what"), advice: text("advice"))
        case "make": self = .notMade(environment: environment, reason: text("reason"))
        case "space":
            self = .unmappedSpace(
                environment: environment, role: text("role"), space: text("space"), reason: text("reason"))
        case "raised":
            self = .raised(environment: environment, index: index, call: text("call"), error: text("error"))
        case "broken":
            self = .broken(
                environment: environment, index: index, call: text("call"), expected: text("expected"),
                found: text("found"))
        default: return nil
        }
    }
}
