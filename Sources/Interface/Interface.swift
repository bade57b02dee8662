// C names, which reverie.h documents.
// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation

import CReverie
import Environments
import Foundation
import Graphics
import Storage

// The functions of reverie.h, where they are documented. Each checks its arguments as far as C allows; errors are kept
// for reverie_error.

/// What a `reverie_batch` points to.
final class Batch {
    let environments: any BatchedEnvironment
    let entry: EnvironmentEntry
    let buffers: reverie_buffers
    /// Reused by every drawing.
    var frame: Frame

    init(_ environments: any BatchedEnvironment, _ entry: EnvironmentEntry) {
        (self.environments, self.entry) = (environments, entry)
        frame = Frame(environments.frameSize)
        buffers = reverie_buffers(environments)
    }

    static func at(_ pointer: OpaquePointer?) throws(InterfaceError) -> Batch {
        Unmanaged<Batch>.fromOpaque(UnsafeRawPointer(try given(pointer, "batch"))).takeUnretainedValue()
    }

    var pointer: OpaquePointer { OpaquePointer(Unmanaged.passRetained(self).toOpaque()) }

    func checked(_ index: Int) throws(InterfaceError) -> Int {
        guard 0..<environments.count ~= index else {
            throw InterfaceError("there is no environment \(index) in a batch of \(environments.count)")
        }
        return index
    }
}

/// A sentence for `reverie_error`.
struct InterfaceError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// The pointer that a function needs.
func given<Pointer>(_ pointer: Pointer?, _ name: String) throws(InterfaceError) -> Pointer {
    guard let pointer else { throw InterfaceError("expected a pointer as the argument '\(name)', found NULL") }
    return pointer
}

/// The value, or `failed` and a sentence for `reverie_error`.
func attempt<Value>(else failed: Value, _ body: () throws -> Value) -> Value {
    do {
        return try body()
    } catch {
        _ = fail(error)
        return failed
    }
}

/// 0, or the code of what went wrong and a sentence for `reverie_error`.
func attempt(_ body: () throws -> Void) -> Int32 {
    do {
        try body()
        return 0
    } catch {
        return fail(error)
    }
}

private func fail(_ error: any Error) -> Int32 {
    var code = REVERIE_FAILED
    if case EnvironmentError.memory = error { code = REVERIE_NO_MEMORY }
    reverie_set_fault(Int32(code.rawValue), "\(error)")
    return Int32(code.rawValue)
}

extension reverie_buffers {
    fileprivate init(_ batch: any BatchedEnvironment) {
        self.init()
        observations = batch.observations.memory
        final_observations = batch.finalObservations.memory
        if batch.hasSuitableActions {
            let actions = batch.actionRows
            switch actions.type {
            case .int64: discrete_actions = actions.memory.assumingMemoryBound(to: Int64.self)
            case .float32: continuous_actions = actions.memory.assumingMemoryBound(to: Float.self)
            case .uint8: binary_actions = actions.memory.assumingMemoryBound(to: UInt8.self)
            case .int32, .float64, .boolean: break
            }
        }
        rewards = batch.rewards.baseAddress
        terminated = batch.terminated.bytes
        truncated = batch.truncated.bytes
        is_reset = batch.isResetStep.bytes
        action_masks = batch.actionMasks.map(\.words)
        final_action_masks = batch.finalActionMasks.map(\.words)
        observation_size = batch.observationSize
        action_count = batch.actionSpace.count
        (frame_width, frame_height) = (batch.frameSize.width, batch.frameSize.height)
    }
}

extension UnsafeBufferPointer<Bool> {
    fileprivate var bytes: UnsafePointer<UInt8> { UnsafeRawPointer(baseAddress!).assumingMemoryBound(to: UInt8.self) }
}

extension UnsafeBufferPointer<ActionMask> {
    fileprivate var words: UnsafePointer<UInt64> {
        UnsafeRawPointer(baseAddress!).assumingMemoryBound(to: UInt64.self)
    }
}

@c @implementation
public func reverie_set_assets(_ path: UnsafePointer<CChar>!) {
    if let path { setenv("REVERIE_ASSETS", path, 1) }
}

@c @implementation
public func reverie_catalog() -> UnsafeMutablePointer<CChar>! {
    strdup("\(JSON.array(EnvironmentCatalog.entries.map(\.json)))")
}

@c @implementation
public func reverie_list() -> UnsafeMutablePointer<CChar>! {
    strdup("\(JSON.array(EnvironmentCatalog.entries.map { .string($0.id) }))")
}

