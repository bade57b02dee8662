import Configuration
import NeuralNetworks

/// Settings that agents share which learn from windows of their own experience.
public struct OnPolicySettings: Configurable {
    public var network = PolicyNetworkSettings()
    @Setting(0...1, "discount factor γ", search: "0.9 | 0.95 | 0.98 | 0.99 | 0.995 | 0.999") public var discount = 0.99
    /// 0: temporal differences; 1: returns.
    @Setting(0...1, "λ of the generalised advantages", search: "0.8..1") public var lambda = 0.95
    /// T, the steps of each environment between updates.
    @Setting(
        1...1_000_000, "steps of each environment per window", search: "16 | 32 | 64 | 128 | 256 | 512 | 1024 | 2048")
    public var windowSteps = 2048
    @Setting(0...1, "learning rate at the start", search: "1e-5..1e-2 log") public var learningRate = 3e-4
    @Setting(-1...1, "learning rate at the end of the schedules; -1: as at the start") public var finalLearningRate =
        -1.0
    /// The weight of the policy's entropy in the objective.
    @Setting(0...10, "entropy bonus coefficient", search: "1e-5..0.1 log") public var entropyBonus = 0.0
    @Setting(-1...10, "entropy bonus coefficient at the end of the schedules; -1: as at the start")
    public var finalEntropyBonus = -1.0
    /// Over this many environment steps, the learning rate and whatever else has a final value go there in a straight
    /// line.
    @Setting(0...1_000_000_000_000, "steps of the schedules; 0: everything is constant") public var scheduleSteps = 0
    /// The weight of mean (V − return)² in the loss.
    @Setting(0...100, "weight of the value's squared error", search: "0.2..1") public var valueWeight = 0.5
    /// The maximum joint norm of all gradients.
    @Setting(0...1e9, "maximum gradient norm; 0: no clipping", search: "0.3..5 log") public var gradientClipping = 0.5
    /// By the mean and the unbiased deviation of a minibatch.
    @Setting("normalise advantages to mean 0 and variance 1") public var whitening = true
    /// Their mean and deviation over all environments, frozen wherever the agent doesn't learn.
    @Setting("normalise observations by their running moments") public var normalizeObservations = false
    /// By the deviation of the discounted returns.
    @Setting("normalise rewards by the running deviation of returns") public var normalizeRewards = false
    /// Where environments say which actions are valid (Huang and Ontañón 2022).
    @Setting("never take invalid actions, where they are known") public var masking = true
    @Setting([.adam, .radam, .rmsprop], "optimiser") public var optimizer = OptimizerName.adam
    @Setting(0...1, "the optimiser's ε") public var optimizerEpsilon = 1e-5

    public init() {}

    func makeOptimizer() -> any Optimizer {
        switch optimizer {
        case .rmsprop, .centredRMSprop: RMSProp(learningRate: learningRate, decay: 0.99, epsilon: optimizerEpsilon)
        case .radam: RAdam(learningRate: learningRate, epsilon: optimizerEpsilon)
        case .adam, .adagrad, .sgd: Adam(learningRate: learningRate, epsilon: optimizerEpsilon)
        }
    }

    /// The schedule from a value to its final one.
    func schedule(_ start: Double, _ end: Double) -> LinearSchedule {
        LinearSchedule(from: start, to: scheduleSteps > 0 && end >= 0 ? end : start, over: max(1, scheduleSteps))
    }
}
