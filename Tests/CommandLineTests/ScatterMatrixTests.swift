import Graphics
import Testing

@testable import reverie

@Suite struct ScatterMatrixTests {
    private func colors(_ frame: Frame, row: Int, column: Int) -> Set<UInt32> {
        let cell = frame.cropped(x: 12 + column * 192 + 1, y: 36 + row * 192 + 1, width: 178, height: 178)
        return Set(cell.pixels)
    }

    @Test func dataIsAboveTheDiagonalAndSamplesBelow() {
        let rows: [Float] = [0, 0, 1, 2, 2, 1, 3, 3]
        let matrix = ScatterMatrix(width: 2, data: rows, samples: [0.5, 0.2, 2.9, 1.1, 2.7, 0.4]).frame()
        #expect(matrix.width == 2 * 192 + 12 && matrix.height == 2 * 192 + 36)
        let (data, samples) = (colors(matrix, row: 0, column: 1), colors(matrix, row: 1, column: 0))
        #expect(data.count == 2 && samples.count == 2 && data != samples)
        // Both have an outline in both cells of the diagonal.
        for index in 0..<2 { #expect(colors(matrix, row: index, column: index).isSuperset(of: data.union(samples))) }
    }

    @Test func oneDimensionIsAHistogram() {
        let matrix = ScatterMatrix(width: 1, data: [], samples: [1, 2, 2, 3]).frame()
        #expect(matrix.width == 192 + 12 && colors(matrix, row: 0, column: 0).count > 2)
    }

    @Test(arguments: [
        [Float.nan, 1, 2, .infinity], [.nan, .nan, .nan, .nan], [5, 5, 5, 5],
        [-Float.greatestFiniteMagnitude, 0, .greatestFiniteMagnitude, 1], [1e30, 1e30, 1e30, 1e30],
    ]) func anyNumbersCanBeDrawn(samples: [Float]) {
        let matrix = ScatterMatrix(width: 2, data: samples, samples: samples).frame()
        #expect(matrix.width == 2 * 192 + 12)
    }
}
