import CReverie
import Environments
import Foundation
import Graphics
import Interface

/// Restores a saved state through the C interface, as from Python, and plays on.
enum SavedState {
    nonisolated(unsafe) private static var batches: [String: OpaquePointer] = [:]
    private static let ids = EnvironmentCatalog.entries.map(\.id).filter { $0 != "GridWorld" }

    /// The first byte chooses the environment, the rest is the state without the mark at its start.
    static func play(_ bytes: [UInt8]) throws {
        guard let first = bytes.first else { return }
        let id = ids[Int(first) % ids.count]
        let batch = try batch(id)
        var coder = StateCoder()
        try coder.code(mark: id)
        let state = coder.bytes + bytes.dropFirst()
        guard reverie_restore(batch, 0, state, state.count) == 0 else { return }
        let buffers = reverie_get_buffers(batch)
        var sampled = UInt64(state.count)
        for step in 0..<20 {
            sampled = sampled &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            buffers.discrete_actions?[0] = Int64(sampled >> 33) % 6
            if let numbers = buffers.continuous_actions { numbers[0] = Float(Int(sampled >> 40) % 7 - 3) }
            // Environments have different numbers of actions.
            if reverie_step(batch) != 0 { buffers.discrete_actions?[0] = 0 }
            if step == 0, reverie_step(batch) != 0 { break }
        }
        var picture = [UInt8](repeating: 0, count: 3 * buffers.frame_width * buffers.frame_height)
        reverie_draw(batch, 0, &picture)
        reverie_reset(batch, nil, nil, nil)
    }

    private static func batch(_ id: String) throws -> OpaquePointer {
        if let batch = batches[id] { return batch }
        guard let batch = reverie_make(id, 1, REVERIE_SAME_STEP, nil, 0) else { fatalError("\(id) can't be made") }
        batches[id] = batch
        reverie_reset(batch, [1], nil, nil)
        return batch
    }
}
