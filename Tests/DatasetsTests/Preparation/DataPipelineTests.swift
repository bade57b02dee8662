import Experience
import Foundation
import Random
import Testing

@testable import Datasets

/// Levels 0, 51, … 255 in 4,000 rows of six.
private let levels = dataset((0..<24_000).map { Float(51 * ($0 % 6)) }, shape: [2, 3, 1], .levels(256))

@Suite struct DataPipelineTests {
    private func pipeline(
        _ data: Dataset = levels, _ kinds: ElementKind.Name..., change: (inout DataSettings) -> Void = { _ in }
    ) throws -> DataPipeline {
        try DataPipeline(data, settings(change), kinds: kinds)
    }

    private func columnMeans(_ rows: DataRows) -> [Double] {
        (0..<rows.width).map { column in
            stride(from: column, to: rows.values.count, by: rows.width).map { rows.values[$0] }.mean
        }
    }

    private func isIntensity(_ means: [Double]) -> Bool {
        means.enumerated().allSatisfy { abs($1 - 0.2 * Double($0)) < 0.04 }
    }

    @Test func fixedBitsHaveTheIntensityAsTheirMeanAndStay() throws {
        for binarize in [DataSettings.Binarization.auto, .fixed] {
            let pipeline = try pipeline(levels, .bits) { $0.binarize = binarize }
            #expect(pipeline.description.kind == .bits && pipeline.description.shape == [2, 3, 1])
            #expect(isIntensity(columnMeans(pipeline.training)) && isIntensity(columnMeans(pipeline.test)))
            #expect(pipeline.training.values.allSatisfy { $0 == 0 || $0 == 1 })
            #expect(pipeline.training.values != pipeline.test.values)
            let batch = pipeline.batch([7, 1], random: RandomStream(seed: 1))
            #expect(batch == pipeline.training.gathered([7, 1]))
            #expect(pipeline.logVolume == 0 && pipeline.undo([1]) == [1])
        }
        let first = try pipeline(levels, .bits).training
        #expect(try pipeline(levels, .bits).training == first)
        #expect(try pipeline(levels, .bits) { $0.seed = 1 }.training != first)
    }

    @Test func dynamicBitsAreDrawnForEachBatch() throws {
        let pipeline = try pipeline(levels, .bits) { $0.binarize = .dynamic }
        let all = 0..<pipeline.trainingCount
        let batch = pipeline.batch(all, random: RandomStream(seed: 1))
        #expect(isIntensity(columnMeans(batch)) && batch.values.allSatisfy { $0 == 0 || $0 == 1 })
        #expect(pipeline.batch(all, random: RandomStream(seed: 1)) == batch)
        #expect(pipeline.batch(all, random: RandomStream(seed: 2)) != batch)
        #expect(isIntensity(columnMeans(pipeline.validation)))
        let again = try self.pipeline(levels, .bits) { $0.binarize = .dynamic }
        #expect(again.validation == pipeline.validation && again.batch(all, random: RandomStream(seed: 1)) == batch)
    }

    @Test func thresholdsAreInclusive() throws {
        let data = dataset([0, 127, 128, 255], shape: [1], .levels(256))
        let bits = try pipeline(data, .bits) { $0.binarize = .threshold }
        #expect(bits.training.values == [0, 0, 1, 1] && bits.training == bits.test)
        let high = try pipeline(data, .bits) { ($0.binarize, $0.threshold) = (.threshold, 0.9) }
        #expect(high.training.values == [0, 0, 0, 1])
        let unit = dataset([0.2, 0.5, 0.7], shape: [1], .unit)
        #expect(try pipeline(unit, .bits) { $0.binarize = .threshold }.training.values == [0, 1, 1])
        // For reals it is the middle of each column's range.
        let reals = dataset([-2, 10, 0, 30, 2, 20], shape: [2], .reals)
        #expect(try pipeline(reals, .bits) { $0.binarize = .threshold }.training.values == [0, 0, 1, 1, 1, 1])
    }

    @Test func levelsBecomeNumbersFromZeroToOne() throws {
        for kind in [ElementKind.Name.unit, .reals] {
            let pipeline = try pipeline(levels, kind) { $0.dequantize = false }
            #expect(pipeline.training[0].map { $0 } == [0, 0.2, 0.4, 0.6, 0.8, 1])
            #expect(pipeline.batch([0], random: RandomStream(seed: 1)).values == pipeline.training[0].map { $0 })
            #expect(pipeline.undo([0, 1]) == [0, 255] && !pipeline.wantsStandardizing)
            // Only reals have a density.
            #expect(abs(pipeline.logVolume - (kind == .reals ? 6 * log(255) : 0)) < 1e-12)
        }
        #expect(try pipeline(levels, .levels).training == levels.training)
        #expect(try pipeline(levels, .bits, .unit) { $0.binarize = .none }.description.kind == .unit)
    }

