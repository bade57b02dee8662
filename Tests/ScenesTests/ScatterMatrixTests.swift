import Graphics
import Testing

@testable import Scenes

@Suite struct ScatterMatrixTests {
    private func cell(_ frame: Frame, row: Int, column: Int) -> [UInt32] {
        frame.cropped(x: 12 + column * 192 + 1, y: 36 + row * 192 + 1, width: 178, height: 178).pixels
    }

    @Test func dataIsAboveTheDiagonalAndSamplesBelow() {
        // The samples have the data's range, so that the axes are the same with and without the data.
        let (rows, samples): ([Float], [Float]) = ([0, 0, 1, 2, 2, 1, 3, 3], [0, 0.5, 1.1, 0, 2.7, 3, 3, 2.5])
        let both = ScatterMatrix(width: 2, data: rows, samples: samples).frame()
        let alone = ScatterMatrix(width: 2, data: [], samples: samples).frame()
        #expect(both.width == 2 * 192 + 12 && both.height == 2 * 192 + 36)
        #expect(Set(cell(alone, row: 0, column: 1)).count == 1)
        #expect(Set(cell(both, row: 0, column: 1)).count == 2)
        #expect(Set(cell(both, row: 0, column: 1)) != Set(cell(both, row: 1, column: 0)))
        #expect(cell(both, row: 1, column: 0) == cell(alone, row: 1, column: 0))
        for index in 0..<2 { #expect(cell(both, row: index, column: index) != cell(alone, row: index, column: index)) }
    }

    @Test func oneDimensionIsAHistogram() {
        let matrix = ScatterMatrix(width: 1, data: [], samples: [1, 2, 2, 3]).frame()
        #expect(matrix.width == 192 + 12 && Set(cell(matrix, row: 0, column: 0)).count > 2)
    }

    @Test(arguments: [
        [Float.nan, 1, 2, .infinity], [.nan, .nan, .nan, .nan], [5, 5, 5, 5],
        [-Float.greatestFiniteMagnitude, 0, .greatestFiniteMagnitude, 1], [1e30, 1e30, 1e30, 1e30],
    ]) func anyNumbersCanBeDrawn(samples: [Float]) {
        let matrix = ScatterMatrix(width: 2, data: samples, samples: samples).frame()
        #expect(matrix.width == 2 * 192 + 12)
    }
}
