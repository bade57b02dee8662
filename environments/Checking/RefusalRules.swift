// Rules for what must be refused.

extension CheckRule {
    static let refusalRules = [
        CheckRule(
            name: "step-before-reset", summary: "a step before the first reset is refused",
            check: { subject in
                let batch = try subject.make(1, .disabled)
                batch.setAction(middle(of: subject), of: 0)
                return .failed(
                    refusal(of: batch, isExpected: { if case .notReset = $0 { true } else { false } })
                        .map { "expected a step before the first reset to be refused, \($0)" })
            }),
        CheckRule(
            name: "step-after-end", summary: "a step after the end of an episode is refused",
            check: { try stepAfterEnd($0) }),
        CheckRule(
            name: "bad-action", summary: "actions outside the space are refused, those inside are not",
            check: { .failed(try badActionFault($0)) }),
    ]

    /// An action of the space.
    private static func middle(of subject: CheckSubject) -> [Double] {
        var sampler = SpaceSampler(subject.actionSpace, seed: subject.seed)
        return sampler.sample()
    }

    /// What is wrong with how a batch refuses the next step; nil if it does so as expected.
    private static func refusal(of batch: any BatchedEnvironment, isExpected: (EnvironmentError) -> Bool) -> String? {
        do throws(EnvironmentError) {
            try batch.checkStep()
            return "but checkStep() accepted it"
        } catch {
            return isExpected(error) ? nil : "but for another reason: \(error)"
        }
    }

    private static func stepAfterEnd(_ subject: CheckSubject) throws -> EnvironmentCheck.Finding {
        let batch = try subject.started()
        var player = Player(batch, seed: subject.seed)
        var steps = 0
        while !batch.terminated[0], !batch.truncated[0] {
            guard steps < 20_000 else { return .skipped("no episode ended within \(steps) steps") }
            try player.step(batch)
            steps += 1
        }
        return .failed(
            refusal(of: batch, isExpected: { if case .hasEnded = $0 { true } else { false } })
                .map { "expected a step after the end in step \(steps) to be refused, \($0)" })
    }

    private static func badActionFault(_ subject: CheckSubject) throws -> String? {
        let batch = try subject.started()
        var sampler = SpaceSampler(subject.actionSpace, seed: subject.seed)
        for _ in 0..<20 {
            let action = sampler.sample()
            batch.setAction(action, of: 0)
            do throws(EnvironmentError) {
                try batch.checkStep()
            } catch {
                return "expected the action \(action) to be accepted, found: \(error)"
            }
        }
        let bad: [[Double]] =
            if case .discrete(let count) = subject.actionSpace {
                [[-1], [Double(count)], [Double(Int32.max)]]
            } else {
                (0..<subject.actionSpace.count).map { place in
                    var action = sampler.sample()
                    action[place] = .nan
                    return action
                }
            }
        for action in bad {
            batch.setAction(action, of: 0)
            let fault = refusal(of: batch, isExpected: { if case .badAction = $0 { true } else { false } })
            if let fault { return "expected the action \(action) to be refused, \(fault)" }
        }
        return nil
    }
}
