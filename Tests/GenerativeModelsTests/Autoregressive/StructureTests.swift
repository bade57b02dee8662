import Datasets
import Foundation
import NeuralNetworks
import Random
import Testing

@testable import GenerativeModels
@testable import TensorCore

/// What the definitions of single models say beyond that they are densities.
@Suite struct StructureTests {
    /// Σᵢ 2^{i−1} = 2ᴰ − 1 conditionals, one per prefix of a row; not 2^{D+1}.
    @Test(arguments: [1, 2, 5, 9]) func tablesHaveANumberPerPrefix(width: Int) throws {
        let model = try #require(
            try TabularDistributionSettings().makeModel(for: FewBits.description(width), seed: 0)
                as? TabularDistribution)
        let states = FewBits.states(width)
        let prefixes = Set((0..<states.count).flatMap { row in (0..<width).map { Array(states[row].prefix($0)) } })
        #expect(model.parameterCount == prefixes.count)
        // Each of them counts: all rows once give each prefix its own counts.
        _ = try model.fit(states, FitStep())
        let counts = model.parameters.variables[0].values
        #expect((0..<counts.count / 2).count { counts[2 * $0] + counts[2 * $0 + 1] > 0 } == model.parameterCount)
    }

    /// A group of hidden units is used by the conditionals of all later numbers, not only of the next one: h_t sees
    /// x_{≤t}, and the logit of xᵢ sees h₁ … hᵢ₋₁.
    @Test func groupsAreReusedLeftToRight() throws {
        var random = RandomStream(seed: 1)
        let (width, units) = (6, 3)
        let network = NeuralAutoregression(width: width, groupUnits: units, random: &random)
        CausalityTests.unsettle(network.parameters)
        let bias = try #require(network.parameters.entries.first { $0.path == "bias" }).variable
        let weight = try #require(network.parameters.entries.first { $0.path == "weight" }).variable
        let x = FewBits.rows(1, width: width)
        for place in 0..<width {
            let plan = try Program("groups") { _ in
                let logits = network(Tensor(x.values.map { 2 * $0 - 1 }, shape: [1, width]))
                let logit = logits.reshaped(to: [width]).sliced(place..<place + 1, axis: 0).sum()
                return gradients(of: logit, withRespectTo: [bias, weight])
            }.plan()
            plan.run()
            for unit in 0..<width * units {
                let group = unit / units
                #expect((plan.output(0)[unit] != 0) == (group < place), "logit \(place), group \(group)")
                for number in 0..<width {
                    let isSeen = plan.output(1)[unit * width + number] != 0
                    #expect(isSeen == (group < place && number <= group), "group \(group), number \(number)")
                }
            }
        }
    }

    /// MADE's masks leave out nothing that the degrees allow: an output depends on exactly those numbers to which
    /// 1[m(k′) ≥ m(k)] and 1[d > m(k)] leave a path. Stricter masks would be densities too.
    @Test(arguments: [[12], [12, 9]], [true, false]) func masksLeaveEveryPath(hidden: [Int], direct: Bool) throws {
        var settings = MADESettings()
        (settings.hiddenUnits, settings.masks, settings.shuffled, settings.direct) = (hidden, 3, true, direct)
        let width = 6
        let model = try MADE(settings, data: FewBits.description(width), seed: 4)
        // Positive weights and inputs: no path is cancelled by another, and no unit is off.
        for variable in model.parameters.variables { variable.set(variable.values.map { abs($0) + 0.1 }) }
        for degrees in model.masks {
            func outputs(_ row: [Float]) throws -> [Float] {
                let plan = try model.outputProgram.plan(length: 1)
                _ = plan.input(0).update(fromContentsOf: row)
                for (index, values) in ([degrees.inputs] + degrees.hidden).enumerated() {
                    _ = plan.input(index + 1).update(fromContentsOf: values.map { Float($0) })
                }
                plan.run()
                return Array(plan.output(0))
            }
            let base = try outputs([Float](repeating: 0, count: width))
            for input in 0..<width {
                var row = [Float](repeating: 0, count: width)
                row[input] = 1
                let changed = try outputs(row)
                // The units of each layer that a path from the input reaches.
                var reached = [degrees.inputs[input]]
                for layer in degrees.hidden { reached = layer.filter { degree in reached.contains { degree >= $0 } } }
                for output in 0..<width {
                    let degree = degrees.inputs[output]
                    let hasPath = reached.contains { degree > $0 } || direct && degree > degrees.inputs[input]
                    #expect((changed[output] != base[output]) == hasPath, "from \(input) to \(output)")
                }
            }
        }
    }

    /// The orderless loss D/(D − d + 1) Σ_{o ≥ d} −log p(x_o | x_{o<d}), averaged over d and the subsets of d − 1 known
    /// numbers, is the mean of −log p(x) over all orders. Without the weight it would be less than that.
    @Test(arguments: ["deep-nade", "conv-nade"]) func orderlessLossIsTheMeanOverOrders(name: String) throws {
        func changed(_ settings: some ModelSettings) throws -> any ModelSettings {
            let own = name == "deep-nade" ? ["hiddenUnits=8,6"] : ["layers=2", "channels=4", "kernel=3"]
            return try settings.changed(by: [], assignments: own)
        }
        let width = 4
        let data = FewBits.description(width, height: 2)
        let model = try #require(
            try changed(ModelCatalog.entry(name).makeSettings()).makeModel(for: data, seed: 3) as? OrderlessModel)
        CausalityTests.unsettle(model.parameters)
        let row: [Float] = [1, 0, 0, 1]
        func marks(_ known: Int) -> [Float] { (0..<width).map { Float(known >> $0 & 1) } }
        func run(_ program: Program, _ known: Int) throws -> [Double] {
            let plan = try program.plan(length: 1)
            _ = plan.input(0).update(fromContentsOf: row)
            _ = plan.input(1).update(fromContentsOf: marks(known))
            plan.run()
            return plan.output(0).map(Double.init)
        }
        let logits = try (0..<15).map { try run(model.outputProgram, $0) }
        // The learning rate is 0: nothing moves.
        let losses = try (0..<15).map { try -run(model.fitProgram, $0)[0] }
        var mean = 0.0
        for known in 0..<15 {
            let count = known.nonzeroBitCount
            let subsets = Double((0..<15).count { $0.nonzeroBitCount == count })
            mean += losses[known] / subsets / Double(width)
        }
        func orders(_ rest: [Int]) -> [[Int]] {
            rest.isEmpty ? [[]] : rest.flatMap { first in orders(rest.filter { $0 != first }).map { [first] + $0 } }
        }
        let all = orders(Array(0..<width))
        let expected = all.reduce(0.0) { sum, order in
            var known = 0
            return sum
                + order.reduce(0.0) { sum, place in
                    defer { known |= 1 << place }
                    return sum - logBernoulli(logits[known][place], row[place])
                }
        }
        #expect(abs(mean - expected / Double(all.count)) < 1e-5, "\(mean) \(expected / Double(all.count))")
    }
}