    @Test func dequantisationFillsTheLevels() throws {
        let pipeline = try pipeline(levels, .bits, .reals) { $0.dequantize = true }
        #expect(pipeline.description.kind == .reals)
        let batch = pipeline.batch(0..<4_000, random: RandomStream(seed: 3))
        #expect(batch.values.allSatisfy { 0..<1 ~= $0 } && pipeline.undo(batch.values) == levels.training.values)
        let within = zip(batch.values, levels.training.values).map { $0 * 256 - $1 }
        #expect(abs(within.mean - 0.5) < 0.01 && abs(within.map { $0 * $0 }.mean - 1 / 3) < 0.01)
        #expect(pipeline.batch(0..<4_000, random: RandomStream(seed: 4)) != batch)
        #expect(abs(pipeline.logVolume - 6 * log(256)) < 1e-12)
        #expect(pipeline.undo([-0.1, 1.2]) == [0, 255] && pipeline.undo(pipeline.test.values) == levels.test.values)
    }

    /// A density of whole numbers has no bound, so a model of reals gets none unless it is asked for.
    @Test func levelsAndBitsAreDequantisedForModelsOfReals() throws {
        for data in [levels, dataset([0, 1, 1, 0], shape: [2], .bits)] {
            let (auto, set) = (try pipeline(data, .reals), try pipeline(data, .reals) { $0.dequantize = true })
            #expect(auto.training == set.training && auto.logVolume == set.logVolume && auto.logVolume > 0)
            #expect(
                auto.training.values.contains { $0 > 0 && $0 < 1 } && auto.undo(auto.test.values) == data.test.values)
            // Intensities and bits that aren't for a density stay.
            #expect(try pipeline(data, .unit, .reals).training.values.contains(1))
        }
        #expect(try pipeline(levels, .reals) { $0.binarize = .fixed }.training.values.allSatisfy { $0 == 0 || $0 == 1 })
    }

    @Test func bitsAreTakenAsWhateverIsAskedFor() throws {
        let bits = dataset([0, 1, 1, 0], shape: [2], .bits)
        for kind in [ElementKind.Name.bits, .unit, .reals, .levels] {
            let pipeline = try pipeline(bits, kind) { $0.dequantize = false }
            #expect(pipeline.training == bits.training && pipeline.description.kind.name == kind)
        }
        #expect(try pipeline(bits, .levels).description.kind == .levels(2))
        #expect(try pipeline(bits, .reals).wantsStandardizing == false)
    }

    @Test func realsAreStandardizedUnlessSetOtherwise() throws {
        let reals = dataset([-1, 2.5, 3, 4], shape: [2], .reals)
        #expect(try pipeline(reals, .reals).wantsStandardizing)
        #expect(try !pipeline(reals, .reals) { $0.standardize = false }.wantsStandardizing)
        #expect(try !pipeline(reals, .reals) { $0.binarize = .threshold }.wantsStandardizing)
        #expect(try pipeline(reals, .reals).training == reals.training)
    }

    @Test func realsThatHappenToFitAreTaken() throws {
        let bits = dataset([0, 1, 1, 0], shape: [2], .reals)
        #expect(try pipeline(bits, .bits).description.kind == .bits)
        let unit = dataset([0, 0.5], shape: [1], .reals)
        #expect(try pipeline(unit, .bits, .unit).description.kind == .unit)
    }

    @Test func theFirstKindThatWillDoIsTaken() throws {
        #expect(try pipeline(levels, .symbols, .reals, .bits).description.kind == .reals)
        #expect(try pipeline(levels, .bits, .reals).description.kind == .bits)
        #expect(try pipeline(levels, .bits, .reals) { $0.binarize = .none }.description.kind == .reals)
    }

    @Test func picturesAreChangedBeforeTheyAreDrawn() throws {
        var pipeline = try pipeline(levels, .bits) { ($0.binarize, $0.shift) = (.dynamic, 1) }
        pipeline.augmentation = { values, random in
            let level: Float = random.integers(below: 2) == 1 ? 255 : 0
            return values.map { _ in level }
        }
        let batches = (0..<20).map { pipeline.batch([0], random: RandomStream(seed: $0)).values }
        #expect(Set(batches) == [[0, 0, 0, 0, 0, 0], [1, 1, 1, 1, 1, 1]])
        // Validation rows stay as they are.
        #expect(isIntensity(columnMeans(pipeline.validation)))
    }

    @Test func sequencesKeepTheirLengths() throws {
        let rows = DataRows(sequences: [0, 3, 1, 2], width: 1, lengths: [1, 3])
        let text = Dataset(
            .init(name: "t", shape: [], kind: .symbols(["a", "b", "c", "d"]), isSequential: true), training: rows,
            validation: rows, test: rows)
        let pipeline = try DataPipeline(text, .init(), kinds: [.symbols], sequences: true)
        #expect(pipeline.batch([1], random: RandomStream(seed: 0)).lengths == [3] && pipeline.test == rows)
    }
}
