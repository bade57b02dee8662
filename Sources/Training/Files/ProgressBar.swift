import Glibc
import Graphics
import Storage

/// How progress is shown.
public enum ProgressStyle: Hashable, Sendable {
    /// A bar on one line of a terminal with so many columns, redrawn in place.
    case bar(columns: Int, isColoured: Bool = false)
    /// A plain line from time to time.
    case lines

    /// The style for a stream: lines if it is not a terminal, or with `TERM=dumb`.
    ///
    /// - Parameters:
    ///   - stream: A file descriptor, by default that of standard error.
    ///   - variable: Returns the value of an environment variable.
    public static func suitable(
        for stream: Int32 = STDERR_FILENO,
        variable: (String) -> String? = { getenv($0).map { String(cString: $0) } }
    ) -> ProgressStyle {
        guard let terminal = Terminal(of: stream, variable: variable) else { return .lines }
        return .bar(columns: terminal.columns, isColoured: terminal.isColoured)
    }
}

/// Shows the progress of a run on standard error: steps, rate, time left, and a few metrics.
///
/// ```
///  38% ███████▌············ 19,000/50,000  2,431/s  0:12 left  return 121.4
/// ```
public final class ProgressBar {
    private let total: Int
    private let style: ProgressStyle
    private let seconds: () -> Double
    private let write: (String) -> Void
    private var start: (time: Double, step: Int, share: Double)
    private var lastShown: Double?

    /// Makes a bar; nothing is shown before the first ``update(step:metrics:)``.
    ///
    /// - Parameters:
    ///   - total: The number of steps of the whole run, at least 1.
    ///   - step: The step that it continues from, which does not count for the rate.
    ///   - style: How it is shown.
    ///   - seconds: A clock; only differences count.
    ///   - write: Takes the texts to show.
    public init(
        total: Int, from step: Int = 0, style: ProgressStyle = .suitable(),
        seconds: @escaping () -> Double = ProgressBar.monotonicSeconds,
        write: @escaping (String) -> Void = ProgressBar.writeToStandardError
    ) {
        precondition(total >= 1, "a run has at least 1 step, not \(total)")
        self.total = total
        self.style = style
        self.seconds = seconds
        self.write = write
        start = (seconds(), step, Self.share(step, of: total))
    }

    /// Shows the progress if it was last shown long enough ago: 0.1 s for a bar, 10 s for lines.
    ///
    /// - Parameters:
    ///   - step: The steps so far.
    ///   - share: The share of the run that is done, in 0...1, if that is more than the steps say: of its episodes.
    ///   - metrics: Names and values, evaluated only if they are shown.
    public func update(
        step: Int, share: @autoclosure () -> Double = 0,
        metrics: @autoclosure () -> [(name: String, value: Double)] = []
    ) {
        let now = seconds()
        if let lastShown, now - lastShown < interval { return }
        show(step, of: total, max(share(), Self.share(step, of: total)), now, metrics())
    }

    /// Shows the final state and ends the line.
    ///
    /// - Parameter isComplete: Whether the run has reached its end, perhaps in fewer steps than planned: the bar is
    ///   full.
    public func finish(step: Int, isComplete: Bool = false, metrics: [(name: String, value: Double)] = []) {
        let total = isComplete ? step : total
        show(step, of: total, isComplete ? 1 : Self.share(step, of: total), seconds(), metrics)
        if case .bar = style { write("\n") }
    }

    private static func share(_ step: Int, of total: Int) -> Double { min(1, max(0, Double(step) / Double(total))) }

    private var interval: Double {
        switch style {
        case .bar: 0.1
        case .lines: 10
        }
    }

    private func show(
        _ step: Int, of total: Int, _ share: Double, _ now: Double, _ metrics: [(name: String, value: Double)]
    ) {
        lastShown = now
        let elapsed = now - start.time
        let rate = elapsed > 0 ? Double(step - start.step) / elapsed : 0
        var parts = ["\(Self.grouped(step))/\(Self.grouped(total))", "\(Self.grouped(Int(min(rate, 1e15))))/s"]
        // The first second says little about those that follow.
        if elapsed >= 1, share > start.share, share < 1 {
            parts.append("\(Self.clock((1 - share) / (share - start.share) * elapsed)) left")
        }
        parts += metrics.map { "\($0.name) \(NumberText.significant($0.value))" }
        let percent = "\(Int(share * 100))%"
        let text = parts.joined(separator: "  ")
        switch style {
        case .lines: write("\(percent) \(text)\n")
        case .bar(let columns, let isColoured):
            let terminal = Terminal(columns: columns, isColoured: isColoured)
            // The line is cleared to its end (EL of ECMA-48), so that nothing is left of a longer one.
            write("\r" + Self.line(percent, share, parts, on: terminal) + "\u{1B}[K")
        }
    }

    /// The bar and the fields that the terminal has room for, whole ones only: first the bar goes, then the last
    /// fields. The line is one column short of the width, so that it never wraps.
    private static func line(_ percent: String, _ share: Double, _ fields: [String], on terminal: Terminal) -> String {
        let room = terminal.columns - 1
        let padded = String(repeating: " ", count: max(0, 4 - percent.count)) + percent
        let needed = padded.count + 1 + (fields.first.map { Terminal.width(of: $0) } ?? 0)
        let hasBar = needed + barWidth + 1 <= room
        var (line, used) = (padded, padded.count)
        if hasBar {
            line += " " + terminal.styled(bar(share), .green)
            used += 1 + barWidth
        }
        guard used <= room else { return "" }
        for (index, field) in fields.enumerated() {
            let gap = index == 0 ? " " : "  "
            used += gap.count + Terminal.width(of: field)
            if used > room { break }
            line += gap + field
        }
        return line
    }

    private static let barWidth = 20

    /// Twenty columns, filled in eighths of a column.
    private static func bar(_ share: Double) -> String {
        let eighths = Int(share * 160)
        let partial = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
        let filled = String(repeating: "█", count: eighths / 8) + partial
        return filled + String(repeating: "·", count: barWidth - filled.count)
    }

    /// For example 1,234,567.
    static func grouped(_ number: Int) -> String {
        let digits = Array(String(number.magnitude))
        let groups = stride(from: digits.count, to: 0, by: -3).map { end in String(digits[max(0, end - 3)..<end]) }
        return (number < 0 ? "-" : "") + groups.reversed().joined(separator: ",")
    }

    /// For example 0:05, 12:34, 1:02:03.
    static func clock(_ seconds: Double) -> String {
        guard seconds < 1e9 else { return "long" }
        let total = Int(seconds.rounded())
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let hours = total / 3600
        let minutes = total / 60 % 60
        return hours > 0 ? "\(hours):\(two(minutes)):\(two(total % 60))" : "\(minutes):\(two(total % 60))"
    }

    /// The seconds of a monotonic clock.
    public static func monotonicSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    /// Writes a text to standard error immediately.
    public static func writeToStandardError(_ text: String) {
        var rest = text.pathBytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
            // A run must not stop because its progress can't be shown.
            guard count > 0 || errno == EINTR else { return }
            rest = rest.dropFirst(max(0, count))
        }
    }
}
