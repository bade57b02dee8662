import Environments
import Experience
import Testing

/// The model of every finite environment, compared with how it plays.
@Suite struct TabularModelTests {
    private static let tabular = EnvironmentCatalog.entries.map(\.id).filter {
        $0 != "GridWorld" && (try? EnvironmentCatalog.make($0).tabularModel) != nil
    }

    @Test func everyFiniteEnvironmentHasAModel() throws {
        for entry in EnvironmentCatalog.entries where entry.id != "GridWorld" {
            let batch = try EnvironmentCatalog.make(entry.id)
            // What a suit is followed by depends on the cards before it.
            let hidesState = entry.id == "Memory/RepeatPrevious-v0"
            let isFinite = batch.observationSpace.discreteCount != nil && !hidesState
            #expect((batch.tabularModel != nil) == isFinite, "\(entry.id)")
        }
        for id in ["FrozenLake8x8-v1", "CliffWalkingSlippery-v1", "Taxi-v4", "grid:guards", "grid:hunted", "Maze-v0"] {
            #expect(Self.tabular.contains(id))
        }
    }

    @Test(arguments: tabular) func outcomesAreProbabilities(id: String) throws {
        let batch = try EnvironmentCatalog.make(id)
        let model = try #require(batch.tabularModel)
        #expect(model.stateCount == batch.observationSpace.discreteCount)
        #expect(model.actionCount == batch.actionSpace.discreteCount)
        var worst = 0.0
        var areValid = true
        for state in stride(from: 0, to: model.stateCount, by: model.stateCount / 5000 + 1) {
            for action in 0..<model.actionCount {
                let outcomes = model.outcomes(state: state, action: action)
                worst = max(worst, abs(outcomes.reduce(0) { $0 + $1.probability } - 1))
                areValid =
                    areValid
                    && outcomes.allSatisfy {
                        0..<model.stateCount ~= $0.nextState && $0.reward.isFinite && 0...1 ~= $0.probability
                    }
            }
        }
        #expect(worst < 1e-12 && areValid)
    }

    /// How well outcomes follow the model: Pearson's statistic over all states and actions played, which has a known
    /// mean and variance for any number of plays.
    @Test(arguments: tabular) func frequenciesFollowTheModel(id: String) throws {
        let played = try Frequencies(EnvironmentCatalog.make(id, count: 64), steps: 2500)
        #expect(played.impossible == 0)
        #expect(played.pairs > 20)
        if played.variance == 0 {
            #expect(played.statistic == 0, "nothing in it is random")
        } else {
            let score = (played.statistic - played.mean) / played.variance.squareRoot()
            #expect(abs(score) < 5, "\(score) standard deviations")
        }
    }

    @Test func wrongModelsAreFound() throws {
        let batch = try EnvironmentCatalog.make("FrozenLake-v1", count: 64, options: ["success_rate": "0.4"])
        let model = try #require(EnvironmentCatalog.make("FrozenLake-v1").tabularModel)
        let played = try Frequencies(batch, model, steps: 500)
        #expect((played.statistic - played.mean) / played.variance.squareRoot() > 5)
        #expect(try Frequencies(batch, FrozenLake(successRate: nil), steps: 50).impossible > 0)
    }

    // MARK: Known optima

    @Test(arguments: [
        // Sutton and Barto (2018), example 6.5 and exercise 6.9; example 6.6.
        ("grid:windy", [:], -15.0), ("grid:windy-king", [:], -7), ("grid:cliff", [:], -13),
        ("CliffWalking-v1", [:], -13), ("FrozenLake-v1", ["is_slippery": "false"], 1),
        ("FrozenLake-v1", [:], 14.0 / 17),
    ])
    func knownOptima(id: String, options: [String: String], value: Double) throws {
        #expect(abs(try optimum(id, options) - value) < 1e-9)
    }

    /// Steps counted by hand: the goal's reward is discounted one time less than there are steps.
    @Test(arguments: [("grid:maze", 14), ("grid:key-and-door", 15)]) func shortestWays(id: String, steps: Int) throws {
        let value = try optimum(id, discount: 0.95)
        #expect(abs(value - (1..<steps).reduce(1.0) { product, _ in product * 0.95 }) < 1e-9)
    }

