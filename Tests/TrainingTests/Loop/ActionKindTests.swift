import Environments
import Experience
import Graphics
import NeuralNetworks
import Random
import Rollouts
import Storage
import TensorCore
import TestSupport
import Testing

@testable import Agents
@testable import Training

/// An environment that shows a target, with reward −|action − target|² for actions of three numbers, over four steps.
struct Reach: Environment, StateCodable {
    var random = PCG64(seed: 0)
    var target: InlineArray<3, Float> = .init(repeating: 0)
    var time = 0

    var observationSpace: Space { .box(-1...1, shape: [3]) }
    var actionSpace: Space { .box(-1...1, shape: [3]) }
    var frameSize: FrameSize { FrameSize(width: 2, height: 2) }

    mutating func reset(seed: UInt64?) {
        if let seed { random = PCG64(seed: seed) }
        for place in 0..<3 { target[place] = Float(random.uniform(-1, 1)) }
        time = 0
    }

    mutating func step(_ action: InlineArray<3, Float>) -> Step {
        time += 1
        let loss = (0..<3).reduce(Float(0)) { $0 + (action[$1] - target[$1]) * (action[$1] - target[$1]) }
        return Step(reward: -Double(loss), truncated: time == 4)
    }

    func observe(into observation: inout MutableSpan<Float>) {
        for place in 0..<3 { observation[place] = target[place] }
    }
    func draw(into frame: inout Frame) { frame.clear(.black) }

    mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&random)
        try coder.code(bitsOf: &target)
        try coder.code(&time)
    }
}

/// An environment that shows two numbers, with reward 1 for each of two choices that equals its number, over four
/// steps.
struct Match: Environment, StateCodable {
    var random = PCG64(seed: 0)
    var shown: InlineArray<2, Int32> = .init(repeating: 0)
    var time = 0

    var observationSpace: Space { .box(0...2, shape: [2], element: .int32) }
    var actionSpace: Space { .multiDiscrete([2, 3]) }
    var frameSize: FrameSize { FrameSize(width: 2, height: 2) }

    mutating func reset(seed: UInt64?) {
        if let seed { random = PCG64(seed: seed) }
        (shown[0], shown[1], time) = (Int32(random.integers(2)), Int32(random.integers(3)), 0)
    }

    mutating func step(_ action: InlineArray<2, Int>) -> Step {
        time += 1
        let right = (0..<2).reduce(0) { $0 + (action[$1] == Int(shown[$1]) ? 1 : 0) }
        return Step(reward: Double(right), truncated: time == 4)
    }

    func observe(into observation: inout MutableSpan<Int32>) {
        for place in 0..<2 { observation[place] = shown[place] }
    }
    func draw(into frame: inout Frame) { frame.clear(.black) }

    mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&random)
        try coder.code(bitsOf: &shown)
        try coder.code(&time)
    }
}

/// Learns from replayed actions of any kind which of them paid best: r ≈ q(s, a) with a network on both, acting with
/// the best of some random actions.
private final class Critic: ReplayingLearner {
    let replay: ReplayBuffer
    let replayMemory: ReplayMemory
    var actionStreams: ActionStreams
    private let space: Space
    private let encoding: ObservationEncoding
    private let network: MultilayerPerceptron
    private let optimizer = Adam(learningRate: 3e-3)
    private let values, learning: Plan
    private var replayStream: RandomStream
    private(set) var updates = 0
    private static let (batch, tries) = (64, 64)

