/// The progress of a fit.
public struct FitStatus: Sendable {
    /// The number of finished epochs.
    public var epochs = 0
    /// The number of updates.
    public var updates = 0
    /// The name of the score; "none" if the model has none.
    public var scoreTitle = "none"
    /// The scores on the validation rows: before the first epoch of this process, and after each of its epochs; empty
    /// for a model without a score.
    public var scores: [Double] = []
    /// What the fit is made from; nil until the data have been read.
    var source: (configuration: FitConfiguration, data: FitData)?
}

/// The feed of a model that is being fitted.
public typealias FitFeed = ParameterFeed<FitStatus>

extension FitFeed {
    public convenience init() { self.init(before: FitStatus()) }

    /// Makes a model of the fit's kind with parameters of its own, which ``take(into:after:)`` sets; nil until the fit
    /// has read its data.
    ///
    /// - Throws: ``GenerativeModels/ModelError``.
    public func makeModel() throws -> FittedModel? {
        try status.source.map { try FittedModel(unfitted: $0.configuration, to: $0.data) }
    }
}
