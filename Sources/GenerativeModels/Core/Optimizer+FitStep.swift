import NeuralNetworks

extension Optimizer {
    /// Takes a fit's step size for the next replays.
    func follow(_ step: FitStep) { learningRate.set(CollectionOfOne(Float(step.learningRate))) }
}
