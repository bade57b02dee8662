import Agents
import Environments
import Graphics
import Viewer

/// An environment's actions as people read them: by name, or by number where they have none.
struct ActionNames {
    private let names: [String]
    private let isDiscrete: Bool

    init(of environment: any BatchedEnvironment) {
        let count = environment.actionSpace.discreteCount
        isDiscrete = count != nil
        names = environment.actionNames.count == count ? environment.actionNames : []
    }

    subscript(action: Int) -> String { names.indices.contains(action) ? names[action] : "\(action)" }

    /// An action by its numbers.
    func text(_ action: [Double]) -> String {
        isDiscrete ? self[Int(action[0])] : action.map { NumberText.readable($0) }.joined(separator: " ")
    }

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
