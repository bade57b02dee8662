import Agents
import Environments
import Graphics
import Training
import Viewer

/// An agent acting in one environment; time steps can be taken back.
final class AgentScene: ViewerScene {
    let title: String
    let framesPerSecond: Double
    private let agent: any Agent
    private let environment: any BatchedEnvironment
    private let mode: ActionMode
    private var seed: UInt64
    private var episode = 1
    private var step = 0
    private var totalReward = 0.0
    private var lastReward = 0.0
    private var assessment: ActionAssessment?
    private var chosen: Int?
    private var returns: [Double] = []
    /// What is needed to go back, newest last.
    private var past: [Moment] = []
    private static let pastLimit = 20_000

    private struct Moment {
        var state: [UInt8]
        var step: Int
        var totalReward: Double
        var lastReward: Double
        var ended: Bool
    }

    /// Shows `agent` in an environment that doesn't reset itself.
    init(title: String, agent: any Agent, environment: any BatchedEnvironment, mode: ActionMode, seed: UInt64) throws {
        precondition(environment.count == 1 && environment.autoreset == .disabled, "a scene shows one environment")
        (self.title, self.agent, self.environment, self.mode, self.seed) = (title, agent, environment, mode, seed)
        framesPerSecond = environment.framesPerSecond
        try start()
    }

    var frameSize: FrameSize { environment.frameSize }
    var canStepBack: Bool { environment.canSnapshot }

    func draw(into frame: inout Frame) { environment.draw(0, into: &frame) }

    private var hasEnded: Bool { environment.terminated[0] || environment.truncated[0] }

    func advance() throws -> Bool {
        if hasEnded {
            returns.append(totalReward)
            episode += 1
            seed += 1
            try start()
            return true
        }
        if environment.canSnapshot {
            if past.count == Self.pastLimit { past.removeFirst(Self.pastLimit / 2) }
            past.append(
                Moment(
                    state: try environment.snapshot(of: 0), step: step, totalReward: totalReward,
                    lastReward: lastReward,
                    ended: hasEnded))
        }
        try agent.act(on: environment.currentRows, mode: mode, into: environment.discreteActions)
        chosen = environment.discreteActions[0]
        environment.step()
        step += 1
        lastReward = environment.rewards[0]
        totalReward += lastReward
        try assess()
        return true
    }

    func stepBack() -> Bool {
        guard let moment = past.popLast(), (try? environment.restore(moment.state, to: 0)) != nil else { return false }
        (step, totalReward, lastReward, chosen) = (moment.step, moment.totalReward, moment.lastReward, nil)
        try? assess()
        return true
    }

    func newEpisode(sameSeed: Bool) throws {
        if !sameSeed {
            seed += 1
            episode += 1
        }
        try start()
    }

    private func start() throws {
        environment.reset(seed: seed)
        past.removeAll(keepingCapacity: true)
        (step, totalReward, lastReward, chosen) = (0, 0, 0, nil)
        try assess()
    }

    private func assess() throws { assessment = try agent.assess(environment.currentRows) }

    var panel: ViewerPanel {
        var values: [ViewerPanel.Value] = [
            .init("Episode", "\(episode)"), .init("Step", "\(step)"), .init("Return", format(totalReward)),
            .init("Reward", format(lastReward)), .init("Seed", "\(seed)"),
        ]
        if hasEnded { values.append(.init("Ended", environment.terminated[0] ? "terminated" : "truncated")) }
        return ViewerPanel(
            values: values, bars: assessment.map { [bars($0, chosen: nil)] } ?? [], historyTitle: "Returns",
            history: returns)
    }
}

/// An agent's assessment as bars; the largest is the greedy choice.
func bars(_ assessment: ActionAssessment, chosen: Int?) -> ViewerPanel.Bars {
    let best = chosen ?? assessment.values.firstIndex(of: assessment.values.max() ?? 0)
    let rows = assessment.values.enumerated().map { BarPlot.Bar(label: "\($0)", value: $1, isChosen: $0 == best) }
    switch assessment.kind {
    case .actionValues: return .init(title: "Action values", kind: .actionValues, bars: rows)
    case .probabilities: return .init(title: "Probabilities", kind: .probabilities, bars: rows)
    }
}

/// A number as a person reads it: whole ones without a point.
func format(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e9 ? "\(Int(value))" : String(format: "%.3f", value)
}

import Foundation
