import Foundation
import Testing

@testable import Graphics

/// Files that Tests/Fixtures/Graphics/make_fixtures.py wrote with Pillow or assembled, with the pixels that they hold.
struct Pictures: Decodable {
    struct Picture: Decodable, CustomTestStringConvertible {
        let name: String
        let file: Data
        let width: Int
        let height: Int
        let rgba: Data

        var testDescription: String { name }
        var frame: Frame {
            Frame(width: width, height: height, pixels: rgba.withUnsafeBytes { Array($0.bindMemory(to: UInt32.self)) })
        }
    }
    struct Animation: Decodable {
        let name: String
        let file: Data
        let width: Int
        let height: Int
        let checksums: [UInt32]
        let delays: [Int]
    }
    let pictures: [Picture]
    let jpegs: [Picture]
    let unsupported: [Picture]
    let animations: [Animation]

    static let all: Pictures = {
        let path = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../Fixtures/Graphics/pictures.json")
        return try! JSONDecoder().decode(Pictures.self, from: Data(contentsOf: path))
    }()
}

/// Images to encode, from simple to difficult.
enum Samples {
    /// An image of flat areas, text and antialiased edges, like those of environments.
    static func scene(_ step: Int) -> Frame {
        var frame = Frame(width: 120, height: 80, fill: Color(hex: 0x202830))
        frame.drawText("step \(step)", x: 4, y: 4, .white)
        frame.fillCircle(centerX: 20 + Double(step) * 7, centerY: 45, radius: 9, .orange)
        return frame
    }

    /// At least `count` different colours, in a fixed order without a pattern.
    static func noise(_ width: Int, _ height: Int, colors: Int) -> Frame {
        var state: UInt64 = 42
        let pixels = (0..<width * height).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let index = UInt32(state >> 33) % UInt32(colors)
            return Color(hex: index &* 0x9E_3779 & 0xFF_FFFF).rgba
        }
        return Frame(width: width, height: height, pixels: pixels)
    }

    /// Every pixel has a different colour.
    static func gradient(_ width: Int, _ height: Int, alpha: Bool = false) -> Frame {
        var frame = Frame(width: width, height: height)
        for y in 0..<height {
            for x in 0..<width {
                frame[x, y] = Color(
                    red: UInt8(x * 255 / (width - 1)), green: UInt8(y * 255 / (height - 1)),
                    blue: UInt8((x + y) % 256), alpha: alpha ? UInt8((x * y) % 256) : 255)
            }
        }
        return frame
    }
}
