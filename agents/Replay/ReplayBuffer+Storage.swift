/// Reading and writing transitions as bytes, so that checkpoints can store what is new.
extension ReplayBuffer {
    /// Bytes of one stored transition: observation, next observation, action, reward, terminal flag.
    public var transitionBytes: Int { 2 * rowBytes + 9 }

    /// Gives the bytes of one transition after the other.
    ///
    /// - Parameter range: numbers of transitions, counted from the first one ever added; all must still be held.
    public func write(_ range: Range<Int>, to sink: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        precondition(
            range.isEmpty || range.lowerBound >= added - count && range.upperBound <= added,
            "transitions \(range) asked for; \(added - count)..<\(added) are held")
        try withUnsafeTemporaryAllocation(byteCount: transitionBytes, alignment: 8) { bytes in
            for number in range {
                let index = number % capacity
                let base = bytes.baseAddress!
                base.copyMemory(from: observations + index * rowBytes, byteCount: rowBytes)
                (base + rowBytes).copyMemory(from: nextObservations + index * rowBytes, byteCount: rowBytes)
                (base + 2 * rowBytes).storeBytes(of: actions[index].littleEndian, as: Int32.self)
                (base + 2 * rowBytes + 4).storeBytes(of: rewards[index].bitPattern.littleEndian, as: UInt32.self)
                (base + 2 * rowBytes + 8).storeBytes(of: terminated[index] ? 1 : 0, as: UInt8.self)
                try sink(UnsafeRawBufferPointer(bytes))
            }
        }
    }

    /// Puts stored transitions back: those numbered from `start` on. The buffer then counts as many as were ever added.
    ///
    /// - Returns: false where a transition's bytes are none that ``write(_:to:)`` made; the buffer is to be thrown away then.
    /// - Precondition: `bytes` are whole transitions.
    public func restore(_ bytes: UnsafeRawBufferPointer, from start: Int, actionCount: Int) -> Bool {
        precondition(
            bytes.count % transitionBytes == 0, "\(bytes.count) bytes are no whole transitions of \(transitionBytes)")
        for offset in 0..<bytes.count / transitionBytes {
            let base = bytes.baseAddress! + offset * transitionBytes
            let index = (start + offset) % capacity
            let action = Int32(littleEndian: (base + 2 * rowBytes).loadUnaligned(as: Int32.self))
            let flag = (base + 2 * rowBytes + 8).load(as: UInt8.self)
            guard 0 <= action, action < actionCount, flag <= 1 else { return false }
            (observations + index * rowBytes).copyMemory(from: base, byteCount: rowBytes)
            (nextObservations + index * rowBytes).copyMemory(from: base + rowBytes, byteCount: rowBytes)
            actions[index] = action
            rewards[index] = Float(
                bitPattern: UInt32(littleEndian: (base + 2 * rowBytes + 4).loadUnaligned(as: UInt32.self)))
            terminated[index] = flag == 1
        }
        added = start + bytes.count / transitionBytes
        return true
    }
}
