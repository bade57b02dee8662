import Foundation
import Testing

@testable import Graphics

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// Plots as SVG files: well-formed, with the same contents as the pixels.
@Suite struct SVGTests {
    private let plot = LinePlot(
        title: "a < b & \"c\"\u{1}", xLabel: "step", yLabel: "return",
        series: [
            .init(name: "first", values: [0, 1, 4, 3], color: .red),
            .init(
                name: "second",
                points: [Point(x: 0, y: 1), Point(x: 1, y: .nan), Point(x: 2, y: 3), Point(x: 3, y: 2)],
                color: .blue, band: [0...1, 0...1, 2...4, 1...3]),
        ], style: .light)

    private func elements(_ text: String) throws -> [XMLElement] {
        let document = try XMLDocument(xmlString: text)
        func all(_ element: XMLElement) -> [XMLElement] {
            [element] + (element.children ?? []).compactMap { $0 as? XMLElement }.flatMap(all)
        }
        return all(document.rootElement()!)
    }

    @Test func isWellFormedAndComplete() throws {
        let elements = try elements(plot.svg(FrameSize(width: 400, height: 300)))
        #expect(elements[0].name == "svg" && elements[0].value("viewBox") == "0 0 400 300")
        let texts = elements.filter { $0.name == "text" }.compactMap(\.stringValue)
        for text in ["a < b & \"c\"?", "step", "return", "first", "second", "0.0", "4.0"] {
            #expect(texts.contains(text), "\(text)")
        }
        let lines = elements.filter { $0.name == "polyline" }
        #expect(lines.map { $0.value("stroke") } == ["#ff0000", "#0000ff", "#0000ff"])
        #expect(lines.map { $0.value("points").split(separator: " ").count } == [4, 2, 2])
        let bands = elements.filter { $0.name == "polygon" }
        #expect(bands.count == 1)
        #expect(bands[0].value("fill-opacity") == "0.20")
        #expect(bands[0].value("points").split(separator: " ").count == 8)
    }

    /// Where a curve is in the file, it is in the frame.
    @Test func liesWhereThePixelsAre() throws {
        let size = FrameSize(width: 400, height: 300)
        let frame = plot.frame(size)
        let elements = try elements(plot.svg(size))
        let inner = elements.filter { $0.name == "svg" }[1]
        let origin = ["x", "y"].map { Double(inner.value($0))! }
        let line = elements.first { $0.name == "polyline" }!
        // The first and the last point lie under the border.
        for point in line.value("points").split(separator: " ").dropFirst().dropLast() {
            let place = point.split(separator: ",").map { Double($0)! }
            let (x, y) = (Int(origin[0] + place[0]), Int(origin[1] + place[1]))
            let color = frame[min(x, size.width - 1), min(y, size.height - 1)]
            #expect(color.red > color.blue, "(\(x), \(y))")
        }
    }

    @Test func tooSmallOrEmptyIsStillAFile() throws {
        for size in [(1, 1), (20, 10), (500, 10)] {
            #expect(try !elements(plot.svg(FrameSize(width: size.0, height: size.1))).isEmpty)
        }
        #expect(try !elements(LinePlot(series: []).svg(FrameSize(width: 200, height: 100))).isEmpty)
    }
}

extension XMLElement {
    /// The text of an attribute; empty if there is none.
    fileprivate func value(_ name: String) -> String {
        attributes?.first { $0.name == name }?.stringValue ?? ""
    }
}
