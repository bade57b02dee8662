import Experience
import Testing

@testable import Datasets

@Suite struct SuitabilityTests {
    private let reals = dataset([0, 1, 1, 0.5, 0, -3], shape: [2], .reals)
    private let levels = dataset([0, 1, 7, 5], shape: [2, 2, 1], .levels(8))

    /// The error of preparing data as text; empty if there is none.
    private func problem(
        _ data: Dataset, _ kinds: ElementKind.Name..., sequences: Bool = false, pictures: Bool = false,
        labels: Bool = false, change: (inout DataSettings) -> Void = { _ in }
    ) -> String {
        do {
            _ = try DataPipeline(
                data, settings(change), kinds: kinds, sequences: sequences, pictures: pictures, labels: labels,
                model: "rbm")
            return ""
        } catch {
            return error is DatasetError ? "\(error)" : "another error"
        }
    }

    @Test func realsAreNoBits() {
        let text = problem(reals, .bits)
        #expect(text.contains("numbers, training, row 2, number 2: expected 0 or 1 for rbm, found 0.5"))
        #expect(text.contains("--option binarize=threshold"))
        #expect(problem(reals, .bits, .unit).contains("row 3, number 2: expected 0 or 1, or a number from 0 to 1"))
        for binarize in [DataSettings.Binarization.fixed, .dynamic] {
            #expect(problem(reals, .bits) { $0.binarize = binarize }.contains("binarize=threshold"))
        }
        #expect(problem(reals, .bits) { $0.binarize = .threshold } == "")
    }

    @Test func theErrorNamesTheFile() throws {
        let folder = try TestFolder()
        for part in ["train", "valid", "test"] { try folder.write("r.\(part).csv", "a,b\n0,1\n0.5,1\n-3,1\n") }
        #expect(problem(try folder.make("r"), .bits).contains("r.train.csv, line 3, number 1"))
    }

    @Test func otherKindsAreRefusedWithAdvice() {
        #expect(problem(levels, .bits) { $0.binarize = .none }.contains("binarize=fixed"))
        #expect(problem(levels, .symbols).contains("symbols of a text"))
        #expect(problem(reals, .levels).contains("for rbm"))
        #expect(problem(levels, .bits) { $0.dequantize = true }.contains("leave out --option dequantize=true"))
        let text = dataset([0, 1], shape: [1], .symbols(["a", "b"]))
        #expect(problem(text, .bits).contains("try a model of symbols"))
    }

    @Test func shapesAndLabelsAreAskedFor() {
        #expect(problem(levels, .levels, sequences: true).contains("sequences of steps for rbm"))
        #expect(problem(reals, .reals, pictures: true).contains("shape=height,width,1"))
        #expect(problem(levels, .levels, labels: true).contains("labelColumn=last"))
        #expect(problem(levels, .levels, pictures: true) == "")
        let labelled = dataset([0, 1], shape: [1], .bits, labels: [0, 1])
        #expect(problem(labelled, .bits, labels: true) == "")
    }

    @Test func settingsThatMakeNoSenseAreRefused() {
        #expect(problem(reals, .reals) { $0.flip = true }.contains("flip is true"))
        #expect(problem(reals, .reals) { $0.shift = 2 }.contains("shift is 2"))
        #expect(problem(reals, .reals) { $0.dequantize = true }.contains("whole levels"))
        let both = problem(levels, .reals) { ($0.dequantize, $0.binarize) = (true, .fixed) }
        #expect(both.contains("one of the two"))
    }

    @Test func whatBecomesOfTheNumbersIsTold() {
        func told(_ data: Dataset, _ change: (inout DataSettings) -> Void = { _ in }) -> [ElementKind.Name: String] {
            Dictionary(uniqueKeysWithValues: data.preparations(settings(change)).map { ($0.kind, $0.summary) })
        }
        #expect(told(levels)[.bits]?.contains("sampled once") == true)
        #expect(told(levels)[.reals]?.contains("uniform noise added") == true)
        #expect(told(levels)[.unit]?.contains("neither a probability nor a density") == true)
        #expect(told(levels)[.symbols] == nil)
        #expect(told(levels) { $0.dequantize = false }[.reals]?.contains("divided by the greatest level") == true)
        #expect(told(reals)[.reals] == "as they are" && told(reals)[.bits] == nil)
    }

    @Test func rowsAreCheckedAgainstTheirKind() {
        #expect(throws: DatasetError.self) { try dataset([0, 2], shape: [1], .bits).checked() }
        #expect(throws: DatasetError.self) { try dataset([0, .nan], shape: [1], .unit).checked() }
        #expect(throws: DatasetError.self) { try dataset([.infinity], shape: [1], .reals).checked() }
        #expect(throws: DatasetError.self) { try dataset([0.5], shape: [1], .levels(3)).checked() }
        #expect(throws: DatasetError.self) { try dataset([], shape: [1], .bits).checked() }
        var labelled = dataset([0, 1], shape: [1], .bits, labels: [0, 1])
        labelled.description.classCount = 1
        #expect(throws: DatasetError.self) { try labelled.checked() }
        #expect(!ElementKind.levels(3).contains(3) && ElementKind.symbols(["a"]).contains(0))
    }

    @Test func aStepOfASequenceIsNamed() throws {
        let rows = DataRows(sequences: [0, 1, 0, 2], width: 1, lengths: [1, 3])
        let data = Dataset(
            .init(name: "s", shape: [1], kind: .bits, isSequential: true), training: rows, validation: rows, test: rows)
        do {
            _ = try data.checked()
            Issue.record("2 is no bit")
        } catch {
            #expect("\(error)" == "s, training, row 2, step 3: expected 0 or 1, found 2.0")
        }
    }
}
