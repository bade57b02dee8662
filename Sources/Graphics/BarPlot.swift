/// Labelled horizontal bars, one below the other, each with its value: action values, probabilities, counts.
public struct BarPlot: Sendable {
    /// One bar.
    public struct Bar: Hashable, Sendable {
        /// The label on the left.
        public var label: String
        /// Its length, in the plot's units. A value that is not finite has no bar.
        public var value: Double
        /// Whether it is drawn in the second colour of the style.
        public var isChosen: Bool

        /// A bar of length `value`.
        public init(label: String, value: Double, isChosen: Bool = false) {
            self.label = label
            self.value = value
            self.isChosen = isChosen
        }
    }
    /// The bars, from the top.
    public var bars: [Bar]
    /// The values at both ends; nil for the range of the bars and zero.
    public var range: ClosedRange<Double>?
    /// The colours.
    public var style: PlotStyle
    /// The distance between the tops of two bars in pixels.
    public var rowHeight: Int
    /// Digits after the decimal point of the values; nil for as many as the largest needs to show two or three digits.
    public var decimals: Int?

    /// A plot of `bars`.
    public init(
        bars: [Bar], range: ClosedRange<Double>? = nil, style: PlotStyle = .dark, rowHeight: Int = 16,
        decimals: Int? = nil
    ) {
        self.bars = bars
        self.range = range
        self.style = style
        self.rowHeight = rowHeight
        self.decimals = decimals
    }

    /// The height in pixels that all bars take.
    public var height: Int { bars.count * rowHeight }

    /// Draws the bars from (`x`, `y`) down; labels, bars and values together are `width` pixels wide.
    public func draw(into frame: inout Frame, x: Int, y: Int, width: Int) {
        let cell = Font.cell
        let values = NumberText.column(bars.map(\.value), decimals: decimals)
        let longest = bars.map(\.label.count).max() ?? 0
        // Long labels are cut, so that at least half of the width is left for the bars and values.
        let labelCells = min(longest, max(1, width / 2 / cell.width - 1))
        let valueCells = values.map(\.count).max() ?? 0
        let left = x + (labelCells + 1) * cell.width
        let length = width - (labelCells + valueCells + 2) * cell.width
        let (low, high) = ends()
        let zero = Double(max(length, 0)) * -low / (high - low)
        for (index, bar) in bars.enumerated() {
            let top = y + index * rowHeight
            let textTop = top + (rowHeight - 8) / 2
            let ink = bar.isChosen ? style.color(1) : style.text
            let label = bar.label.count > labelCells ? bar.label.prefix(labelCells - 1) + "…" : bar.label[...]
            frame.drawText(String(label), x: x, y: textTop, ink)
            frame.drawText(values[index], x: x + width - values[index].count * cell.width, y: textTop, ink)
            guard length > 0 else { continue }
            let thickness = max(2, rowHeight - 6)
            frame.fillRectangle(x: left, y: top + 3, width: length, height: thickness, style.grid)
            guard bar.value.isFinite else { continue }
            let end = Double(length) * (max(low, min(high, bar.value)) - low) / (high - low)
            let (from, to) = (Int(min(zero, end) + 0.5), Int(max(zero, end) + 0.5))
            frame.fillRectangle(
                x: left + from, y: top + 3, width: max(1, to - from), height: thickness,
                style.color(bar.isChosen ? 1 : 0))
        }
    }

    /// The values at the left and right end, which differ and have zero between them.
    private func ends() -> (Double, Double) {
        let values = bars.map(\.value).filter(\.isFinite)
        let low = min(0, range?.lowerBound ?? values.min() ?? 0)
        let high = max(0, range?.upperBound ?? values.max() ?? 1)
        return low < high ? (low, high) : (0, 1)
    }
}
