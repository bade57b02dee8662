import Environments
import Experience

extension ExperienceWindow {
    /// Codes the steps so far. Reading rejects observations and actions that don't exist.
    func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try coder.code(&steps, in: 0...layout.steps - 1)
        let rows = steps * layout.environments
        let start = coder.offset
        try coder.code(memory: observations.memory, count: rows * observations.rowBytes)
        if coder.isReading, stateCount > 0,
            let stray = (0..<rows).first(where: { !(0..<stateCount ~= observations.rows.integer($0)) })
        {
            throw .badState(
                offset: start,
                expected: "observations in Discrete(\(stateCount)), not \(observations.rows.integer(stray))")
        }
        try codeSamples(rows, with: &coder)
        for column in [logProbabilities, values, nextValues, rewards] {
            try coder.code(memory: column.baseAddress!, count: rows * 4)
        }
        for column in [terminated, truncated, reset, starts] {
            for row in 0..<rows { try coder.code(&column[row]) }
        }
        try coder.code(memory: masks.baseAddress!, count: rows * 8)
        let begun = (steps + layout.sequenceLength - 1) / layout.sequenceLength * layout.environments
        if stateWidth > 0 { try coder.code(memory: states.baseAddress!, count: begun * stateWidth * 4) }
    }

    private func codeSamples(_ rows: Int, with coder: inout StateCoder) throws(EnvironmentError) {
        let start = coder.offset
        let width = distribution.actionCount
        try coder.code(memory: samples.baseAddress!, count: rows * width * 4)
        guard coder.isReading, case .categorical(let counts) = distribution else { return }
        for place in 0..<rows * width where !(0..<counts[place % width]).contains(Int(exactly: samples[place]) ?? -1) {
            throw .badState(offset: start, expected: "choices below \(counts[place % width]), not \(samples[place])")
        }
    }
}

extension StateCoder {
    /// Codes memory of numbers for which any bits are valid.
    fileprivate mutating func code(memory: UnsafeMutableRawPointer, count: Int) throws(EnvironmentError) {
        let buffer = UnsafeMutableRawBufferPointer(start: memory, count: count)
        var bytes = Array(buffer)
        try code(&bytes)
        if isReading { buffer.copyBytes(from: bytes) }
    }
}

extension UnsafeMutableBufferPointer where Element == Float {
    static func zeros(_ count: Int) -> Self {
        let memory = allocate(capacity: count)
        memory.initialize(repeating: 0)
        return memory
    }
}

extension UnsafeMutableBufferPointer where Element == Bool {
    static func falses(_ count: Int) -> Self {
        let memory = allocate(capacity: count)
        memory.initialize(repeating: false)
        return memory
    }
}
