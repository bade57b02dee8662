import TensorCore

/// The weighted sum of several tasks' losses: Σ wᵢ Lᵢ.
///
/// - Precondition: as many weights as losses.
public func weightedLoss(_ losses: [Tensor], weights: [Double]) -> Tensor {
    precondition(losses.count == weights.count, "\(losses.count) losses need as many weights, given \(weights.count)")
    return zip(losses, weights).map { $1 * $0 }.reduce(Tensor(0), +)
}

/// Task weights that are learned as the noise of each task (Kendall, Gal & Cipolla 2018). With sᵢ = log σᵢ² the loss is
/// the sum of ½ e^{−sᵢ} Lᵢ + ½ sᵢ for regression (L is the squared error) and e^{−sᵢ} Lᵢ + ½ sᵢ for classification (L
/// is the cross-entropy).
///
/// The noise is homoscedastic: one number per task, not per example. For a regression the best σ² is the task's mean
/// squared error, so that each task is weighted by how well it can be done, whatever its units.
public struct UncertaintyWeighting: Module {
    /// The kind of a task's loss, which determines how the noise scales it.
    public enum Task: Hashable, Sendable { case regression, classification }

    /// The tasks, in the order of the losses.
    public let tasks: [Task]
    /// log σ² of each task, initially zero.
    public let logVariances: [Variable]

    /// Starts with equal weights.
    public init(_ tasks: [Task]) {
        self.tasks = tasks
        logVariances = tasks.map { _ in Variable(0, name: "logVariance") }
    }

    /// The joint loss of the tasks' mean losses.
    ///
    /// - Precondition: one scalar loss per task.
    public func callAsFunction(_ losses: [Tensor]) -> Tensor {
        precondition(
            losses.count == tasks.count && losses.allSatisfy { $0.count == 1 },
            "\(tasks.count) tasks need one scalar loss each, given the shapes \(losses.map(\.shape))")
        let parts = zip(losses, zip(tasks, logVariances)).map { loss, own in
            let (task, s) = (own.0, own.1.tensor)
            return (task == .regression ? 0.5 : 1) * ((-s).exp() * loss.reshaped(to: [])) + 0.5 * s
        }
        return parts.reduce(Tensor(0), +)
    }

    /// `logVariances.0`, `logVariances.1` …
    public var parameters: Parameters {
        Parameters(logVariances.enumerated().map { ("logVariances.\($0)", $1) })
    }
}
