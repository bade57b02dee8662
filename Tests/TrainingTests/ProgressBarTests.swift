import Glibc
import Testing

@testable import Training

@Suite struct ProgressBarTests {
    private final class Screen {
        var now = 100.0
        var texts: [String] = []

        func bar(_ style: ProgressStyle, from step: Int = 0) -> ProgressBar {
            ProgressBar(
                total: 50_000, from: step, style: style, seconds: { self.now }, write: { self.texts.append($0) })
        }
    }

    @Test func drawsABarAtMostTenTimesASecond() {
        let screen = Screen()
        let bar = screen.bar(.bar(columns: 100))
        for step in 0..<100 {
            screen.now = 100 + Double(step) * 0.01
            bar.update(step: step * 190)
        }
        #expect(screen.texts.count == 10)
        screen.now = 110
        bar.update(step: 19_000, metrics: [("return", 121.4321), ("loss", 0.00123456)])
        let expected =
            "\r 38% ███████▌············ 19,000/50,000  1,900/s  0:16 left  return 121.4  loss 0.001235\u{1B}[K"
        #expect(screen.texts.last == expected)
        screen.now = 125
        bar.finish(step: 50_000)
        #expect(screen.texts.suffix(2) == ["\r100% ████████████████████ 50,000/50,000  2,000/s\u{1B}[K", "\n"])
    }

    @Test func fieldsAreShownWholeOrNotAtAll() {
        let screen = Screen()
        let fields = ["0/50,000", "0/s", "return 121.4", "loss 0.001235"]
        for columns in 1...120 {
            screen.bar(.bar(columns: columns)).update(step: 0, metrics: [("return", 121.4321), ("loss", 0.00123456)])
            let line = screen.texts.removeLast().dropFirst().dropLast(3)
            #expect(line.count < columns)
            let shown = fields.prefix { line.contains($0) }
            let rest = shown.joined(separator: "  ")
            #expect(rest.isEmpty || line.hasSuffix(" " + rest), "\(columns): \(line)")
            #expect(shown.isEmpty ? line.allSatisfy { " 0%".contains($0) } : true, "\(columns): \(line)")
        }
        screen.bar(.bar(columns: 24)).update(step: 0)
        #expect(screen.texts.last == "\r  0% 0/50,000  0/s\u{1B}[K")
    }

    @Test func onlyTheBarIsColoured() {
        let screen = Screen()
        screen.bar(.bar(columns: 80, isColoured: true)).update(step: 25_000)
        let bar = "██████████··········"
        #expect(screen.texts == ["\r 50% \u{1B}[32m\(bar)\u{1B}[0m 25,000/50,000  0/s\u{1B}[K"])
    }

    @Test func writesPlainLinesNowAndThen() {
        let screen = Screen()
        let bar = screen.bar(.lines, from: 10_000)
        for step in stride(from: 10_000, through: 30_000, by: 1000) {
            screen.now += 1
            bar.update(step: step, metrics: [("return", -21)])
        }
        bar.finish(step: 30_000)
        #expect(screen.texts.count == 4)
        #expect(screen.texts[0] == "20% 10,000/50,000  0/s  return -21\n")
        #expect(screen.texts[1] == "40% 20,000/50,000  909/s  0:33 left  return -21\n")
        #expect(screen.texts.allSatisfy { !$0.contains("\u{1B}") && !$0.contains("\r") && $0.hasSuffix("\n") })
    }

    @Test func metricsAreNotComputedInVain() {
        let screen = Screen()
        let bar = screen.bar(.lines)
        var count = 0
        func metrics() -> [(name: String, value: Double)] {
            count += 1
            return []
        }
        for step in 0..<10 { bar.update(step: step, metrics: metrics()) }
        #expect(count == 1)
    }

    @Test func writesLinesIntoAPipe() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { ends.forEach { close($0) } }
        #expect(ProgressStyle.suitable(for: ends[1]) { _ in nil } == .lines)
    }

    @Test(.enabled(if: access("/dev/ptmx", R_OK | W_OK) == 0))
    func drawsOnATerminalUnlessToldNotTo() throws {
        let terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        #expect(terminal >= 0)
        defer { close(terminal) }
        #expect(ProgressStyle.suitable(for: terminal) { _ in nil } == .bar(columns: 80, isColoured: true))
        var size = winsize(ws_row: 24, ws_col: 132, ws_xpixel: 0, ws_ypixel: 0)
        #expect(ioctl(terminal, UInt(TIOCSWINSZ), &size) == 0)
        #expect(
            ProgressStyle.suitable(for: terminal) { $0 == "TERM" ? "xterm" : nil }
                == .bar(columns: 132, isColoured: true))
        #expect(ProgressStyle.suitable(for: terminal) { $0 == "TERM" ? "dumb" : nil } == .lines)
        #expect(ProgressStyle.suitable(for: terminal) { $0 == "NO_COLOR" ? "1" : nil } == .bar(columns: 132))
        #expect(
            ProgressStyle.suitable(for: terminal) { $0 == "NO_COLOR" ? "" : nil }
                == .bar(columns: 132, isColoured: true))
    }

    @Test(arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567"), (-12_345, "-12,345")])
    func groups(_ number: Int, _ text: String) { #expect(ProgressBar.grouped(number) == text) }

    @Test(arguments: [(0.4, "0:00"), (59.6, "1:00"), (754, "12:34"), (3723, "1:02:03"), (1e300, "long")])
    func clocks(_ seconds: Double, _ text: String) { #expect(ProgressBar.clock(seconds) == text) }

    /// The first second says little about those that follow.
    @Test func theTimeLeftIsNotGuessedAtOnce() {
        let screen = Screen()
        let bar = screen.bar(.bar(columns: 100))
        screen.now = 100.9
        bar.update(step: 10)
        #expect(!screen.texts[0].contains("left"))
        screen.now = 101.1
        bar.update(step: 20_000)
        #expect(screen.texts[1].contains("0:02 left"))
    }

    /// A run whose number of episodes ends it is as far as its episodes, and at its end the bar is full.
    @Test func episodesFillTheBarToo() {
        let screen = Screen()
        let bar = screen.bar(.lines)
        screen.now = 110
        bar.update(step: 1000, share: 0.5)
        screen.now = 120
        bar.finish(step: 2000, isComplete: true)
        #expect(screen.texts == ["50% 1,000/50,000  100/s  0:10 left\n", "100% 2,000/2,000  100/s\n"])
    }

}
