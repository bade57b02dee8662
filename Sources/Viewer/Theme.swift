import Graphics

/// The window's colours and measures; measures are in pixels before everything is magnified for large windows.
enum Theme {
    static let background = Color(hex: 0x0D1014)
    static let panel = Color(hex: 0x151A20)
    static let bar = Color(hex: 0x11151A)
    static let rule = Color(hex: 0x262E38)
    static let track = Color(hex: 0x1E252D)
    static let dim = Color(hex: 0x7B8794)
    static let text = Color(hex: 0xC3CCD6)
    static let bright = Color(hex: 0xF2F5F8)
    static let accent = Color(hex: 0x6CB6E8)
    static let chosen = Color(hex: 0xE9A23B)

    static let plot = PlotStyle(background: panel, grid: track, axis: rule, text: dim, series: [accent, chosen])
    static let bars = PlotStyle(
        background: panel, grid: track, axis: rule, text: text, series: [Color(hex: 0x4A7FA5), chosen])

    /// From a panel's edge to its contents.
    static let padding = 14
    /// From one row of text to the next.
    static let row = 17
    static let statusHeight = 24

    /// The magnification of text and panels: large windows are mostly on screens with small pixels.
    static func scale(_ size: FrameSize) -> Int { max(1, min(size.width / 960, size.height / 540)) }
}
