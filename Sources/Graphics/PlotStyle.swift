/// The colours of a plot.
public struct PlotStyle: Hashable, Sendable {
    /// The background of the plot.
    public var background: Color
    /// The faint lines at the ticks.
    public var grid: Color
    /// The border of the plot and the line at zero.
    public var axis: Color
    /// Labels and numbers.
    public var text: Color
    /// The colours of the series, used in turn and repeated when they run out; not empty.
    public var series: [Color]

    /// A style from its colours.
    public init(background: Color, grid: Color, axis: Color, text: Color, series: [Color] = Color.series) {
        precondition(!series.isEmpty, "a plot style needs at least one series colour, got none")
        self.background = background
        self.grid = grid
        self.axis = axis
        self.text = text
        self.series = series
    }

    /// For windows: light lines on a dark background.
    public static let dark = PlotStyle(
        background: Color(hex: 0x15191F), grid: Color(hex: 0x232A33), axis: Color(hex: 0x3B4552),
        text: Color(hex: 0x9AA7B5))

    /// For paper: dark lines on white.
    public static let light = PlotStyle(
        background: .white, grid: Color(hex: 0xE8E8E8), axis: Color(hex: 0x909090), text: Color(hex: 0x333333))

    /// The colour of the series with the given index.
    func color(_ index: Int) -> Color { series[index % series.count] }
}
