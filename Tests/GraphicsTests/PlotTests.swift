import Testing

@testable import Graphics

@Suite struct PlotTests {
    @Test(arguments: [
        (0.0...1.0, 5, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (-3.0...7.5, 6, ["-2", "0", "2", "4", "6"]),
        (0...50_000, 3, ["0", "20k", "40k"]),
        (0...2_400_000, 3, ["0", "1M", "2M"]),
        (0.012...0.019, 4, ["0.012", "0.014", "0.016", "0.018"]),
        (0...3e-9, 3, ["0", "1.0e-9", "2.0e-9", "3.0e-9"]),
    ])
    func ticksAreRoundNumbers(range: ClosedRange<Double>, count: Int, labels: [String]) {
        let ticks = AxisTicks(range, count: count)
        #expect(ticks.values.map(ticks.label) == labels)
        #expect(ticks.values.allSatisfy { range.contains($0 - ticks.step * 1e-9) || range.contains($0) })
    }

    @Test func numbersAreShort() {
        #expect(NumberText.fixed(-0.0049, decimals: 2) == "0.00")
        #expect(NumberText.fixed(-12.345, decimals: 1) == "-12.3")
        #expect(NumberText.fixed(9.996, decimals: 2) == "10.00")
        #expect(
            [0, 1.5, -0.0321, 321.4, 1.2e9, 4.5e-7, .nan, -.infinity].map(NumberText.short)
                == ["0", "1.50", "-0.032", "321", "1.2e9", "4.5e-7", "nan", "-∞"])
    }

