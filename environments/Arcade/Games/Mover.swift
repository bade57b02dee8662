extension Arcade {
    /// A thing that moves in a straight line, in 256ths of a pixel: the coordinates of its top left corner, and its
    /// motion per frame.
    public struct Mover: Hashable, Sendable, BitwiseCopyable, StateCodable {
        /// The column.
        public var x: Int32 = 0
        /// The row.
        public var y: Int32 = 0
        /// The motion to the right per frame.
        public var across: Int32 = 0
        /// The motion downwards per frame.
        public var down: Int32 = 0

        /// The column of its left edge.
        var column: Int { Int(x >> 8) }
        /// The row of its top edge.
        var row: Int { Int(y >> 8) }

        /// Moves by one frame.
        mutating func move() {
            x += across
            y += down
        }

        public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
            // Twice a screen's size: things outside the screen are leaving or entering.
            for path in [\Mover.x, \.y, \.across, \.down] {
                try coder.code(&self[keyPath: path], in: -0x20000...0x20000)
            }
        }
    }
}
