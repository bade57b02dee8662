import Random

/// Bootstrap aggregation (Breiman 1996): models are trained independently, each on rows sampled with replacement, and
/// their predictions are averaged. The squared error of the mean is the models' mean squared error minus their
/// variance, so it is never larger.
public struct Bagging<Model> {
    /// The trained models.
    public let models: [Model]
    /// For each model the rows that it has not seen, about 36.8 % (1/e) of them: a validation set of its own.
    public let unseenRows: [[Int]]

    /// Trains `count` models.
    ///
    /// - Parameters:
    ///   - rows: The number of training rows; each model gets as many, some of them more than once.
    ///   - stream: The stream for the resampling and the models; each model gets a stream of its own.
    ///   - train: Trains a model on the rows with the given indices.
    /// - Precondition: at least one model and one row.
    public init(
        count: Int, rows: Int, stream: RandomStream, train: (_ rows: [Int], _ stream: RandomStream) throws -> Model
    ) rethrows {
        precondition(count >= 1 && rows >= 1, "at least one model and one row are needed, given \(count) and \(rows)")
        var (models, unseen): ([Model], [[Int]]) = ([], [])
        for index in 0..<count {
            let own = stream.split(index)
            var random = own.split("rows")
            let drawn = (0..<rows).map { _ in random.integers(below: rows) }
            models.append(try train(drawn, own.split("model")))
            let seen = Set(drawn)
            unseen.append((0..<rows).filter { !seen.contains($0) })
        }
        (self.models, unseenRows) = (models, unseen)
    }

    /// The mean of the models' predictions, element by element, for numbers or probabilities (not for logits).
    ///
    /// - Precondition: all models predict the same number of elements.
    public func prediction(_ predict: (Model) throws -> [Float]) rethrows -> [Float] {
        var sum: [Float] = []
        for model in models {
            let own = try predict(model)
            precondition(
                sum.isEmpty || sum.count == own.count, "the models predict \(sum.count) and \(own.count) elements")
            sum = sum.isEmpty ? own : zip(sum, own).map(+)
        }
        return sum.map { $0 / Float(models.count) }
    }
}
