import TensorCore

/// The exponential moving average of a model's parameters, which is smoother than the parameters themselves: for
/// evaluation, and as a slowly moving target (Polyak & Juditsky 1992). After each training step
///
///     s ← s + (1 − d)(θ − s)
///
/// If it starts with a copy of the parameters, s is the average. If it starts with zeros, it is biased towards zero,
/// which dividing by 1 − dᵗ corrects, as ``Adam`` does for its moments (Kingma & Ba 2015): then the average weighs only
/// the t steps so far, not the start.
public final class ExponentialMovingAverage {
    private let parameters, sums: Parameters
    /// 1 − dᵗ if the sums began with zeros, otherwise 1.
    private let correction: Variable
    private let step: Program
    private let averages: Program

    /// Starts an average of `parameters`.
    ///
    /// - Parameter decay: d in 0..<1, the weight of the old average; its memory is about 1/(1 − d) steps.
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

    /// Includes the current parameters: call it once after each training step.
    public func update() throws { try step.plan().run() }

    /// Runs `body` with the averages in place of the parameters, and then restores the parameters.
    ///
    /// - Precondition: ``update()`` has been called if the average is bias-corrected.
    public func withAverages<Result>(_ body: () throws -> Result) throws -> Result {
        precondition(correction.values[0] > 0, "a bias-corrected average has no value before its first update")
        let plan = try averages.plan()
        plan.run()
        let kept = parameters.variables.map(\.values)
        defer { for (variable, values) in zip(parameters.variables, kept) { variable.set(values) } }
        for (index, variable) in parameters.variables.enumerated() { variable.set(plan.output(index)) }
        return try body()
    }

    /// The averages, as `averages.…`, and the bias correction: what a checkpoint stores.
    public var state: Parameters {
        ["averages": sums] + Parameters(named: ["correction": correction])
    }
}
