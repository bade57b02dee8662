extension Arcade {
    /// A screen of 210 × 160 pixels in borrowed memory, to draw on. Anything outside is clipped.
    ///
    /// Games draw in the same way for every pixel format, so a grey screen doesn't pay for colours.
    public struct Raster<Pixel: RasterPixel> {
        let pixels: UnsafeMutablePointer<Pixel>

        /// A screen in memory of exactly 210 × 160 pixels.
        init(_ memory: UnsafeMutableRawBufferPointer) {
            let count = Arcade.width * Arcade.height
            precondition(
                memory.count == count * MemoryLayout<Pixel>.stride,
                "expected \(count * MemoryLayout<Pixel>.stride) bytes for \(count) pixels, found \(memory.count)")
            pixels = memory.baseAddress!.assumingMemoryBound(to: Pixel.self)
        }

        /// Fills a rectangle.
        @inline(__always) public func fill(_ x: Int, _ y: Int, _ width: Int, _ height: Int, _ ink: Ink) {
            let (left, right) = (max(x, 0), min(x + width, Arcade.width))
            let (top, bottom) = (max(y, 0), min(y + height, Arcade.height))
            guard left < right, top < bottom else { return }
            let pixel = Pixel(ink)
            var row = pixels + (top * Arcade.width + left)
            for _ in top..<bottom {
                row.update(repeating: pixel, count: right - left)
                row += Arcade.width
            }
        }

        /// Sets the pixels of a row from `x` on whose bits are set, the lowest bit first.
        @inline(__always) public func paint(_ bits: UInt32, _ x: Int, _ y: Int, _ ink: Ink) {
            guard 0 <= y, y < Arcade.height, -32 < x, x < Arcade.width else { return }
            var (bits, x) = (bits, x)
            if x < 0 {
                bits >>= UInt32(-x)
                x = 0
            } else if x > Arcade.width - 32 {
                bits &= UInt32.max >> UInt32(x - (Arcade.width - 32))
            }
            Pixel.paint(bits, Pixel(ink), at: pixels + (y * Arcade.width + x), isRoomy: y + 1 < Arcade.height)
        }

        /// Repeats the pixels of a row, from `x` on, in the rows below it.
        @inline(__always) public func repeatRow(_ x: Int, _ y: Int, width: Int, rows: Int) {
            precondition(
                0 <= x && x + width <= Arcade.width && 0 <= y && y + rows <= Arcade.height,
                "rows \(y)..<\(y + rows), columns \(x)..<\(x + width) are outside the screen of 210 × 160")
            let source = pixels + (y * Arcade.width + x)
            for row in 1..<max(rows, 1) { (source + row * Arcade.width).update(from: source, count: width) }
        }

        /// Draws a picture with its top left corner at (x, y), or several side by side, within 32 pixels, one for each
        /// bit set in `copies`.
        @inline(__always) public func draw(_ picture: Picture, _ x: Int, _ y: Int, copies: UInt32 = 1) {
            picture.strokes.withUnsafeBufferPointer { strokes in
                for stroke in strokes { paint(stroke.bits &* copies, x &+ stroke.x, y &+ stroke.y, stroke.ink) }
            }
        }

        /// Copies the backdrop to the whole screen.
        func draw(_ backdrop: Backdrop) {
            Pixel.pixels(of: backdrop).withUnsafeBufferPointer { source in
                pixels.update(from: source.baseAddress!, count: source.count)
            }
        }
    }

    /// A game's backdrop in every pixel format.
    public struct Backdrop: Sendable {
        let gray: [UInt8]
        let rgb: [RGB]
        let rgba: [UInt32]

        /// Draws a game's backdrop on black.
        public init<Game: ArcadeGame>(of _: Game.Type) {
            func drawn<Pixel: RasterPixel>(_: Pixel.Type) -> [Pixel] {
                var pixels = Array(repeating: Pixel(Ink(0)), count: Arcade.width * Arcade.height)
                pixels.withUnsafeMutableBytes { Game.drawBackdrop(into: Raster<Pixel>($0)) }
                return pixels
            }
            gray = drawn(UInt8.self)
            rgb = drawn(RGB.self)
            rgba = drawn(UInt32.self)
        }
    }
}
