import Environments
import Experience
import Testing

@Suite struct CatalogTests {
    /// The error of making an environment, as the user reads it.
    private func message(_ id: String, _ options: [String: String] = [:]) -> String {
        do {
            _ = try EnvironmentCatalog.make(id, options: options)
            return "no error"
        } catch {
            return "\(error)"
        }
    }

    @Test func limitsAndThresholds() throws {
        let rows: [(String, Int?, Double?)] = [
            ("CartPole-v1", 500, 475), ("CartPole-v0", 200, 195), ("FrozenLake-v1", 100, 0.7),
            ("FrozenLake8x8-v1", 200, 0.85), ("grid:cliff", 500, nil), ("GridWorld", nil, nil),
            ("MountainCar-v0", 200, -110), ("MountainCarContinuous-v0", 999, 90), ("Pendulum-v1", 200, nil),
            ("Acrobot-v1", 500, -100), ("CliffWalking-v1", nil, nil), ("CliffWalkingSlippery-v1", nil, nil),
            ("Taxi-v4", 200, 8), ("Blackjack-v1", nil, nil), ("Memory/TMaze-v0", 220, nil),
            ("Memory/RepeatPrevious-v0", nil, nil),
        ]
        for (id, limit, threshold) in rows {
            let entry = try EnvironmentCatalog.entry(id)
            #expect(entry.stepLimit == limit && entry.rewardThreshold == threshold)
            #expect(!entry.summary.isEmpty)
        }
        let ids = EnvironmentCatalog.entries.map(\.id)
        #expect(Set(ids).count == ids.count)
    }

    @Test func everyDiscreteActionHasAName() throws {
        #expect(try EnvironmentCatalog.make("CartPole-v1").actionNames == ["left", "right"])
        #expect(try EnvironmentCatalog.make("FrozenLake-v1").actionNames == ["left", "down", "right", "up"])
        for entry in EnvironmentCatalog.entries where entry.id != "GridWorld" {
            let world = try EnvironmentCatalog.make(entry.id)
            #expect(world.actionNames.count == world.actionSpace.discreteCount ?? 0, "\(entry.id)")
        }
    }

    /// Options give other actions, and wrappers keep them.
    @Test(arguments: [
        ("Arcade/Pong-v0", ["full_action_space": "true"], Arcade.Action.allCases.map(\.name)),
        ("Arcade/Pong-v0", ["preprocess": "nature"], ["NOOP", "FIRE", "RIGHT", "LEFT", "RIGHTFIRE", "LEFTFIRE"]),
        ("Maze-v0", ["fresh": "true"], ["left", "down", "right", "up"]),
        (
            "grid:windy-king", ["view": "full"],
            ["left", "down", "right", "up", "down left", "down right", "up right", "up left"]
        ),
        ("CartPole-v1", ["wrap": "time-aware"], ["left", "right"]),
    ])
    func namesFollowFromTheOptions(id: String, options: [String: String], names: [String]) throws {
        #expect(try EnvironmentCatalog.make(id, options: options).actionNames == names)
    }

    @Test func thereIsATextOfRewards() {
        let silent = EnvironmentCatalog.entries.filter(\.rewards.isEmpty).map(\.id)
        #expect(silent.allSatisfy { $0.hasPrefix("grid:") || ["GridWorld", "Maze-v0"].contains($0) }, "\(silent)")
    }

    @Test func planningEnvironmentsAreKnown() {
        let ids = EnvironmentCatalog.idsWithModel
        #expect(ids.contains("Taxi-v4") && ids.contains("grid:four-rooms") && ids.contains("Maze-v0"))
        #expect(!ids.contains("CartPole-v1") && !ids.contains("Blackjack-v1") && !ids.contains("GridWorld"))
    }

