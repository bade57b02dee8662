import NeuralNetworks
import Random
import TensorCore
import Testing

@testable import Agents

/// Rows in chunks, side by side, have the results of all rows at once.
@Suite struct RowProgramTests {
    private static func network(
        _ name: NetworkName, _ environment: EnvironmentDescription
    ) throws -> (network: any Layer, input: (Int?) -> Program.Input) {
        let design = try NetworkDesign(name, for: environment, agent: "ppo", hiddenSizes: [64, 64], activation: .tanh)
        var random = RandomStream(seed: 5)
        return (design.make(outputs: 3, random: &random), design.input(rows:))
    }

    /// 256 rows of an MLP fit into the cache, and fewer pictures; the last chunk is smaller, or the only one.
    @Test(arguments: [("mlp", 1000), ("mlp", 512), ("mlp", 33), ("pgx", 150), ("pgx", 4)])
    func chunksChangeNoBit(name: String, rows: Int) throws {
        let isPicture = name == "pgx"
        let (network, input) = try Self.network(
            isPicture ? .pgx : .mlp, isPicture ? .images([10, 10, 4], actions: 3, high: 1) : .vector(5, actions: 3))
        let record = { (given: [Tensor]) in [network(given[0]), network(given[0]).sum([1])] }
        let width = isPicture ? 400 : 5
        var random = RandomStream(seed: 6)
        let numbers = (0..<rows * width).map { _ in Float(random.normal()) }

        let program = RowProgram("rows", inputs: [input(nil)], record: record)
        for _ in 0..<2 {
            try program.run(rows: rows) { plan, range in
                _ = plan.input(0).update(
                    fromContentsOf: numbers[range.lowerBound * width..<range.upperBound * width])
            }
        }
        let plan = try Program("whole", inputs: [input(nil)], record: record).plan(length: rows)
        _ = plan.input(0).update(fromContentsOf: numbers)
        plan.run()
        for index in 0..<2 {
            #expect(program.output(index).count == plan.output(index).count)
            #expect(program.output(index).elementsEqual(plan.output(index)) { $0.bitPattern == $1.bitPattern })
        }
    }

    @Test func anotherNumberOfRowsMakesOtherChunks() throws {
        let program = RowProgram("double", inputs: [.float32(nil, 1)]) { [2 * $0[0]] }
        for rows in [700, 3, 300, 700] {
            try program.run(rows: rows) { plan, range in
                for row in range { plan.input(0)[row - range.lowerBound] = Float(row) }
            }
            #expect(program.output(0).elementsEqual((0..<rows).map { Float(2 * $0) }))
        }
    }
}
