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

    @Test(arguments: ["counts", "whole", "tuple"]) func actionsWithoutACounterpartAreNamed(name: String) throws {
        let found = try fault { _ = try gym("worlds:Strange-v0", 1, .disabled, ["actions": name]) }
        guard case .unmappedSpace(_, "action space", _, let reason) = found else {
            Issue.record("\(found)")
            return
        }
        #expect(reason.contains("Discrete or a box of floats"))
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
