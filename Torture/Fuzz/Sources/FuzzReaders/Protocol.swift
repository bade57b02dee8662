import Environments
import Foundation
import Graphics
import GymnasiumBridge

/// Plays with a child that answers what a file holds: Torture/child.c.
enum Protocol {
    static func play(answers path: String) throws {
        Gymnasium.register()
        setenv("REVERIE_ANSWERS", path, 1)
        let child = ProcessInfo.processInfo.environment["CHILD"] ?? "child"
        // Several waits for a silent child are shorter than the fuzzer's patience.
        let options = ["python": child, "children": "1", "timeout": "1"]
        let batch = try EnvironmentCatalog.make("gym:X-v0", count: 2, autoreset: .nextStep, options: options)
        try batch.reset(seed: 1)
        for _ in 0..<2 {
            batch.setAction(Array(repeating: 0, count: batch.actionSpace.count), of: 0)
            try batch.step()
        }
        let size = batch.frameSize
        guard size.width * size.height <= 1 << 22 else { return }
        var frame = Frame(size)
        try batch.draw(0, into: &frame)
        try batch.step()
    }
}
