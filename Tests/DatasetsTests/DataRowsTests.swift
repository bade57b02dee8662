import Experience
import Testing

@testable import Datasets

@Suite struct DataRowsTests {
    @Test func rowsAreGatheredWithTheirLabels() {
        let rows = DataRows([1, 2, 3, 4, 5, 6], width: 2, labels: [7, 8, 9])
        #expect(rows.count == 3 && Array(rows[1]) == [3, 4])
        #expect(rows.gathered([2, 0]) == DataRows([5, 6, 1, 2], width: 2, labels: [9, 7]))
        #expect(rows.prefix(1) == DataRows([1, 2], width: 2, labels: [7]) && rows.prefix(9) == rows)
    }

    @Test func sequencesKeepTheirLengths() {
        let rows = DataRows(sequences: [1, 2, 3, 4, 5, 6, 7, 8], width: 2, lengths: [1, 0, 3])
        #expect(rows.isSequential && rows.count == 3 && rows.lengths == [1, 0, 3])
        #expect(Array(rows[0]) == [1, 2] && rows[1].isEmpty && Array(rows[2]) == [3, 4, 5, 6, 7, 8])
        let chosen = rows.gathered([2, 0])
        #expect(chosen.lengths == [3, 1] && chosen.values == [3, 4, 5, 6, 7, 8, 1, 2])
    }
}
