import Graphics
import Random

/// The forms in which a screen is written as bytes.
public enum ScreenForm: String, Hashable, Sendable, CaseIterable {
    /// A byte of luminance a pixel.
    case gray
    /// Three bytes a pixel: red, green and blue.
    case color

    /// Bytes of a pixel.
    public var channels: Int { self == .gray ? 1 : 3 }
}

/// An environment with a screen, lives and a joystick, as ``AtariPreprocessing`` needs it: a step is one frame.
public protocol ScreenEnvironment: Environment where Action == Int, Element == UInt8 {
    /// The size of the screen in pixels.
    var screenSize: FrameSize { get }
    /// The lives that are left, the present one included; 0 throughout where there are none.
    var lives: Int { get }
    /// The action that presses the button alone; nil if there is none. The action 0 does nothing.
    var fireAction: Int? { get }
    /// The environment's random stream, which the preprocessing draws from too.
    var random: PCG64 { get set }

    /// Writes the screen row by row, height × width × channels bytes, straight in the wanted form.
    func writeScreen(_ form: ScreenForm, into bytes: inout MutableSpan<UInt8>)
}
