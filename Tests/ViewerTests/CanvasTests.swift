import Graphics
import Testing

@testable import Viewer

@Suite struct CanvasTests {
    private let scene = BouncingBall(size: FrameSize(width: 20, height: 10))

    private func compose(_ state: ViewerState = ViewerState(), _ width: Int, _ height: Int) -> Frame {
        var canvas = ViewerCanvas()
        return canvas.compose(scene, state, FrameSize(width: width, height: height))
    }

    /// The smallest rectangle that holds every pixel of `color`.
    private func bounds(_ color: Color, in frame: Frame) -> (x: ClosedRange<Int>, y: ClosedRange<Int>)? {
        let places = frame.pixels.indices.filter { frame.pixels[$0] == color.rgba }
        guard !places.isEmpty else { return nil }
        let (columns, rows) = (places.map { $0 % frame.width }, places.map { $0 / frame.width })
        return (columns.min()!...columns.max()!, rows.min()!...rows.max()!)
    }

    private let ground = Color(hex: 0x3B5B43)

    @Test(arguments: [(900, 600), (1280, 720), (500, 400), (700, 300)])
    func theWorldIsMagnifiedByAWholeNumberAndCentred(width: Int, height: Int) throws {
        var state = ViewerState()
        state.showsPanel = false
        let frame = compose(state, width, height)
        #expect(frame.size == FrameSize(width: width, height: height))
        let found = try #require(bounds(ground, in: frame))
        let scale = min((width - 24) / 20, (height - 24 - Theme.statusHeight) / 10)
        #expect(found.x.count == 20 * scale, "the ground is as wide as the world")
        #expect(found.y.count == 2 * scale || found.y.count == scale)
        #expect(abs(found.x.lowerBound - (width - 1 - found.x.upperBound)) <= 1)
    }

    @Test func worldsLargerThanTheirPlaceAreReduced() throws {
        scene.frameSize = FrameSize(width: 2000, height: 900)
        var state = ViewerState()
        state.showsPanel = false
        let found = try #require(bounds(ground, in: compose(state, 500, 400)))
        #expect((470...476).contains(found.x.count))
    }

    @Test func thePanelTakesTheRightSide() throws {
        let shown = compose(ViewerState(), 900, 600)
        var state = ViewerState()
        state.showsPanel = false
        let hidden = compose(state, 900, 600)
        #expect(shown[899, 300] == Theme.panel && hidden[899, 300] == Theme.background)
        let (with, without) = (try #require(bounds(ground, in: shown)), try #require(bounds(ground, in: hidden)))
        #expect(with.x.upperBound < 900 - 250 && without.x.count > with.x.count)
        #expect(compose(ViewerState(), 320, 240)[319, 100] == Theme.background, "too narrow for a panel")
    }

    @Test func theSamePictureComesOutTwice() {
        var canvas = ViewerCanvas()
        let size = FrameSize(width: 640, height: 480)
        let first = canvas.compose(scene, ViewerState(), size)
        var help = ViewerState()
        help.showsHelp = true
        #expect(canvas.compose(scene, help, size) != first)
        #expect(canvas.compose(scene, ViewerState(), size) == first, "nothing is left over in the buffers")
    }

    @Test func everyPartOfTheStateShows() {
        var states = [
            ViewerState(), ViewerState(isPaused: true), ViewerState(speed: .times(2)), ViewerState(speed: .unlimited),
        ]
        states += [ViewerState(), ViewerState(), ViewerState(), ViewerState(), ViewerState()]
        states[4].message = "message"
        states[5].hasEnded = true
        states[6].reachedSpeed = 0.5
        states[7].showsHelp = true
        states[8].showsPanel = false
        #expect(Set(states.map { compose($0, 640, 480) }).count == states.count)
    }

    @Test func everyPartOfThePanelShows() {
        let parts = [
            ViewerPanel(), ViewerPanel(values: [.init("Step", "1")]), ViewerPanel(history: [1, 2]),
            ViewerPanel(lines: ["text"]),
            ViewerPanel(bars: [.init(title: "Q", kind: .actionValues, bars: [.init(label: "up", value: 0.5)])]),
            ViewerPanel(bars: [.init(title: "Q", kind: .probabilities, bars: [.init(label: "up", value: 0.5)])]),
            ViewerPanel(history: [1]),
        ]
        let frames = parts.map { PanelView(title: "t", panel: $0).frame(FrameSize(width: 250, height: 400)) }
        #expect(Set(frames).count == parts.count - 1)
        #expect(frames[0] == frames[6], "one value is no curve")
    }

    @Test func panelsOfAnyContentFitAnySize() {
        let bars = (0..<300).map { BarPlot.Bar(label: "action \($0)", value: $0 == 5 ? .nan : Double($0)) }
        let panel = ViewerPanel(
            values: (0..<50).map { .init(String(repeating: "label", count: $0), String(repeating: "9", count: $0)) },
            bars: [.init(title: "Many", kind: .actionValues, bars: bars)], history: [.nan, .infinity, 3],
            lines: [String(repeating: "word ", count: 99), "", String(repeating: "x", count: 999)])
        for width in [0, 1, 20, 40, 170, 280] {
            for height in [0, 1, 30, 100, 700, 3000] {
                let frame = PanelView(title: "A long title of a scene", panel: panel).frame(
                    FrameSize(width: width, height: height))
                #expect(frame.size == FrameSize(width: width, height: height))
                // All drawing stays inside the padding.
                if width > Theme.padding * 2 {
                    let right = frame.cropped(
                        x: width - Theme.padding + 2, y: 0, width: Theme.padding - 2, height: height)
                    #expect(Set(right.pixels).isSubset(of: [Theme.panel.rgba]))
                }
            }
        }
    }

    @Test func anyWindowSizeComposes() {
        for (width, height) in [(1, 1), (3, 400), (400, 3), (100, 100), (359, 200), (3840, 2160)] {
            for help in [false, true] {
                var state = ViewerState()
                state.showsHelp = help
                state.message = String(repeating: "a long message ", count: 30)
                #expect(compose(state, width, height).size == FrameSize(width: width, height: height))
            }
        }
    }

    @Test func theHelpNamesEveryKey() {
        let text = KeyHelp.rows.map(\.keys).joined(separator: " ")
        for key in [
            "Space", "P", ".", ",", "-", "=", "0", "U", "R", "Shift R", "1 … 9", "Tab", "S", "F", "F1", "?", "Esc", "Q",
        ] {
            #expect(text.contains(key))
        }
        #expect(KeyHelp.rows.allSatisfy { ($0.keys + $0.meaning).allSatisfy(Font.contains) })
        #expect(HelpView.frame(fitting: FrameSize(width: 500, height: 400)).height <= 400)
        #expect(HelpView.frame(fitting: FrameSize(width: 320, height: 240)).height <= 240)
    }

    @Test func textIsCutAndWrapped() {
        #expect(PanelColumn.cut("abcdef", cells: 6) == "abcdef" && PanelColumn.cut("abcdef", cells: 4) == "abc…")
        #expect(PanelColumn.cut("abc", cells: 0) == "")
        #expect(PanelColumn.wrapped("one two three", cells: 7) == ["one two", "three"])
        #expect(PanelColumn.wrapped("abcdefgh i", cells: 3) == ["abc", "def", "gh", "i"])
        #expect(PanelColumn.wrapped("", cells: 3) == [""])
    }
}
