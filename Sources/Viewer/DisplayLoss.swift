import CSDL2

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

// Not in the type: a C function can't capture anything. Read and written on the main thread alone.
nonisolated(unsafe) private var displayIsLost = false

/// Learns that the X server has gone away.
///
/// By default Xlib then ends the process, which would end a training with its window. Since version 1.7 it calls a
/// function of the program's instead; its later calls do nothing. Xlib is found at run time, since SDL loads it at run
/// time too. (Wayland's end reaches SDL as an event that closes the window.)
@MainActor enum DisplayLoss {
    private typealias Handler = @convention(c) (OpaquePointer?) -> Int32
    private typealias ErrorHandler = @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?) -> Int32
    private typealias ExitHandler = @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?) -> Void

    /// Whether the display of a watched window has gone away.
    static var hasHappened: Bool { displayIsLost }

    /// Watches the display of a window, if it is X's.
    static func watch(_ window: OpaquePointer) {
        displayIsLost = false
        guard let display = xDisplay(of: window), let library = dlopen("libX11.so.6", RTLD_NOW | RTLD_NOLOAD),
            let setErrorHandler = dlsym(library, "XSetErrorHandler"),
            let setHandler = dlsym(library, "XSetIOErrorHandler"),
            let setExitHandler = dlsym(library, "XSetIOErrorExitHandler")
        else { return }
        typealias SetErrorHandler = @convention(c) (ErrorHandler?) -> UnsafeMutableRawPointer?
        typealias SetHandler = @convention(c) (Handler?) -> UnsafeMutableRawPointer?
        typealias SetExitHandler = @convention(c) (OpaquePointer, ExitHandler?, UnsafeMutableRawPointer?) -> Void
        // A server that is ending refuses requests before it closes the connection, which would end the process too.
        _ = unsafeBitCast(setErrorHandler, to: SetErrorHandler.self)({ _, _ in 0 })
        // The first says nothing, where Xlib's would write its own lines to standard error; the second returns, where
        // Xlib's would end the process.
        _ = unsafeBitCast(setHandler, to: SetHandler.self)({ _ in 0 })
        unsafeBitCast(setExitHandler, to: SetExitHandler.self)(display, { _, _ in displayIsLost = true }, nil)
    }

    private static func xDisplay(of window: OpaquePointer) -> OpaquePointer? {
        var information = SDL_SysWMinfo()
        information.version = SDL_version(
            major: UInt8(SDL_MAJOR_VERSION), minor: UInt8(SDL_MINOR_VERSION), patch: UInt8(SDL_PATCHLEVEL))
        guard SDL_GetWindowWMInfo(window, &information) == SDL_TRUE, information.subsystem == SDL_SYSWM_X11 else {
            return nil
        }
        return information.info.x11.display
    }
}
