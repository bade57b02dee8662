import Agents
import Environments
import Experience
import Graphics
import Viewer

/// An environment's actions as people read them: by name, or by number where they have none.
struct ActionNames {
    private let names: [String]
    private let isDiscrete: Bool
    private let origin: SpaceOrigin?

    init(of environment: any BatchedEnvironment) {
        let count = environment.actionSpace.discreteCount
        isDiscrete = count != nil
        origin = environment.buffers.actionOrigin
        names = environment.actionNames.count == count ? environment.actionNames : []
    }

    subscript(action: Int) -> String { names.indices.contains(action) ? names[action] : "\(action)" }

    /// An action by its numbers.
    func text(_ action: [Double]) -> String {
        if isDiscrete { return self[Int(action[0])] }
        return (origin?.original(action) ?? action).map { NumberText.readable($0) }.joined(separator: " ")
    }

    /// A member of one of several choices, counted as where the environment comes from.
    func number(_ member: Int, of choice: Int) -> Int { member + (origin?.starts[choice] ?? 0) }

    /// An agent's assessment as bars; `chosen` is marked.
    func bars(_ assessment: ActionAssessment, chosen: Int?) -> ViewerPanel.Bars {
        let rows = assessment.values.enumerated().map { action, value in
            BarPlot.Bar(label: self[action], value: value, isChosen: action == chosen)
        }
        return switch assessment.kind {
        case .actionValues: .init(title: "Action values", kind: .actionValues, bars: rows)
        case .probabilities: .init(title: "Probabilities", kind: .probabilities, bars: rows)
        }
    }
}

extension ActionAssessment {
    /// The action with the largest number; nil where several have it.
    var best: Int? {
        guard let largest = values.max() else { return nil }
        let all = values.indices.filter { values[$0] == largest }
        return all.count == 1 ? all[0] : nil
    }
}

extension BatchedEnvironment {
    /// Whether the episode of the first environment is over.
    var hasEnded: Bool { terminated[0] || truncated[0] }

    /// How the episode of the first environment ended.
    var endName: String { terminated[0] ? "terminated" : "truncated" }
}

/// Seconds for which the end of an episode stays to be seen.
let endHoldTime = 1.0
