import Configuration
import Environments

/// What becomes of the trace of a state, or a state and action, that is visited again.
public enum TraceKind: String, SettingChoice {
    /// It grows by 1.
    case accumulating
    /// It becomes 1 (Singh and Sutton 1996).
    case replacing
    /// It becomes 1 + (1 − α) of what it was, and updates are corrected so that they are exactly those of the λ-returns
    /// known so far: true online TD(λ) (van Seijen et al. 2016).
    case dutch
}

/// The eligibility traces of one episode under way: how much of an error each place of a table is to learn (Sutton and
/// Barto 2018, 12.2). Only places visited of late have one, so that a step costs what is eligible, not the whole table.
struct EligibilityTraces {
    /// A trace that has faded below this is forgotten.
    static let smallest = 1e-8

    private let kind: TraceKind
    private var traces: [Double]
    /// The places with a trace, in the order in which they got it.
    private var active: [Int32] = []
    /// The value of the place visited next, as it was used in the last target.
    private var expected = 0.0

    /// Traces of a table of `count` values.
    init(count: Int, kind: TraceKind) {
        self.kind = kind
        traces = Array(repeating: 0, count: count)
    }

    /// All traces fade by a factor; 0 forgets them.
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

    /// A place is visited.
    mutating func visit(_ place: Int, rate: Double) {
        if traces[place] == 0 { active.append(Int32(place)) }
        switch kind {
        case .accumulating: traces[place] += 1
        case .replacing: traces[place] = 1
        case .dutch: traces[place] = 1 + (1 - rate) * traces[place]
        }
    }

    /// Hands each place and its trace to `body`.
    func forEach(_ body: (Int, Double) -> Void) { for place in active { body(Int(place), traces[Int(place)]) } }

    /// One step of TD(λ) from `place`: v(i) ← v(i) + α δ e(i), with δ = r + γ v(next) − v(place).
    ///
    /// - Parameters:
    ///   - following: v(next), 0 where nothing follows.
    ///   - fading: γλ.
    /// - Returns: δ.
    mutating func learn(
        _ values: UnsafeMutableBufferPointer<Float>, _ place: Int, reward: Double, following: Double, discount: Double,
        fading: Double, rate: Double
    ) -> Double {
        let value = Double(values[place])
        let error = reward + discount * following - value
        // The first visit of an episode has nothing to correct.
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
