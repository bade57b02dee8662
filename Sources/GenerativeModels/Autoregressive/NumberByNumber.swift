import Datasets
import Random
import Storage

/// A model whose rows are sampled number by number: sampling, completing and watching all follow from that.
public protocol NumberByNumberModel: StepwiseSamplingModel, CompletingModel {
    /// Starts to sample rows, beginning with the known numbers of `start` if there are any.
    ///
    /// - Parameter known: For each number of a row, whether it keeps its value from `start`; empty without a start.
    func drawing(count: Int, from start: DataRows?, known: [Bool], seed: UInt64) throws -> NumberByNumber
}

extension NumberByNumberModel {
    /// New rows, number by number.
    public func sample(_ count: Int, seed: UInt64) throws -> [Float] {
        try drawing(count: count, from: nil, known: [], seed: seed).finished()
    }

    /// Samples the unknown numbers.
    public func complete(_ rows: DataRows, known: [Bool], seed: UInt64) throws -> [Float] {
        try drawing(count: rows.count, from: rows, known: known, seed: seed).finished()
    }

    /// One number per step.
    public func process(
        count: Int, from start: DataRows?, known: [Bool], seed: UInt64
    ) throws -> any GenerationProcess {
        try drawing(count: count, from: start, known: known, seed: seed)
    }
}

/// The order of the chain rule of each row: the rows of a mixture over orders have different ones.
struct RowOrders {
    private let orders: [[Int]]
    /// The order of each row; nil if there is only one.
    private let choices: [Int]?

    /// One order for all rows.
    init(_ order: [Int]) { (orders, choices) = ([order], nil) }

    /// Rows with one of several orders each.
    init(_ orders: [[Int]], choices: [Int]) { (self.orders, self.choices) = (orders, choices) }

    /// The number of a row's numbers.
    var width: Int { orders[0].count }

    /// The order of a row.
    subscript(row: Int) -> [Int] { orders[choices?[row] ?? 0] }

    /// Each row's component of a mixture of `components`, all of which are equally likely: the rows are independent
    /// samples of the mixture.
    static func choices(_ count: Int, of components: Int, _ random: RandomStream) -> [Int] {
        var random = random
        return (0..<count).map { _ in random.integers(below: components) }
    }
}

/// Rows that are sampled number by number, in the order of the chain rule.
public final class NumberByNumber: GenerationProcess {
    private let stepper: any ConditionalStepper
    private let distribution: ConditionalDistribution
    private let orders: RowOrders
    private let known: [Bool]
    private var random: RandomStream
    private let count: Int
    /// The rows; numbers that are not sampled yet are 0.
    public private(set) var rows: [Float]
    /// How many numbers of the order are done.
    public private(set) var steps = 0
    private let outputs: UnsafeMutableBufferPointer<Float>

    /// Starts with the known numbers, and zeros for the rest until it is sampled.
    ///
    /// - Parameter known: For each number of a row, whether it keeps its value from the start; empty if none does.
    init(
        _ stepper: any ConditionalStepper, _ distribution: ConditionalDistribution, orders: RowOrders, count: Int,
        from start: DataRows?, known: [Bool], seed: UInt64
    ) {
        let width = orders.width
        precondition(
            start == nil || start!.numbers.count == count * width && known.count == width,
            "\(start?.numbers.count ?? 0) numbers and \(known.count) marks for \(count) rows of \(width)")
        (self.stepper, self.distribution, self.orders, self.count) = (stepper, distribution, orders, count)
        self.known = start == nil ? [Bool](repeating: false, count: width) : known
        random = RandomStream(seed: seed).split("numbers")
        MemoryBudget.requireOrEnd(
            product(count, width + distribution.outputCount, 4), for: "\(count) rows of \(width) numbers")
        rows = [Float](repeating: 0, count: count * width)
        outputs = .allocate(capacity: count * distribution.outputCount)
        guard let start else { return }
        for index in rows.indices where known[index % width] { rows[index] = start.numbers[index] }
    }

    deinit { outputs.deallocate() }

    /// Samples the next unknown number of each row.
    public func advance() throws -> Bool {
        var hasDrawn = false
        while steps < orders.width && !hasDrawn {
            hasDrawn = (0..<count).contains { !known[orders[$0][steps]] }
            if hasDrawn || stepper.remembers { try stepper.find(steps, rows: rows, outputs: outputs) }
            if hasDrawn { draw() }
            steps += 1
        }
        return hasDrawn
    }

    private func draw() {
        let size = distribution.outputCount
        for row in 0..<count {
            let place = orders[row][steps]
            guard !known[place] else { continue }
            let own = UnsafeBufferPointer(rebasing: UnsafeBufferPointer(outputs)[row * size..<(row + 1) * size])
            rows[row * orders.width + place] = distribution.draw(own, &random)
        }
    }

    /// The completed rows.
    func finished() throws -> [Float] {
        while try advance() {}
        return rows
    }
}
