import Graphics

// Rules for the state: saving, copying, drawing, batches.

extension CheckRule {
    static let stateRules = [
        CheckRule(
            name: "snapshot", summary: "a restored state continues exactly as the original did",
            check: { subject in
                guard try subject.make(1, .nextStep).canSnapshot else {
                    return .skipped("it can't be saved, so runs cannot resume exactly")
                }
                return .failed(try firstFault([0, 1, 37]) { try snapshotFault(subject, after: $0) })
            }),
        CheckRule(
            name: "copy", summary: "a copy continues like the original and does not affect it",
            check: { subject in
                do {
                    return .failed(try copyFault(subject))
                } catch EnvironmentError.noSnapshot {
                    return .skipped("it can't be copied")
                }
            }),
        CheckRule(
            name: "batch-is-singles", summary: "a batch gives the same as single environments",
            check: { subject in
                .failed(try firstFault(AutoresetMode.allCases) { try batchFault(subject, $0) })
            }),
        CheckRule(
            name: "autoreset", summary: "the three autoreset modes give the same transitions",
            check: { .failed(try autoresetFault($0)) }),
        CheckRule(
            name: "reset-clears", summary: "a reset clears the last step's reward and flags",
            check: { .failed(try resetFault($0)) }),
        CheckRule(
            name: "frames", summary: "frames have a valid size and rate", check: { .failed(try frameFault($0)) }),
        CheckRule(
            name: "drawing", summary: "drawing changes nothing and paints the whole frame",
            check: { .failed(try drawingFault($0)) }),
    ]

    /// The first fault; nil if there is none.
    private static func firstFault<Case>(_ cases: [Case], _ fault: (Case) throws -> String?) rethrows -> String? {
        for one in cases {
            if let fault = try fault(one) { return fault }
        }
        return nil
    }

    private static func snapshotFault(_ subject: CheckSubject, after steps: Int) throws -> String? {
        let batch = try subject.started(1, .nextStep)
        _ = try batch.played(steps: steps, seed: subject.seed)
        let other = try subject.make(1, .nextStep)
        let place = "the state saved after \(steps) steps"
        do throws(EnvironmentError) {
            let saved = try batch.snapshot(of: 0)
            let expected = try batch.played(steps: subject.steps, seed: subject.seed &+ 5)[0]
            for (target, name) in [(batch, "the same environment"), (other, "a new environment")] {
                try target.restore(saved, to: 0)
                guard try target.snapshot(of: 0) == saved else {
                    return "expected \(place) and restored in \(name) to be saved as the same bytes"
                }
                let found = try target.played(steps: subject.steps, seed: subject.seed &+ 5)[0]
                if let difference = firstDifference(found, from: expected) {
                    return "expected \(place) to continue in \(name) as it did, but \(difference)"
                }
            }
        } catch {
            return "expected \(place) to be restored, but: \(error)"
        }
        return nil
    }

    private static func copyFault(_ subject: CheckSubject) throws -> String? {
        let alone = try subject.started(1, .nextStep)
        var player = Player(alone, seed: subject.seed)
        _ = try player.play(alone, steps: 20)
        let expected = try player.play(alone, steps: subject.steps)[0]

        func pair() throws -> any BatchedEnvironment {
            let batch = try subject.started(2, .nextStep)
            _ = try batch.played(steps: 20, seed: subject.seed)
            try batch.copy(0, to: 1)
            return batch
        }
        let twins = try pair()
        var same = SpaceSampler(subject.actionSpace, seed: subject.seed &+ 9)
        for step in 1...subject.steps {
            let action = same.sample()
            for index in 0..<2 { twins.setAction(action, of: index) }
            try twins.step()
            if let difference = Moment(twins, 1).difference(from: Moment(twins, 0)) {
                return "expected a copy to continue like the original, but in step \(step) \(difference)"
            }
        }
        // The original continues with the actions that it would have had without the copy, the copy with others.
        let batch = try subject.started(2, .nextStep)
        var two = Player(batch, seed: subject.seed)
        _ = try two.play(batch, steps: 20)
        try batch.copy(0, to: 1)
        return firstDifference(try two.play(batch, steps: subject.steps)[0], from: expected).map {
            "expected the original to continue as if it had not been copied, but \($0); do copies share an object?"
        }
    }

