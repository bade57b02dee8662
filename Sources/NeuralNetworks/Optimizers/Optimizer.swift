import TensorCore

/// Updates parameters by their gradients, within a recorded program.
///
/// All of an optimiser's state is in ``state``: variables that each run updates and a checkpoint stores.
public protocol Optimizer: AnyObject {
    /// A variable, so that a schedule can change it between runs.
    var learningRate: Variable { get }
    /// The moments and counts, by path; complete from ``prepare(for:)`` on.
    var state: Parameters { get }
    /// Makes the moments of the parameters, initially zero. Call it when the model is made, so that checkpoints contain
    /// the moments from the start. Otherwise the first ``update(_:_:)`` makes them.
    func prepare(for parameters: Parameters)
    /// Records one update of the parameters.
    func update(_ parameters: Parameters, _ gradients: [Tensor]) throws
}

extension Optimizer {
    /// Records one update that minimises `loss`, with its gradients clipped to a global norm if one is given.
    ///
    /// - Returns: the norm of the gradients before clipping.
    @discardableResult
    public func minimize(_ loss: Tensor, _ parameters: Parameters, clippingNorm: Double? = nil) throws -> Tensor {
        let gradients = gradients(of: loss, withRespectTo: parameters.variables)
        let norm = globalNorm(gradients)
        try update(parameters, clippingNorm.map { clipped(gradients, norm: norm, to: $0) } ?? gradients)
        return norm
    }

    /// Sets the learning rate of the next runs to the schedule's value at `step`.
    public func follow(_ schedule: some Schedule, at step: Int) {
        learningRate.set(CollectionOfOne(Float(schedule.value(at: step))))
    }
}

/// Stops unless gradients and parameters match one to one, because broadcasting would hide a mismatch.
func requireMatching(_ parameters: Parameters, _ gradients: [Tensor]) {
    precondition(
        parameters.entries.count == gradients.count,
        "update: \(parameters.entries.count) parameters, \(gradients.count) gradients")
    for ((path, variable), gradient) in zip(parameters.entries, gradients) {
        precondition(
            variable.shape == gradient.shape,
            "update: '\(path)' has the shape \(variable.shape), its gradient \(gradient.shape)")
    }
}

/// The Euclidean norm of all elements of several tensors together.
public func globalNorm(_ tensors: [Tensor]) -> Tensor {
    tensors.map { $0.squared().sum() }.reduce(Tensor(0), +).squareRoot()
}

/// Gradients scaled down to a global norm of at most `limit` (Pascanu et al. 2013): g · min(1, limit / (norm + 1e-6)),
/// as PyTorch's `clip_grad_norm_`.
public func clipped(_ gradients: [Tensor], norm: Tensor, to limit: Double) -> [Tensor] {
    let scale = minimum(Tensor(limit) / (norm + 1e-6), Tensor(1))
    return gradients.map { $0 * scale }
}

/// Gradients clipped element by element to ±`limit`, as PyTorch's `clip_grad_value_`. This changes the direction of the
/// gradient.
public func clipped(_ gradients: [Tensor], elementsTo limit: Double) -> [Tensor] {
    gradients.map { $0.clamped(-limit, limit) }
}

/// Variables shaped like the parameters, made by ``prepare(for:)`` or on first use, and then kept.
struct Moments {
    let name: String
    private var byPath: [(path: String, variable: Variable)] = []

    init(_ name: String) { self.name = name }

    /// Makes the moment of each parameter, initially zero, unless it exists.
    mutating func prepare(for parameters: Parameters) {
        if byPath.isEmpty {
            byPath = parameters.entries.map {
                ("\(name).\($0.path)", Variable(zeros: $0.variable.shape, name: $0.path))
            }
        }
    }

    /// The moment of each parameter.
    mutating func variables(for parameters: Parameters) -> [Variable] {
        prepare(for: parameters)
        precondition(
            byPath.map(\.path) == parameters.entries.map { "\(name).\($0.path)" },
            "an optimiser updates one set of parameters")
        return byPath.map(\.variable)
    }

    /// The moments, each under the moments' name.
    var parameters: Parameters { Parameters(byPath) }
}
