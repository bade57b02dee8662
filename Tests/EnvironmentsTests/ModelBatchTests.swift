import Experience
import Graphics
import Random
import Testing

@testable import Environments

/// A batch whose environments are made of a model, here a product of the states with a matrix. What every batch keeps
/// comes from ``BatchBuffers``.
private final class ModelBatch: BatchedEnvironment {
    let buffers: BatchBuffers
    private var streams: [PCG64]
    /// (n, 2): position and velocity.
    private var states: [Float]
    /// s′ = A s + b (2 a − 1), (position, velocity).
    private let matrix: [Float] = [1, 0.1, 0, 0.95]

    init(_ request: EnvironmentRequest) {
        buffers = BatchBuffers(
            request.id, count: request.count, autoreset: request.autoreset, observationSpace: .box(-2...2, shape: [2]),
            actionSpace: .discrete(2), elementType: .float32)
        streams = Array(repeating: PCG64(seed: 0), count: request.count)
        states = Array(repeating: 0, count: 2 * request.count)
    }

    func reset(seeds: [UInt64?], mask: [Bool]?) {
        buffers.checkReset(seeds: seeds, mask: mask)
        for index in 0..<count where mask?[index] ?? true {
            if let seed = seeds[index] { streams[index] = PCG64(seed: seed) }
            begin(index)
            buffers.begin(index)
        }
        observe(buffers.observations)
    }

    private func begin(_ index: Int) {
        (states[2 * index], states[2 * index + 1]) = (Float(streams[index].uniform(-0.5, 0.5)), 0)
    }

    private func observe(_ rows: MutableRows) { _ = rows.floats.update(fromContentsOf: states) }

    func step() throws(EnvironmentError) {
        try buffers.checkStep()
        for index in 0..<count {
            buffers.isResetStep[index] = autoreset == .nextStep && buffers.hasEnded(index)
            if buffers.isResetStep[index] {
                begin(index)
                buffers.keep(Step(reward: 0), index)
            } else {
                play(index, push: buffers.actions.integers[index] == 1 ? 0.1 : -0.1)
            }
        }
        observe(buffers.finalObservations)
        guard autoreset == .sameStep else { return }
        for index in 0..<count where buffers.hasEnded(index) { begin(index) }
        observe(buffers.observations)
    }

    private func play(_ index: Int, push: Float) {
        let (position, velocity) = (states[2 * index], states[2 * index + 1])
        states[2 * index] = min(max(matrix[0] * position + matrix[1] * velocity, -2), 2)
        states[2 * index + 1] = min(max(matrix[2] * position + matrix[3] * velocity + push, -2), 2)
        buffers.keep(Step(reward: 1, terminated: abs(states[2 * index]) > 0.6), index)
    }

    var frameSize: FrameSize { FrameSize(width: 8, height: 8) }
    func draw(_ index: Int, into frame: inout Frame) { frame.clear(.black) }
}

@Suite struct ModelBatchTests {
    private static func register() {
        EnvironmentCatalog.register(
            EnvironmentScheme(prefix: "model:") { id throws(EnvironmentError) in
                EnvironmentEntry(id, "made of a model") { ModelBatch($0) }
            })
    }

    /// It goes by its prefix wherever an environment is named, and keeps all the rules that a batch has to keep.
    @Test func aModelIsAnEnvironment() throws {
        Self.register()
        let check = try EnvironmentCheck(id: "model:line", steps: 200) {
            try EnvironmentCatalog.make("model:line", count: $0, autoreset: $1)
        }
        #expect(check.passed, "\(check.failures)")
        #expect(check["batch-is-singles"] == .passed)
    }

    @Test func whatIsWrongIsSaid() throws {
        Self.register()
        let batch = try EnvironmentCatalog.make("model:line", count: 2)
        #expect(throws: EnvironmentError.notReset(environment: "model:line", index: 0)) { try batch.step() }
        try batch.reset(seed: 1)
        batch.actionRows.integers[1] = 2
        #expect(
            throws: EnvironmentError.badAction(environment: "model:line", index: 1, action: "2", space: "Discrete(2)")
        ) { try batch.step() }
        #expect(!batch.canSnapshot)
        #expect(throws: EnvironmentError.noSnapshot(environment: "model:line")) { try batch.snapshot(of: 0) }
    }
}
