import NeuralNetworks

extension Optimizer {
    /// Sets the learning rate of the next replays to that of the fit's step: the named optimiser's, if the model has
    /// several.
    public func follow(_ step: FitStep, as name: String? = nil) {
        let rate = name.map(step.learningRate(of:)) ?? step.learningRate
        learningRate.set(CollectionOfOne(Float(rate)))
    }
}
