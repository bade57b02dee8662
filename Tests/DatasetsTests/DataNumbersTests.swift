import Random
import Testing

@testable import Datasets

@Suite struct DataNumbersTests {
    private func written(_ numbers: DataNumbers, _ range: Range<Int>) -> [Float] {
        var result = [Float](repeating: -1, count: range.count)
        result.withUnsafeMutableBufferPointer { numbers.write(range, into: $0.baseAddress!) }
        return result
    }

    /// Every byte gives the same bits as dividing floats.
    @Test(arguments: [1, 3, 15, 255] as [Float]) func bytesAreDividedAsFloatsAre(divisor: Float) {
        let bytes = (0...255).map { UInt8($0) }
        let numbers = DataNumbers.bytes(bytes).divided(by: divisor)
        let expected = bytes.map { (Float($0) / divisor).bitPattern }
        #expect(numbers.floats.map(\.bitPattern) == expected)
        #expect(written(numbers, 7..<200).map(\.bitPattern) == Array(expected[7..<200]))
        #expect(bytes.indices.allSatisfy { numbers[$0].bitPattern == expected[$0] })
        guard case .bytes = numbers else {
            Issue.record("bytes stay bytes")
            return
        }
    }

    @Test func numbersAreAsNarrowAsTheyCanBe() {
        for (values, isByte) in [
            ([0, 1, 255], true), ([0, 256], false), ([0.5], false), ([-1], false), ([-0.0], false), ([.nan], false),
        ] as [([Float], Bool)] {
            let narrowed = DataNumbers.floats(values).narrowed()
            if case .bytes = narrowed { #expect(isByte, "\(values)") } else { #expect(!isByte, "\(values)") }
            #expect(narrowed.floats.map(\.bitPattern) == values.map(\.bitPattern))
        }
        if case .integers = DataNumbers([0, 256], below: 257) {} else { Issue.record("257 symbols are no bytes") }
        #expect(DataNumbers([0, 256], below: 257) == .floats([0, 256]))
    }

    @Test func rangesAreGatheredInTheirType() {
        for numbers in [.bytes([5, 6, 7, 8]), .integers([5, 6, 7, 8]), .floats([5, 6, 7, 8])] as [DataNumbers] {
            #expect(numbers.gathered([2..<4, 0..<1, 3..<3]).floats == [7, 8, 5])
            #expect(numbers.inverted(greatest: 9).floats == [4, 3, 2, 1] && numbers.largest == 8)
            #expect(written(numbers, 4..<4).isEmpty)
        }
    }

    /// Rows are written where they are asked for, sequences with all of their steps.
    @Test func rowsAreWritten() {
        let rows = DataRows(.bytes([0, 51, 102, 153, 204, 255], divisor: 255), width: 2)
        var target = [Float](repeating: -1, count: 5)
        target.withUnsafeMutableBufferPointer { rows.write(1..<3, into: $0) }
        #expect(target == [0.4, 0.6, 0.8, 1, -1])
        let sequences = DataRows(sequences: .integers([1, 2, 300]), width: 1, lengths: [2, 0, 1])
        target.withUnsafeMutableBufferPointer { sequences.write(0..<3, into: $0) }
        #expect(target == [1, 2, 300, 1, -1] && sequences[2] == [300] && sequences[1].isEmpty)
    }

    /// MNIST's files hold a byte per pixel, and so do the rows, whether a model takes levels, intensities or bits.
    @Test func picturesStayBytes() throws {
        let folder = try TestFolder()
        for part in ["train", "t10k"] {
            try folder.write(part + "-images-idx3-ubyte", idx([12, 2, 2], (0..<48).map { UInt8($0 * 5) }))
        }
        let data = try folder.make("mnist")
        for kind in [.levels, .unit, .bits] as [ElementKind.Name] {
            let pipeline = try DataPipeline(data, DataSettings(), kinds: [kind])
            let batch = pipeline.batch([3, 1], random: RandomStream(seed: 1))
            for numbers in [pipeline.training.numbers, pipeline.test.numbers, batch.numbers] {
                if case .bytes = numbers {} else { Issue.record("\(kind) aren't bytes") }
            }
            if kind == .unit { #expect(batch[0] == (12..<16).map { Float($0 * 5) / 255 }) }
        }
    }
}
