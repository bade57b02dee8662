import Parallel
import TensorCore

/// A program in which each row stands for itself, such as a policy's. Many rows are cut into chunks whose numbers stay
/// in a processor's cache, and which run side by side; the results are those of one plan for all rows, to the bit.
final class RowProgram {
    /// Chunks have at most so many rows, and fewer where they compute more than `chunkBytes` of numbers, which is what
    /// second-level caches hold.
    static let mostChunk = 256, leastChunk = 32, chunkBytes = 1 << 20

    private let make: () -> Program
    private let program: Program
    private var chunk: Int?
    private var chunks: RowChunks?
    private var whole: Plan?

    /// - Parameters:
    ///   - inputs: their first extents vary.
    ///   - record: returns tensors (B, …) in single precision.
    init(_ name: String, inputs: [Program.Input], record: @escaping ([Tensor]) throws -> [Tensor]) {
        make = { Program(name, inputs: inputs, record: record) }
        program = make()
    }

    /// Runs the program.
    ///
    /// - Parameter fill: writes the inputs of some of the rows; it is called side by side.
    func run(rows: Int, fill: (_ plan: Plan, _ rows: Range<Int>) -> Void) throws {
        (whole, chunks) = (nil, chunks?.rows == rows ? chunks : nil)
        let size = try chunkRows(for: rows)
        guard rows > size else {
            let plan = try program.plan(length: rows)
            fill(plan, 0..<rows)
            plan.run()
            whole = plan
            return
        }
        let chunks = try chunks ?? RowChunks(rows: rows, of: size, make)
        self.chunks = chunks
        chunks.run(fill)
    }

    /// (B · …): a result of the last run, valid until the next.
    func output(_ index: Int) -> UnsafeBufferPointer<Float> {
        whole?.output(index) ?? UnsafeBufferPointer(chunks!.outputs[index])
    }

    private func chunkRows(for rows: Int) throws -> Int {
        guard rows > Self.leastChunk else { return rows }
        if let chunk { return chunk }
        var size = Self.mostChunk
        while size > Self.leastChunk, try program.plan(length: size).arenaBytes > Self.chunkBytes { size /= 2 }
        chunk = size
        return size
    }
}

/// So many rows, cut into chunks of a size and a smaller last one.
private final class RowChunks {
    let rows: Int
    /// (B · …) each.
    let outputs: [UnsafeMutableBufferPointer<Float>]

    private let size: Int
    /// The plans of each lane: of a whole chunk; and of the last chunk, if it is smaller.
    private let plans: [Plan], last: Plan?
    /// Keep the plans' random streams and memory.
    private let programs: [Program]
    private var fill: ((Plan, Range<Int>) -> Void)?
    private lazy var lanes = SharedRows(count: plans.count) { [unowned self] in run(lanes: $0) }

    init(rows: Int, of size: Int, _ make: () -> Program) throws {
        let count = (rows + size - 1) / size
        (self.rows, self.size) = (rows, size)
        programs = (0..<min(count, Threads.count)).map { _ in make() }
        plans = try programs.map { try $0.plan(length: size) }
        last = rows % size == 0 ? nil : try programs.last!.plan(length: rows % size)
        outputs = (0..<plans[0].outputCount).map { [plans] index in
            let buffer = UnsafeMutableBufferPointer<Float>.allocate(
                capacity: plans[0].output(index).count / size * rows)
            buffer.initialize(repeating: 0)
            return buffer
        }
    }

    deinit {
        for buffer in outputs { buffer.deallocate() }
    }

    func run(_ fill: (Plan, Range<Int>) -> Void) {
        withoutActuallyEscaping(fill) { fill in
            self.fill = fill
            lanes.run()
            self.fill = nil
        }
    }

    private func run(lanes range: Range<Int>) {
        let count = (rows + size - 1) / size
        for lane in range {
            for chunk in lane * count / plans.count..<(lane + 1) * count / plans.count {
                let own = chunk * size..<min(rows, (chunk + 1) * size)
                let plan = own.count == size ? plans[lane] : last!
                fill!(plan, own)
                plan.run()
                for (index, output) in outputs.enumerated() {
                    let given = plan.output(index), width = given.count / own.count
                    (output.baseAddress! + own.lowerBound * width).update(from: given.baseAddress!, count: given.count)
                }
            }
        }
    }
}
