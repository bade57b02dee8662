import CSDL2
import Graphics

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// SDL's window, which shows frames and reports keys. All calls to SDL are here.
@MainActor final class Display {
    enum Event: Hashable {
        case key(ViewerKey)
        /// A key was released.
        case released(ViewerKey)
        /// Another window has the keyboard: releases of keys are no longer reported.
        case unfocused
        /// The window was uncovered or resized and must be drawn again.
        case exposed
        case close
    }
    private let window: OpaquePointer
    private let renderer: OpaquePointer
    private var texture: (pointer: OpaquePointer, size: FrameSize)?

    /// Opens a window of `size`, or one that fills the screen.
    init(title: String, size: FrameSize, isFullScreen: Bool) throws(ViewerError) {
        try Display.chooseDriver()
        // Ctrl-C belongs to the program, not to the window.
        SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1")
        guard SDL_InitSubSystem(SDL_INIT_VIDEO | SDL_INIT_EVENTS) == 0 else { throw Display.error() }
        if Display.isUnseen {
            SDL_QuitSubSystem(SDL_INIT_VIDEO | SDL_INIT_EVENTS)
            throw .noDisplay("no display found")
        }
        SDL_SetHint(SDL_HINT_RENDER_SCALE_QUALITY, "nearest")
        // A screen saver may start over a window that is only watched; by default SDL prevents it.
        SDL_EnableScreenSaver()
        let anywhere = Int32(bitPattern: SDL_WINDOWPOS_CENTERED_MASK)
        var flags = SDL_WINDOW_RESIZABLE.rawValue | SDL_WINDOW_ALLOW_HIGHDPI.rawValue
        if isFullScreen { flags |= SDL_WINDOW_FULLSCREEN_DESKTOP.rawValue }
        guard
            let window = SDL_CreateWindow(title, anywhere, anywhere, Int32(size.width), Int32(size.height), flags)
        else {
            let error = Display.error()
            SDL_QuitSubSystem(SDL_INIT_VIDEO | SDL_INIT_EVENTS)
            throw error
        }
        guard let renderer = SDL_CreateRenderer(window, -1, 0) else {
            let error = Display.error()
            SDL_DestroyWindow(window)
            SDL_QuitSubSystem(SDL_INIT_VIDEO | SDL_INIT_EVENTS)
            throw error
        }
        self.window = window
        self.renderer = renderer
        DisplayLoss.watch(window)
        SDL_SetWindowMinimumSize(window, 320, 240)
        SDL_StartTextInput()
    }

    isolated deinit {
        // Without its display SDL might wait for answers for ever.
        guard !DisplayLoss.hasHappened else { return }
        if let texture { SDL_DestroyTexture(texture.pointer) }
        SDL_DestroyRenderer(renderer)
        SDL_DestroyWindow(window)
        SDL_QuitSubSystem(SDL_INIT_VIDEO | SDL_INIT_EVENTS)
    }

    /// Lets SDL try only what there is. Otherwise it tries everything, and libraries below it complain on standard
    /// error in words of their own.
    private static func chooseDriver() throws(ViewerError) {
        func isSet(_ name: String) -> Bool { getenv(name).map { $0.pointee != 0 } ?? false }
        guard !isSet("SDL_VIDEODRIVER") else { return }
        let needed = [("x11", ["DISPLAY"]), ("wayland", ["WAYLAND_DISPLAY", "XDG_RUNTIME_DIR"])]
        let drivers = needed.filter { $0.1.allSatisfy(isSet) }.map(\.0)
        guard !drivers.isEmpty else {
            throw .noDisplay("neither DISPLAY is set, nor WAYLAND_DISPLAY with XDG_RUNTIME_DIR")
        }
        SDL_SetHint(SDL_HINT_VIDEODRIVER, drivers.joined(separator: ","))
    }

    /// Whether SDL fell back to a driver without output; it does so silently if there is no display.
    private static var isUnseen: Bool {
        guard let driver = SDL_GetCurrentVideoDriver(), getenv("SDL_VIDEODRIVER") == nil else { return false }
        return ["dummy", "offscreen"].contains(String(cString: driver))
    }

    private static func error() -> ViewerError {
        let reason = String(cString: SDL_GetError())
        return .noDisplay(reason.isEmpty ? "no reason given" : reason)
    }

    /// Seconds on a steady clock.
    nonisolated static func time() -> Double {
        Double(SDL_GetPerformanceCounter()) / Double(SDL_GetPerformanceFrequency())
    }

    /// The size of the window's content in pixels.
    var size: FrameSize {
        var (width, height): (Int32, Int32) = (0, 0)
        SDL_GetRendererOutputSize(renderer, &width, &height)
        return FrameSize(width: max(1, Int(width)), height: max(1, Int(height)))
    }

