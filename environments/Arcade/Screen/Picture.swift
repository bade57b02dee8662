extension Arcade {
    /// A small picture, stored as runs of colours in each row.
    public struct Picture: Sendable {
        /// The pixels of one colour among 32 neighbours in a row.
        struct Stroke: Sendable, BitwiseCopyable {
            var x: Int
            var y: Int
            var bits: UInt32
            var ink: Ink
        }

        /// The width in pixels.
        public let width: Int
        /// The height in pixels.
        public let height: Int
        let strokes: [Stroke]

        /// Reads a picture from rows of letters, each the name of a colour; a dot is transparent.
        ///
        /// - Parameters:
        ///   - inks: the colours by letter.
        ///   - isMirrored: whether left and right are swapped.
        ///   - scale: pixels of the screen per letter, across and down.
        ///   - rows: the letters; all rows have the same length.
        public init(
            _ inks: [Character: Ink], isMirrored: Bool = false, scale: (across: Int, down: Int) = (1, 1), _ rows: String
        ) {
            let letters = rows.split(separator: "\n").map { isMirrored ? Array($0.reversed()) : Array($0) }
            let columns = letters.first?.count ?? 0
            for row in letters {
                precondition(row.count == columns, "expected rows of \(columns) letters, found one of \(row.count)")
                for letter in row {
                    precondition(letter == "." || inks[letter] != nil, "no colour is given for the letter \(letter)")
                }
            }
            width = columns * scale.across
            height = letters.count * scale.down
            strokes = (0..<letters.count * scale.down).flatMap { y in
                Self.strokes(of: letters[y / scale.down], y, scale.across, inks)
            }
        }

        private static func strokes(of row: [Character], _ y: Int, _ scale: Int, _ inks: [Character: Ink]) -> [Stroke] {
            let pixels = row.flatMap { Array(repeating: $0, count: scale) }
            return stride(from: 0, to: pixels.count, by: 32).flatMap { start in
                let part = pixels[start..<min(start + 32, pixels.count)]
                return Set(part).subtracting(["."]).sorted().map { letter in
                    let bits = part.enumerated().reduce(UInt32(0)) { $1.element == letter ? $0 | 1 << $1.offset : $0 }
                    return Stroke(x: start, y: y, bits: bits, ink: inks[letter]!)
                }
            }
        }
    }

    /// The digits 0...9 as pictures in one colour.
    public struct Digits: Sendable {
        private let pictures: [Picture]
        /// The distance between the left edges of neighbouring digits in pixels.
        public let advance: Int

        /// Digits of 3 × 5 blocks, one block apart.
        public init(_ ink: Ink, scale: (across: Int, down: Int)) {
            pictures = Self.drawings.map { Picture(["#": ink], scale: scale, $0) }
            advance = 4 * scale.across
        }

        /// Draws a non-negative number so that it ends left of `right`, with leading zeros up to `count` digits.
        @inline(__always)
        func draw<Pixel>(_ number: Int, right: Int, _ y: Int, count: Int = 1, into raster: Raster<Pixel>) {
            var (rest, x, drawn) = (max(number, 0), right, 0)
            while rest > 0 || drawn < max(count, 1) {
                x -= advance
                raster.draw(pictures[rest % 10], x, y)
                rest /= 10
                drawn += 1
            }
        }

        private static let drawings = [
            "###\n#.#\n#.#\n#.#\n###", ".#.\n##.\n.#.\n.#.\n###", "###\n..#\n###\n#..\n###", "###\n..#\n.##\n..#\n###",
            "#.#\n#.#\n###\n..#\n..#", "###\n#..\n###\n..#\n###", "###\n#..\n###\n#.#\n###", "###\n..#\n..#\n.#.\n.#.",
            "###\n#.#\n###\n#.#\n###", "###\n#.#\n###\n..#\n###",
        ]
    }
}
