import Graphics

/// Composes the contents of the window: the world, the side panel, the status line, the help. It needs no display, so
/// screenshots and tests see what the window shows.
public struct ViewerCanvas {
    private var frame = Frame(width: 0, height: 0)
    private var world = Frame(width: 0, height: 0)

    public init() {}

    /// The frame of `scene` in `state` for a window of `size`. Its buffers are reused from call to call.
    public mutating func compose(_ scene: any ViewerScene, _ state: ViewerState, _ size: FrameSize) -> Frame {
        if frame.size != size { frame = Frame(size) }
        frame.clear(Theme.background)
        let scale = Theme.scale(size)
        let statusHeight = Theme.statusHeight * scale
        let panelWidth = state.showsPanel ? ViewerCanvas.panelWidth(size.width / scale) * scale : 0
        drawWorld(scene, width: size.width - panelWidth, height: size.height - statusHeight, margin: 12 * scale)
        if panelWidth > 0 {
            let panel = PanelView(title: scene.title, panel: scene.panel).frame(
                FrameSize(width: panelWidth / scale, height: max(0, size.height - statusHeight) / scale + 1))
            frame.draw(panel, x: size.width - panelWidth, y: 0, scale: scale)
        }
        let status = StatusLine(state: state).frame(width: size.width / scale + 1)
        frame.draw(status, x: 0, y: size.height - statusHeight, scale: scale)
        if state.showsHelp { drawHelp(scale) }
        return frame
    }

    /// Less than a third of the window; no panel if the window is too narrow to read it.
    private static func panelWidth(_ width: Int) -> Int { width < 360 ? 0 : min(max(width * 3 / 10, 170), 280) }

    /// The world in the middle of the top left `width` x `height` pixels: magnified by a whole number so that its
    /// pixels stay crisp, and reduced only if it doesn't fit.
    private mutating func drawWorld(_ scene: any ViewerScene, width: Int, height: Int, margin: Int) {
        let size = scene.frameSize
        let room = FrameSize(width: width - 2 * margin, height: height - 2 * margin)
        guard size.width > 0, size.height > 0, room.width > 0, room.height > 0 else { return }
        if world.size != size { world = Frame(size) }
        scene.draw(into: &world)
        let scale = min(room.width / size.width, room.height / size.height)
        let shown = scale >= 1 ? world : world.reduced(toFit: room)
        let magnified = FrameSize(width: shown.width * max(scale, 1), height: shown.height * max(scale, 1))
        let (x, y) = ((width - magnified.width) / 2, (height - magnified.height) / 2)
        frame.strokeRectangle(
            x: x - 1, y: y - 1, width: magnified.width + 2, height: magnified.height + 2, Theme.rule)
        frame.draw(shown, x: x, y: y, scale: max(scale, 1))
    }

    private mutating func drawHelp(_ scale: Int) {
        frame.fillRectangle(x: 0, y: 0, width: frame.width, height: frame.height, Theme.background.opacity(0.7))
        let help = HelpView.frame(fitting: FrameSize(width: frame.width / scale, height: frame.height / scale))
        frame.draw(
            help, x: (frame.width - help.width * scale) / 2, y: (frame.height - help.height * scale) / 2, scale: scale)
    }
}
