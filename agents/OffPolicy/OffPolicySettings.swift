import Configuration
import NeuralNetworks

/// Settings that the off-policy actor-critics share; the defaults are Stable-Baselines3's.
public struct OffPolicySettings: Configurable {
    /// The network of the actor, and of each critic, which takes the action behind its convolutions, if it has any.
    @Setting("network architecture; auto: chosen by observation space") public var network = NetworkName.auto
    @Setting(1...8192, "hidden layer sizes of the mlp network", search: "64,64 | 256,256") public var hiddenSizes = [
        256, 256,
    ]
    @Setting("activation function of the mlp network") public var activation = MultilayerPerceptron.Activation.relu
    /// The last layers' weights and biases are uniform in ± this number (Lillicrap et al. 2016 have 0.003).
    @Setting(0...1, "largest initial weight of the last layers; 0: PyTorch's") public var lastWeights = 0.0
    @Setting(0...1, "learning rate of the actor, and of the temperature", search: "1e-4..1e-2 log") public
        var learningRate = 3e-4
    @Setting(0...1, "learning rate of the critics; 0: the actor's") public var criticLearningRate = 0.0
    /// The maximum joint norm of the actor's gradients, and of the critics'.
    @Setting(0...1e9, "maximum gradient norm; 0: no clipping") public var gradientClipping = 0.0
    @Setting(0...1, "discount factor γ", search: "0.9 | 0.95 | 0.98 | 0.99 | 0.995 | 0.999") public var discount = 0.99
    @Setting(1...1000, "steps of n-step returns") public var nStep = 1
    /// τ: each update moves the targets this part of the way.
    @Setting(0...1, "target update rate τ; 1: copy", search: "1e-3..0.1 log") public var targetRate = 0.005
    /// The smallest of their values is the target's.
    @Setting(1...10, "number of critics") public var critics = 2
    @Setting(1...65_536, "batch size", search: "64 | 128 | 256") public var batchSize = 256
    @Setting(1...100_000_000, "replay buffer capacity") public var replayCapacity = 1_000_000
    @Setting(0...1_000_000_000, "random steps before learning starts") public var learningStart = 100
    @Setting(1...1_000_000, "steps between rounds of updates", search: "1 | 2 | 4 | 8") public var trainEvery = 1
    @Setting(-1...1_000_000, "updates per round; -1: one per step") public var updatesPerRound = -1
    /// Their mean and deviation, frozen wherever the agent doesn't learn.
    @Setting("normalise observations by their running moments") public var normalizeObservations = false

    func makeReplay(for environment: EnvironmentDescription) -> ReplayBuffer {
        ReplayBuffer(
            capacity: replayCapacity, width: environment.observationSpace.count, type: environment.elementType,
            stackedFrames: environment.stackedFrames, environments: environment.count,
            actionSpace: environment.actionSpace, returns: ReplayReturns(steps: nStep, discount: discount))
    }

    /// Rejects settings that contradict each other.
    ///
    /// - Throws: ``AgentError/setting(agent:name:value:allowed:)``.
    func check(agent: String) throws(AgentError) {
        for (name, value) in [("batchSize", batchSize), ("nStep", nStep)] where value > replayCapacity {
            throw .setting(
                agent: agent, name: name, value: "\(value)", allowed: "1...\(replayCapacity), at most replayCapacity")
        }
    }

    public init() {}

    init(hiddenSizes: [Int], learningRate: Double, critics: Int) {
        self.hiddenSizes = hiddenSizes
        self.learningRate = learningRate
        self.critics = critics
    }
}
