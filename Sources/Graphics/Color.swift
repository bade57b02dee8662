/// A colour with 8 bits per channel, not premultiplied by its alpha.
public struct Color: Hashable, Sendable {
    /// The four bytes R, G, B, A in memory order: on a little-endian machine red is the lowest byte.
    public let rgba: UInt32

    /// The colour whose memory bytes are R, G, B, A.
    @inlinable public init(rgba: UInt32) { self.rgba = rgba }

    /// A colour from its channels, 0...255 each; alpha 255 is opaque.
    @inlinable public init(red: UInt8, green: UInt8, blue: UInt8, alpha: UInt8 = 255) {
        let value = UInt32(red) | UInt32(green) << 8 | UInt32(blue) << 16 | UInt32(alpha) << 24
        rgba = UInt32(littleEndian: value)
    }

    /// An opaque colour from 0xRRGGBB, as in style sheets.
    @inlinable public init(hex: UInt32) {
        self.init(
            red: UInt8(truncatingIfNeeded: hex >> 16), green: UInt8(truncatingIfNeeded: hex >> 8),
            blue: UInt8(truncatingIfNeeded: hex))
    }

    /// An opaque grey of `level`: 0 is black, 255 is white.
    @inlinable public init(gray level: UInt8) { self.init(red: level, green: level, blue: level) }

    /// Red, 0...255.
    @inlinable public var red: UInt8 { UInt8(truncatingIfNeeded: rgba.littleEndian) }
    /// Green, 0...255.
    @inlinable public var green: UInt8 { UInt8(truncatingIfNeeded: rgba.littleEndian >> 8) }
    /// Blue, 0...255.
    @inlinable public var blue: UInt8 { UInt8(truncatingIfNeeded: rgba.littleEndian >> 16) }
    /// Opacity, 0...255.
    @inlinable public var alpha: UInt8 { UInt8(truncatingIfNeeded: rgba.littleEndian >> 24) }

    /// The colour `amount` of the way to `other`, channel by channel, alpha included; `amount` is clamped to 0...1, and
    /// NaN counts as 0.
    public func mixed(with other: Color, amount: Double) -> Color {
        let share = amount > 0 ? min(amount, 1) : 0
        func mix(_ from: UInt8, _ to: UInt8) -> UInt8 {
            UInt8((Double(from) + (Double(to) - Double(from)) * share).rounded())
        }
        return Color(
            red: mix(red, other.red), green: mix(green, other.green), blue: mix(blue, other.blue),
            alpha: mix(alpha, other.alpha))
    }

    /// The same colour with its opacity set to `share`, clamped to 0...1.
    public func opacity(_ share: Double) -> Color {
        let level = share > 0 ? min(share, 1) : 0
        return Color(red: red, green: green, blue: blue, alpha: UInt8((level * 255).rounded()))
    }

    /// This colour painted over `background` at `coverage` 0...255 of its own opacity (the source-over rule).
    @inlinable func painted(over background: Color, coverage: UInt32 = 255) -> Color {
        let source = (UInt32(alpha) * coverage + 127) / 255
        if source == 255 { return self }
        if source == 0 { return background }
        // The background's share of the result, in units of 1 / 255.
        let rest = (UInt32(background.alpha) * (255 - source) + 127) / 255
        let total = source + rest
        func channel(_ front: UInt8, _ back: UInt8) -> UInt8 {
            UInt8((UInt32(front) * source + UInt32(back) * rest + total / 2) / total)
        }
        return Color(
            red: channel(red, background.red), green: channel(green, background.green),
            blue: channel(blue, background.blue), alpha: UInt8(total))
    }
}

extension Color {
    /// Fully transparent black.
    public static let clear = Color(rgba: 0)
    public static let black = Color(hex: 0x000000)
    public static let white = Color(hex: 0xFFFFFF)
    public static let gray = Color(hex: 0x808080)
    public static let darkGray = Color(hex: 0x404040)
    public static let lightGray = Color(hex: 0xC0C0C0)
    public static let red = Color(hex: 0xFF0000)
    public static let green = Color(hex: 0x00FF00)
    public static let blue = Color(hex: 0x0000FF)
    public static let yellow = Color(hex: 0xFFFF00)
    public static let orange = Color(hex: 0xFFA500)
    public static let cyan = Color(hex: 0x00FFFF)
    public static let magenta = Color(hex: 0xFF00FF)
    public static let purple = Color(hex: 0x800080)
    public static let brown = Color(hex: 0x8B4513)
    public static let pink = Color(hex: 0xFFC0CB)

    /// Eight colours that most colour-blind readers can tell apart, for the series of a plot (Okabe and Ito, "Color
    /// Universal Design", 2008; black is replaced by grey).
    public static let series: [Color] = [
        Color(hex: 0x56B4E9), Color(hex: 0xE69F00), Color(hex: 0x009E73), Color(hex: 0xCC79A7),
        Color(hex: 0xF0E442), Color(hex: 0x0072B2), Color(hex: 0xD55E00), Color(hex: 0x999999),
    ]
}
