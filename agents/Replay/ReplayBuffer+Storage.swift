import Environments
import Experience

/// Reading and writing experience as bytes, so that checkpoints can store what is new.
///
/// A record is a frame and its origin: the number of the transition that led to it (8 bytes; for an episode's first
/// frame, that of the next transition), the environment (4), the action (4 per number), the reward (4), an
/// ``ReplayBuffer/End`` or the mark of an episode's first frame (1), then the frame; all little-endian.
extension ReplayBuffer {
    /// The number of records ever made.
    public var records: Int { frames.stored }
    /// The number of the oldest record that the buffer needs.
    public var oldestRecord: Int { frames.oldest }
    /// The size of a record in bytes.
    public var recordBytes: Int { headerBytes + frames.frameBytes }

    private static let actionOffset = 12
    private var rewardOffset: Int { Self.actionOffset + actionBytes }
    private var markOffset: Int { rewardOffset + 4 }
    private var headerBytes: Int { markOffset + 1 }
    private static let startMark: UInt8 = 4

    /// Writes the bytes of records, one after another, in pieces.
    ///
    /// - Parameter range: numbers of records, all of which must still be held.
    public func write(_ range: Range<Int>, to sink: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        precondition(
            range.isEmpty || range.lowerBound >= oldestRecord && range.upperBound <= records,
            "expected records within \(oldestRecord)..<\(records), found \(range)")
        try withUnsafeTemporaryAllocation(byteCount: headerBytes, alignment: 8) { header in
            for number in range {
                let link = frames.link(number)
                let (isStart, place) = (link.previous == number, link.transition % capacity)
                // Of a transition that has been replaced, only the frame matters.
                let isHeld = !isStart && link.transition >= added - count
                header.storeBytes(of: UInt64(link.transition).littleEndian, toByteOffset: 0, as: UInt64.self)
                header.storeBytes(of: UInt32(link.row).littleEndian, toByteOffset: 8, as: UInt32.self)
                let action = UnsafeMutableRawBufferPointer(
                    rebasing: header[Self.actionOffset..<Self.actionOffset + actionBytes])
                action.initializeMemory(as: UInt8.self, repeating: 0)
                if isHeld {
                    action.copyMemory(from: UnsafeRawBufferPointer(start: self.action(place), count: actionBytes))
                }
                header.storeBytes(
                    of: (isHeld ? rewards[place].bitPattern : 0).littleEndian, toByteOffset: rewardOffset,
                    as: UInt32.self)
                header.storeBytes(
                    of: isStart ? Self.startMark : isHeld ? ends[place].rawValue : 0, toByteOffset: markOffset,
                    as: UInt8.self)
                try sink(UnsafeRawBufferPointer(header))
                try sink(UnsafeRawBufferPointer(start: frames[number], count: frames.frameBytes))
            }
        }
    }

    /// Restores records, numbered from `start`. If they don't follow what the buffer holds, that is discarded.
    ///
    /// - Parameters:
    ///   - observationSpace: The space of discrete observations; arrays of numbers are not checked.
    ///   - actionSpace: The space of actions; the numbers of a box are not checked.
    /// - Throws: `EnvironmentError.badState(offset:expected:)` if ``write(_:to:)`` can't have made a record's bytes in
    ///   these spaces; then discard the buffer.
    /// - Precondition: `bytes` are whole records.
    public func restore(
        _ bytes: RawSpan, from start: Int, observationSpace: Space, actionSpace: Space
    ) throws(EnvironmentError) {
        precondition(
            bytes.byteCount % recordBytes == 0,
            "expected whole records of \(recordBytes) bytes, found \(bytes.byteCount) bytes")
        if start != records {
            frames.restart(at: start)
            for row in newest.indices { newest[row] = nil }
            (added, first) = (0, nil)
        }
        for offset in stride(from: 0, to: bytes.byteCount, by: recordBytes) {
            let failure = bytes.withUnsafeBytes { restore($0.baseAddress! + offset, observationSpace, actionSpace) }
            if let failure { throw .badState(offset: offset + failure.offset, expected: failure.expected) }
        }
    }

    /// Restores one record; returns what is wrong with its bytes, if anything.
    private func restore(
        _ bytes: UnsafeRawPointer, _ observationSpace: Space, _ actionSpace: Space
    ) -> (offset: Int, expected: String)? {
        let frame = bytes + headerBytes
        guard isObservation(frame, in: observationSpace) else {
            return (headerBytes, "an observation in \(observationSpace)")
        }
        let transition = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
        let isBeginning = first == nil
        guard isBeginning ? transition < 1 << 62 : transition == added else {
            return (0, isBeginning ? "the number of a transition" : "transition \(added)")
        }
        let row = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
        guard row < newest.count else { return (8, "an environment index below \(newest.count)") }
        guard isAction(bytes + Self.actionOffset, in: actionSpace) else {
            return (Self.actionOffset, "an action in \(actionSpace)")
        }
        let reward = Float(
            bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: rewardOffset, as: UInt32.self)))
        let mark = bytes.load(fromByteOffset: markOffset, as: UInt8.self)
        guard let end = mark == Self.startMark ? End.none : End(rawValue: mark) else {
            return (markOffset, "a mark for an episode's end, its start or neither")
        }
        append(frame, Int(transition), row: Int(row), isStart: mark == Self.startMark) {
            action(added % capacity).copyMemory(from: bytes + Self.actionOffset, byteCount: actionBytes)
            put($0, reward: reward, end)
        }
        if end != .none { newest[Int(row)] = nil }
        return nil
    }

    /// Links a frame to the previous one of its environment and makes a transition of it, unless the previous one is
    /// missing.
    private func append(
        _ frame: UnsafeRawPointer, _ transition: Int, row: Int, isStart: Bool, put: (Int) -> Void
    ) {
        let previous = isStart ? nil : newest[row] ?? FrameStore.unknown
        let number = frames.append(frame, after: previous, transition: transition, row: row)
        newest[row] = number
        if let previous, previous != FrameStore.unknown { return put(number) }
        added = isStart ? transition : transition + 1
        if first == nil || !isStart { first = added }
    }

    /// Whether a row can be an observation: a discrete one must be in its space.
    private func isObservation(_ row: UnsafeRawPointer, in space: Space) -> Bool {
        guard case .discrete = space else { return true }
        return space.contains(CollectionOfOne(Rows(row, type: type, count: 1, width: 1).number(0)))
    }

    /// Whether bytes are an action: the numbers of a box may be any but NaN.
    private func isAction(_ bytes: UnsafeRawPointer, in space: Space) -> Bool {
        let action = Rows(bytes, type: actionType, count: 1, width: actionWidth)
        if case .box = space { return (0..<actionWidth).allSatisfy { !action.number(0, $0).isNaN } }
        return space.contains(action.numbers(0))
    }
}
