import Foundation
import TestSupport
import Testing

@testable import NeuralNetworks
@testable import TensorCore

/// How each layer is checked: none goes without finite differences and PyTorch's numbers.
///
/// Fixtures/NeuralNetworks/layers.md is the table; `REVERIE_WRITE_FIXTURES=1` writes it.
@Suite struct LayerCoverageTests {
    /// The layer that the name of a case refers to.
    private static func layer(of name: String) -> String {
        for known in [
            "conditionalBatchNorm", "batchNorm", "layerNorm", "groupNorm", "transformer block", "linear attention",
            "attention", "maskedConv2d", "convTranspose1d", "convTranspose2d", "conv1d", "conv2d", "positions", "rrelu",
        ] where name.contains(known) { return known }
        let words = name.split(separator: " ")
        return words[0] == "activation" ? String(words[1]) : String(words[0])
    }

    /// Checked by their behaviour, because PyTorch has no such layer or uses different random numbers.
    private static let otherwise = [
        "dropout": "DropoutTests: mask, expectation, modes", "positions": "AttentionTests: equivariance, order",
        "rrelu": "ActivationTests: slopes drawn",
    ]

    private struct Row {
        var gradients = 0
        var training = 0
        var evaluation = 0
    }

    private static let rows: [String: Row] = {
        var rows: [String: Row] = [:]
        for item in LayerGradientCase.all { rows[layer(of: item.name), default: Row()].gradients += item.shapes.count }
        for golden in LayerGoldenTests.cases {
            let name = layer(of: golden.name)
            if golden.training {
                rows[name, default: Row()].training += 1
            } else {
                rows[name, default: Row()].evaluation += 1
            }
        }
        // A stack of layers is checked through its parts.
        rows["sequential"] = nil
        return rows
    }()

    private static var table: String {
        let head = """
            # Layers and their checks

            Written by LayerCoverageTests. Gradients are compared with central differences in float64 (1e-6) at each
            shape. Values, gradients and buffers are compared with PyTorch's in float32 (1e-5), in training mode and in
            evaluation mode; layers without modes are compared in training mode.

            | layer | shapes with finite differences | PyTorch, training | PyTorch, evaluation |
            |---|---|---|---|

            """
        return rows.sorted { $0.key.lowercased() < $1.key.lowercased() }.reduce(into: head) { text, entry in
            let (name, row) = entry
            let training = otherwise[name] ?? (row.training > 0 ? "\(row.training)" : "as evaluation")
            let evaluation = row.evaluation > 0 ? "\(row.evaluation)" : "as training"
            text += "| \(name) | \(row.gradients) | \(training) | \(evaluation) |\n"
        }
    }

    @Test func noLayerHasAGap() {
        for (name, row) in Self.rows {
            #expect(row.gradients >= 5, "\(name) has no case in LayerGradientCase")
            #expect(
                row.training + row.evaluation > 0 || Self.otherwise[name] != nil, "\(name) isn't compared with PyTorch")
        }
        #expect(Self.rows.count == 36)
    }

    @Test func theTableIsTrue() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let file = folder.appending(path: "Fixtures/NeuralNetworks/layers.md")
        #expect(try matchesFixture(Array(Self.table.utf8), at: file.path()))
    }
}
