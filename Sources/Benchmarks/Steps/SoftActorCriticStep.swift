import Agents
import Experience
import NeuralNetworks

extension CheckedStep {
    /// An update of soft actor-critic with its default settings: two critics, the actor, the temperature and the
    /// targets, on 256 steps of three observed numbers and an action of one.
    static var softActorCritic: CheckedStep {
        CheckedStep(name: "SAC update MLP 3-256-256 b256 Adam") { numbers in
            let environment = EnvironmentDescription(
                id: "Numbers", observationSpace: .box(-10...10, shape: [3]), actionSpace: .box(-1...1, shape: [1]),
                elementType: .float32)
            let learning = try withUnsafeMutablePointer(to: &numbers) { numbers in
                try OffPolicyLearning(
                    SACSettings(), environment: environment, parameters: { numbers.pointee.fill($0) }
                ) { name, buffer in
                    switch name {
                    case "actions": numbers.pointee.fill(buffer, -1, 1)
                    case "continues":
                        numbers.pointee.fillRarely(buffer)
                        for row in buffer.indices { buffer[row] = 1 - buffer[row] }
                    default: numbers.pointee.fill(buffer)
                    }
                }
            }
            return Made(learning: learning.parameters, run: learning.run) { learning.loss }
        }
    }
}
