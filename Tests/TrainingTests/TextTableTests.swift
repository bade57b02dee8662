import Testing

@testable import Training

@Suite struct TextTableTests {
    private let table = TextTable(
        ["id", "summary"],
        [["CartPole-v1", "balance a pole on a cart that moves along a track"], ["字", "two columns wide"]])

    @Test func filesHaveALinePerRow() {
        #expect(
            table.text(on: nil) == """
                id           summary
                CartPole-v1  balance a pole on a cart that moves along a track
                字           two columns wide
                """)
    }

    @Test func terminalsFoldTheLastColumn() {
        #expect(
            table.text(on: Terminal(columns: 40)) == """
                id           summary
                CartPole-v1  balance a pole on a cart
                             that moves along a track
                字           two columns wide
                """)
        #expect(
            table.text(on: Terminal(columns: 30)) == """
                id           summary
                CartPole-v1
                    balance a pole on a cart
                    that moves along a track
                字           two columns wide
                """)
    }

    @Test func noLineIsWiderThanTheTerminal() {
        for columns in 24...90 {
            let lines = table.text(on: Terminal(columns: columns)).split(separator: "\n")
            #expect(lines.allSatisfy { Terminal.width(of: $0) <= columns }, "\(columns)")
            let words = lines.flatMap { $0.split(separator: " ") }.joined(separator: " ")
            #expect(words.contains("balance a pole on a cart that moves along a track"))
        }
    }

    @Test func namesOfColumnsStandOut() {
        let lines = table.text(on: Terminal(columns: 80, isColoured: true)).split(separator: "\n")
        #expect(lines[0] == "\u{1B}[1mid           summary\u{1B}[0m" && !lines[1].contains("\u{1B}"))
    }
}