    func setFullScreen(_ isFullScreen: Bool) {
        SDL_SetWindowFullscreen(window, isFullScreen ? SDL_WINDOW_FULLSCREEN_DESKTOP.rawValue : 0)
    }

    /// Whether the display has gone away: the window shows nothing and hears nothing any more.
    var isLost: Bool { DisplayLoss.hasHappened }

    /// Shows a frame, which should have the window's ``size``.
    func show(_ frame: Frame) throws(ViewerError) {
        if texture?.size != frame.size {
            if let texture { SDL_DestroyTexture(texture.pointer) }
            texture = nil
            // The pixels' bytes are R, G, B, A, a format that SDL names by their order in a word.
            let format = 1.littleEndian == 1 ? SDL_PIXELFORMAT_ABGR8888 : SDL_PIXELFORMAT_RGBA8888
            guard
                let pointer = SDL_CreateTexture(
                    renderer, format.rawValue, Int32(SDL_TEXTUREACCESS_STREAMING.rawValue), Int32(frame.width),
                    Int32(frame.height))
            else { throw Display.error() }
            texture = (pointer, frame.size)
        }
        SDL_UpdateTexture(texture!.pointer, nil, frame.pixels, Int32(frame.width * 4))
        SDL_RenderClear(renderer)
        SDL_RenderCopy(renderer, texture!.pointer, nil, nil)
        SDL_RenderPresent(renderer)
    }

    /// Sleeps until something happens, for at most `seconds`, and returns the events since the last call.
    func events(waiting seconds: Double) -> [Event] {
        var event = SDL_Event()
        var events: [Event] = []
        var any = seconds > 0.001 ? SDL_WaitEventTimeout(&event, Int32(seconds * 1000)) : SDL_PollEvent(&event)
        while any != 0 {
            if let known = Display.translate(event) { events.append(known) }
            any = SDL_PollEvent(&event)
        }
        return events
    }

    private static func translate(_ event: SDL_Event) -> Event? {
        switch SDL_EventType(event.type) {
        case SDL_QUIT: return .close
        case SDL_WINDOWEVENT:
            return SDL_WindowEventID(UInt32(event.window.event)) == SDL_WINDOWEVENT_FOCUS_LOST ? .unfocused : .exposed
        case SDL_KEYDOWN: return key(event.key).map(Event.key)
        case SDL_KEYUP: return key(event.key).map(Event.released)
        case SDL_TEXTINPUT: return sign(event.text).map(Event.key)
        default: return nil
        }
    }

    /// Keys that are the same on every layout, and letters.
    private static func key(_ event: SDL_KeyboardEvent) -> ViewerKey? {
        let keysym = event.keysym
        switch keysym.scancode {
        case SDL_SCANCODE_RIGHT: return .right
        case SDL_SCANCODE_LEFT: return .left
        case SDL_SCANCODE_UP: return .up
        case SDL_SCANCODE_DOWN: return .down
        default: break
        }
        // Only steps repeat while a key is held.
        if event.repeat != 0 || Int32(keysym.mod) & Int32(KMOD_CTRL.rawValue | KMOD_ALT.rawValue) != 0 { return nil }
        switch keysym.scancode {
        case SDL_SCANCODE_SPACE: return .space
        case SDL_SCANCODE_TAB: return .tab
        case SDL_SCANCODE_RETURN, SDL_SCANCODE_KP_ENTER: return .enter
        case SDL_SCANCODE_ESCAPE: return .escape
        case SDL_SCANCODE_F1: return .f1
        default: return letter(keysym)
        }
    }

    /// The letter that the layout gives the key; if that is not a Latin letter, the one in its place on an English
    /// layout.
    private static func letter(_ keysym: SDL_Keysym) -> ViewerKey? {
        let shift = Int32(keysym.mod) & Int32(KMOD_SHIFT.rawValue) != 0
        let letters = UInt32(97)...122
        var code = UInt32(bitPattern: keysym.sym)
        if !letters.contains(code) && code > 127 && keysym.sym & 1 << 30 == 0 {
            code = 97 &+ keysym.scancode.rawValue &- SDL_SCANCODE_A.rawValue
        }
        guard letters.contains(code) else { return nil }
        return .letter(Character(Unicode.Scalar(UInt8(code))), shift: shift)
    }

    /// Digits and signs are read as text, because their keys differ between layouts.
    private static func sign(_ event: SDL_TextInputEvent) -> ViewerKey? {
        let first = UInt8(bitPattern: event.text.0)
        guard event.text.1 == 0, first > 32, first < 127 else { return nil }
        let character = Character(Unicode.Scalar(first))
        return character.isLetter ? nil : .sign(character)
    }
}
