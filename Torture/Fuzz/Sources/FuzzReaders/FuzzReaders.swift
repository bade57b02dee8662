import Configuration
import Environments
import Foundation
import Graphics
import Rollouts
import Storage
import TensorCore

/// Called by the fuzzer with bytes to read as a file. A reader may reject them with an error, but must not stop the
/// program, hang, or use unbounded memory.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let path = "/dev/shm/reverie-fuzz-\(getpid())"
    try? writePlain(bytes, path)
    // The executable's folder has no assets beside it.
    setenv("REVERIE_ASSETS", ProcessInfo.processInfo.environment["REVERIE_ASSETS"] ?? "assets", 0)
    switch ProcessInfo.processInfo.environment["READER"] {
    case "safetensors": _ = try? TensorFile(contentsOf: path)
    case "npz": _ = try? Rollout(contentsOf: path)
    case "npy": _ = try? NPYArray(parsing: bytes, file: path)
    case "toml": _ = try? Experiment(contentsOf: path)
    case "map": _ = try? GridMap(contentsOf: path)
    case "json": _ = try? JSON(parsing: bytes[...], file: path)
    case "png": _ = try? PNG.decode(bytes)
    case "jpeg": _ = try? PictureFile.decode(bytes, as: .jpeg, maximumPixels: 1 << 22)
    case "state": try? SavedState.play(bytes)
    case "bridge": try? Protocol.play(answers: path)
    default: fatalError("READER is safetensors, npz, npy, toml, map, json, png, jpeg, state or bridge")
    }
    return 0
}

private func writePlain(_ bytes: [UInt8], _ path: String) throws {
    guard let file = fopen(path, "wb") else { return }
    defer { fclose(file) }
    fwrite(bytes, 1, bytes.count, file)
}