    init(_ environment: EnvironmentDescription, seed: UInt64) throws {
        space = environment.actionSpace
        encoding = ObservationEncoding(environment.observationSpace)!
        replay = ReplayBuffer(
            capacity: 5_000, width: environment.observationSpace.count, type: environment.elementType,
            environments: environment.count, actionSpace: space)
        replayMemory = try ReplayMemory(capacity: 5_000, of: environment)
        var random = RandomStream(seed: seed)
        let (seen, done) = (encoding.inputCount, space.count)
        let network = MultilayerPerceptron([seen + done, 64, 64, 1], activation: .relu, random: &random)
        (self.network, replayStream) = (network, random.split("replay"))
        actionStreams = ActionStreams(shared: random.split("actions"))
        values = try Program("values", inputs: [.float32(Self.tries, seen), .float32(Self.tries, done)]) { inputs in
            [network(.concatenated([inputs[0], inputs[1]], axis: 1))]
        }.plan()
        let (isChoice, optimizer) = (replay.actionType == .int32, optimizer)
        let actions = isChoice ? Program.Input.int32(Self.batch, done) : .float32(Self.batch, done)
        learning = try Program(
            "learn", inputs: [.float32(Self.batch, seen), actions, .float32(Self.batch)]
        ) { inputs in
            let action = isChoice ? inputs[1].asFloat() : inputs[1]
            let value = network(.concatenated([inputs[0], action], axis: 1)).reshaped(to: [-1])
            let loss = (value - inputs[2]).squared().mean()
            try optimizer.minimize(loss, network.parameters)
            return [loss]
        }.plan()
    }

    func act(on percepts: Percepts, mode: ActionMode, into actions: MutableRows) {
        for row in 0..<actions.count {
            if mode == .explore {
                actions.set(row, to: draw(row))
                continue
            }
            let tries = (0..<Self.tries).map { _ in draw(row) }
            for number in 0..<Self.tries {
                encoding.encode(
                    percepts.observations.row(row), type: percepts.observations.type,
                    into: values.input(0).baseAddress! + number * encoding.inputCount)
                for place in 0..<space.count {
                    values.input(1)[number * space.count + place] = Float(tries[number][place])
                }
            }
            values.run()
            actions.set(row, to: tries[argmax(values.output(0))])
        }
    }

    private func draw(_ row: Int) -> [Double] {
        switch space {
        case .multiDiscrete(let counts): counts.map { Double(actionStreams[row].integers(below: $0)) }
        default: (0..<space.count).map { _ in actionStreams[row].uniform() * 2 - 1 }
        }
    }

    func learn(from transitions: Transitions) {
        replay.add(transitions)
        guard replay.count >= 200 else { return }
        var next = [Float](repeating: 0, count: Self.batch * encoding.inputCount)
        var continues = [Float](repeating: 0, count: Self.batch)
        let actions =
            replay.actionType == .int32
            ? MutableRows(learning.integerInput(1), count: Self.batch)
            : MutableRows(learning.input(1), count: Self.batch)
        next.withUnsafeMutableBufferPointer { next in
            continues.withUnsafeMutableBufferPointer { continues in
                replay.sample(
                    into: ReplayBatch(
                        observations: learning.input(0), actions: actions, rewards: learning.input(2),
                        nextObservations: next, continues: continues),
                    encoding: encoding, random: &replayStream)
            }
        }
        learning.run()
        updates += 1
    }

    func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&updates)
        try coder.code(&actionStreams[0])
        try coder.code(&replayStream)
    }

    var metrics: [(name: String, value: Double)] { [("loss", Double(learning.output(0)[0]))] }
    var variables: Parameters { ["network": network.state, "optimizer": optimizer.state] }
}

/// Actions of several numbers and of several choices work wherever discrete ones do.
@Suite struct ActionKindTests {
    private static func make(_ name: String, _ count: Int, _ mode: AutoresetMode) -> any BatchedEnvironment {
        name == "reach"
            ? VectorEnvironment(name, count: count, autoreset: mode) { Reach() }
            : VectorEnvironment(name, count: count, autoreset: mode) { Match() }
    }

    private static func trained(_ name: String, steps: Int, _ mode: AutoresetMode = .sameStep) throws -> Critic {
        let environment = make(name, 2, mode)
        let agent = try Critic(EnvironmentDescription(environment), seed: 1)
        try Trainer(agent: agent, environment: environment, seed: 5).run(steps: steps)
        return agent
    }

    /// A random agent's return is −4 · 3 · (1/3 + 1/3) = −8 in the one, 4 · (1/2 + 1/3) = 3.3 of 8 in the other.
    @Test(arguments: [("reach", -2.5), ("match", 7.9)]) func areLearnedFrom(name: String, least: Double) throws {
        let agent = try Self.trained(name, steps: 4_000)
        let results = try Evaluator(agent) { Self.make(name, $0, .sameStep) }.run(episodes: 20, seed: 100)
        let mean = results.map(\.return).reduce(0, +) / 20
        #expect(mean > least, "\(name): \(mean)")
    }

