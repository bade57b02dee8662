// Rules for the results of resets and steps.

extension CheckRule {
    static let episodeRules = [
        CheckRule(
            name: "observation-in-space", summary: "every observation is in the observation space",
            check: { .failed(try observationFault($0)) }),
        CheckRule(
            name: "observation-complete", summary: "observe writes every number", check: { .failed(try gap($0)) }),
        CheckRule(
            name: "reward-finite", summary: "rewards are finite numbers", check: { .failed(try rewardFault($0)) }),
        CheckRule(
            name: "action-mask", summary: "an action mask, if there is one, allows at least one action",
            check: { try maskFinding($0) }),
        CheckRule(
            name: "first-step", summary: "an episode is not truncated in its first step",
            check: { subject in
                let batch = try subject.started()
                let moment = try batch.played(steps: 1, seed: subject.seed)[0][0]
                return .failed(moment.truncated ? "expected truncated to be false, found true" : nil)
            }),
        CheckRule(
            name: "seed", summary: "the same seed gives the same episodes",
            check: { subject in
                try !subject.started().statistics(of: 0).isEmpty
                    ? .skipped("it keeps statistics of earlier episodes") : .failed(seedFault(subject))
            }),
        CheckRule(
            name: "seed-matters", summary: "if anything is random, different seeds give different episodes",
            check: { try seedMatters($0) }),
        CheckRule(
            name: "deterministic", summary: "a new environment plays the same episodes from start to end",
            check: { subject in
                let plays = try (0..<2).map { _ in
                    try subject.started(1, .sameStep).played(steps: subject.steps, seed: subject.seed)[0]
                }
                return .failed(
                    firstDifference(plays[1], from: plays[0]).map { "\($0), after the same seed and actions" })
            }),
        CheckRule(
            name: "independent", summary: "two environments stepped in turn do not affect each other",
            check: { .failed(try disturbance($0)) }),
    ]

    private static func observationFault(_ subject: CheckSubject) throws -> String? {
        let batch = try subject.started()
        var player = Player(batch, seed: subject.seed)
        for step in 0...subject.steps {
            let numbers = batch.observationNumbers(of: 0)
            if !subject.observationSpace.contains(numbers) {
                let place = step == 0 ? "after the reset" : "after step \(step)"
                return "expected a member of \(subject.observationSpace), found \(shortened(numbers)) \(place)"
            }
            try player.step(batch)
        }
        return nil
    }

    private static func shortened(_ numbers: [Double]) -> String {
        let shown = numbers.prefix(8).map { "\($0)" }.joined(separator: ", ")
        return "[\(shown)\(numbers.count > 8 ? ", …" : "")]"
    }

    /// Plays twice, with different bytes in place of the observation to be written.
    private static func gap(_ subject: CheckSubject) throws -> String? {
        func observations(over byte: UInt8) throws -> [[UInt8]] {
            let batch = try subject.make(1, .disabled)
            var player = Player(batch, seed: subject.seed)
            return try (0..<5).map { step in
                UnsafeMutableRawBufferPointer(mutating: batch.observations.bytes).initializeMemory(
                    as: UInt8.self, repeating: byte)
                if step == 0 { try batch.reset(seed: subject.seed) } else { try player.step(batch) }
                return Array(batch.observation(of: 0))
            }
        }
        for (left, right) in try zip(observations(over: 0x11), observations(over: 0xEE)) {
            if let byte = left.indices.first(where: { left[$0] != right[$0] }) {
                return "expected \(subject.observationSpace.count) numbers to be written; number "
                    + "\(byte / subject.elementType.size) was not"
            }
        }
        return nil
    }

    private static func rewardFault(_ subject: CheckSubject) throws -> String? {
        let moments = try subject.started(1, .sameStep).played(steps: subject.steps, seed: subject.seed)[0]
        let rewards = moments.map { Double(bitPattern: $0.reward) }
        return rewards.firstIndex { !$0.isFinite }.map {
            "expected a finite number, found \(rewards[$0]) in step \($0 + 1)"
        }
    }

    private static func maskFinding(_ subject: CheckSubject) throws -> EnvironmentCheck.Finding {
        let batch = try subject.started()
        guard let masks = batch.actionMasks else { return .skipped("it has no action mask") }
        guard let count = subject.actionSpace.discreteCount, count <= 64 else {
            return .failed("expected masks only for up to 64 discrete actions, found one for \(subject.actionSpace)")
        }
        var player = Player(batch, seed: subject.seed)
        for step in 0...subject.steps {
            // No action is chosen in a state that ends an episode.
            let hasEnded = batch.terminated[0] || batch.truncated[0]
            if !hasEnded, !masks[0].flags(count: count).contains(true) {
                return .failed(
                    "expected at least one valid action of \(count); after step \(step) the mask allows none")
            }
            try player.step(batch)
        }
        return .passed
    }

    /// Resets with a seed, without one, and both again, as Gymnasium's checker does.
    private static func seedFault(_ subject: CheckSubject) throws -> String? {
        let batch = try subject.make(1, .disabled)
        let plays = try [subject.seed, nil, subject.seed, nil].map { seed in
            try batch.reset(seed: seed)
            return (batch.observationNumbers(of: 0), try batch.played(steps: subject.steps, seed: subject.seed)[0])
        }
        for (index, reset) in ["reset(seed: \(subject.seed))", "the reset without a seed that follows"].enumerated() {
            if plays[index].0 != plays[index + 2].0 { return "expected the same observation after \(reset) each time" }
            if let difference = firstDifference(plays[index + 2].1, from: plays[index].1) {
                return "expected the same episode after \(reset) each time, but \(difference)"
            }
        }
        return nil
    }

    private static func seedMatters(_ subject: CheckSubject) throws -> EnvironmentCheck.Finding {
        func episode(_ batch: any BatchedEnvironment) throws -> (first: [Double], moments: [Moment]) {
            (batch.observationNumbers(of: 0), try batch.played(steps: min(subject.steps, 50), seed: subject.seed)[0])
        }
        let batch = try subject.started()
        let first = try episode(batch)
        // Without a seed the stream continues: other episodes under the same actions show that there is a stream.
        let others = try (0..<4).map { _ in
            try batch.reset()
            return try episode(batch)
        }
        guard others.contains(where: { $0 != first }) else { return .skipped("nothing in it is random") }
        let seeded = try (1...4).map { try episode(subject.started(seed: subject.seed &+ 333 * $0)) }
        return .failed(
            seeded.contains { $0 != first }
                ? nil : "expected seeds to give different episodes; 5 seeds gave the same one: is the seed ignored?")
    }

    private static func disturbance(_ subject: CheckSubject) throws -> String? {
        let alone = try subject.started(1, .sameStep).played(steps: subject.steps, seed: subject.seed)[0]
        let one = try subject.started(1, .sameStep)
        let other = try subject.started(1, .sameStep, seed: subject.seed &+ 1)
        var player = Player(other, seed: subject.seed &+ 77)
        let together = try one.played(steps: subject.steps, seed: subject.seed) { _ throws(EnvironmentError) in
            try player.step(other)
        }[0]
        return firstDifference(together, from: alone).map {
            "\($0), if another environment is played in between; what do they share?"
        }
    }
}
