import Datasets
import Experience
import GenerativeModels
import NeuralNetworks
import Random
import Testing

@testable import Training

/// A model whose code is a bit that says whether two bits differ, beside noise.
private final class ParityEncoder: EncodingModel {
    let data = Dataset.Description(name: "bits", shape: [2], kind: .bits, classCount: 2)
    let parameters: Parameters = [:], variables: Parameters = [:]
    var randomStates: [RandomState] = []
    let scoreKind = ScoreKind.reconstruction
    let codeWidth = 1

    func fit(_ batch: DataRows, _ step: FitStep) -> [Metric] { [] }
    func score(_ rows: DataRows) -> Double { 0 }
    func encode(_ rows: DataRows) -> [Float] { (0..<rows.count).map { rows[$0].first! == rows[$0].last! ? 0 : 1 } }
}

@Suite struct CodeClassifierTests {
    /// Pairs of bits labelled by whether they differ; a share of the labels is wrong.
    private func rows(_ count: Int, seed: UInt64, wrong: Double = 0) -> DataRows {
        var stream = RandomStream(seed: seed)
        let bits = (0..<2 * count).map { _ in Float(stream.integers(below: 2)) }
        let labels = (0..<count).map { row in
            let differ = bits[2 * row] != bits[2 * row + 1]
            return differ != (stream.uniform() < wrong) ? 1 : 0
        }
        return DataRows(bits, width: 2, labels: labels)
    }

    private func split(wrong: Double = 0) -> CodeClassifier.Split {
        .init(training: rows(400, seed: 1, wrong: wrong), validation: rows(100, seed: 2), judged: rows(200, seed: 3))
    }

    /// Without hidden units a classifier can't learn the parity of bits, but the code contains it.
    @Test func codesAreJudgedByAPerceptron() throws {
        var classifier = CodeClassifier()
        (classifier.hiddenUnits, classifier.learningRate) = (1, 0.01)
        let result = try classifier.judge(ParityEncoder(), split(), seed: 1)
        #expect(result.labels == 400 && result.codes == 1 && result.rows < 0.9, "\(result)")
        classifier.hiddenUnits = 20
        let wide = try classifier.judge(ParityEncoder(), split(wrong: 0.2), seed: 1)
        #expect(wide.codes == 1 && wide.rows == 1, "\(wide)")
        #expect(try classifier.judge(ParityEncoder(), split(wrong: 0.2), seed: 1).rows == wide.rows)
    }

    @Test func fewerLabelsAreUsed() throws {
        var classifier = CodeClassifier()
        classifier.labels = 10
        #expect(try classifier.judge(ParityEncoder(), split(), seed: 1).labels == 10)
        classifier.labels = 401
        let error = #expect(throws: ModelError.self) {
            try classifier.judge(ParityEncoder(), split(), seed: 1)
        }
        #expect(error?.description == "a classifier needs 401 labelled training rows, but the data hold 400")
        let bare = CodeClassifier.Split(
            training: DataRows([0, 1], width: 2), validation: rows(2, seed: 1), judged: rows(2, seed: 1))
        classifier.labels = nil
        let unlabelled = #expect(throws: ModelError.self) { try classifier.judge(ParityEncoder(), bare, seed: 1) }
        #expect(unlabelled?.description.contains("needs labelled rows") == true)
    }
}
