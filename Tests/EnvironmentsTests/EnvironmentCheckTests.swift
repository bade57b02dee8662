import Environments
import Experience
import Testing

@Suite(.serialized) struct EnvironmentCheckTests {
    static let ids = EnvironmentCatalog.entries.map(\.id).filter { $0 != "GridWorld" }

    @Test(arguments: ids) func everyEntryKeepsAllRules(id: String) throws {
        let check = try EnvironmentCheck(id: id, steps: 60) {
            try EnvironmentCatalog.make(id, count: $0, autoreset: $1)
        }
        #expect(check.passed, "\(check)")
        #expect(check["snapshot"] == .passed && check["copy"] == .passed && check["batch-is-singles"] == .passed)
        #expect(check.results.map(\.rule) == EnvironmentCheck.ruleNames)
        #expect(check.description == "\(id) follows all rules")
    }

    private func failures(_ fault: Fault) -> [String] {
        let check =
            switch fault {
            case .autoreset, .resetClears, .stepBeforeReset, .stepAfterEnd, .badAction:
                EnvironmentCheck(id: "walk") { BrokenBatch(fault, $0, $1) }
            default: EnvironmentCheck("walk") { Walk(fault) }
            }
        for failure in check.failures {
            #expect(failure.finding.text.contains("expected") || failure.finding.text.contains("in step"), "\(failure)")
            #expect(check.description.contains("breaks the rule \(failure.rule) (\(failure.summary)): "))
        }
        return check.failures.map(\.rule)
    }

    @Test(arguments: Fault.allCases) func everyFaultIsFound(fault: Fault) {
        let found = failures(fault)
        guard fault != .none else { return #expect(found == []) }
        #expect(found.contains(fault.rawValue), "\(found)")
        // Unseeded randomness, shared state and wrong rewards break every rule that plays twice; the other faults break
        // only their own rule.
        let wide: Set<Fault> = [
            .deterministic, .independent, .batchIsSingles, .seed, .drawing, .copy, .autoreset, .resetClears,
        ]
        if !wide.contains(fault) { #expect(found == [fault.rawValue]) }
    }

    @Test func everyRuleCanFail() {
        let advice = ["observation-bounds", "action-range", "degenerate-bounds", "picture-form", "plain-spaces"]
        #expect(Set(EnvironmentCheck.ruleNames) == Set(Fault.allCases.dropFirst().map(\.rawValue) + advice))
    }

    @Test(arguments: [
        ("observation-bounds", Space.box(-Double.infinity...1, shape: [2])),
        ("degenerate-bounds", .box(0...0, shape: [1])), ("picture-form", .box(0...1, shape: [40, 40, 3])),
        ("picture-form", .box(0...1, shape: [4, 4])),
        ("plain-spaces", .tuple([.box(0...1, shape: [1]), .box(0...1, shape: [2])])),
        ("plain-spaces", .dictionary(["a": .dictionary(["b": .box(0...1, shape: [1])])])),
    ]) func oddSpacesWarn(rule: String, space: Space) {
        let check = EnvironmentCheck("odd", steps: 3) { Odd(observationSpace: space) }
        #expect(check.passed, "\(check)")
        #expect(check[rule]?.word == "warning", "\(check.results)")
    }

    @Test func adviceAndGaps() {
        let check = EnvironmentCheck("odd", steps: 3) { Odd(observationSpace: .box(0...1, shape: [1])) }
        #expect(check["action-range"] == .warning("Box(-2.0, 2.0, (1,), float32): agents start around -1...1"))
        #expect(check["snapshot"]?.word == "skipped" && check["seed-matters"] == .skipped("nothing in it is random"))
        #expect(check["step-after-end"]?.word == "skipped" && check["bad-action"] == .passed)
        #expect(check["no-such-rule"] == nil && check["action-mask"] == .skipped("it has no action mask"))
        let walk = EnvironmentCheck("walk") { Walk() }
        #expect(walk.results.allSatisfy { $0.finding == .passed }, "\(walk.results)")
    }

    @Test func nothingIsPlayedInBadSpaces() {
        let check = EnvironmentCheck("walk") { Walk(.actionSpace) }
        #expect(check["deterministic"] == .skipped("fix the spaces first"))
    }
}
