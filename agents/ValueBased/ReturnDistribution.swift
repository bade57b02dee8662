import NeuralNetworks
import TensorCore

/// What a network predicts of the return after an action, and the loss that moves it towards a target.
///
/// A network outputs ``atoms`` numbers per action. B is the minibatch size, A the number of actions, N the number of
/// atoms.
protocol ReturnDistribution: Sendable {
    /// N: the numbers that describe a return.
    var atoms: Int { get }
    /// The expected returns: (B, A, N) → (B, A).
    func values(_ outputs: Tensor) -> Tensor
    /// The loss between the prediction and c r + g R′, where R′ is the return after the next step.
    ///
    /// - Parameters:
    ///   - outputs: (B, N): the prediction for the action taken.
    ///   - next: (B, N): the target network's prediction for the next action.
    ///   - rewards: (B): c r.
    ///   - discounts: (B): g, 0 after a terminal step.
    /// - Returns: (B): the loss of each row, and its priority for replay.
    func loss(_ outputs: Tensor, next: Tensor, rewards: Tensor, discounts: Tensor) -> (loss: Tensor, priority: Tensor)
}

/// Only the expected return, one number per action. The loss is ℓ(q − (c r + g q′)), the priority
/// |q − (c r + g q′)|.
struct ExpectedReturns: ReturnDistribution {
    /// ℓ of a value and its target, (B).
    let loss: @Sendable (Tensor, Tensor) -> Tensor
    var atoms: Int { 1 }

    func values(_ outputs: Tensor) -> Tensor { outputs.reshaped(to: Shape(outputs.shape.dropLast())) }

    func loss(_ outputs: Tensor, next: Tensor, rewards: Tensor, discounts: Tensor) -> (loss: Tensor, priority: Tensor) {
        let target = (rewards + discounts * values(next)).withoutGradient()
        return (loss(values(outputs), target), (values(outputs) - target).absolute())
    }
}

/// The return as a distribution over fixed values (C51: Bellemare, Dabney & Munos, "A Distributional Perspective on
/// Reinforcement Learning", 2017): a softmax over the values zᵢ = z₁ + (i − 1) Δ.
///
/// The distribution of the next return is shifted to the values c r + g zⱼ; each part is split between its two
/// neighbours among the zᵢ, more to the nearer one: mᵢ = Σⱼ pⱼ [1 − |c r + g zⱼ − zᵢ| / Δ]₀¹. The loss is the
/// cross-entropy −Σᵢ mᵢ log pᵢ, the priority KL(m ‖ p).
struct CategoricalReturns: ReturnDistribution {
    let atoms: Int
    /// z₁ and z_N; values beyond them are clipped to them.
    let range: ClosedRange<Double>

    private var spacing: Double { (range.upperBound - range.lowerBound) / Double(atoms - 1) }
    private var support: Tensor { Tensor((0..<atoms).map { Float(range.lowerBound + Double($0) * spacing) }) }

    func values(_ outputs: Tensor) -> Tensor { (outputs.softmax() * support).sum([-1]) }

    func loss(_ outputs: Tensor, next: Tensor, rewards: Tensor, discounts: Tensor) -> (loss: Tensor, priority: Tensor) {
        let target = projected(next.softmax(), rewards, discounts).withoutGradient()
        let loss = -(target * outputs.logSoftmax()).sum([-1])
        let entropy = -(target * maximum(target, Tensor(1e-30)).log()).sum([-1])
        return (loss, loss - entropy)
    }

    /// (B, N): the probabilities of c r + g z, projected onto the zᵢ.
    func projected(_ probabilities: Tensor, _ rewards: Tensor, _ discounts: Tensor) -> Tensor {
        let moved = rewards.expandingDimension(at: 1) + discounts.expandingDimension(at: 1) * support
        let held = moved.clamped(range.lowerBound, range.upperBound)
        let distance = (held.expandingDimension(at: 1) - support.expandingDimension(at: 1)).absolute()
        let shares = (1 - distance * (1 / spacing)).relu()
        return (shares * probabilities.expandingDimension(at: 1)).sum([-1])
    }
}

/// The return as N equally likely values, its quantiles (QR-DQN: Dabney et al., "Distributional Reinforcement Learning
/// with Quantile Regression", 2018).
///
/// With u = c r + g θ′ⱼ − θᵢ and τᵢ = (2i − 1)/2N the loss is Σᵢ meanⱼ |τᵢ − [u < 0]| ℓ(u), where ℓ is Huber's loss: θᵢ
/// settles where a share τᵢ of the targets is below it. The loss is also the priority.
struct QuantileReturns: ReturnDistribution {
    let atoms: Int

    func values(_ outputs: Tensor) -> Tensor { outputs.mean([-1]) }

    func loss(_ outputs: Tensor, next: Tensor, rewards: Tensor, discounts: Tensor) -> (loss: Tensor, priority: Tensor) {
        let targets = (rewards.expandingDimension(at: 1) + discounts.expandingDimension(at: 1) * next).withoutGradient()
        let (all, own) = (targets.expandingDimension(at: 1), outputs.expandingDimension(at: 2))
        let shares = Tensor((0..<atoms).map { (2 * Float($0) + 1) / (2 * Float(atoms)) }).expandingDimension(at: 1)
        let weights = (shares - (all .< own)).absolute().withoutGradient()
        let pairs = (weights * huberLoss(own.broadcast(to: weights.shape), all.broadcast(to: weights.shape))).mean([-1])
        let loss = pairs.sum([-1])
        return (loss, loss)
    }
}
