import Environments
import Experience
import GymnasiumBridge
import Testing

/// Spaces that have a counterpart, and spaces that have none.
@Suite struct SpaceTests {
    @Test(arguments: [
        ("started", Space.discrete(4), ElementType.int32), ("counts", .multiDiscrete([3, 4]), .int32),
        ("bits", .multiBinary([2, 3]), .uint8), ("short", .box(-5...5, shape: [3], element: .int32), .int32),
        ("whole", .box(-100...100, shape: [3], element: .int32), .int32),
        ("half", .box(-1...1, shape: [2]), .float32),
        ("bytes", .box(0...255, shape: [2, 2, 1], element: .uint8), .uint8),
        ("tuple", .tuple([.discrete(3), .box(-1...1, shape: [2]), .multiBinary([2])]), .float32),
        (
            "dict",
            .dictionary([
                "z": .discrete(3),
                "a": .dictionary(["x": .box(0...9, shape: [1], element: .uint8), "b": .discrete(2)]),
            ]), .int32
        ),
    ]) func spacesAreMapped(name: String, space: Space, element: ElementType) throws {
        let batch = try gym("worlds:Strange-v0", 1, .disabled, ["observations": name])
        #expect(batch.observationSpace == space && batch.elementType == element)
        try batch.reset(seed: 1)
        for _ in 0..<20 {
            #expect(space.contains(batch.observationNumbers(of: 0)), "\(batch.observationNumbers(of: 0))")
            batch.actionRows.integers[0] = 1
            try batch.step()
        }
    }

    @Test(arguments: [
        ("text", "Text", "no fixed number"), ("sequence", "Sequence", "no fixed length"),
        ("graph", "Graph", "nodes and edges"), ("one-of", "OneOf", "different numbers"),
        ("large", "Discrete", "2147483647"), ("long", "int64", "32 bits"), ("complex", "Text", "no fixed number"),
    ]) func observationsWithoutACounterpartAreNamed(name: String, kind: String, why: String) throws {
        let found = try fault { _ = try gym("worlds:Strange-v0", 1, .disabled, ["observations": name]) }
        guard case .unmappedSpace("gym:worlds:Strange-v0", "observation space", let space, let reason) = found else {
            Issue.record("\(found)")
            return
        }
        #expect(space.contains(kind) && reason.contains(why), "\(found)")
    }

    @Test(arguments: [
        ("pair", Space.box(low: [-2, 0], high: [2, .infinity], shape: [2], element: .float32)),
        ("choices", .multiDiscrete([3, 4])), ("counted", .multiDiscrete([3, 4, 2, 5])), ("bits", .multiBinary([3])),
        ("grid", .multiBinary([2, 3])),
    ]) func actionSpacesAreMapped(name: String, space: Space) throws {
        let batch = try gym("worlds:Strange-v0", 1, .disabled, ["actions": name])
        #expect(batch.actionSpace == space && batch.hasSuitableActions)
        #expect(batch.actionRows.type == space.actionType && batch.actionRows.width == space.count)
        #expect(batch.buffers.actionOrigin?.starts == (name == "counted" ? [1, 10, -2, 0] : nil))
    }

    /// Choices and bits outside their space are refused before Python sees them, in Gymnasium's numbers.
    @Test(arguments: [("counted", [0.0, 4, 0, 0], "1 14 -2 0"), ("bits", [0, 2, 1], "0 2 1")])
    func actionsOutsideTheirSpaceAreRefused(name: String, action: [Double], found: String) throws {
        let batch = try gym("worlds:Strange-v0", 1, .disabled, ["actions": name])
        try batch.reset(seed: 1)
        batch.setAction(action, of: 0)
        let error = #expect(throws: EnvironmentError.self) { try batch.step() }
        #expect("\(error!)".contains("the action \(found) is not in Multi"), "\(error!)")
    }

    @Test(arguments: ["whole", "tuple"]) func actionsWithoutACounterpartAreNamed(name: String) throws {
        let found = try fault { _ = try gym("worlds:Strange-v0", 1, .disabled, ["actions": name]) }
        guard case .unmappedSpace(_, "action space", _, let reason) = found else {
            Issue.record("\(found)")
            return
        }
        #expect(reason.contains("Discrete, MultiDiscrete, MultiBinary or a box of floats"))
    }

    @Test(arguments: [("observations", "far", "32"), ("actions", "far", "64")])
    func numbersThatDoNotFitAreRefused(role: String, name: String, bits: String) throws {
        let found = try fault { _ = try gym("worlds:Strange-v0", 1, .disabled, [role: name]) }
        #expect("\(found)".contains("its numbers don't fit into \(bits) bits"))
    }

