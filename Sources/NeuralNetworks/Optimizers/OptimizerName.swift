import Configuration

/// The first-order optimisers, by the names that settings use.
public enum OptimizerName: String, SettingChoice {
    /// ``Adam``.
    case adam
    /// ``RAdam``.
    case radam
    /// ``AdaGrad``.
    case adagrad
    /// ``RMSProp``.
    case rmsprop
    /// ``RMSProp`` with the variance of gradients in place of their second moment.
    case centredRMSprop
    /// ``SGD``.
    case sgd

    /// The optimiser with the defaults of its type.
    public func make(learningRate: Double) -> any Optimizer {
        switch self {
        case .adam: Adam(learningRate: learningRate)
        case .radam: RAdam(learningRate: learningRate)
        case .adagrad: AdaGrad(learningRate: learningRate)
        case .rmsprop, .centredRMSprop: RMSProp(learningRate: learningRate, centred: self == .centredRMSprop)
        case .sgd: SGD(learningRate: learningRate)
        }
    }
}