@c @implementation
public func reverie_make(
    _ id: UnsafePointer<CChar>!, _ count: Int, _ autoreset: reverie_autoreset,
    _ options: UnsafePointer<UnsafePointer<CChar>?>!, _ optionCount: Int
) -> OpaquePointer! {
    attempt(else: nil) {
        guard 1...Batch.mostEnvironments ~= count else {
            throw InterfaceError("a batch holds from 1 to \(Batch.mostEnvironments) environments, not \(count)")
        }
        guard let mode = autoreset.mode else {
            throw InterfaceError("there is no autoreset mode \(autoreset.rawValue); the modes are 0, 1 and 2")
        }
        guard 0...Batch.mostOptions ~= optionCount else {
            throw InterfaceError("a batch takes from 0 to \(Batch.mostOptions) options, not \(optionCount)")
        }
        var texts: [String: String] = [:]
        for index in 0..<optionCount {
            let text = String(cString: try given(given(options, "options")[index], "options[\(index)]"))
            guard let sign = text.firstIndex(of: "=") else {
                throw InterfaceError("an option must be written name=value, not '\(text)'")
            }
            texts[String(text[..<sign])] = String(text[text.index(after: sign)...])
        }
        let name = String(cString: try given(id, "id"))
        let entry = try EnvironmentCatalog.entry(name)
        return Batch(try EnvironmentCatalog.make(name, count: count, autoreset: mode, options: texts), entry).pointer
    }
}

extension Batch {
    fileprivate static let mostEnvironments = 1 << 20
    fileprivate static let mostOptions = 1 << 16
}

extension reverie_autoreset {
    fileprivate var mode: AutoresetMode? {
        switch self {
        case REVERIE_SAME_STEP: .sameStep
        case REVERIE_NEXT_STEP: .nextStep
        case REVERIE_DISABLED: .disabled
        default: nil
        }
    }
}

@c @implementation
public func reverie_close(_ batch: OpaquePointer!) {
    guard let batch else { return }
    Unmanaged<Batch>.fromOpaque(UnsafeRawPointer(batch)).release()
}

@c @implementation
public func reverie_get_buffers(_ batch: OpaquePointer!) -> reverie_buffers {
    attempt(else: reverie_buffers()) { try Batch.at(batch).buffers }
}

@c @implementation
public func reverie_describe(_ batch: OpaquePointer!) -> UnsafeMutablePointer<CChar>! {
    attempt(else: nil) { strdup("\(try Batch.at(batch).description)") }
}

@c @implementation
public func reverie_reset(
    _ batch: OpaquePointer!, _ seeds: UnsafePointer<UInt64>!, _ isSeeded: UnsafePointer<UInt8>!,
    _ mask: UnsafePointer<UInt8>!
) -> Int32 {
    attempt {
        let environments = try Batch.at(batch).environments
        let rows = 0..<environments.count
        let chosen = mask.map { mask in rows.map { mask[$0] != 0 } }
        guard chosen?.contains(true) ?? true else {
            throw InterfaceError("\(environments.id): the mask of a reset selects no environment")
        }
        let own = rows.map { seeds != nil && isSeeded?[$0] != 0 ? seeds[$0] : nil }
        try environments.reset(seeds: own, mask: chosen)
    }
}

@c @implementation
public func reverie_step(_ batch: OpaquePointer!) -> Int32 {
    attempt {
        let environments = try Batch.at(batch).environments
        try environments.checkStep()
        try environments.step()
    }
}

@c @implementation
public func reverie_draw(_ batch: OpaquePointer!, _ index: Int, _ rgb: UnsafeMutablePointer<UInt8>!) -> Int32 {
    attempt {
        let (batch, rgb) = (try Batch.at(batch), try given(rgb, "rgb"))
        try batch.environments.draw(batch.checked(index), into: &batch.frame)
        for (place, pixel) in batch.frame.pixels.enumerated() {
            let color = Color(rgba: pixel)
            (rgb[3 * place], rgb[3 * place + 1], rgb[3 * place + 2]) = (color.red, color.green, color.blue)
        }
    }
}

@c @implementation
public func reverie_save(_ batch: OpaquePointer!, _ index: Int, _ size: UnsafeMutablePointer<Int>!)
    -> UnsafeMutablePointer<UInt8>!
{
    attempt(else: nil) {
        let (batch, size) = (try Batch.at(batch), try given(size, "size"))
        let state = try batch.environments.snapshot(of: batch.checked(index))
        let memory = malloc(max(1, state.count))!.assumingMemoryBound(to: UInt8.self)
        memory.update(from: state, count: state.count)
        size.pointee = state.count
        return memory
    }
}

@c @implementation
public func reverie_restore(_ batch: OpaquePointer!, _ index: Int, _ state: UnsafePointer<UInt8>!, _ size: Int) -> Int32
{
    attempt {
        let batch = try Batch.at(batch)
        guard size >= 0 else { throw InterfaceError("there is no state of \(UInt(bitPattern: size)) bytes") }
        let bytes = Array(UnsafeBufferPointer(start: try given(state, "state"), count: size))
        try batch.environments.restore(bytes, to: batch.checked(index))
    }
}

@c @implementation
public func reverie_free(_ memory: UnsafeMutableRawPointer!) { free(memory) }
