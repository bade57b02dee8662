import Testing

@testable import Viewer

@Suite struct StateTests {
    private let scene = BouncingBall()

    @Test(arguments: [
        (ViewerKey.letter("s"), ViewerState.Effect.screenshot), (.letter("q"), .quit),
        (.letter("q", shift: true), .quit),
        (.letter("r"), .newEpisode(sameSeed: false)), (.letter("r", shift: true), .newEpisode(sameSeed: true)),
        (.sign("."), .stepForward), (.sign(","), .stepBack), (.letter("f"), .changeFullScreen), (.escape, .quit),
    ])
    func keysAskForTheirEffect(key: ViewerKey, effect: ViewerState.Effect) {
        var state = ViewerState()
        #expect(state.handle(key, in: scene) == [effect])
        #expect(state.message == nil)
    }

    @Test func spaceAndPPause() {
        var state = ViewerState()
        #expect(state.handle(.space, in: scene).isEmpty && state.isPaused)
        #expect(state.handle(.letter("p"), in: scene).isEmpty && !state.isPaused)
    }

    @Test func arrowsStepOnlyWhilePaused() {
        var state = ViewerState()
        #expect(state.handle(.right, in: scene).isEmpty && state.handle(.left, in: scene).isEmpty)
        #expect(!state.isPaused)
        state.isPaused = true
        #expect(state.handle(.right, in: scene) == [.stepForward])
        #expect(state.handle(.left, in: scene) == [.stepBack])
    }

    @Test func steppingPauses() {
        for sign: Character in [".", ","] {
            var state = ViewerState()
            _ = state.handle(.sign(sign), in: scene)
            #expect(state.isPaused)
        }
    }

    @Test func speedHalvesDoublesAndHasEnds() {
        var state = ViewerState()
        _ = state.handle(.sign("="), in: scene)
        #expect(state.speed == .times(2))
        for _ in 0..<30 { _ = state.handle(.sign("="), in: scene) }
        #expect(state.speed == .times(1024))
        for _ in 0..<40 { _ = state.handle(.sign("-"), in: scene) }
        #expect(state.speed == .times(1.0 / 64))
        _ = state.handle(.sign("0"), in: scene)
        #expect(state.speed == .realTime)
        _ = state.handle(.letter("u"), in: scene)
        #expect(state.speed == .unlimited)
        _ = state.handle(.sign("="), in: scene)
        #expect(state.speed == .unlimited)
        _ = state.handle(.sign("-"), in: scene)
        #expect(state.speed == .realTime)
    }

    @Test func theReachedSpeedIsForgottenWithTheSpeed() {
        var state = ViewerState(speed: .times(1024))
        state.reachedSpeed = 9
        _ = state.handle(.sign("="), in: scene)
        #expect(state.reachedSpeed == 9, "the speed is at its end and stays")
        _ = state.handle(.sign("-"), in: scene)
        #expect(state.reachedSpeed == nil)
    }

    @Test func speedsAreReadable() {
        #expect(ViewerSpeed.realTime.text == "1×" && ViewerSpeed.times(0.25).text == "1/4×")
        #expect(ViewerSpeed.times(1024).text == "1024×" && ViewerSpeed.times(1.5).text == "1.5×")
        #expect(ViewerSpeed.unlimited.text == "unlimited" && ViewerSpeed.number(548_032) == "548k")
    }

    @Test func escapeLeavesHelpThenFullScreenThenTheWindow() {
        var state = ViewerState(isFullScreen: true)
        _ = state.handle(.f1, in: scene)
        #expect(state.showsHelp)
        #expect(state.handle(.escape, in: scene).isEmpty && !state.showsHelp)
        #expect(state.handle(.escape, in: scene) == [.changeFullScreen] && !state.isFullScreen)
        #expect(state.handle(.escape, in: scene) == [.quit])
    }

    @Test func panelsAndHelpToggle() {
        var state = ViewerState()
        _ = state.handle(.tab, in: scene)
        #expect(!state.showsPanel)
        _ = state.handle(.tab, in: scene)
        #expect(state.showsPanel)
        _ = state.handle(.sign("?"), in: scene)
        #expect(state.showsHelp)
        _ = state.handle(.sign("?"), in: scene)
        #expect(!state.showsHelp)
    }

    @Test func keysThatDoNotApplySaySo() {
        scene.canStepBack = false
        scene.canStartEpisode = false
        var state = ViewerState()
        for key in [ViewerKey.sign(","), .letter("r"), .letter("r", shift: true), .sign("1"), .sign("9"), .letter("v")]
        {
            #expect(state.handle(key, in: scene).isEmpty)
            #expect(state.message?.contains("This scene") == true)
            #expect(!state.isPaused)
        }
        state.hasEnded = true
        for key in [ViewerKey.sign("."), .space] {
            #expect(state.handle(key, in: scene).isEmpty)
            #expect(state.message == "There is nothing more to show.")
        }
        _ = state.handle(.tab, in: scene)
        #expect(state.message == nil, "the next key takes the message away")
    }

    @Test func digitsChooseViews() {
        scene.views = ["samples", "weights"]
        var state = ViewerState()
        #expect(state.handle(.sign("1"), in: scene) == [.view(0)] && state.handle(.sign("2"), in: scene) == [.view(1)])
        #expect(state.message == nil)
        for sign: Character in ["3", "9"] {
            #expect(state.handle(.sign(sign), in: scene).isEmpty)
            #expect(state.message == "This scene has the views 1 samples, 2 weights.")
        }
        #expect(state.handle(.sign("²"), in: scene).isEmpty && state.message == nil, "no digit of the keyboard")
    }

    @Test func unknownKeysDoNothing() {
        var state = ViewerState()
        for key in [ViewerKey.letter("x"), .sign("%"), .letter("b", shift: true)] {
            #expect(state.handle(key, in: scene).isEmpty && state == ViewerState())
        }
    }
}

@Suite struct PaceTests {
    @Test(arguments: [0.5, 10, 30, 60, 144, 1000])
    func stepsKeepTheRateOnAverage(rate: Double) {
        var pace = Pace()
        var steps = 0
        for tick in 0...600 {
            let now = 5 + Double(tick) / 60
            let due = pace.due(at: now, rate: rate)
            pace.made(due, of: due, at: now)
            steps += due
        }
        #expect(abs(Double(steps) - 10 * rate) <= 1)
        #expect(abs((pace.rate ?? 0) - rate) <= rate * 0.1 + 1)
    }

    @Test func lostTimeIsNotCaughtUp() {
        var pace = Pace()
        _ = pace.due(at: 0, rate: 60)
        let due = pace.due(at: 3600, rate: 60)
        #expect(due == 15)
        pace.made(1, of: due, at: 3600)
        #expect(pace.due(at: 3600, rate: 60) == 0, "steps that did not fit are given up")
    }

    @Test func theReachedRateIsOfTheStepsMade() {
        var pace = Pace()
        #expect(pace.rate == nil)
        for tick in 0...120 {
            let now = Double(tick) / 60
            let due = pace.due(at: now, rate: .infinity)
            #expect(due == .max)
            pace.made(4, of: due, at: now)
        }
        #expect(abs(pace.rate! - 240) < 5)
        pace.restart()
        #expect(pace.rate == nil)
    }
}
