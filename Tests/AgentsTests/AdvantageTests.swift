import Testing

@testable import Agents

/// Generalised advantages against sums written out from their definition.
@Suite struct AdvantageTests {
    private struct Window {
        var rewards: [Float] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
        var values: [Float] = [0.5, -1, 2, 0.25, 1, 3, -2, 1, 0.5, 4]
        var nextValues: [Float] = [2, 0.25, 7, 8, -2, 1, 0.5, 4, 6, 5]
        var terminated = [Bool](repeating: false, count: 10)
        var truncated = [Bool](repeating: false, count: 10)
        var reset = [Bool](repeating: false, count: 10)
        var environments = 2

        func advantages(_ discount: Float, _ lambda: Float) -> [Float] {
            var result = [Float](repeating: .nan, count: rewards.count)
            rewards.withUnsafeBufferPointer { rewards in
                values.withUnsafeBufferPointer { values in
                    nextValues.withUnsafeBufferPointer { nextValues in
                        terminated.withUnsafeBufferPointer { terminated in
                            truncated.withUnsafeBufferPointer { truncated in
                                reset.withUnsafeBufferPointer { reset in
                                    result.withUnsafeMutableBufferPointer {
                                        generalizedAdvantages(
                                            AdvantageInputs(
                                                rewards: rewards, values: values, nextValues: nextValues,
                                                terminated: terminated, truncated: truncated, reset: reset),
                                            environments: environments, discount: discount, lambda: lambda, into: $0)
                                    }
                                }
                            }
                        }
                    }
                }
            }
            return result
        }

        /// The definition: Σₗ (γλ)ˡ δₜ₊ₗ up to the end of the episode or of the window.
        func expected(_ discount: Float, _ lambda: Float) -> [Float] {
            (0..<10).map { start in
                var (sum, factor, row): (Float, Float, Int) = (0, 1, start)
                guard !reset[start] else { return 0 }
                while row < 10 {
                    let next = terminated[row] ? 0 : nextValues[row]
                    sum += factor * (rewards[row] + discount * next - values[row])
                    if terminated[row] || truncated[row] { break }
                    factor *= discount * lambda
                    row += 2
                }
                return sum
            }
        }

        func check() {
            for (discount, lambda) in [(Float(0.9), Float(0.8)), (1, 1), (0.9, 0), (0.5, 1)] {
                let (own, expected) = (advantages(discount, lambda), expected(discount, lambda))
                #expect(zip(own, expected).allSatisfy { abs($0 - $1) < 1e-4 }, "\(own) \(expected)")
            }
        }
    }

    @Test func theyAreTheirDefinition() { Window().check() }

    /// After a terminal state the value is 0, after truncation it is the value of the state reached, and nothing of the
    /// next episode is counted in either.
    @Test func episodesEndInTwoWays() {
        var window = Window()
        window.terminated[4] = true
        window.truncated[5] = true
        window.check()
        let own = window.advantages(0.9, 0.8)
        #expect(own[4] == 5 - 1)
        #expect(own[5] == 6 + 0.9 * 1 - 3)
        window.rewards[6] = 1_000
        window.rewards[7] = -1_000
        let other = window.advantages(0.9, 0.8)
        #expect(Array(own[..<6]) == Array(other[..<6]))
    }

    /// A reset is no step: it has no advantage, and whatever lies in its row counts nowhere.
    @Test func resetsCountNowhere() {
        var window = Window()
        window.truncated[2] = true
        window.reset[4] = true
        window.check()
        let own = window.advantages(0.9, 0.8)
        (window.rewards[4], window.values[4], window.nextValues[4]) = (99, 99, 99)
        #expect(window.advantages(0.9, 0.8) == own && own[4] == 0)
    }

    // MARK: Sums by another program

    struct File: Decodable, CustomTestStringConvertible {
        struct Case: Decodable {
            var discount, lambda: Float
            var advantages, returns: [Double]
        }

        var name: String
        var environments: Int
        var rewards, values, nextValues: [Float]
        var terminated, truncated, reset: [Bool]
        var cases: [Case]

        var testDescription: String { name }
    }

    private static let files: [File] = Golden.load("advantages.json")

    /// Windows of several lengths, also of one step, with all ends of episodes and resets after them.
    @Test(arguments: files)
    func theyAreNumPys(_ file: File) {
        for expected in file.cases {
            let own = Window(
                rewards: file.rewards, values: file.values, nextValues: file.nextValues, terminated: file.terminated,
                truncated: file.truncated, reset: file.reset, environments: file.environments
            ).advantages(expected.discount, expected.lambda)
            #expect(Golden.difference(own, expected.advantages) < 2e-6, "γ \(expected.discount), λ \(expected.lambda)")
            let returns = own.indices.map { file.reset[$0] ? 0 : own[$0] + file.values[$0] }
            #expect(Golden.difference(returns, expected.returns) < 2e-6)
        }
    }
}
