import Environments
import Experience
import NeuralNetworks
import Random
import TensorCore
import Testing

@testable import Agents

/// Whole updates of DDPG, TD3 and SAC against PyTorch's: what they report, the gradients of all networks, and the
/// parameters, those of the targets too, after one and three of them.
@Suite struct OffPolicyUpdateTests {
    struct Case: Decodable, CustomTestStringConvertible {
        var name, algorithm: String
        var critics, delay: Int
        var targetNoise, noiseLimit, clipping, temperature: Double
        var tuned: Bool
        var choices: Int?
        var low, high: [Double]
        var batch, start, gradients, afterFirst, afterThird: [String: [Double]]
        var noise: [[[Double]]]
        var updates: [[String: Double]]

        var testDescription: String { name }
        var isStateDependent: Bool { name == "sac, gSDE" }
    }

    private struct File: Decodable {
        var inputs, width, rows: Int
        var learningRate, targetRate, discount: Double
        var cases: [Case]
    }

    private static let file: File = Golden.load("off_policy_updates.json")

    /// The noise of a test, which variables hand to the programs.
    private final class GivenNoise {
        private var variables: [Variable] = []

        func next(_ shape: Shape) -> Tensor {
            let variable = Variable(zeros: shape, name: "noise")
            variables.append(variable)
            return variable.tensor
        }

        /// Sets the noise of all programs, each of which uses these numbers in their order.
        func set(_ numbers: [[Double]]) {
            for (index, variable) in variables.enumerated() {
                variable.set(numbers[index % numbers.count].map { Float($0) })
            }
        }
    }

    /// An agent's rule with its updates.
    private struct Subject {
        let rule: any OffPolicyRule
        let update: OffPolicyUpdate
        private let noise = GivenNoise()

        init(_ given: Case, _ changes: Changes = Changes()) throws {
            let space: Space =
                given.choices.map { .discrete($0) }
                ?? .box(low: given.low, high: given.high, shape: [given.low.count], element: .float32)
            let environment = EnvironmentDescription(
                id: "Batch", observationSpace: .box(-10...10, shape: [file.inputs]), actionSpace: space,
                elementType: .float32, count: 1)
            var settings = OffPolicySettings()
            settings.hiddenSizes = [file.width, file.width]
            (settings.activation, settings.critics, settings.batchSize) = (.tanh, given.critics, file.rows)
            (settings.learningRate, settings.targetRate) = (file.learningRate, file.targetRate)
            (settings.discount, settings.gradientClipping) = (file.discount, given.clipping)
            changes.settings(&settings)
            let design = try NetworkDesign(
                .auto, for: environment, agent: given.algorithm, hiddenSizes: settings.hiddenSizes,
                activation: settings.activation)
            let parts = OffPolicyLearner.Parts(
                settings, design, space, PolicyDistribution(space, squashed: true)!, random: RandomStream(seed: 1))
            if given.algorithm == "sac" {
                var own = SACSettings()
                (own.learning, own.temperature, own.tuning) = (settings, given.temperature, given.tuned)
                own.stateDependentNoise = given.isStateDependent
                changes.sac(&own)
                rule = EntropyRule(parts, own)
            } else {
                rule = DeterministicRule(parts, noise: (changes.targetNoise ?? given.targetNoise, given.noiseLimit))
            }
            update = OffPolicyUpdate(rule, settings, design, space, nil, seed: 1) { [noise] in noise.next($0) }
            for (theirs, values) in given.start { variable(theirs).set(values.map { Float($0) }) }
            for target in rule.targets { target.moving.copy(from: target.towards) }
        }

        /// Our variable of PyTorch's parameter.
        func variable(_ theirs: String) -> Variable {
            if theirs == "logTemperature" { return rule.others["temperature.log"] }
            let isTarget = theirs.hasPrefix("target.")
            let path = theirs.split(separator: ".").map(String.init).dropFirst(isTarget ? 1 : 0)
            let parts = Array(path)
            func among(_ name: String, _ own: Parameters) -> Parameters {
                isTarget ? rule.targets.first { $0.name == name }!.moving : own
            }
            guard parts[0] == "actor" else {
                let index = parts[0].dropFirst("critic".count)
                return among("targetCritics", rule.critics.parameters)["\(index).head.layers.\(parts[1]).\(parts[2])"]
            }
            let actor = among("targetActor", rule.actor.parameters)
            if parts[1] == "logDeviations" { return actor["deviation.logDeviations"] }
            return actor[parts[1] == "2" ? "last.\(parts[2])" : "features.\(2 * Int(parts[1])!).\(parts[2])"]
        }

