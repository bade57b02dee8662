import Experience

/// The environments that the rules of a check play.
struct CheckSubject {
    let observationSpace: Space
    let actionSpace: Space
    let elementType: ElementType
    let hasSuitableActions: Bool
    let seed: UInt64
    let steps: Int
    let make: (Int, AutoresetMode) throws -> any BatchedEnvironment

    init(
        _ first: any BatchedEnvironment, seed: UInt64, steps: Int,
        make: @escaping (Int, AutoresetMode) throws -> any BatchedEnvironment
    ) {
        (observationSpace, actionSpace) = (first.observationSpace, first.actionSpace)
        (elementType, hasSuitableActions) = (first.elementType, first.hasSuitableActions)
        (self.seed, self.steps, self.make) = (seed, steps, make)
    }

    /// A batch after `reset(seed:)`.
    func started(
        _ count: Int = 1, _ autoreset: AutoresetMode = .disabled, seed: UInt64? = nil
    ) throws -> any BatchedEnvironment {
        let batch = try make(count, autoreset)
        try batch.reset(seed: seed ?? self.seed)
        return batch
    }
}

/// The result of one step of one environment, with observations as hashes.
struct Moment: Equatable {
    var landed: Int
    var next: Int
    var reward: UInt64
    var terminated: Bool
    var truncated: Bool
    var isReset: Bool
    var mask: ActionMask?

    init(_ batch: any BatchedEnvironment, _ index: Int) {
        landed = Self.hash(batch.finalObservation(of: index))
        next = Self.hash(batch.observation(of: index))
        reward = batch.rewards[index].bitPattern
        (terminated, truncated) = (batch.terminated[index], batch.truncated[index])
        isReset = batch.isResetStep[index]
        mask = batch.actionMasks?[index]
    }

    private static func hash(_ bytes: UnsafeRawBufferPointer) -> Int {
        var hasher = Hasher()
        hasher.combine(bytes: bytes)
        return hasher.finalize()
    }

    /// The difference, in words; nil if there is none.
    func difference(from other: Moment) -> String? {
        if reward != other.reward {
            return "the reward is \(Double(bitPattern: reward)) instead of \(Double(bitPattern: other.reward))"
        }
        if terminated != other.terminated { return "terminated is \(terminated) instead of \(other.terminated)" }
        if truncated != other.truncated { return "truncated is \(truncated) instead of \(other.truncated)" }
        if isReset != other.isReset { return "the reset happens in a different step" }
        if landed != other.landed || next != other.next { return "the observation differs" }
        return mask != other.mask ? "the action mask differs" : nil
    }
}

/// Plays random actions, sampled for each environment of a batch from its own stream.
struct Player {
    private var samplers: [SpaceSampler]
    private var last: [[Double]]

    /// The stream of the i-th environment is seeded with `seed + i`.
    init(_ batch: any BatchedEnvironment, seed: UInt64) {
        samplers = (0..<batch.count).map { SpaceSampler(batch.actionSpace, seed: seed &+ UInt64($0)) }
        last = samplers.indices.map { _ in [] }
    }

    /// Resets environments that have ended, if nothing else does, and plays one step. An action that will be ignored is
    /// sampled but kept for the next step.
    mutating func step(_ batch: any BatchedEnvironment) throws(EnvironmentError) {
        let ended = (0..<batch.count).map { batch.terminated[$0] || batch.truncated[$0] }
        if batch.autoreset == .disabled, ended.contains(true) { try batch.reset(mask: ended) }
        for index in 0..<batch.count {
            let isIgnored = batch.autoreset == .nextStep && ended[index]
            if !isIgnored || last[index].isEmpty { last[index] = samplers[index].sample() }
            batch.setAction(last[index], of: index)
        }
        try batch.step()
    }

    /// Plays `steps` steps; returns the results for each environment.
    mutating func play(
        _ batch: any BatchedEnvironment, steps: Int, afterStep: (Int) throws(EnvironmentError) -> Void = { _ in }
    ) throws(EnvironmentError) -> [[Moment]] {
        var moments = (0..<batch.count).map { _ in [Moment]() }
        for step in 0..<steps {
            try self.step(batch)
            for index in 0..<batch.count { moments[index].append(Moment(batch, index)) }
            try afterStep(step)
        }
        return moments
    }
}

extension BatchedEnvironment {
    /// Plays `steps` steps with random actions.
    func played(
        steps: Int, seed: UInt64, afterStep: (Int) throws(EnvironmentError) -> Void = { _ in }
    ) throws(EnvironmentError) -> [[Moment]] {
        var player = Player(self, seed: seed)
        return try player.play(self, steps: steps, afterStep: afterStep)
    }
}

/// The first step in which two plays differ, in words.
func firstDifference(_ found: [Moment], from expected: [Moment]) -> String? {
    for (step, pair) in zip(found, expected).enumerated() {
        if let difference = pair.0.difference(from: pair.1) { return "in step \(step + 1) \(difference)" }
    }
    return nil
}
