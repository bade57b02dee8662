import Configuration
import Environments

/// How the trace of a state, or of a state and action, changes when it is visited again.
public enum TraceKind: String, SettingChoice {
    /// It grows by 1.
    case accumulating
    /// It becomes 1 (Singh and Sutton 1996).
    case replacing
    /// It becomes 1 + (1 − α) times its old value, and updates are corrected so that they are exactly those of the
    /// λ-returns known so far: true online TD(λ) (van Seijen et al. 2016).
    case dutch
}

/// The eligibility traces of one unfinished episode: the share of an error that each place of a table learns (Sutton
/// and Barto 2018, 12.2). Only recently visited places have a trace, so that a step costs as much as there are traces,
/// not the whole table.
struct EligibilityTraces {
    /// Smaller traces are dropped.
    static let smallest = 1e-8

    private let kind: TraceKind
    private var traces: [Double]
    /// The places with a trace, in the order in which they got it.
    private var active: [Int32] = []
    /// The value of the next place, as it was used in the last target.
    private var expected = 0.0

    /// Traces of a table of `count` values.
    init(count: Int, kind: TraceKind) {
        self.kind = kind
        traces = Array(repeating: 0, count: count)
    }

    /// Multiplies all traces by a factor; 0 clears them.
    mutating func fade(by factor: Double) {
        var kept = 0
        for index in active.indices {
            let place = active[index]
            traces[Int(place)] *= factor
            if traces[Int(place)] < Self.smallest {
                traces[Int(place)] = 0
            } else {
                active[kept] = place
                kept += 1
            }
        }
        active.removeLast(active.count - kept)
    }

    /// Visits a place.
    mutating func visit(_ place: Int, rate: Double) {
        if traces[place] == 0 { active.append(Int32(place)) }
        switch kind {
        case .accumulating: traces[place] += 1
        case .replacing: traces[place] = 1
        case .dutch: traces[place] = 1 + (1 - rate) * traces[place]
        }
    }

    /// Calls `body` with each place and its trace.
    func forEach(_ body: (Int, Double) -> Void) { for place in active { body(Int(place), traces[Int(place)]) } }

    /// One step of TD(λ) from `place`: v(i) ← v(i) + α δ e(i), with δ = r + γ v(next) − v(place).
    ///
    /// - Parameters:
    ///   - following: v(next), 0 after a terminal step.
    ///   - fading: γλ.
    /// - Returns: δ.
    mutating func learn(
        _ values: UnsafeMutableBufferPointer<Float>, _ place: Int, reward: Double, following: Double, discount: Double,
        fading: Double, rate: Double
    ) -> Double {
        let value = Double(values[place])
        let error = reward + discount * following - value
        // The first visit of an episode needs no correction.
        let correction = kind == .dutch && !active.isEmpty ? value - expected : 0
        fade(by: fading)
        visit(place, rate: rate)
        for index in active { values[Int(index)] += Float(rate * (error + correction) * traces[Int(index)]) }
        if kind == .dutch { values[place] -= Float(rate * correction) }
        expected = following
        return error
    }

    mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        var count = active.count
        try coder.code(count: &count, ofBytes: 12)
        if coder.isReading {
            fade(by: 0)
            active = Array(repeating: 0, count: count)
        }
        for index in 0..<count {
            try coder.code(&active[index], in: 0...Int32(traces.count - 1))
            try coder.code(&traces[Int(active[index])])
        }
        try coder.code(&expected)
    }
}
