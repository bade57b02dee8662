extension Arcade {
    /// A thing that moves in a straight line, in 256ths of a pixel: coordinates of its top left corner, and what is
    /// added to them in a frame.
    public struct Mover: Hashable, Sendable, BitwiseCopyable, StateCodable {
        /// To the right.
        public var x: Int32 = 0
        /// Down.
        public var y: Int32 = 0
        /// A frame's way to the right.
        public var across: Int32 = 0
        /// A frame's way down.
        public var down: Int32 = 0

        /// The column of its left edge.
        var column: Int { Int(x >> 8) }
        /// The row of its top edge.
        var row: Int { Int(y >> 8) }

        /// Goes on by a frame.
        mutating func move() {
            x += across
            y += down
        }

        public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
            // Twice a screen's size: what is outside leaves before, or comes.
            for path in [\Mover.x, \.y, \.across, \.down] {
                try coder.code(&self[keyPath: path], in: -0x20000...0x20000)
            }
        }
    }
}
