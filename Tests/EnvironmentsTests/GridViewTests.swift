import Environments
import Experience
import Graphics
import Testing

@Suite struct GridViewTests {
    private func view(_ text: String, _ extent: GridExtent) throws -> GridView {
        var view = GridView(GridWorld(try GridMap(text: text)), extent)
        view.reset(seed: 1)
        return view
    }

    /// The names of what is observed, cell by cell.
    private func seen(_ view: GridView) -> [[GridChannel]] {
        let channels = GridChannel.allCases
        let numbers = observation(of: view)
        #expect(view.observationSpace.contains(numbers.map(Double.init)))
        return stride(from: 0, to: numbers.count, by: channels.count).map { start in
            channels.filter { numbers[start + $0.rawValue] == 1 }
        }
    }

    @Test func allCellsAreSeen() throws {
        let full = try view("wind: 1 0 0 -2\n\nS#gG\nX.~a\nAbB.\n.>?!\n", .full)
        #expect(full.observationSpace == .box(0...1, shape: [4, 4, 20], element: .uint8))
        #expect(
            seen(full) == [
                [.windUp, .agent], [.wall], [.smallGoal], [.goal, .windDown],
                [.pit, .windUp], [], [.cliff], [.keyA, .windDown],
                [.doorA, .windUp], [.keyB], [.doorB], [.windDown],
                [.windUp], [.guardRight], [.wanderer], [.chaser, .windDown],
            ])
    }

    @Test func aSquareFollowsTheAgent() throws {
        var window = try view("\nS.G\n...\n", .window(side: 3))
        #expect(window.observationSpace.shape == [3, 3, 20])
        #expect(seen(window) == [[.wall], [.wall], [.wall], [.wall], [.agent], [], [.wall], [], []])
        _ = window.step(2)
        _ = window.step(1)
        #expect(seen(window) == [[], [], [.goal], [], [.agent], [], [.wall], [.wall], [.wall]])
        #expect(seen(try view("\nS.G\n...\n", .window(side: 5))).count { $0 == [.wall] } == 19)
    }

    /// In each of these states, every window agrees with the part of the full view that it covers.
    @Test(arguments: ["two-keys", "guards", "hunted", "windy-gusts"]) func windowsArePartsOfTheWhole(name: String)
        throws
    {
        let map = try GridMap(contentsOf: mapPath(name))
        var full = GridView(GridWorld(map), .full)
        var sampler = SpaceSampler(full.actionSpace, seed: 2)
        full.reset(seed: 3)
        for _ in 0..<100 {
            let whole = seen(full)
            for side in [3, 7, 31] {
                var window = GridView(full.base, .window(side: side))
                window.base = full.base
                for (place, things) in seen(window).enumerated() {
                    let row = full.base.cell / map.columns + place / side - side / 2
                    let column = full.base.cell % map.columns + place % side - side / 2
                    let isInside = 0..<map.rows ~= row && 0..<map.columns ~= column
                    #expect(things == (isInside ? whole[row * map.columns + column] : [.wall]))
                }
            }
            if full.step(Int(sampler.sample()[0])).ended { full.reset(seed: nil) }
        }
    }

    @Test func keysAreCarriedAndDoorsOpened() throws {
        var full = try view("\nSaA\n", .full)
        #expect(seen(full) == [[.agent], [.keyA], [.doorA]])
        _ = full.step(2)
        #expect(seen(full) == [[], [.keyA, .agent], []])
        _ = full.step(0)
        #expect(seen(full) == [[.keyA, .agent], [], []])
    }

    /// The full view says as much as the state's number: two states look alike only if they have the same number.
    @Test(arguments: ["guards", "two-keys"]) func theWholeTellsTheState(name: String) throws {
        var full = GridView(GridWorld(try GridMap(contentsOf: mapPath(name))), .full)
        var looks: [[UInt8]: Int] = [:]
        var states = Set<Int>()
        var sampler = SpaceSampler(full.actionSpace, seed: 2)
        full.reset(seed: 3)
        for _ in 0..<5000 {
            let look = observation(of: full)
            #expect(looks[look, default: full.base.state] == full.base.state)
            looks[look] = full.base.state
            states.insert(full.base.state)
            if full.step(Int(sampler.sample()[0])).ended { full.reset(seed: nil) }
        }
        #expect(looks.count == states.count && states.count > 50)
    }

    @Test func everyMapHasViewsThatKeepAllRules() throws {
        for name in Assets.names(in: "maps", ending: ".txt") {
            for view in ["full", "3"] {
                let check = try EnvironmentCheck(id: "grid:\(name)", steps: 40) {
                    try EnvironmentCatalog.make("grid:\(name)", count: $0, autoreset: $1, options: ["view": view])
                }
                #expect(check.passed, "\(check)")
                #expect(check["snapshot"] == .passed && check["batch-is-singles"] == .passed)
            }
        }
    }

    /// A view changes what is observed and nothing else.
    @Test func viewsPlayTheSameEpisodes() throws {
        let batches = try ["state", "full", "5"].map {
            try EnvironmentCatalog.make("grid:hunted", count: 4, options: ["view": $0])
        }
        #expect(batches.map { $0.tabularModel != nil } == [true, false, false])
        var sampler = SpaceSampler(.discrete(4), seed: 2)
        for batch in batches { try batch.reset(seed: 3) }
        for _ in 0..<500 {
            for index in 0..<4 {
                let action = Int(sampler.sample()[0])
                for batch in batches { batch.actionRows.integers[index] = action }
            }
            for batch in batches { try batch.step() }
            for batch in batches[1...] {
                #expect(Array(batch.rewards) == Array(batches[0].rewards))
                #expect(Array(batch.terminated) == Array(batches[0].terminated))
                #expect(Array(batch.truncated) == Array(batches[0].truncated))
            }
        }
    }

    @Test(arguments: ["0", "4", "1", "33", "-5", "all", ""]) func oddViewsAreRefused(text: String) {
        let error = #expect(throws: EnvironmentError.self) {
            try EnvironmentCatalog.make("grid:maze", options: ["view": text])
        }
        #expect("\(error!)" == "option view: expected state, full or an odd number from 3 to 31, found '\(text)'")
    }

    @Test func whatIsNotSeenIsDark() throws {
        let map = try GridMap(text: "\nS....\n")
        var frames: [Frame] = []
        for extent in [GridExtent.full, .window(side: 3)] {
            var view = GridView(GridWorld(map), extent)
            view.reset(seed: 1)
            var frame = Frame(view.frameSize)
            view.draw(into: &frame)
            frames.append(frame)
        }
        let side = frames[0].height
        #expect(frames[0][side, 2] == frames[1][side, 2] && frames[0][2 * side, 2] != frames[1][2 * side, 2])
        #expect(frames[1][4 * side, 2].red < 120 && frames[0][4 * side, 2].red > 200)
    }
}
