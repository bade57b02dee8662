import Environments
import Glibc
import Storage

/// The arrays that a batch shares with its children: the rows of all environments, one after another. The batch's
/// buffers are this memory itself.
struct BatchMemory {
    let shared: SharedMemory
    private let start: UnsafeMutableRawBufferPointer
    private let offsets: [Part: Int]

    /// What the memory holds, by the names that the children use.
    enum Part: String, CaseIterable {
        /// What to draw: environment, height, width.
        case drawing
        /// The environment that each child is playing now.
        case playing
        case actions, rewards, terminated, truncated, isResetStep, masks, finalMasks, hasMask, started
        /// What to reset: which environments, which of them have a seed, and the seeds.
        case chosen, hasSeed, seeds
        case observations, finalObservations
    }

    /// Reserves memory for `count` environments in `shared`, which must be empty.
    ///
    /// - Throws: ``SystemFault``, also if the arrays exceed ``SharedMemory/limit``.
    init(
        _ shared: SharedMemory, count: Int, children: Int, observationSize: Int, actionSize: Int, hasFinal: Bool
    ) throws(SystemFault) {
        self.shared = shared
        var (offsets, end): ([Part: Int], Int) = ([:], 0)
        for part in Part.allCases {
            offsets[part] = end
            let size: Int
            switch part {
            case .drawing: size = 3 * 8
            case .playing: size = children * 8
            case .actions: size = count * actionSize
            case .rewards, .masks, .finalMasks, .seeds: size = count * 8
            case .terminated, .truncated, .isResetStep, .hasMask, .started, .chosen, .hasSeed: size = count
            case .observations: size = count * observationSize
            // Shares the memory of `observations` if no step replaces the observation that it led to.
            case .finalObservations: size = hasFinal ? count * observationSize : 0
            }
            end += (size + 63) / 64 * 64
        }
        if !hasFinal { offsets[.finalObservations] = offsets[.observations] }
        let page = Int(getpagesize())
        end = (end + page - 1) / page * page
        guard end <= SharedMemory.limit else { throw SystemFault("reserve \(end) bytes of shared memory", ENOMEM) }
        (start, self.offsets) = (try shared.grow(by: end), offsets)
    }

    /// The elements of a part.
    func elements<Element: BitwiseCopyable>(
        _ part: Part, count: Int, as type: Element.Type = Element.self
    ) -> UnsafeMutableBufferPointer<Element> {
        let bytes = bytes(part, count: count * MemoryLayout<Element>.stride)
        return bytes.bindMemory(to: type)
    }

    /// The bytes of a part.
    func bytes(_ part: Part, count: Int) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(rebasing: start[offsets[part]!..<offsets[part]! + count])
    }

    /// The offsets of all parts, as a child reads them.
    func layout(child: Int) -> JSON {
        let parts = offsets.sorted { $0.value < $1.value }.map { JSON.Member($0.key.rawValue, .integer($0.value)) }
        return .object([.init("size", .integer(start.count)), .init("child", .integer(child))] + parts)
    }
}

extension BatchMemory.Part {
    /// The shared part that holds a part of a batch's buffers.
    init(_ part: BatchBuffers.Part) {
        self =
            switch part {
            case .observations: .observations
            case .finalObservations: .finalObservations
            case .actions: .actions
            case .rewards: .rewards
            case .terminated: .terminated
            case .truncated: .truncated
            case .isResetStep: .isResetStep
            case .actionMasks: .masks
            case .started: .started
            }
    }
}
