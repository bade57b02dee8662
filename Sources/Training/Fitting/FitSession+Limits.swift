/// When a fit ends.
extension FitSession {
    /// The maximum number of epochs.
    public var epochs: Int { configuration.fitting.epochs }

    /// The maximum number of updates.
    public var updates: Int {
        let (rows, size) = (data.trainingCount, configuration.fitting.batchSize)
        let (all, limit) = (epochs * ((rows + size - 1) / size), configuration.fitting.updates)
        return limit > 0 ? min(limit, all) : all
    }

    /// The number of updates so far.
    public var updatesDone: Int { state.updates }

    var patienceIsOver: Bool {
        let patience = configuration.fitting.patience
        return patience > 0 && state.epoch - state.bestEpoch >= patience
    }

    var updatesAreOver: Bool {
        configuration.fitting.updates > 0 && state.updates >= configuration.fitting.updates
    }
}
