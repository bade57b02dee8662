import NeuralNetworks

extension Optimizer {
    /// Takes a fit's step size for the next replays: that of an optimiser's name where the model has several.
    public func follow(_ step: FitStep, as name: String? = nil) {
        let rate = name.map(step.learningRate(of:)) ?? step.learningRate
        learningRate.set(CollectionOfOne(Float(rate)))
    }
}
