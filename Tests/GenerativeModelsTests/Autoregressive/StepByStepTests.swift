import Datasets
import Testing

@testable import GenerativeModels

/// Sequences that are generated step by step.
@Suite struct StepByStepTests {
    private func model(_ data: Dataset.Description) throws -> SequenceModel {
        var settings = TransformerSettings()
        (settings.layers, settings.heads, settings.width, settings.context) = (1, 1, 8, 6)
        return try #require(try settings.makeModel(for: data, seed: 4) as? SequenceModel)
    }

    private var letters: Dataset.Description {
        var data = Dataset.Description(
            name: "letters", shape: [], kind: .symbols(["a", "b", "\n"]), isSequential: true)
        data.endSymbol = 2
        return data
    }

    private let notes = Dataset.Description(name: "notes", shape: [3], kind: .bits, isSequential: true)

    @Test func aStepIsDrawnAtATimeAndStays() throws {
        for data in [letters, notes] {
            let model = try model(data)
            let process = try model.process(count: 5, from: nil, known: [], seed: 9)
            let width = data.width
            var before = process.rows
            #expect(before == [Float](repeating: 0, count: 5 * 6 * width))
            while try process.advance() {
                for index in before.indices where index % (6 * width) < (process.steps - 1) * width {
                    #expect(process.rows[index] == before[index])
                }
                before = process.rows
            }
            #expect(process.steps == 6)
            #expect(try model.sample(5, seed: 9) == before)
            #expect(try model.sample(5, seed: 10) != before)
        }
    }

    @Test func whatHasEndedStaysAtItsEnd() throws {
        let rows = try model(letters).sample(40, seed: 1)
        var ended = 0
        for row in 0..<40 {
            let symbols = rows[row * 6..<(row + 1) * 6]
            guard let end = symbols.firstIndex(of: 2) else { continue }
            ended += 1
            #expect(symbols[end...].allSatisfy { $0 == 2 })
        }
        #expect(ended > 20)
    }

    @Test func knownStepsStay() throws {
        let model = try model(letters)
        let start = DataRows(sequences: [0, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0], width: 1, lengths: [6, 6])
        let known = [true, true, false, false, false, false]
        let process = try model.process(count: 2, from: start, known: known, seed: 3)
        while try process.advance() {}
        #expect(Array(process.rows[0..<2]) == [0, 1] && Array(process.rows[6..<8]) == [1, 1])
        let others = try (3..<9).map { seed in
            let process = try model.process(count: 2, from: start, known: known, seed: UInt64(seed))
            while try process.advance() {}
            return process.rows
        }
        #expect(Set(others).count > 1)
    }
}
