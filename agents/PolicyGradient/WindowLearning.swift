import NeuralNetworks
import Random
import TensorCore

/// The updates of an agent that learns from windows, apart from playing: for benchmarks, which fill the window
/// themselves and learn from it again and again.
package final class WindowLearning {
    private let agent: OnPolicyLearner
    private let order = RandomStream(seed: 0)
    private var epoch = 0
    private var results = WindowUpdate.Results()

    /// - Precondition: the environments' observations are numbers in single precision.
    package init(_ agent: OnPolicyLearner) {
        precondition(agent.window.observations.type == .float32, "expected observations in single precision")
        self.agent = agent
    }

    /// Of the policy and the value.
    package var parameters: Parameters { agent.model.parameters }

    /// (T · n, …): the observations.
    package var observations: UnsafeMutableBufferPointer<Float> {
        let rows = agent.window.observations
        return UnsafeMutableBufferPointer(
            start: rows.memory.assumingMemoryBound(to: Float.self), count: rows.count * rows.width)
    }

    /// (T · n, numbers of an action): the actions.
    package var actions: UnsafeMutableBufferPointer<Float> { agent.window.samples }

    /// (T · n) each: log π_old(a|s), the advantages and the λ-returns.
    package var columns: [UnsafeMutableBufferPointer<Float>] {
        [agent.window.logProbabilities, agent.window.advantages, agent.window.returns]
    }

    /// All epochs of minibatches.
    package func update() {
        _ = agent.update.run(agent.window, order: order, epoch: &epoch, results: &results)
    }

    /// Learns from one minibatch of rows, and returns its loss before.
    package func loss(learningFrom rows: ArraySlice<Int>) -> Float {
        agent.window.write(rows, into: agent.update)
        agent.update.plan.run()
        return agent.update.plan.output(0)[0]
    }
}
