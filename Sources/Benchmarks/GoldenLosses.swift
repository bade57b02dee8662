import Environments
import Storage

/// The results that steps must have: PyTorch's, written by `Benchmarks/make_losses.py`, which also says how much they
/// may differ and why.
package struct GoldenLosses {
    /// The file lacks the losses of a step, or a step has other results.
    package struct Fault: Error, CustomStringConvertible {
        package let description: String

        init(_ description: String) { self.description = description }
    }

    private let file: String
    private let tolerance: Double
    /// For steps in which float32 itself is further from float64.
    private let tolerances: JSON?
    private let losses: JSON

    /// Reads `benchmarks/losses.json` from the assets.
    ///
    /// - Throws: `EnvironmentError` or `StorageError` if it is missing, `FormatError` or ``Fault`` if its content is
    ///   wrong.
    init() throws {
        file = try Assets.path("benchmarks/losses.json")
        let json = try JSON(parsing: InputFile.bytes(of: file, limit: 1 << 20)[...], file: file)
        guard let tolerance = json["tolerance"]?.double, tolerance > 0, let losses = json["losses"] else {
            throw Fault("\(file): expected a 'tolerance' above 0 and 'losses'; \(Self.advice)")
        }
        (self.tolerance, tolerances, self.losses) = (tolerance, json["tolerances"], losses)
    }

    /// Refuses a step whose results aren't PyTorch's, since it then does other work than the peers.
    ///
    /// - Throws: ``Fault`` that names the first difference.
    func check(_ step: String, _ results: [Float]) throws {
        guard let expected = losses[step]?.array?.compactMap(\.double), let largest = expected.map(abs).max() else {
            throw Fault("\(file): there are no losses of '\(step)'; \(Self.advice)")
        }
        guard results.count == expected.count else {
            throw Fault(
                "\(file): there are \(expected.count) losses of '\(step)', not \(results.count); \(Self.advice)")
        }
        let tolerance = tolerances?[step]?.double ?? tolerance
        for (index, (result, loss)) in zip(results, expected).enumerated()
        where !(abs(Double(result) - loss) <= tolerance * largest) {
            throw Fault(
                "\(step) is not timed, since its results are not PyTorch's: result \(index + 1) of "
                    + "\(results.count) is \(result), but \(loss) in \(file); it may differ by \(tolerance * largest); "
                    + "rebuild with 'make build', and if that doesn't help, undo what changed the step")
        }
    }

    private static let advice = "write it with 'python3 Benchmarks/make_losses.py', or use another copy"
}
