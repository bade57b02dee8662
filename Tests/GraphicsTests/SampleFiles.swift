import Foundation
import Testing

@testable import Graphics

/// Writes files for Tests/Fixtures/Graphics/check_samples.py, which compares them with what Pillow reads.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["REVERIE_GRAPHICS_SAMPLES"] != nil))
struct SampleFiles {
    @Test func write() throws {
        let folder = URL(filePath: ProcessInfo.processInfo.environment["REVERIE_GRAPHICS_SAMPLES"]!)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        func write(_ name: String, _ file: [UInt8], _ frames: [Frame]) throws {
            try Data(file).write(to: folder.appending(path: name))
            let pixels = frames.reduce(into: Data()) { data, frame in
                frame.pixels.withUnsafeBytes { data.append(contentsOf: $0) }
            }
            try pixels.write(to: folder.appending(path: name).deletingPathExtension().appendingPathExtension("rgba"))
        }
        let scenes = (0..<8).map(Samples.scene)
        let pictures = [
            "scene": scenes[0], "smooth": Samples.gradient(150, 90), "alpha": Samples.gradient(64, 48, alpha: true),
            "noise": Samples.noise(80, 60, colors: 70_000), "font": specimen, "plots": plots,
        ]
        for (name, frame) in pictures { try write("\(name).png", PNG.encode(frame), [frame]) }
        let noises = (1...3).map { Samples.noise(100, 80, colors: 85 * $0) }
        for (name, frames) in ["moving": scenes, "noise-moving": noises, "quantised": [Samples.gradient(128, 96)]] {
            var encoder = GIFEncoder(size: frames[0].size)
            for frame in frames { encoder.add(frame, delay: 7) }
            try write("\(name).gif", encoder.finish(), frames)
        }
    }

    /// The whole font, for visual inspection.
    private var specimen: Frame {
        let lines = [
            String(decoding: Array(32...79), as: UTF8.self), String(decoding: Array(80...126), as: UTF8.self),
            "εγ·±→←↑↓…×–αβδηθλμπστφΔΣ∞≈≤≥°²▶■●○✓⏸漢", "The quick brown fox jumps over the lazy dog: 0.1234567890",
        ]
        var frame = Frame(width: 720, height: 160, fill: PlotStyle.dark.background)
        frame.drawText(lines.joined(separator: "\n"), x: 8, y: 4, PlotStyle.dark.text)
        frame.drawText(lines.joined(separator: "\n"), x: 8, y: 60, scale: 2, .white)
        return frame
    }

    /// The three kinds of plot, for visual inspection.
    private var plots: Frame {
        var frame = Frame(width: 640, height: 440, fill: PlotStyle.dark.background)
        let waves = (0..<3).map { wave in
            let values = (0...200).map { step -> Double in sin(Double(step) / 20 + Double(wave)) * Double(200 + step) }
            return LinePlot.Series(name: "wave \(wave)", values: values)
        }
        LinePlot(title: "Return of an episode", xLabel: "episode", yLabel: "return", series: waves)
            .draw(into: &frame, x: 0, y: 0, width: 400, height: 260)
        LinePlot(series: [waves[1]], style: .light).draw(into: &frame, x: 410, y: 10, width: 220, height: 120)
        let bars: [BarPlot.Bar] = [
            .init(label: "left", value: -0.25), .init(label: "right", value: 1.5, isChosen: true),
            .init(label: "a very long name of an action", value: 0.031), .init(label: "none", value: .nan),
        ]
        BarPlot(bars: bars).draw(into: &frame, x: 410, y: 150, width: 220)
        let images = (0..<10 * 64).map { index -> Float in
            let (x, y) = (Float(index % 64), Float(index / 64))
            return x / 63 * y / 9
        }
        frame.draw(ImageGrid(height: 8, width: 8, columns: 5, scale: 4).frame(images), x: 20, y: 280)
        return frame
    }
}
