/// How a fit goes.
public struct FitStatus: Sendable {
    /// Epochs finished.
    public var epochs = 0
    /// Updates made.
    public var updates = 0
    /// What the scores are called; "none" where the model has none.
    public var scoreTitle = "none"
    /// The scores on the validation rows: before the first epoch of this process, and after each of its own; none of
    /// a model without.
    public var scores: [Double] = []
    /// What the fit is made from; nil until the data were read.
    var source: (configuration: FitConfiguration, data: FitData)?
}

/// The feed of a model that is fitted.
public typealias FitFeed = ParameterFeed<FitStatus>

extension FitFeed {
    /// An empty feed.
    public convenience init() { self.init(before: FitStatus()) }

    /// Makes a model of the fit's kind with numbers of its own, which ``take(into:after:)`` sets; nil until the fit has read its data.
    ///
    /// - Throws: ``GenerativeModels/ModelError``.
    public func makeModel() throws -> FittedModel? {
        try status.source.map { try FittedModel(unfitted: $0.configuration, to: $0.data) }
    }
}