    @Test(arguments: [
        (0, "0"), (500, "500"), (121.4321, "121.4"), (-0.5, "-0.5"), (1e-9, "1e-09"), (123_456.7, "123457"),
        (Double.infinity, "inf"), (1e300, "1e+300"),
    ])
    func significantDigits(_ value: Double, _ text: String) { #expect(NumberText.significant(value) == text) }

    @Test func numbersAreReadable() {
        let texts = [2, -3.25, 0.0004, 1e9, .nan].map(NumberText.readable)
        #expect(texts == ["2", "-3.250", "0.000", "1000000000.000", "nan"])
    }

    @Test func columnsShareTheirDecimals() {
        #expect(NumberText.column([-0.693, 1.04, 0]) == ["-0.69", "1.04", "0.00"])
        #expect(NumberText.column([123.4, 0.25, .nan]) == ["123", "0", "nan"])
        #expect(NumberText.column([0.0128, 0.002]) == ["0.013", "0.002"])
        #expect(NumberText.column([2e9, 0]) == ["2.0e9", "0"])
    }

    @Test func curvesRiseWhereValuesRise() {
        let plot = LinePlot(series: [.init(values: (0...100).map { Double($0) }, color: .red)])
        let frame = plot.frame(FrameSize(width: 200, height: 120))
        /// The topmost row of each column where the curve's colour is full.
        func row(_ x: Int) -> Int? { (0..<120).first { frame[x, $0] == .red } }
        let rows = (60..<190).compactMap(row)
        #expect(rows.count > 60)
        #expect(rows == rows.sorted(by: >))
        #expect(rows.first! - rows.last! > 40)
    }

    @Test func plotsOfAGridAreTheSameAlone() {
        let plots = (1...3).map { LinePlot(series: [.init(values: [0, Double($0), 1], color: .red)]) }
        let (size, grid) = (FrameSize(width: 160, height: 100), PlotGrid(plots))
        let frame = grid.frame(plotSize: size)
        #expect(grid.columns == 2 && frame.width == 320 && frame.height == 200)
        for (index, place) in [(0, 0), (160, 0), (0, 100)].enumerated() {
            let part = frame.cropped(x: place.0, y: place.1, width: 160, height: 100)
            #expect(part.pixels == plots[index].frame(size).pixels)
        }
    }

    @Test func longCurvesKeepTheirExtremes() {
        var values = [Double](repeating: 0, count: 100_000)
        values[31_415] = 1
        values[77_777] = -1
        values[50_000] = .nan
        let frame = LinePlot(series: [.init(values: values, color: .red)], yRange: -1...1)
            .frame(FrameSize(width: 300, height: 200))
        let rows = Set(frame.pixels.indices.filter { frame.pixels[$0] == Color.red.rgba }.map { $0 / 300 })
        #expect(rows.max()! - rows.min()! > 150, "both spikes reach the ends of the range")
    }

    @Test func curvesStayInsideTheirRange() {
        let plot = LinePlot(
            title: "title", xLabel: "step", yLabel: "return",
            series: [.init(name: "a", values: [-1e6, 0.5, 1e6, .nan, .infinity, 0.2, 0.3], color: .red)],
            yRange: 0...1)
        let frame = plot.frame(FrameSize(width: 300, height: 200))
        #expect(frame.pixels.contains(Color.red.rgba))
        let outside = frame.cropped(x: 0, y: 176, width: 300, height: 24)
        #expect(!outside.pixels.contains(Color.red.rgba))
    }

    @Test(arguments: [
        [], [1], [5, 5, 5], [.nan, .infinity], [1e300, -1e300], [1e15, 1e15 + 0.125], [0, .leastNonzeroMagnitude],
        [0, 1e-305],
    ])
    func noValuesTrap(values: [Double]) {
        for size in [(1, 1), (20, 10), (60, 40), (200, 100), (500, 10)] {
            let frame = LinePlot(title: "t", xLabel: "x", series: [.init(name: "n", values: values)])
                .frame(FrameSize(width: size.0, height: size.1))
            #expect(frame.width == size.0)
            var bars = Frame(width: size.0, height: size.1)
            BarPlot(bars: values.map { .init(label: "label", value: $0) }).draw(into: &bars, x: 0, y: 0, width: size.0)
        }
    }

    @Test func barsAreAsLongAsTheirValues() {
        let style = PlotStyle(background: .black, grid: .darkGray, axis: .gray, text: .white, series: [.red, .green])
        let plot = BarPlot(
            bars: [.init(label: "left", value: 1), .init(label: "right", value: 2, isChosen: true)], style: style)
        var frame = Frame(width: 200, height: plot.height)
        plot.draw(into: &frame, x: 0, y: 0, width: 200)
        func length(_ row: Int, _ color: Color) -> Int { (0..<200).count { frame[$0, row] == color } }
        #expect(abs(length(3, .red) * 2 - length(19, .green)) <= 1)
        #expect(length(19, .green) > 80)
        #expect(length(3, .red) + length(3, .darkGray) == length(19, .green))
    }

    @Test func negativeBarsGrowToTheLeftOfZero() {
        let style = PlotStyle(background: .black, grid: .darkGray, axis: .gray, text: .white, series: [.red, .green])
        let plot = BarPlot(bars: [.init(label: "a", value: -1), .init(label: "b", value: 1)], style: style)
        var frame = Frame(width: 200, height: plot.height)
        plot.draw(into: &frame, x: 0, y: 0, width: 200)
        let negative = (0..<200).filter { frame[$0, 5] == .red }
        let positive = (0..<200).filter { frame[$0, 21] == .red }
        #expect(negative.max()! < positive.min()!)
        #expect(abs(negative.count - positive.count) <= 1)
    }

    @Test func gridsHoldEveryPictureInItsPlace() {
        let grid = ImageGrid(height: 2, width: 3, columns: 2, scale: 2, margin: 1, background: .red)
        let values: [Float] = (0..<3).flatMap { picture in (0..<6).map { Float(picture * 6 + $0) / 17 } }
        let frame = grid.frame(values)
        #expect(frame.size == FrameSize(width: 15, height: 11))
        for picture in 0..<3 {
            for pixel in 0..<6 {
                let x = 1 + picture % 2 * 7 + pixel % 3 * 2
                let y = 1 + picture / 2 * 5 + pixel / 3 * 2
                let level = UInt8(((Float(picture * 6 + pixel) / 17) * 255).rounded())
                #expect(frame[x, y] == Color(gray: level) && frame[x + 1, y + 1] == Color(gray: level))
            }
        }
        #expect(frame[0, 0] == .red && frame[14, 10] == .red && frame[7, 3] == .red)
        #expect(frame[10, 8] == .red, "an empty place shows the background")
    }

    @Test func gridsShowColoursAndHoldValuesToTheirRange() {
        let grid = ImageGrid(height: 1, width: 2, channels: 3, margin: 0)
        #expect(
            grid.frame([1, 0, 0.5, -3, 7, .nan]).pixels == [
                Color(red: 255, green: 0, blue: 128).rgba, Color(red: 0, green: 255, blue: 0).rgba,
            ])
    }

    /// A band is a lighter background around its curve, interrupted where it has no numbers.
    @Test func bandsLieAroundTheirCurves() {
        let points = (0...10).map { Point(x: Double($0), y: 5) }
        let band = (0...10).map { $0 == 7 ? -Double.infinity...Double.infinity : 4.0...6.0 }
        let style = PlotStyle(background: .white, grid: .white, axis: .white, text: .white)
        let plot = LinePlot(
            series: [.init(points: points, color: .red, band: band)], yRange: 0...10, lineWidth: 1, style: style)
        let frame = plot.frame(FrameSize(width: 240, height: 160))
        let light = Color.red.opacity(0.2).painted(over: .white)
        let columns = (0..<240).map { x in (0..<160).count { frame[x, $0] == light } }
        #expect(columns.max()! > 20 && columns.max()! < 40)
        let filled = columns.indices.filter { columns[$0] > 10 }
        #expect(zip(filled, filled.dropFirst()).contains { $1 - $0 > 20 }, "the band breaks at the seventh point")
        // Without an explicit range the axis has room for the band.
        let wide = LinePlot(
            series: [.init(points: points, color: .red, band: points.map { _ in 0.0...50.0 })], style: style)
        #expect(wide.frame(FrameSize(width: 240, height: 160)).pixels.count { $0 == light.rgba } > 8000)
    }
}
