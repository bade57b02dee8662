import TensorCore

/// The exponential moving average of a model's parameters, smoother than the parameters themselves: for evaluation, and
/// as a slowly moving target (Polyak & Juditsky 1992). After each step of training
///
///     s ← s + (1 − d)(θ − s)
///
/// From a copy of the parameters s is the average. From zeros it leans towards zero at first, which dividing by 1 − dᵗ
/// undoes, as ``Adam`` does for its moments (Kingma & Ba 2015): after t steps the average weighs steps alone, not the start.
public final class ExponentialMovingAverage {
    private let parameters, sums: Parameters
    /// 1 − dᵗ where the sums began with zeros, otherwise 1.
    private let correction: Variable
    private let step: Program
    private let averages: Program

    /// Starts an average of `parameters`.
    ///
    /// - Parameter decay: d in 0..<1, the share of the old average; 1/(1 − d) steps are its memory.
    public init(of parameters: Parameters, decay: Double, biasCorrected: Bool = false) {
        precondition((0..<1).contains(decay), "the decay \(decay) of a moving average must be in 0..<1")
        self.parameters = parameters
        let sums = Parameters(
            parameters.entries.map { ($0.path, Variable(zeros: $0.variable.shape, name: $0.variable.name)) })
        let correction = Variable(biasCorrected ? 0 : 1, name: "correction")
        if !biasCorrected { sums.copy(from: parameters) }
        (self.sums, self.correction) = (sums, correction)
        step = Program("moving average") { _ in
            try sums.moved(towards: parameters, rate: 1 - decay)
            try correction.assign(correction.tensor + (1 - decay) * (1 - correction.tensor))
            return []
        }
        averages = Program("averages") { _ in sums.variables.map { $0.tensor / correction.tensor } }
    }

    /// Takes in the parameters as they are now: once after each step of training.
    public func update() throws { try step.plan().run() }

    /// Runs `body` with the averages in place of the parameters, and puts those back.
    ///
    /// - Precondition: ``update()`` has been called where the average is bias-corrected.
    public func withAverages<Result>(_ body: () throws -> Result) throws -> Result {
        precondition(correction.values[0] > 0, "a bias-corrected average has no value before its first update")
        let plan = try averages.plan()
        plan.run()
        let kept = parameters.variables.map(\.values)
        defer { for (variable, values) in zip(parameters.variables, kept) { variable.set(values) } }
        for (index, variable) in parameters.variables.enumerated() { variable.set(plan.output(index)) }
        return try body()
    }

    /// `averages.…` and the correction: what a checkpoint stores.
    public var state: Parameters {
        ["averages": sums] + Parameters(named: ["correction": correction])
    }
}
