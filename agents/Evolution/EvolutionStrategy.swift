import Environments
import Random

/// A probability distribution of parameters that moves towards those of high fitness: ask for candidates, tell their
/// fitness. It knows nothing of environments, so anything can be optimised that gives a number for parameters.
///
/// ```swift
/// var strategy = CMAES(mean: [Double](repeating: 0, count: 10), deviation: 0.5)
/// var candidates = strategy.makeCandidates()
/// for _ in 0..<100 {
///     strategy.sample(into: &candidates, &random)
///     strategy.update(candidates, fitness: candidates.map { -cost($0) })
/// }
/// ```
public protocol EvolutionStrategy: StateCodable, Sendable {
    /// The number of candidates in a generation, λ.
    var population: Int { get }
    /// The centre of the distribution, one number for each parameter.
    var mean: [Double] { get set }
    /// The root mean square of the parameters' standard deviations.
    var deviation: Double { get }
    /// The number of updates so far.
    var generation: Int { get }
    /// Samples one candidate.
    ///
    /// - Parameter candidate: as many numbers as ``mean`` has, written here.
    func sample(into candidate: inout [Double], _ random: inout RandomStream)
    /// Moves the distribution towards the better candidates. Only the order of the fitnesses counts: of equal ones, the
    /// first is taken for better.
    ///
    /// - Parameters:
    ///   - candidates: ``population`` of them, sampled from this distribution.
    ///   - fitness: Larger is better; none is NaN.
    mutating func update(_ candidates: [[Double]], fitness: [Double])
}

extension EvolutionStrategy {
    /// Memory for the candidates of a generation.
    public func makeCandidates() -> [[Double]] { Array(repeating: mean, count: population) }

    /// Samples a generation, one candidate after another.
    ///
    /// - Parameter candidates: made by ``makeCandidates()``.
    public func sample(into candidates: inout [[Double]], _ random: inout RandomStream) {
        for index in candidates.indices { sample(into: &candidates[index], &random) }
    }

    /// The numbers of the candidates, best first.
    ///
    /// - Precondition: there is a fitness for each candidate, and none is NaN.
    func ranked(_ candidates: [[Double]], _ fitness: [Double]) -> [Int] {
        precondition(
            candidates.count == population && fitness.count == population,
            "expected \(population) candidates and as many fitnesses, found \(candidates.count) and \(fitness.count)")
        precondition(!fitness.contains { $0.isNaN }, "a fitness is NaN")
        return fitness.indices.sorted { (-fitness[$0], $0) < (-fitness[$1], $1) }
    }
}
