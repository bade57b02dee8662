import Graphics
import Random

/// The forms in which a screen is written as bytes.
public enum ScreenForm: String, Hashable, Sendable, CaseIterable {
    /// One byte of luminance per pixel.
    case gray
    /// Three bytes per pixel: red, green and blue.
    case color

    /// Bytes per pixel.
    public var channels: Int { self == .gray ? 1 : 3 }
}

/// An environment with a screen, lives and a joystick, as ``AtariPreprocessing`` needs: a step is one frame.
public protocol ScreenEnvironment: Environment where Action == Int, Element == UInt8 {
    /// The size of the screen in pixels.
    var screenSize: FrameSize { get }
    /// The remaining lives, including the current one; always 0 if there are none.
    var lives: Int { get }
    /// The action that only presses the button; nil if there is none. Action 0 does nothing.
    var fireAction: Int? { get }
    /// The environment's random stream, which the preprocessing uses too.
    var random: PCG64 { get set }

    /// Writes the screen row by row, height × width × channels bytes, directly in the requested form.
    func writeScreen(_ form: ScreenForm, into bytes: inout MutableSpan<UInt8>)
}
