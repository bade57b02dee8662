import Environments

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
    /// - Parameters:
    ///   - observationSpace: What a discrete observation must be in; arrays of numbers are taken as they are.
    ///   - actionCount: Actions are below it.
    /// - Throws: `EnvironmentError.badState(offset:expected:)` where a transition's bytes are none that
    ///   ``write(_:to:)`` made in these spaces; the buffer is to be thrown away then.
    /// - Precondition: `bytes` are whole transitions.
    public func restore(
        _ bytes: RawSpan, from start: Int, observationSpace: Space, actionCount: Int
    ) throws(EnvironmentError) {
        let count = bytes.byteCount / transitionBytes
        precondition(
            bytes.byteCount == count * transitionBytes,
            "\(bytes.byteCount) bytes are no whole transitions of \(transitionBytes)")
        for place in 0..<count {
            let offset = place * transitionBytes
            let failure = bytes.withUnsafeBytes {
                put($0.baseAddress! + offset, at: (start + place) % capacity, observationSpace, actionCount)
            }
            if let failure { throw .badState(offset: offset + failure.offset, expected: failure.expected) }
        }
        added = start + count
    }

    /// Puts one transition into its place; gives what is wrong with its bytes.
    private func put(
        _ bytes: UnsafeRawPointer, at index: Int, _ observationSpace: Space, _ actionCount: Int
    ) -> (offset: Int, expected: String)? {
        for row in [0, rowBytes] where !isObservation(bytes + row, in: observationSpace) {
            return (row, "an observation in \(observationSpace)")
        }
        let numbers = bytes + 2 * rowBytes
        let action = Int32(littleEndian: numbers.loadUnaligned(as: Int32.self))
        guard 0 <= action, action < actionCount else { return (2 * rowBytes, "an action below \(actionCount)") }
        let flag = numbers.load(fromByteOffset: 8, as: UInt8.self)
        guard flag <= 1 else { return (2 * rowBytes + 8, "a flag of 0 or 1") }
        (observations + index * rowBytes).copyMemory(from: bytes, byteCount: rowBytes)
        (nextObservations + index * rowBytes).copyMemory(from: bytes + rowBytes, byteCount: rowBytes)
        actions[index] = action
        rewards[index] = Float(
            bitPattern: UInt32(littleEndian: numbers.loadUnaligned(fromByteOffset: 4, as: UInt32.self)))
        terminated[index] = flag == 1
        return nil
    }

    /// Whether a row can be an observation: a discrete one is an index, which must be in its space.
    private func isObservation(_ row: UnsafeRawPointer, in space: Space) -> Bool {
        guard case .discrete = space else { return true }
        let number =
            switch type {
            case .float32: Double(row.loadUnaligned(as: Float.self))
            case .uint8: Double(row.load(as: UInt8.self))
            case .int32: Double(row.loadUnaligned(as: Int32.self))
            }
        return space.contains(CollectionOfOne(number))
    }
}
