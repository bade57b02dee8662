import Datasets
import Experience
import GenerativeModels
import Graphics
import Testing

@testable import Scenes

/// What is looked at of a model, and how it is drawn.
@Suite struct ShownRowsTests {
    private func shown(_ run: String, _ view: ModelView, count: Int? = nil, seed: UInt64 = 2) throws -> ShownRows {
        try ShownRows(view, of: FittedModels.model(run), count: count, seed: seed)
    }

    @Test(arguments: ["nade", "rbm"]) func completionKeepsTheUpperHalf(run: String) throws {
        let shown = try shown(run, .complete, count: 10)
        let start = shown.content
        for _ in 0..<20 { _ = try shown.advance() }
        let rows = shown.content
        #expect(rows.count == 10 && rows.tiles.count == 3 && rows.current != start.current)
        for index in rows.current.indices where index % 16 < 8 {
            #expect(rows.current[index] == rows.original![index] && rows.before![index] == rows.original![index])
        }
        let unknown = rows.before!.indices.filter { $0 % 16 >= 8 }
        #expect(unknown.allSatisfy { rows.before![$0] == 0.5 })
        // The chain's initial state doesn't depend on the rows.
        let agreeing = unknown.count { start.current[$0] == rows.original![$0] }
        #expect((20..<60).contains(agreeing), "\(agreeing) of \(unknown.count)")
    }

    @Test func recallStartsFromDisturbedRows() throws {
        let shown = try shown("hopfield", .recall, count: 20)
        let rows = shown.content
        let turned = zip(rows.before!, rows.original!).count { $0 != $1 }
        #expect(rows.current == rows.before! && (32...96).contains(turned), "a fifth of 320 bits, not \(turned)")
        while try shown.advance() {}
        #expect(shown.steps > 1 && shown.current != rows.current)
    }

    @Test func reconstructionsAreTheModels() throws {
        let shown = try shown("rbm", .reconstruct, count: 7)
        let model = try #require(try FittedModels.model("rbm").model as? any ReconstructingModel)
        #expect(shown.isStill && shown.content.tiles.count == 2)
        #expect(try model.reconstruct(DataRows(shown.content.before!, width: 16)) == shown.current)
    }

    @Test func weightsAreGreyWhereTheyAreNothing() throws {
        let model = try #require(try FittedModels.model("rbm").model as? any PicturingModel)
        let shown = try shown("rbm", .weights)
        #expect(shown.isStill && shown.count == 8 && shown.current == model.weightRows, "there are 8 units")
        #expect(try self.shown("rbm", .weights, count: 5).current.count == 80)
        let data = Dataset.Description(name: "bits", shape: [1, 3], kind: .bits)
        let frame = RowPicture(data, of: .weights) { [] }.frame(RowPicture.Content(count: 1, current: [-0.2, 0, 0.2]))
        let colors = (0..<3).map { frame[(2 * $0 + 1) * frame.width / 6, frame.height / 2] }
        #expect(colors == [.black, .gray, .white])
    }

    @Test func picturesOfSequencesGrow() throws {
        let shown = try shown("lines", .process, count: 3)
        func texts() -> [Substring] {
            shown.picture.texts(shown.content)!.split(separator: "\n", omittingEmptySubsequences: false)
        }
        #expect(texts() == ["", "", "", ""])
        var lengths = [0, 0, 0]
        while try shown.advance() {
            let next = texts().prefix(3).map(\.count)
            #expect(zip(next, lengths).allSatisfy { 0...1 ~= $0 - $1 || shown.steps == 12 })
            lengths = next
        }
        #expect(shown.steps == 12)
        #expect(try self.shown("lines", .samples, count: 3).current == shown.current)
        #expect(try self.shown("bits", .process).picture.texts(shown.content) == nil)
    }

    @Test func aRollHasHighNotesOnTop() throws {
        let data = Dataset.Description(name: "music", shape: [3], kind: .bits, isSequential: true)
        let picture = RowPicture(data, of: .samples) { [] }
        // Two steps: the lowest number, then the highest.
        let frame = picture.frame(RowPicture.Content(count: 1, current: [1, 0, 0, 0, 0, 1]))
        func color(_ column: Int, _ row: Int) -> Color {
            frame[(2 * column + 1) * frame.width / 4, (2 * row + 1) * frame.height / 6]
        }
        #expect(color(0, 2) == .white && color(1, 0) == .white)
        #expect([(0, 0), (0, 1), (1, 1), (1, 2)].allSatisfy { color($0.0, $0.1) == .black })
    }

    @Test func pointsLieOverTheData() throws {
        let data = Dataset.Description(name: "points", shape: [2], kind: .reals)
        var asked = 0
        let picture = RowPicture(data, of: .samples) {
            asked += 1
            return [0, 0, 1, 1]
        }
        let frame = picture.frame(RowPicture.Content(count: 2, current: [0, 1, .nan, 9]))
        #expect(asked == 1 && picture.usualCount == 1000)
        // Margins of a tenth on both sides.
        let (near, far) = (frame.width / 12, frame.width * 11 / 12)
        #expect(frame[near, near] == ScatterMatrix.sampleColor)
        #expect(frame[near, far] != .white && frame[far, near] != .white && frame[far, far] == .white)
        _ = RowPicture(Dataset.Description(name: "bits", shape: [2], kind: .bits), of: .samples) {
            Issue.record("no data are needed")
            return []
        }
    }

    @Test func levelsReachFromBlackToWhite() {
        let data = Dataset.Description(name: "grey", shape: [1, 2], kind: .levels(256))
        let frame = RowPicture(data, of: .samples) { [] }.frame(RowPicture.Content(count: 1, current: [0, 255]))
        #expect(frame[frame.width / 4, frame.height / 2] == .black)
        #expect(frame[frame.width * 3 / 4, frame.height / 2] == .white)
    }

    @Test func aFilmHasAtMost121Pictures() throws {
        func pictures(_ steps: Int) throws -> (count: Int, bytes: [UInt8]) {
            let film = try GenerationFilm(shown("rbm", .process, count: 4), limit: steps).gif()
            // The extension before each picture: keep it, nothing is transparent.
            let count = film.indices.dropLast(3).count { film[$0..<$0 + 4].elementsEqual([0x21, 0xF9, 4, 4]) }
            return (count, film)
        }
        #expect(try pictures(10).count == 11)
        #expect(try pictures(120).count == 61, "120 steps two by two")
        #expect(try pictures(500).count == 64, "each eighth from 0 to 496, and the last")
        #expect(try pictures(10).bytes == pictures(10).bytes)
    }

    @Test func whatAModelLacksIsAnError() throws {
        let model = try FittedModels.model("nade").model
        let error = #expect(throws: SceneError.self) {
            try ModelView.choice(.weights, of: model, named: "nade")
        }
        #expect(error?.description == "nade can't show weights; for --show it has: process, samples, complete")
    }
}
