import Foundation
import TestSupport
import Testing

@testable import TensorCore

/// How each operation is checked: every primitive has a case, and every operation has all of its checks.
///
/// Fixtures/TensorCore/operations.md is the table; `REVERIE_WRITE_FIXTURES=1` writes it.
@Suite struct CoverageTests {
    /// Operations that are checked elsewhere.
    private static let elsewhere = ["with": "scalar"]

    private static func operation(of name: String) -> String {
        let word = String(name.split(separator: " ")[0])
        return elsewhere[word] ?? word
    }

    private struct Row {
        var shapes = 0
        var isDifferentiable = false
        var values = 0
        var gradients = 0
    }

    private static let rows: [String: Row] = {
        var rows: [String: Row] = [:]
        for item in OperationCase.all {
            rows[operation(of: item.name), default: Row()].shapes += item.shapes.count
            if item.isDifferentiable { rows[operation(of: item.name)]!.isDifferentiable = true }
        }
        for golden in GoldenTests.cases {
            rows[operation(of: golden.name), default: Row()].values += 1
            if golden.gradients != nil { rows[operation(of: golden.name)]!.gradients += 1 }
        }
        return rows
    }()

    private static var table: String {
        let head = """
            # Operations and their checks

            Written by CoverageTests. Every instruction set's kernels, fused and not, are compared with the float64
            reference at each shape of a case. First-order gradients at each shape, and second-order gradients at one
            shape per case, are compared with central differences (1e-6). PyTorch's values and gradients are float32.

            | operation | shapes against the reference | finite differences | PyTorch's values | PyTorch's gradients |
            |---|---|---|---|---|

            """
        return rows.sorted { $0.key.lowercased() < $1.key.lowercased() }.reduce(into: head) { text, entry in
            let (name, row) = entry
            let differences = row.isDifferentiable ? "\(row.shapes)" : "none flows"
            let gradients = row.isDifferentiable ? "\(row.gradients)" : "none flows"
            text += "| \(name) | \(row.shapes) | \(differences) | \(row.values) | \(gradients) |\n"
        }
    }

    @Test func noOperationHasAGap() {
        for (name, row) in Self.rows {
            #expect(row.shapes >= 5, "\(name) has no case in OperationCase")
            #expect(row.values > 0, "\(name) is not compared with PyTorch")
            #expect(!row.isDifferentiable || row.gradients > 0, "\(name)'s gradient is not compared with PyTorch")
        }
    }

    @Test func theTableIsTrue() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let file = folder.appending(path: "Fixtures/TensorCore/operations.md")
        #expect(try matchesFixture(Array(Self.table.utf8), at: file.path()))
    }

    /// Every primitive is recorded by a case, except leaves and those that only occur in programs.
    @Test func noPrimitiveIsLeftOut() {
        var seen: Set<String> = []
        for item in OperationCase.all {
            let inputs = item.shapes[1].enumerated().map { Tensor(Node(.input($0), [], shape: $1, type: .float32)) }
            visit(item.body(inputs).node) { seen.insert(Self.kind(of: $0.operation)) }
        }
        let kinds =
            TensorCore.Operation.Unary.allCases.map(\.rawValue) + TensorCore.Operation.Binary.allCases.map(\.rawValue)
            + [
                "select", "broadcast", "reshape", "permute", "slice", "pad", "concatenate", "gather", "scatterAdd",
                "argsort", "reduce sum", "reduce maximum", "argmax", "cumulativeSum", "matmul", "convolution forward",
                "convolution to the input", "poolArgmax", "cholesky", "triangularSolve", "inverse",
                "logAbsoluteDeterminant",
            ]
        #expect(Set(kinds).subtracting(seen) == [])
        #expect(seen.subtracting(kinds) == ["leaf"])
    }

    /// Exhaustive, so that a new primitive requires a case.
    private static func kind(of operation: TensorCore.Operation) -> String {
        switch operation {
        case .input, .variable, .data, .scalar, .random, .customGradient, .stopGradient: "leaf"
        case .unary(let unary): unary.rawValue
        case .binary(let binary): binary.rawValue
        case .select: "select"
        case .broadcast: "broadcast"
        case .reshape: "reshape"
        case .permute: "permute"
        case .slice: "slice"
        case .pad: "pad"
        case .concatenate: "concatenate"
        case .gather: "gather"
        case .scatterAdd: "scatterAdd"
        case .argsort: "argsort"
        case .reduce(let reduction, _, _): "reduce \(reduction.rawValue)"
        case .argmax: "argmax"
        case .cumulativeSum: "cumulativeSum"
        case .matmul: "matmul"
        case .convolution(let part, _): "convolution \(part.rawValue)"
        case .poolArgmax: "poolArgmax"
        case .cholesky: "cholesky"
        case .triangularSolve: "triangularSolve"
        case .inverse: "inverse"
        case .logAbsoluteDeterminant: "logAbsoluteDeterminant"
        }
    }
}
