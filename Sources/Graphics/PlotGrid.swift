/// Plots of the same size beside and below each other, in rows as long as the columns are high, or longer by one.
public struct PlotGrid: Sendable {
    public var plots: [LinePlot]

    /// - Precondition: there is a plot.
    public init(_ plots: [LinePlot]) {
        precondition(!plots.isEmpty, "a grid needs a plot")
        self.plots = plots
    }

    /// The number of plots in a row.
    public var columns: Int { (1...plots.count).first { $0 * $0 >= plots.count }! }

    /// The size of the grid with plots of the given size.
    public func size(ofPlots plot: FrameSize) -> FrameSize {
        FrameSize(
            width: plot.width * columns, height: plot.height * ((plots.count + columns - 1) / columns))
    }

    /// The plots as one frame.
    public func frame(plotSize: FrameSize) -> Frame {
        var frame = Frame(size(ofPlots: plotSize), fill: plots[0].style.background)
        draw(on: &frame, plotSize)
        return frame
    }

    /// The plots as the text of an SVG file.
    public func svg(plotSize: FrameSize) -> String {
        SVGCanvas.file(size(ofPlots: plotSize)) { draw(on: &$0, plotSize) }
    }

    private func draw(on canvas: inout some PlotCanvas, _ size: FrameSize) {
        for (index, plot) in plots.enumerated() {
            let (row, column) = index.quotientAndRemainder(dividingBy: columns)
            plot.draw(
                on: &canvas, x: column * size.width, y: row * size.height, width: size.width, height: size.height)
        }
    }
}