    private static func batchFault(_ subject: CheckSubject, _ mode: AutoresetMode) throws -> String? {
        let found = try subject.started(3, mode).played(steps: subject.steps, seed: subject.seed)
        for index in 0..<3 {
            let seed = subject.seed &+ UInt64(index)
            let single = try subject.started(1, mode, seed: seed).played(steps: subject.steps, seed: seed)[0]
            if let difference = firstDifference(found[index], from: single) {
                return
                    "expected environment \(index) of 3 to play as a single one with the seed \(seed) "
                    + "(\(mode.rawValue)), but \(difference)"
            }
        }
        return nil
    }

    private static func autoresetFault(_ subject: CheckSubject) throws -> String? {
        let plays = try AutoresetMode.allCases.map { mode in
            (mode, try subject.started(1, mode).played(steps: subject.steps, seed: subject.seed)[0])
        }
        for (mode, moments) in plays {
            if moments.contains(where: { $0.isReset && ($0.reward != 0 || $0.terminated || $0.truncated) }) {
                return "expected the step that resets to give reward 0 and end no episode (\(mode.rawValue))"
            }
        }
        let transitions = plays.map { mode, moments in
            moments.filter { !$0.isReset }.map { moment in
                var moment = moment
                (moment.next, moment.mask) = (moment.landed, nil)
                return moment
            }
        }
        for index in 1..<plays.count {
            if let difference = firstDifference(transitions[index], from: transitions[0]) {
                return
                    "expected \(plays[index].0.rawValue) and \(plays[0].0.rawValue) to give the same, but \(difference)"
            }
        }
        return nil
    }

    private static func resetFault(_ subject: CheckSubject) throws -> String? {
        let batch = try subject.started()
        for _ in 0..<10 {
            _ = try batch.played(steps: 7, seed: subject.seed)
            try batch.reset()
            guard batch.rewards[0] == 0, !batch.terminated[0], !batch.truncated[0] else {
                return "expected reward 0 and no flags after a reset, found reward \(batch.rewards[0]), terminated "
                    + "\(batch.terminated[0]), truncated \(batch.truncated[0])"
            }
        }
        return nil
    }

    private static func frameFault(_ subject: CheckSubject) throws -> String? {
        let batch = try subject.make(1, .disabled)
        let (size, rate) = (batch.frameSize, batch.framesPerSecond)
        guard size.width > 0, size.height > 0 else {
            return "expected frames of at least 1 × 1 pixels, found \(size.width) × \(size.height)"
        }
        return rate > 0 && rate.isFinite ? nil : "expected more than 0 frames per second, found \(rate)"
    }

    private static func drawingFault(_ subject: CheckSubject) throws -> String? {
        let steps = min(subject.steps, 30)
        let plain = try subject.started(1, .sameStep).played(steps: steps, seed: subject.seed)[0]
        let batch = try subject.started(1, .sameStep)
        var frames = [Frame(batch.frameSize, fill: .black), Frame(batch.frameSize, fill: .white)]
        var unpainted: Int?
        let drawn = try batch.played(steps: steps, seed: subject.seed) { step throws(EnvironmentError) in
            for index in 0..<2 {
                frames[index].clear(index == 0 ? .black : .white)
                try batch.draw(0, into: &frames[index])
            }
            if frames[0] != frames[1] { unpainted = unpainted ?? step + 1 }
        }[0]
        if let difference = firstDifference(drawn, from: plain) {
            return "expected drawing to change nothing, but \(difference)"
        }
        return unpainted.map {
            "expected drawing to paint every pixel, the same each time; in step \($0) two drawings differ"
        }
    }
}