    private func optimum(_ id: String, _ options: [String: String] = [:], discount: Double = 1) throws -> Double {
        let batch = try EnvironmentCatalog.make(id, options: options)
        try batch.reset(seed: 1)
        let start = Int(batch.observationNumbers(of: 0)[0])
        return OptimalValues(try #require(batch.tabularModel), discount: discount)[start]
    }

    /// The utilities in Russell and Norvig's figure, row by row from the top, to three places.
    @Test func utilitiesOfTheBook() throws {
        let world = GridWorld(try GridMap(contentsOf: mapPath("russell-norvig")))
        let values = OptimalValues(world)
        let book = [0.812, 0.868, 0.918, 0, 0.762, nil, 0.660, 0, 0.705, 0.655, 0.611, 0.388]
        for (state, utility) in book.enumerated() {
            if let utility { #expect(abs(values[state] - utility) < 5.1e-4, "state \(state): \(values[state])") }
        }
    }

    /// With enemies, the optimum is better than running into them and worse than in a world without them.
    @Test(arguments: ["guards", "hunted"]) func enemiesCanBeEscaped(name: String) throws {
        let text = try #require(String(validating: Assets.read(mapPath(name), limit: 1 << 16), as: UTF8.self))
        let harmless = String(text.map { "<>^v?!".contains($0) ? "." : $0 })
        let header = text.components(upTo: "\n\n"), rows = harmless.dropFirst(header.count)
        func value(_ text: String) throws -> Double {
            let world = GridWorld(try GridMap(text: text))
            return OptimalValues(world, discount: 0.99)[world.map.starts[0]]
        }
        let (best, free) = (try value(text), try value(header + rows))
        #expect(0.5 < best && best < free, "\(best) of \(free)")
    }
}

extension String {
    /// The text before the first occurrence of `mark`.
    fileprivate func components(upTo mark: String) -> String {
        firstRange(of: mark).map { String(self[..<$0.lowerBound]) } ?? self
    }
}

/// How often each outcome has followed each state and action, and Pearson's statistic.
private struct Frequencies {
    private(set) var statistic = 0.0
    private(set) var mean = 0.0
    private(set) var variance = 0.0
    /// Outcomes that the model rules out.
    private(set) var impossible = 0
    /// The states and actions played.
    private(set) var pairs = 0

    private struct Event: Hashable {
        var next: Int
        var reward: Double
        var terminated: Bool
    }

    init(_ batch: any BatchedEnvironment, steps: Int) throws {
        try self.init(batch, #require(batch.tabularModel), steps: steps)
    }

    init(_ batch: any BatchedEnvironment, _ model: any TabularModel, steps: Int) throws {
        for (pair, counts) in try Self.play(batch, steps: steps) {
            pairs += 1
            var odds: [Event: Double] = [:]
            for outcome in model.outcomes(state: pair / model.actionCount, action: pair % model.actionCount)
            where outcome.probability > 0 {
                let event = Event(next: outcome.nextState, reward: outcome.reward, terminated: outcome.terminated)
                odds[event, default: 0] += outcome.probability
            }
            impossible += counts.keys.count { odds[$0] == nil }
            add(counts, odds)
        }
    }

    private mutating func add(_ counts: [Event: Int], _ odds: [Event: Double]) {
        guard odds.count > 1 else { return }
        let (plays, kinds) = (Double(counts.values.reduce(0, +)), Double(odds.count))
        for (event, probability) in odds {
            let expected = plays * probability
            let difference = Double(counts[event] ?? 0) - expected
            statistic += difference * difference / expected
        }
        mean += kinds - 1
        let inverse = odds.values.reduce(0) { $0 + 1 / $1 }
        variance += 2 * (kinds - 1) + (inverse - kinds * kinds - 2 * kinds + 2) / plays
    }

    private static func play(_ batch: any BatchedEnvironment, steps: Int) throws -> [Int: [Event: Int]] {
        let actionCount = batch.actionSpace.discreteCount!
        var sampler = SpaceSampler(batch.actionSpace, seed: 7)
        var counts: [Int: [Event: Int]] = [:]
        try batch.reset(seed: 5)
        for _ in 0..<steps {
            var pairs: [Int] = []
            for index in 0..<batch.count {
                let action = Int(sampler.sample()[0])
                batch.actionRows.integers[index] = action
                let state = Int(batch.observation(of: index).loadUnaligned(as: Int32.self))
                pairs.append(state * actionCount + action)
            }
            try batch.step()
            for index in 0..<batch.count {
                let next = Int(batch.finalObservation(of: index).loadUnaligned(as: Int32.self))
                let event = Event(next: next, reward: batch.rewards[index], terminated: batch.terminated[index])
                counts[pairs[index], default: [:]][event, default: 0] += 1
            }
        }
        return counts
    }
}
