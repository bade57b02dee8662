import Experience
import Graphics

/// The standard preprocessing of Atari games, with each part optional: Gymnasium's `AtariPreprocessing`, and around it
/// fire on reset, lives as episodes, stacked frames and clipped rewards. See ``PreprocessingParts``.
///
/// An observation is (height, width, stack) bytes, the oldest image first, or (height, width, 3 × stack) in colour,
/// with each image's red, green and blue together. A reset fills the stack with the first image. Grey images are made
/// directly, without colours; only the frames that are observed are drawn.
///
/// The same frames give Gymnasium's bytes. So if an action's frames end early, its image is the previous one (with
/// ``PreprocessingParts/poolsLastFrames`` the maximum of it and the last frame but one, if that was played). Random
/// numbers come from the environment's stream: a reset samples the number of no-op frames after the wrapped
/// environment's own numbers.
public struct AtariPreprocessing<Base: ScreenEnvironment>: Wrapper {
    /// The number of a joystick position.
    public typealias Action = Int
    public typealias Element = UInt8

    public var base: Base
    /// The parts of the preprocessing.
    public let parts: PreprocessingParts
    private let resize: AreaResize
    private var scratch: AreaResize.Scratch
    // The last frame, or the maximum of the last two; the frame before the last; the stack of observed images.
    private var shown: [UInt8]
    private var previous: [UInt8]
    private var stack: PictureStack
    private var lives = 0
    // Whether a life was lost and the game can continue.
    private var canResume = false
    // The game's own rewards over the last action, before they are clipped.
    private var played = 0.0

    /// Preprocesses `base`.
    ///
    /// - Precondition: each part is in its range.
    public init(_ base: Base, _ parts: PreprocessingParts = .nature) {
        let size = base.screenSize
        precondition(
            parts.frameSkip >= 1 && parts.noopMax >= 0 && parts.stack >= 1,
            "AtariPreprocessing: expected at least 1 frame and 1 image and at least 0 no-ops, found \(parts)")
        self.base = base
        self.parts = parts
        let channels = parts.form.channels
        resize = AreaResize(size, to: FrameSize(width: parts.width, height: parts.height), channels: channels)
        scratch = resize.makeScratch()
        shown = Array(repeating: 0, count: size.width * size.height * channels)
        previous = parts.poolsLastFrames && parts.frameSkip > 1 ? shown : []
        stack = PictureStack(count: parts.stack, pixels: parts.width * parts.height, channels: channels)
    }

    /// Images.
    public var observationSpace: Space {
        .image([parts.height, parts.width, parts.stack * parts.form.channels])
    }

    /// The number of stacked images, if they are grey.
    public var stackedFrames: Int { parts.form == .gray ? parts.stack : 1 }

    public var framesPerSecond: Double { base.framesPerSecond / Double(parts.frameSkip) }

    /// The game's own rewards over the last action, if they are clipped.
    public var worldReward: Double? { parts.clipsReward || base.worldReward != nil ? played : nil }

    private var pools: Bool { !previous.isEmpty }

    /// Starts a game, or continues one after a lost life, and fills the stack.
    public mutating func reset(seed: UInt64?) {
        if canResume, seed == nil {
            if base.step(0).ended { base.reset(seed: nil) }
        } else {
            start(seed: seed)
        }
        if parts.firesOnReset, let fire = base.fireAction, base.step(fire).ended { base.reset(seed: nil) }
        canResume = false
        lives = base.lives
        Self.draw(base, parts.form, into: &shown)
        resize.shrink(shown, &scratch)
        stack.fill(with: scratch.picture)
    }

    private mutating func start(seed: UInt64?) {
        base.reset(seed: seed)
        guard parts.noopMax > 0 else { return }
        for _ in 0..<base.random.integers(1..<parts.noopMax + 1) {
            if base.step(0).ended { base.reset(seed: seed) }
        }
    }

    /// Plays an action for some frames, and observes the last.
    public mutating func step(_ action: Int) -> Step {
        var total = Step(reward: 0)
        canResume = false
        played = 0
        var isBehindPrevious = false
        for frame in 0..<parts.frameSkip {
            let result = base.step(action)
            total.reward += result.reward
            played += base.worldReward ?? result.reward
            (total.terminated, total.truncated) = (result.terminated, result.truncated)
            countLives(&total)
            if total.ended { break }
            if frame + 1 == parts.frameSkip {
                Self.draw(base, parts.form, into: &shown)
            } else if pools, frame + 2 == parts.frameSkip {
                Self.draw(base, parts.form, into: &previous)
                isBehindPrevious = true
            }
        }
        if isBehindPrevious { Self.keepGreater(of: previous, in: &shown) }
        resize.shrink(shown, &scratch)
        stack.append(scratch.picture)
        if parts.clipsReward { total.reward = min(max(total.reward, -1), 1) }
        return total
    }

    private mutating func countLives(_ total: inout Step) {
        guard parts.lifeLoss != .ignored else { return }
        let left = base.lives
        if left < lives, !total.terminated {
            canResume = parts.lifeLoss == .endsAndResumes && !total.truncated
            total.terminated = true
        }
        lives = left
    }

    private static func draw(_ base: Base, _ form: ScreenForm, into screen: inout [UInt8]) {
        var bytes = screen.mutableSpan
        base.writeScreen(form, into: &bytes)
    }

    private static func keepGreater(of frame: [UInt8], in screen: inout [UInt8]) {
        frame.withUnsafeBufferPointer { frame in
            screen.withUnsafeMutableBufferPointer { screen in
                precondition(
                    frame.count == screen.count, "expected a frame of \(screen.count) bytes, found \(frame.count)")
                for index in 0..<frame.count { screen[index] = max(screen[index], frame[index]) }
            }
        }
    }

    public func observe(into observation: inout MutableSpan<UInt8>) {
        observation.write(stack.bytes, 0..<stack.bytes.count)
    }
}

extension AtariPreprocessing: StateCodable where Base: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&lives)
        try coder.code(&canResume)
        try coder.code(&shown)
        try coder.code(&stack.bytes)
        try base.codeState(with: &coder)
    }
}
