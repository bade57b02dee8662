import NeuralNetworks
import TensorCore

/// What distinguishes the updates of agents that learn from windows.
struct UpdateRule {
    /// What the losses read of R rows, (R) each.
    struct Batch {
        /// log π(a|s) and V(s), now and when the window was collected; of action values Q(s, a).
        var logProbabilities, oldLogProbabilities, values, oldValues: Tensor
        /// Â, whitened if it is to be, and the λ-returns.
        var advantages, returns: Tensor
    }

    /// Passes through a window.
    var epochs = 1
    /// Rows of a minibatch; nil for the whole window.
    var minibatchSize: Int?
    /// Steps of a sequence of a recurrent policy; 0: up to 64.
    var sequenceLength = 0
    /// The divergence from the policy that collected the window after which its other minibatches are left; 0: none.
    var divergenceLimit = 0.0
    /// Numbers that follow a schedule, which the losses read as variables.
    var schedules: [(variable: Variable, schedule: LinearSchedule)] = []
    /// ε of an agent that acts by action values.
    var exploration: LinearSchedule?
    /// The policy's loss of each row; nil for an agent that acts by action values.
    var policyLoss: ((Batch) -> Tensor)?
    /// The value's loss of each row.
    var valueLoss: (Batch) -> Tensor = { squaredError($0.values, $0.returns) }
    /// How far a row's ratio π/π_old may be from 1, for ``WindowUpdate/Results/clipFraction``; nil if nothing is
    /// clipped.
    var clip: Variable?
}
