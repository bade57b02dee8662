import Graphics

extension Arcade {
    /// A colour in every pixel format, so that nothing is converted while drawing.
    public struct Ink: Hashable, Sendable, BitwiseCopyable {
        /// Red, green and blue.
        public let rgb: RGB
        /// The luminance.
        public let gray: UInt8
        /// ``Color/rgba``.
        public let rgba: UInt32

        /// The colour 0xRRGGBB.
        public init(_ hex: UInt32) {
            let color = Color(hex: hex)
            rgb = RGB(red: color.red, green: color.green, blue: color.blue)
            gray = rgb.luminance
            rgba = color.rgba
        }
    }

    /// A pixel of three bytes.
    public struct RGB: Hashable, Sendable, BitwiseCopyable {
        public var red: UInt8
        public var green: UInt8
        public var blue: UInt8

        public init(red: UInt8, green: UInt8, blue: UInt8) { (self.red, self.green, self.blue) = (red, green, blue) }

        /// 0.2989 red + 0.5870 green + 0.1140 blue, rounded, as in the palette of the Arcade Learning Environment.
        public var luminance: UInt8 {
            var sum: UInt32 = 5000
            sum += 2989 * UInt32(red)
            sum += 5870 * UInt32(green)
            sum += 1140 * UInt32(blue)
            return UInt8(sum / 10000)
        }
    }
}

/// The pixel of a raster: a grey byte, ``Arcade/RGB``, or ``Color/rgba``.
public protocol RasterPixel: BitwiseCopyable, Sendable {
    /// The pixel of a colour.
    init(_ ink: Arcade.Ink)
    /// Sets the pixels from `row` on whose bits are set, the lowest bit first. `isRoomy` says that 32 pixels from there
    /// may be read and written.
    static func paint(_ bits: UInt32, _ pixel: Self, at row: UnsafeMutablePointer<Self>, isRoomy: Bool)
    /// A backdrop's pixels in this format.
    static func pixels(of backdrop: Arcade.Backdrop) -> [Self]
}

extension RasterPixel {
    /// Sets the pixels one by one.
    @inline(__always)
    public static func paint(_ bits: UInt32, _ pixel: Self, at row: UnsafeMutablePointer<Self>, isRoomy: Bool) {
        paintEach(bits, pixel, at: row)
    }

    @inline(__always) static func paintEach(_ bits: UInt32, _ pixel: Self, at row: UnsafeMutablePointer<Self>) {
        var bits = bits
        while bits != 0 {
            row[bits.trailingZeroBitCount] = pixel
            bits &= bits &- 1
        }
    }
}

extension UInt8: RasterPixel {
    @inline(__always) public init(_ ink: Arcade.Ink) { self = ink.gray }
    public static func pixels(of backdrop: Arcade.Backdrop) -> [UInt8] { backdrop.gray }

    /// Sets eight pixels at once if there is room.
    @inline(__always)
    public static func paint(_ bits: UInt32, _ pixel: UInt8, at row: UnsafeMutablePointer<UInt8>, isRoomy: Bool) {
        guard isRoomy else { return paintEach(bits, pixel, at: row) }
        let ink = UInt64(pixel) &* 0x0101_0101_0101_0101
        var (rest, place) = (bits, UnsafeMutableRawPointer(row))
        while rest != 0 {
            blend(ink, rest, 0x8040_2010_0804_0201, at: place)
            rest &>>= 8
            place += 8
        }
    }
}

/// Sets those of eight bytes whose bit is set; byte i of `bitOfByte` holds the bit that selects byte i.
@inline(__always)
private func blend(_ ink: UInt64, _ bits: UInt32, _ bitOfByte: UInt64, at place: UnsafeMutableRawPointer) {
    let spread = UInt64(bits & 255) &* 0x0101_0101_0101_0101 & bitOfByte
    let marks = ((spread &+ 0x7f7f_7f7f_7f7f_7f7f) | spread) & 0x8080_8080_8080_8080
    let mask = (marks &>> 7) &* 255
    let old = UInt64(littleEndian: place.loadUnaligned(as: UInt64.self))
    place.storeBytes(of: UInt64(littleEndian: old & ~mask | ink & mask), as: UInt64.self)
}

extension Arcade.RGB: RasterPixel {
    @inline(__always) public init(_ ink: Arcade.Ink) { self = ink.rgb }
    public static func pixels(of backdrop: Arcade.Backdrop) -> [Arcade.RGB] { backdrop.rgb }

    /// Sets eight pixels, 24 bytes, at once if there is room.
    @inline(__always)
    public static func paint(_ bits: UInt32, _ pixel: Self, at row: UnsafeMutablePointer<Self>, isRoomy: Bool) {
        guard isRoomy else { return paintEach(bits, pixel, at: row) }
        let ink = UInt64(pixel.red) | UInt64(pixel.green) &<< 8 | UInt64(pixel.blue) &<< 16
        let inks = (
            ink | ink &<< 24 | ink &<< 48, ink &>> 16 | ink &<< 8 | ink &<< 32 | ink &<< 56,
            ink &>> 8 | ink &<< 16 | ink &<< 40
        )
        var (rest, place) = (bits, UnsafeMutableRawPointer(row))
        while rest != 0 {
            blend(inks.0, rest, 0x0404_0202_0201_0101, at: place)
            blend(inks.1, rest, 0x2010_1010_0808_0804, at: place + 8)
            blend(inks.2, rest, 0x8080_8040_4040_2020, at: place + 16)
            rest &>>= 8
            place += 24
        }
    }
}

extension UInt32: RasterPixel {
    @inline(__always) public init(_ ink: Arcade.Ink) { self = ink.rgba }
    public static func pixels(of backdrop: Arcade.Backdrop) -> [UInt32] { backdrop.rgba }
}
