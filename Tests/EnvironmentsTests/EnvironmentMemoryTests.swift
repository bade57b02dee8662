import Experience
import Storage
import Testing

@testable import Environments

/// What doesn't fit into memory is refused before it is allocated, with what fits.
@Suite struct EnvironmentMemoryTests {
    private let budget = MemoryBudget(total: 100_000_000)

    private func make(
        _ id: String, count: Int = 1, wrap: String? = nil, in budget: MemoryBudget? = nil
    ) throws -> any BatchedEnvironment {
        try MemoryBudget.$given.withValue(budget ?? self.budget) {
            try EnvironmentCatalog.make(id, count: count, options: wrap.map { ["wrap": $0] } ?? [:])
        }
    }

    private func refusal(
        _ id: String, count: Int = 1, wrap: String? = nil, in budget: MemoryBudget? = nil
    ) -> String {
        do {
            _ = try make(id, count: count, wrap: wrap, in: budget)
            return "no error"
        } catch EnvironmentError.memory(let error) {
            return "\(error)"
        } catch {
            return "another error: \(error)"
        }
    }

    @Test(arguments: ["CartPole-v1", "Arcade/Pong-v0"])
    func asManyEnvironmentsAsFitCanBeMade(id: String) throws {
        let small = MemoryBudget(total: 1_000_000)
        let sentence = refusal(id, count: 1 << 20, in: small)
        #expect(sentence.hasPrefix("1048576 environments \(id) would take "), "\(sentence)")
        let fitting = try #require(sentence.split(separator: " ").suffix(2).first.flatMap { Int($0) })
        #expect(fitting > 1 && sentence.hasSuffix("; \(fitting) fit"))
        #expect(try make(id, count: fitting, in: small).count == fitting)
        #expect(refusal(id, count: fitting + fitting / 10 + 1, in: small) != "no error")
    }

    @Test(arguments: ["frame-stack", "delay"]) func aWrapperSaysHowManyObservationsFit(name: String) throws {
        let sentence = refusal("CartPole-v1", wrap: "pixels,resize=100x100,\(name)=1000")
        #expect(sentence.hasPrefix("the wrapper \(name)=1000 around CartPole-v1 would take "), "\(sentence)")
        let fitting = try #require(sentence.split(separator: " ").suffix(2).first)
        #expect(fitting.hasPrefix("\(name)="))
        #expect(refusal("CartPole-v1", wrap: "pixels,resize=100x100,\(fitting)") == "no error")
        #expect(refusal("CartPole-v1", count: 100, wrap: "pixels,resize=100x100,\(fitting)").contains("in 100 env"))
    }

    @Test(arguments: ["pixels,resize=4096x4096", "pixels,grayscale,resize=4000x1000"])
    func largeImagesAreRefused(wrap: String) {
        #expect(refusal("CartPole-v1", wrap: wrap).hasPrefix("the wrapper resize="))
    }

    @Test(arguments: [
        "pixels,grayscale,resize=1024x1024,frame-stack=1000",
        Array(repeating: "frame-stack=1000", count: 16).joined(separator: ","),
        "flatten," + Array(repeating: "delay=1000,frame-stack=1000", count: 7).joined(separator: ","),
    ]) func stacksThatMultiplyAreRefused(wrap: String) {
        MemoryBudget.$given.withValue(MemoryBudget(total: 1_000_000_000)) {
            #expect {
                try EnvironmentCatalog.make("CartPole-v1", options: ["wrap": wrap])
            } throws: { error in
                if case EnvironmentError.memory = error { true } else { false }
            }
        }
    }

    @Test(arguments: [17, 2000]) func deepStacksAreRefused(depth: Int) {
        let wrap = Array(repeating: "flatten", count: depth).joined(separator: ",")
        #expect(
            throws: EnvironmentError.badValue(
                option: "wrap", value: "\(depth) wrappers", expected: "at most 16 wrappers")
        ) { try EnvironmentCatalog.make("CartPole-v1", options: ["wrap": wrap]) }
    }

    @Test func theDeepestStackIsMade() throws {
        let wrap = Array(repeating: "flatten", count: 16).joined(separator: ",")
        #expect(try EnvironmentCatalog.make("CartPole-v1", options: ["wrap": wrap]).observationSpace.count == 4)
    }

    @Test func oneHotVectorsOfLargeSpacesAreReckoned() {
        #expect(Space.discrete(1 << 31).flatCount == 1 << 31)
        #expect(Space.multiDiscrete([.max, 1]).flatCount == nil)
        #expect(Space.tuple([.discrete(3), .box(0...1, shape: [2, 2])]).flatCount == 7)
    }

    private struct Part { var numbers: [Float], names: [String], nested: [[Int64]] }

    @Test func arraysAreFoundInAllParts() {
        let shared = [UInt8](repeating: 0, count: 1000)
        func value() -> (Part, [UInt8]) {
            (
                Part(
                    numbers: .init(repeating: 0, count: 10), names: [],
                    nested: (1...2).map { [Int64](repeating: 0, count: $0) }), shared
            )
        }
        let (first, second) = (value(), value())
        #expect(HeldArrays(of: first).bytes(besides: HeldArrays()) == 40 + 24 + 1000)
        #expect(HeldArrays(of: second).bytes(besides: HeldArrays(of: first)) == 40 + 24)
    }

    @Test func countsMayBeWrittenAsPeopleDo() throws {
        let options = EnvironmentOptions(["a": "1_000", "b": "2k", "c": "1e3x"])
        #expect(try options.integer("a", in: 0...5000) == 1000 && options.integer("b", in: 0...5000) == 2000)
        #expect(throws: EnvironmentError.self) { try options.integer("c", in: 0...5000) }
    }

    @Test func idsAndWrappersHaveNoCase() throws {
        let batch = try EnvironmentCatalog.make("cartpole-V1", options: ["wrap": "Frame-Stack=2"])
        #expect(batch.id == "CartPole-v1" && batch.observationSpace.shape == [2, 4])
    }

    @Test func aMapWithoutAGoalIsRemarkedOn() throws {
        #expect(try GridMap(text: "\nS.\n").remark?.contains("no goal") == true)
        #expect(try GridMap(text: "\nSg\n").remark == nil && GridMap(text: "\nSG\n").remark == nil)
    }
}