        func run(_ given: Case, _ index: Int, actorEvery: Int) throws {
            try update.run(withActor: (index + 1) % actorEvery == 0) { batch in
                if !given.noise[index].isEmpty { noise.set(given.noise[index]) }
                func fill(_ buffer: UnsafeMutableBufferPointer<Float>, _ name: String) {
                    #expect(buffer.update(fromContentsOf: given.batch[name]!.map { Float($0) }) == buffer.count)
                }
                fill(batch.observations, "observations")
                fill(batch.rewards, "rewards")
                fill(batch.nextObservations, "nextObservations")
                fill(batch.continues, "continues")
                for (place, number) in given.batch["actions"]!.enumerated() {
                    batch.actions.set(place / batch.actions.width, place % batch.actions.width, to: number)
                }
            }
        }
    }

    /// What a test changes of a case.
    struct Changes: Sendable {
        var settings: @Sendable (inout OffPolicySettings) -> Void = { _ in }
        var sac: @Sendable (inout SACSettings) -> Void = { _ in }
        var targetNoise: Double?
        var actorEvery: Int?
        var batch: @Sendable (inout [String: [Double]]) -> Void = { _ in }
    }

    @Test(arguments: file.cases)
    func updatesAreTorchs(_ given: Case) throws {
        let subject = try Subject(given)
        for (index, expected) in given.updates.enumerated() {
            try subject.run(given, index, actorEvery: given.delay)
            let results = subject.update.results
            let reported = [
                "criticLoss": results.criticLoss, "actionValue": results.actionValue,
                "actorLoss": results.actorLoss, "entropy": results.entropy,
            ]
            for (name, value) in expected {
                let difference = abs(reported[name]! - value) / max(1, abs(value))
                #expect(difference < 1e-5, "\(name) of update \(index): \(reported[name]!) instead of \(value)")
            }
            if index == 0 {
                check(subject, given.afterFirst)
                checkGradients(subject, given, ofActor: given.delay == 1)
            }
        }
        check(subject, given.afterThird)
    }

    private func check(_ subject: Subject, _ expected: [String: [Double]]) {
        for (theirs, values) in expected {
            let difference = Golden.difference(subject.variable(theirs).values, values)
            #expect(difference < 2e-5, "\(theirs): \(difference)")
        }
    }

    /// After one step from zero, Adam's first moment is a tenth of the gradient.
    private func checkGradients(_ subject: Subject, _ given: Case, ofActor: Bool) {
        let (rule, update) = (subject.rule, subject.update)
        func moment(_ theirs: String) -> [Float]? {
            let own = subject.variable(theirs)
            for (parameters, state) in [
                (rule.actor.parameters, update.actorOptimizer.state),
                (rule.critics.parameters, update.criticOptimizer.state),
            ] {
                guard let entry = parameters.entries.first(where: { $0.variable === own }) else { continue }
                return state["first.\(entry.path)"].values
            }
            return rule.others.entries.first { $0.path == "temperatureOptimizer.first.log" }?.variable.values
        }
        for (theirs, gradient) in given.gradients where ofActor || theirs.hasPrefix("critic") {
            let difference = Golden.difference(moment(theirs)!.map { $0 / 0.1 }, gradient)
            #expect(difference < 1e-6, "the gradient of \(theirs): \(difference)")
        }
    }

    // MARK: Details

    /// A detail that implementations differ in, the case that has it, and how to leave it out.
    struct Detail: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var name: String
        var changes: Changes
    }

    private static let details = [
        Detail(testDescription: "two critics", name: "td3", changes: Changes(settings: { $0.critics = 1 })),
        Detail(testDescription: "noise on targets", name: "td3", changes: Changes(targetNoise: 0)),
        Detail(testDescription: "the actor's delay", name: "td3", changes: Changes(actorEvery: 1)),
        Detail(testDescription: "slow targets", name: "sac", changes: Changes(settings: { $0.targetRate = 1 })),
        Detail(testDescription: "tuning", name: "sac", changes: Changes(sac: { $0.tuning = false })),
        Detail(testDescription: "the target entropy", name: "sac", changes: Changes(sac: { $0.targetEntropy = 20 })),
        Detail(
            testDescription: "the temperature", name: "sac, constant", changes: Changes(sac: { $0.temperature = 0.1 })),
        Detail(
            testDescription: "terminal states", name: "sac, choices",
            changes: Changes(batch: { $0["continues"]![2] = 1 })),
    ]

    /// Without a detail, parameters are elsewhere after three updates, by ten times what the comparison allows.
    @Test(arguments: details)
    func everyDetailCounts(_ detail: Detail) throws {
        var given = Self.file.cases.first { $0.name == detail.name }!
        detail.changes.batch(&given.batch)
        if detail.testDescription == "two critics" { given.start = given.start.filter { !$0.key.hasPrefix("critic1") } }
        let subject = try Subject(given, detail.changes)
        for index in given.updates.indices {
            try subject.run(given, index, actorEvery: detail.changes.actorEvery ?? given.delay)
        }
        let largest = given.start.keys.map {
            Golden.difference(subject.variable($0).values, given.afterThird[$0]!)
        }.max()!
        #expect(largest > 2e-4, "\(largest)")
    }
}
