import Datasets
import GenerativeModels
import NeuralNetworks
import Random
import TensorCore

/// How much a model's codes say about the classes of rows: the accuracy of a perceptron on top of the codes, beside
/// that of the same perceptron on the rows themselves.
///
/// The model is not changed. The perceptron has one hidden layer, is fitted to labelled training rows with Adam, and is
/// judged with the parameters that did best on the validation rows.
public struct CodeClassifier: Sendable {
    /// The number of units in the hidden layer.
    public var hiddenUnits = 500
    public var epochs = 30
    /// The number of rows in a minibatch.
    public var batchSize = 100
    public var learningRate = 1e-3
    /// The number of labelled training rows; nil for all.
    public var labels: Int?

    public init() {}

    /// The shares of a part's rows that are classified correctly, from the codes and from the rows themselves.
    struct Result {
        let labels: Int
        let codes, rows: Double
    }

    /// Fits both perceptrons.
    ///
    /// - Throws: ``GenerativeModels/ModelError`` if rows have no labels, or there are fewer than asked for.
    func judge(_ model: any EncodingModel, _ split: Split, seed: UInt64) throws -> Result {
        for rows in [split.training, split.validation, split.judged] where rows.labels.count != rows.count {
            throw ModelError.data(model: "a classifier", found: "rows without labels", expected: "labelled rows")
        }
        let labels = labels ?? split.training.count
        guard labels <= split.training.count else {
            throw ModelError.data(
                model: "a classifier", found: "\(split.training.count)", expected: "\(labels) labelled training rows")
        }
        let split = Split(
            training: split.training.prefix(labels), validation: split.validation, judged: split.judged)
        let codes = try split.map {
            DataRows(try model.encode($0), width: model.codeWidth, labels: $0.labels)
        }
        return Result(
            labels: labels, codes: try accuracy(codes, model.data.classCount, seed),
            rows: try accuracy(split, model.data.classCount, seed))
    }

    /// Labelled rows to learn from, to select the best epoch, and to judge.
    struct Split {
        let training, validation, judged: DataRows

        func map(_ transform: (DataRows) throws -> DataRows) rethrows -> Split {
            Split(
                training: try transform(training), validation: try transform(validation),
                judged: try transform(judged))
        }
    }

    /// The share of the judged rows that a perceptron fitted to the others classifies correctly.
    private func accuracy(_ split: Split, _ classes: Int, _ seed: UInt64) throws -> Double {
        let root = RandomStream(seed: seed).split("classifier")
        var initial = root.split("parameters")
        let (width, training) = (split.training.width, split.training)
        let network = MultilayerPerceptron([width, hiddenUnits, classes], random: &initial)
        let optimizer = Adam(learningRate: learningRate)
        let rows = Program.Input.float32(nil, width)
        let fit = Program("classifier fit", inputs: [rows, .int32(nil)]) { inputs in
            let loss = crossEntropy(logits: network(inputs[0]), labels: inputs[1]).mean()
            try optimizer.minimize(loss, network.parameters)
            return [loss]
        }
        let predict = Program("classifier predict", inputs: [rows]) { [network($0[0])] }
        func share(_ rows: DataRows) throws -> Double {
            rows.accuracy(of: try predict.mapped(rows), classes: classes)
        }
        let size = min(batchSize, training.count)
        var batches = Minibatches(rows: training.count, size: size, stream: root.split("batches"), dropsRest: true)
        var best = (validation: -1.0, judged: 0.0)
        for epoch in 0..<epochs {
            while batches.position.epoch == epoch {
                let batch = training.gathered(batches.next())
                let plan = try fit.plan(length: size)
                plan.setRows(0, batch)
                plan.setIntegers(1, batch.labels)
                plan.run()
            }
            let validation = try share(split.validation)
            if validation > best.validation { best = (validation, try share(split.judged)) }
        }
        return best.judged
    }
}

extension DataRows {
    /// The share of rows whose label has the highest of the scores, (count, classes).
    func accuracy(of scores: [Float], classes: Int) -> Double {
        let right = labels.indices.count { row in
            let own = scores[row * classes..<(row + 1) * classes]
            return own.indices.max { own[$0] < own[$1] } == row * classes + labels[row]
        }
        return Double(right) / Double(count)
    }
}
