import Graphics

@testable import Viewer

/// A scene for the tests: a ball in a box, whose height is a function of the time step, so that it can run backwards.
final class BouncingBall: ViewerScene {
    let title: String
    var frameSize: FrameSize
    var framesPerSecond = 30.0
    var canStepBack = true
    var canStartEpisode = true
    /// Every step whose number is a multiple of this is held for a second; 0 for none.
    var heldEvery = 0
    var holdTime: Double { heldEvery > 0 && step % heldEvery == 0 ? 1 : 0 }
    /// Time steps per episode.
    var length = Int.max
    var playKeys: Set<ViewerKey> = []
    /// The keys that were held at each step.
    private(set) var heldKeys: [Set<ViewerKey>] = []
    func hold(_ keys: Set<ViewerKey>) { heldKeys.append(keys) }
    var views: [String] = []
    /// The views that were chosen.
    private(set) var chosen: [Int] = []
    /// The error that `advance`, `newEpisode` and `choose` throw, if any.
    var failure: (any Error)?

    private(set) var step = 0
    private(set) var episode = 1
    private(set) var seed = 7
    /// The total number of steps, forward only.
    private(set) var advances = 0
    private(set) var draws = 0
    /// Called in every step.
    var onAdvance: () -> Void = {}

    init(title: String = "Bouncing ball", size: FrameSize = FrameSize(width: 96, height: 72)) {
        self.title = title
        frameSize = size
    }

    private var phase: Double { Double(step % 40) / 40 }
    private var height: Double { 4 * phase * (1 - phase) }

    var panel: ViewerPanel {
        let actions = ["left", "right", "jump", "wait"].enumerated().map { index, name in
            let value = (Double(index) - 1.2) * height
            return BarPlot.Bar(label: name, value: value, isChosen: index == step % 4)
        }
        let policy = actions.map { BarPlot.Bar(label: $0.label, value: 0.25, isChosen: $0.isChosen) }
        let returns = (0..<60).map { (episode: Int) -> Double in Double(episode * 3 + episode * 7919 % 31) }
        return ViewerPanel(
            values: [
                .init("Episode", "\(episode)"), .init("Step", "\(step)"), .init("Return", "12.50"),
                .init("Reward", "0.04"), .init("Seed", "\(seed)"), .init("ε", "0.05"),
            ],
            bars: [
                .init(title: "Action values", kind: .actionValues, bars: actions),
                .init(title: "Policy", kind: .probabilities, bars: policy),
            ],
            history: returns,
            lines: ["The ball follows a parabola; nothing here was learnt."])
    }

    func draw(into frame: inout Frame) {
        draws += 1
        frame.clear(Color(hex: 0x1B2B3A))
        let scale = Double(frame.height) / 72
        frame.fillRectangle(
            x: 0, y: frame.height * 8 / 9, width: frame.width, height: frame.height / 9, Color(hex: 0x3B5B43))
        frame.fillCircle(
            centerX: Double(frame.width) / 2, centerY: (56 - 40 * height) * scale, radius: 8 * scale, .orange)
    }

    func advance() throws -> Bool {
        onAdvance()
        if let failure { throw failure }
        if step + 1 >= length { return false }
        step += 1
        advances += 1
        return true
    }

    func stepBack() -> Bool {
        if step == 0 { return false }
        step -= 1
        return true
    }

    func choose(view index: Int) throws {
        if let failure { throw failure }
        chosen.append(index)
    }

    func newEpisode(sameSeed: Bool) throws {
        if let failure { throw failure }
        step = 0
        episode += 1
        if !sameSeed { seed += 1 }
    }
}

struct Trouble: Error, CustomStringConvertible {
    var description: String { "the world broke" }
}