    /// What people read are Gymnasium's numbers.
    @Test func numbersAreCountedAsInGymnasium() throws {
        let batch = try gym("worlds:Strange-v0", 1, .disabled, ["actions": "started", "observations": "counts"])
        #expect(batch.actionSpace == .discrete(3) && batch.buffers.actionSpaceText == "Discrete(3, start=-1)")
        #expect(batch.actionNames == ["-1", "0", "1"])
        #expect(batch.buffers.observationOrigin?.starts == [1, 10])
        #expect(batch.buffers.observationSpaceText.hasPrefix("MultiDiscrete([3 4]"))
        try batch.reset(seed: 1)
        for (number, found) in [(3, "2"), (-1, "-2")] {
            batch.actionRows.integers[0] = number
            let refusal = EnvironmentError.badAction(
                environment: batch.id, index: 0, action: found, space: "Discrete(3, start=-1)")
            #expect(throws: refusal) { try batch.checkStep() }
        }
        // Its reward is the sum of the action that it was given.
        batch.actionRows.integers[0] = 0
        try batch.step()
        #expect(batch.rewards[0] == -1)
        #expect(try gym("CartPole-v1").buffers.actionOrigin == nil)
    }

    @Test(arguments: ["counts", "bits", "started"]) func observationsOutsideTheirSpaceAreRefused(name: String) throws {
        let batch = try gym("worlds:Strange-v0", 1, .disabled, ["observations": name, "beyond": "true"])
        let found = try fault {
            try batch.reset(seed: 1)
            try batch.step()
        }
        guard case .broken(_, 0, "step", _, _) = found else {
            Issue.record("\(found)")
            return
        }
    }

    @Test(arguments: ["1e-30", "1e300", "-1", "fast"]) func strangeRatesAreReplaced(rate: String) throws {
        let batch = try gym("worlds:Strange-v0", 1, .disabled, ["rate": rate])
        #expect(batch.framesPerSecond == 30)
        #expect(batch.notes.count == 1 && batch.notes[0].hasPrefix("render_fps: "))
        #expect(try gym("worlds:Strange-v0", 1, .disabled, ["rate": "12.5"]).framesPerSecond == 12.5)
    }

    @Test func theLargestSpacesArePlayedOrRefused() throws {
        let batch = try gym("worlds:Strange-v0", 1, .disabled, ["observations": "most"])
        #expect(batch.observationSpace == .discrete(Int(Int32.max)))
        try batch.reset(seed: 1)
        try batch.step()
        #expect(batch.observationSpace.contains(batch.observationNumbers(of: 0)))
        let found = try fault { _ = try gym("worlds:Strange-v0", 1, .disabled, ["actions": "most"]) }
        #expect("\(found)".contains("Discrete(2147483647) can't be used here: it has more than 65536 members"))
        let many = try fault { _ = try gym("worlds:Strange-v0", 1, .disabled, ["actions": "many"]) }
        #expect("\(many)".contains("one of its numbers has more than 65536 values"))
    }

    @Test func roundingIsSaid() throws {
        #expect(try gym("worlds:Plain-v0").notes == ["observation space: float64 is rounded to float32"])
        #expect(
            try gym("worlds:Strange-v0", 1, .disabled, ["actions": "double"]).notes
                == ["action space: float64 is rounded to float32"])
        #expect(try gym("CartPole-v1").notes.isEmpty)
    }

    @Test func whatGymnasiumKnowsIsTold() throws {
        let batch = try gym("worlds:Limited-v0", 2, .nextStep, ["mask": "true"])
        #expect(batch.id == "gym:worlds:Limited-v0" && batch.count == 2 && batch.autoreset == .nextStep)
        #expect(batch.stepLimit == 3 && batch.framesPerSecond == 12 && batch.stackedFrames == 1)
        #expect(batch.actionMasks == nil, "known after the first reset")
        try batch.reset(seed: 1)
        #expect(batch.actionMasks?.map(\.bits) == [1, 1])
        #expect(!batch.canSnapshot && batch.tabularModel == nil && batch.statistics(of: 0).isEmpty)
        let refusal = EnvironmentError.noSnapshot(environment: batch.id)
        #expect(throws: refusal) { try batch.snapshot(of: 0) }
        #expect(throws: refusal) { try batch.restore([], to: 0) }
        #expect(throws: refusal) { try batch.copy(0, to: 1) }
    }
}
