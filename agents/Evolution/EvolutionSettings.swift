import Configuration
import Environments
import NeuralNetworks
import Storage

/// Settings that agents share which evolve the parameters of a policy.
public struct EvolutionSettings: Configurable {
    /// Whose parameters act greedily.
    public enum Acting: String, SettingChoice {
        /// The distribution's mean.
        case mean
        /// The candidate with the highest fitness so far, by luck or not.
        case best
    }

    /// How outputs become numbers within bounds.
    public enum Bounds: String, SettingChoice {
        /// By tanh.
        case squash
        /// The nearest bound outside.
        case clip
    }

    @Setting(1...1_000_000, "episodes of each candidate; their mean return is its fitness")
    public var episodesPerCandidate = 1
    /// Units of each hidden layer; with none, outputs are linear in the observation.
    @Setting(1...8192, "hidden layer sizes of the policy; []: linear") public var hiddenSizes: [Int] = []
    @Setting("activation function of the hidden layers") public var activation = Activation.tanh
    @Setting("how outputs become actions with bounds") public var actionBounds = Bounds.squash
    /// The distribution starts around zero.
    @Setting(1e-6...1e6, "standard deviation of all parameters at the start", search: "0.1..10 log") public
        var initialDeviation = 1.0
    @Setting("parameters that act greedily: mean, or those of the best candidate") public var acting = Acting.mean

    public init() {}
}

extension EvolutionSettings {
    /// Refuses more candidates than fit into memory.
    ///
    /// - Parameters:
    ///   - parameters: The number of a policy's parameters.
    ///   - numbers: Those that the distribution keeps.
    static func requireMemory(population: Int, parameters: Int, numbers: Int) throws(MemoryError) {
        let each = 8 * (parameters + 2)
        let others = product(numbers, 8)
        let all = product(population, each).flatMap { candidates in
            others.flatMap { others in
                let (sum, overflow) = candidates.addingReportingOverflow(others)
                return overflow ? nil : sum
            }
        }
        try MemoryBudget.require(all, for: "a population of \(population) policies of \(parameters) parameters") {
            usable in
            let fits = (usable - (others ?? .max)) / each
            return fits >= 2 ? "'--set population=\(fits)' fits" : "use fewer or smaller layers"
        }
    }
}
