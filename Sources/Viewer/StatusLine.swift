import Graphics

/// The status line at the foot of the window: whether time passes and how fast, a message, and how to get help.
struct StatusLine {
    let state: ViewerState

    /// Whether time passes, with its symbol, and the colour of both.
    var mode: (text: String, color: Color) {
        if state.hasEnded { return ("■ ended", Theme.dim) }
        return state.isPaused ? ("⏸ paused", Theme.chosen) : ("▶ running", Theme.accent)
    }

    /// The requested speed, and the actual one if it differs.
    var speed: String {
        let asked = state.speed.text
        guard let reached = state.reachedSpeed, !state.isPaused, !state.hasEnded else { return asked }
        let found = ViewerSpeed.number(reached) + "×"
        guard case .times(let factor) = state.speed else { return "\(asked), \(found)" }
        // Differences within a tenth come from the clock.
        return reached > factor * 0.9 ? asked : "\(asked) requested, \(found) reached"
    }

    func frame(width: Int) -> Frame {
        var frame = Frame(width: width, height: Theme.statusHeight, fill: Theme.bar)
        frame.fillRectangle(x: 0, y: 0, width: width, height: 1, Theme.rule)
        let (cell, y) = (Font.cell.width, (Theme.statusHeight - 8) / 2)
        frame.drawText(mode.text, x: Theme.padding, y: y, mode.color)
        // The words of the modes differ in length; the speed keeps its place.
        let speedX = Theme.padding + 11 * cell
        frame.drawText(speed, x: speedX, y: y, Theme.text)
        let help = "F1 help"
        let helpX = width - Theme.padding - help.count * cell
        let messageX = speedX + (speed.count + 3) * cell
        let room = (helpX - messageX) / cell - 2
        if let message = state.message {
            // A message takes precedence over the hint if there is no room for both.
            let whole = message.count <= room
            let cells = whole ? room : (width - Theme.padding - messageX) / cell
            frame.drawText(PanelColumn.cut(message, cells: max(0, cells)), x: messageX, y: y, Theme.bright)
            if !whole { return frame }
        }
        if room > 0 { frame.drawText(help, x: helpX, y: y, Theme.dim) }
        return frame
    }
}
