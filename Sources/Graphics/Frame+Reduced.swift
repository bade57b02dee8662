extension Frame {
    /// The frame scaled down, with its aspect ratio, to fit into `room`: each pixel is the mean of the pixels that it
    /// replaces. A frame that already fits is returned unchanged; `room` must hold at least one pixel.
    public func reduced(toFit room: FrameSize) -> Frame {
        precondition(
            room.width > 0 && room.height > 0, "a frame can't be reduced to \(room.width) x \(room.height) pixels")
        if width <= room.width && height <= room.height { return self }
        let ratio = min(Double(room.width) / Double(width), Double(room.height) / Double(height))
        var result = Frame(
            width: max(1, Int(Double(width) * ratio + 1e-9)), height: max(1, Int(Double(height) * ratio + 1e-9)))
        for y in 0..<result.height {
            let rows =
                y * height / result.height..<max(y * height / result.height + 1, (y + 1) * height / result.height)
            for x in 0..<result.width {
                let left = x * width / result.width
                result.pixels[y * result.width + x] = mean(left..<max(left + 1, (x + 1) * width / result.width), rows)
            }
        }
        return result
    }

    /// The mean colour of a rectangle as ``Color/rgba``, channel by channel.
    private func mean(_ columns: Range<Int>, _ rows: Range<Int>) -> UInt32 {
        var (red, green, blue, alpha) = (0, 0, 0, 0)
        for y in rows {
            for x in columns {
                let color = Color(rgba: pixels[y * width + x])
                red += Int(color.red)
                green += Int(color.green)
                blue += Int(color.blue)
                alpha += Int(color.alpha)
            }
        }
        let count = columns.count * rows.count
        func level(_ sum: Int) -> UInt8 { UInt8((sum + count / 2) / count) }
        return Color(red: level(red), green: level(green), blue: level(blue), alpha: level(alpha)).rgba
    }
}