    @Test func everyEntryPlays() throws {
        for entry in EnvironmentCatalog.entries where entry.id != "GridWorld" {
            let batch = try EnvironmentCatalog.make(entry.id, count: 2)
            try batch.reset(seed: 5)
            #expect(batch.id == entry.id && batch.count == 2)
            var sampler = SpaceSampler(batch.actionSpace, seed: 1)
            for _ in 0..<50 {
                for index in 0..<2 { batch.setAction(sampler.sample(), of: index) }
                try batch.checkStep()
                try batch.step()
                for index in 0..<2 { #expect(batch.observationSpace.contains(batch.observationNumbers(of: index))) }
            }
        }
    }

    @Test func unseededEnvironmentsDiffer() throws {
        for id in [
            "CartPole-v1", "MountainCar-v0", "MountainCarContinuous-v0", "Pendulum-v1", "Acrobot-v1", "Taxi-v4",
            "Blackjack-v1", "grid:open",
        ] {
            let batch = try EnvironmentCatalog.make(id, count: 40)
            try batch.reset()
            #expect(Set((0..<40).map { batch.observationNumbers(of: $0) }).count > 10)
        }
    }

    @Test func unknownNamesSuggestTheNearest() {
        #expect(message("CartPool-v1").contains("did you mean 'CartPole-v1'?"))
        #expect(message("frozenlak-v1").contains("did you mean 'FrozenLake-v1'?"))
        #expect(message("grid:clif").contains("did you mean 'grid:cliff'?"))
        #expect(!message("Humanoid-v5").contains("did you mean"))
        #expect(message("FrozenLake-v1", ["is_slipery": "true"]).contains("did you mean 'is_slippery'?"))
        #expect(message("CartPole-v1", ["max_episode_stepz": "3"]).contains("did you mean 'max_episode_steps'?"))
        #expect(message("FrozenLake-v1", ["map_name": "4x5"]).contains("did you mean '4x4'?"))
    }

    @Test(arguments: [
        ("CartPole-v1", "low", "x", "a number from"), ("CartPole-v1", "low", "nan", "a number from"),
        ("CartPole-v1", "low", "1", "at most high"), ("CartPole-v1", "sutton_barto_reward", "yes", "true, false"),
        ("CartPole-v1", "max_episode_steps", "0", "positive"),
        ("CartPole-v1", "max_episode_steps", "-2", "from -1 to"),
        ("MountainCar-v0", "low", "-1.3", "from -1.2 to 0.6"), ("MountainCar-v0", "low", "0", "at most high"),
        ("MountainCar-v0", "goal_velocity", "0.1", "from -0.07 to 0.07"),
        ("MountainCarContinuous-v0", "goal_velocity", "fast", "from -0.07 to 0.07"),
        ("MountainCarContinuous-v0", "high", "nan", "from -1.2 to 0.6"),
        ("Pendulum-v1", "g", "inf", "from -1000.0 to 1000.0"), ("Pendulum-v1", "x_init", "-1", "from 0.0 to 1000.0"),
        ("Pendulum-v1", "y_init", "9", "from 0.0 to 8.0"), ("Acrobot-v1", "high", "4", "from -3.14"),
        ("Acrobot-v1", "low", "0.2", "at most high"), ("CliffWalking-v1", "is_slippery", "1", "true, false"),
        ("Taxi-v4", "is_rainy", "no", "true, false"), ("Taxi-v4", "fickle_passenger", "", "true, false"),
        ("Taxi-v4", "rainy_probability", "2", "from 0.0 to 1.0"),
        ("Taxi-v4", "fickle_probability", "-1", "from 0.0 to 1.0"), ("Blackjack-v1", "sab", "yes", "true, false"),
        ("Blackjack-v1", "natural", "0", "true, false"),
        ("FrozenLake-v1", "success_rate", "1.5", "from 0.0 to 1.0"),
        ("FrozenLake-v1", "reward_schedule", "1,2", "3 numbers"),
        ("FrozenLake-v1", "reward_schedule", "1,2,inf", "3 numbers"),
        ("FrozenLake-v1", "desc", "SF/F", "rows of 2 letters"), ("FrozenLake-v1", "desc", "SX/FG", "letters S, F"),
        ("FrozenLake-v1", "desc", "FF/FG", "a start S"), ("FrozenLake-v1", "desc", "", "1 to 128 rows"),
        ("FrozenLake-v1", "map_size", "3", "random"), ("GridWorld", "map", "/nowhere.txt", "cannot read"),
    ])
    func badValuesSayWhatIsExpected(id: String, option: String, value: String, expected: String) {
        let message = message(id, [option: value])
        #expect(message.contains(expected), "\(message)")
    }

    @Test func randomLakesWithoutAWayAreRefused() {
        let options = ["map_name": "random", "frozen_probability": "0", "map_size": "3"]
        #expect(message("FrozenLake-v1", options).contains("a larger share of ice"))
    }

    @Test func optionsTakeEffect() throws {
        let pole = try EnvironmentCatalog.make("CartPole-v1", options: ["low": "0.01", "high": "0.01"])
        try pole.reset(seed: 3)
        #expect(pole.observationNumbers(of: 0) == Array(repeating: Double(Float(0.01)), count: 4))
        let lake = try EnvironmentCatalog.make(
            "FrozenLake-v1",
            options: ["desc": "SG", "is_slippery": "false", "reward_schedule": "7, 0, 0", "max_episode_steps": "-1"])
        try lake.reset(seed: 1)
        lake.actionRows.integers[0] = 2
        try lake.step()
        #expect(lake.rewards[0] == 7 && lake.terminated[0] && !lake.truncated[0])
    }
}