    @Test(arguments: ["reach", "match"]) func areRecordedAndPlayedAgain(name: String) throws {
        let folder = try TemporaryFolder()
        let agent = try Self.trained(name, steps: 20)
        let observer = try RolloutObserver(
            agent, Self.make(name, 3, .nextStep), to: folder.file("r.npz"), metadata: [],
            overwrite: false)
        _ = try Evaluator(agent, mode: .explore, batchLimit: 3, observer: observer) { Self.make(name, $0, .nextStep) }
            .run(episodes: 5, seed: 9)
        try observer.finish(keeping: 5)
        let rollout = try Rollout(contentsOf: folder.file("r.npz"))
        #expect(rollout.layout.actions == .actions(Self.make(name, 1, .disabled).actionSpace))
        let world = Self.make(name, 1, .disabled)
        for episode in rollout.episodes {
            try world.reset(seed: episode.seed)
            for step in episode.steps {
                world.setAction(rollout.action(step), of: 0)
                try world.checkStep()
                try world.step()
                #expect(world.rewards[0] == rollout.rewards[step])
            }
            #expect(world.truncated[0])
        }
        #expect(rollout.stepCount == 20 && Set((0..<20).map { rollout.action($0) }).count > 5)
    }

    /// Half of a run, everything written and read back, and the other half give the same as an uninterrupted run.
    @Test(arguments: ["reach", "match"]) func areResumed(name: String) throws {
        let environments = (0..<2).map { _ in Self.make(name, 2, .sameStep) }
        let agents = try environments.map { try Critic(EnvironmentDescription($0), seed: 1) }
        let whole = try Trainer(agent: agents[0], environment: environments[0], seed: 5)
        try whole.run(steps: 1_000)
        let half = try Trainer(agent: agents[1], environment: environments[1], seed: 5)
        try half.run(steps: 500)
        let folder = try TemporaryFolder()
        try Checkpoint.write(
            agents[1].variables, states: [Checkpoint.agentState: agents[1].stateBytes()], metadata: [:],
            to: folder.file("c.safetensors"))
        let spaces = (environments[1].observationSpace, environments[1].actionSpace)
        var log = try ReplayLog(
            creating: folder.file("replay"), replay: agents[1].replay, origins: ReplayOrigins([]))
        try log.store()
        let resumed = try Critic(EnvironmentDescription(environments[1]), seed: 77)
        try Checkpoint.read(folder.file("c.safetensors"), into: resumed)
        _ = try ReplayLog(
            resuming: folder.file("replay"), replay: resumed.replay, origins: ReplayOrigins([]),
            records: agents[1].replay.oldestRecord..<agents[1].replay.records, added: agents[1].replay.added,
            spaces: spaces)
        let again = Self.make(name, 2, .sameStep)
        try again.reset(seed: 0)
        for index in 0..<2 { try again.restore(environments[1].snapshot(of: index), to: index) }
        let rest = Trainer(agent: resumed, environment: again, statistics: half.statistics)
        try rest.run(steps: 1_000)
        #expect(everything(resumed) == everything(agents[0]) && rest.episodes == whole.episodes)
    }

    /// Each kind of invalid action is reported with its space.
    @Test func wrongActionsAreRefused() throws {
        let (reach, match) = (Self.make("reach", 2, .disabled), Self.make("match", 2, .disabled))
        for batch in [reach, match] { try batch.reset(seed: 1) }
        // Numbers beyond a box's bounds are the environment's affair, as in Gymnasium.
        reach.setAction([0, 0, 2], of: 1)
        try reach.checkStep()
        reach.setAction([0, 0, .nan], of: 1)
        #expect(
            throws: EnvironmentError.badAction(
                environment: "reach", index: 1, action: "0.0 0.0 nan", space: "Box(-1.0, 1.0, (3,), float32)")
        ) { try reach.checkStep() }
        match.setAction([1, 3], of: 0)
        #expect(
            throws: EnvironmentError.badAction(
                environment: "match", index: 0, action: "1 3", space: "MultiDiscrete([2 3])")
        ) { try match.checkStep() }
    }
}
