import NeuralNetworks
import Random
import TensorCore

/// The updates of an agent that learns from windows, apart from playing: for benchmarks, which fill the window
/// themselves and learn from it again and again.
package final class WindowLearning {
    private let agent: OnPolicyLearner
    private let window: ExperienceWindow
    private let rule: WindowUpdate
    private let order = RandomStream(seed: 0)
    private var epoch = 0
    private var results = WindowUpdate.Results()

    /// - Precondition: the environments' observations are numbers in single precision.
    package init(_ agent: OnPolicyLearner) throws {
        let learning = try agent.started()
        (self.agent, window, rule) = (agent, learning.window, learning.update)
        precondition(window.observations.type == .float32, "expected observations in single precision")
    }

    /// Of the policy and the value.
    package var parameters: Parameters { agent.model.parameters }

    /// (T · n, …): the observations.
    package var observations: UnsafeMutableBufferPointer<Float> {
        let rows = window.observations
        return UnsafeMutableBufferPointer(
            start: rows.memory.assumingMemoryBound(to: Float.self), count: rows.count * rows.width)
    }

    /// (T · n, numbers of an action): the actions.
    package var actions: UnsafeMutableBufferPointer<Float> { window.samples }

    /// (T · n) each: log π_old(a|s), the advantages and the λ-returns.
    package var columns: [UnsafeMutableBufferPointer<Float>] {
        [window.logProbabilities, window.advantages, window.returns]
    }

    /// All epochs of minibatches.
    package func update() {
        _ = rule.run(window, order: order, epoch: &epoch, results: &results)
    }

    /// Learns from one minibatch of rows, and returns its loss before.
    package func loss(learningFrom rows: ArraySlice<Int>) -> Float { rule.loss(learningFrom: rows, of: window) }
}
