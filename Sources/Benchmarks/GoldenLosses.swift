import Environments
import Storage

/// What steps must compute: PyTorch's results, written by `Benchmarks/make_losses.py`, which also says how much they may
/// differ and why.
package struct GoldenLosses {
    /// The file has no losses of a step, or a step's results are others.
    package struct Fault: Error, CustomStringConvertible {
        package let description: String

        init(_ description: String) { self.description = description }
    }

    private let file: String
    private let tolerance: Double
    /// Of the steps in which float32 itself is further from float64.
    private let tolerances: JSON?
    private let losses: JSON

    /// Reads `benchmarks/losses.json` among the assets.
    ///
    /// - Throws: `EnvironmentError` or `StorageError` where it is missing, `FormatError` or ``Fault`` where its content
    ///   isn't right.
    init() throws {
        file = try Assets.path("benchmarks/losses.json")
        let json = try JSON(parsing: InputFile.bytes(of: file, limit: 1 << 20)[...], file: file)
        guard let tolerance = json["tolerance"]?.double, tolerance > 0, let losses = json["losses"] else {
            throw Fault("\(file): there is no 'tolerance' above 0 or no 'losses'; \(Self.advice)")
        }
        (self.tolerance, tolerances, self.losses) = (tolerance, json["tolerances"], losses)
    }

    /// Refuses results of a step that aren't PyTorch's: then it does other work than the peers.
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
                "\(step) isn't timed, for it computes something else than PyTorch: result \(index + 1) of "
                    + "\(results.count) is \(result), in \(file) \(loss), and may differ by \(tolerance * largest); "
                    + "build anew with 'make build', and if that doesn't help, undo what changed the step")
        }
    }

    private static let advice = "make it with 'python3 Benchmarks/make_losses.py', or use another copy"
}
