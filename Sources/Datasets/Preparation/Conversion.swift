import Random

/// How data of one kind are converted to another.
enum Conversion: Hashable, Sendable {
    case none
    /// Bits sampled once from intensities.
    case fixedBits
    /// Bits sampled anew for each batch.
    case dynamicBits
    case threshold
    /// Level / (levels − 1), from 0 to 1.
    case scaled
    /// (Level + u) / levels, with u uniform in 0..<1 and sampled anew for each batch.
    case dequantized

    /// What it does, for lists.
    var summary: String {
        switch self {
        case .none: "as they are"
        case .fixedBits: "bits sampled once from the intensities (binarize=fixed)"
        case .dynamicBits: "bits sampled anew for each minibatch (binarize=dynamic)"
        case .threshold: "bits by a threshold (binarize=threshold)"
        case .scaled:
            "divided by the greatest level; their likelihood is neither a probability nor a density of the data"
        case .dequantized:
            "uniform noise added, then scaled to [0, 1] (dequantize); their density bounds the levels' probability"
        }
    }

    /// Whether it changes from one batch to the next.
    var isDrawnAnew: Bool { self == .dynamicBits || self == .dequantized }

    /// How `kind` is converted to `target` under the settings; nil if it can't be.
    ///
    /// Reals stay as they are where bits or numbers from 0 to 1 are wanted, provided that they are such; the caller
    /// checks that.
    init?(from kind: ElementKind, to target: ElementKind.Name, _ settings: DataSettings) {
        let isDiscrete = kind.name == .levels || kind.name == .bits
        let isContinuous = target == .unit || target == .reals
        switch (kind.name, target) {
        case (.symbols, .symbols): self = .none
        case (.symbols, _), (_, .symbols): return nil
        case _ where settings.dequantize == .yes:
            guard isDiscrete && isContinuous else { return nil }
            self = .dequantized
        // A density of whole numbers has no bound: it can be narrow around each of them.
        case (.levels, .reals) where settings.dequantize == .auto && !settings.binarizes,
            (.bits, .reals) where settings.dequantize == .auto:
            self = .dequantized
        case (.bits, _): self = .none
        case _ where settings.binarizes:
            guard kind.name != .reals || settings.binarize == .threshold else { return nil }
            self =
                switch settings.binarize {
                case .fixed: .fixedBits
                case .dynamic: .dynamicBits
                default: .threshold
                }
        case (.levels, .bits), (.unit, .bits):
            guard settings.binarize == .auto else { return nil }
            self = .fixedBits
        case (.levels, .levels): self = .none
        case (.levels, _): self = .scaled
        case (_, .levels): return nil
        default: self = .none
        }
    }
}

extension ElementKind {
    /// The number that stands for intensity 1.
    var fullIntensity: Float {
        if case .levels(let count) = self { Float(max(1, count - 1)) } else { 1 }
    }

    /// The number of levels, 2 for bits; nil for other kinds.
    var levelCount: Int? {
        switch self {
        case .bits: 2
        case .levels(let count): count
        default: nil
        }
    }

    /// The kind that data of this kind have after conversion.
    func converted(to target: Name) -> ElementKind {
        switch target {
        case .bits: .bits
        case .levels: .levels(levelCount ?? 2)
        case .unit: .unit
        case .reals: .reals
        case .symbols: self
        }
    }
}

/// 1 with the intensity as its probability, else 0. Intensities of 0 and 1 take no random number.
func drawnBits(_ numbers: DataNumbers, fullIntensity: Float, _ random: inout RandomStream) -> DataNumbers {
    numbers.mapBytes { _, value in
        if value <= 0 { return 0 }
        return value >= fullIntensity || random.uniformFloat() * fullIntensity < value ? 1 : 0
    }
}

/// (Level + u) / levels.
func dequantized(_ values: [Float], levels: Int, _ random: inout RandomStream) -> [Float] {
    // Rounding must not give 1, which would be one level up.
    values.map { min(($0 + random.uniformFloat()) / Float(levels), Float(1).nextDown) }
}

/// 1 from a column's threshold on, else 0.
///
/// - Parameter thresholds: One per column.
func thresholdedBits(_ numbers: DataNumbers, _ thresholds: [Double]) -> DataNumbers {
    numbers.mapBytes { Double($1) >= thresholds[$0 % thresholds.count] ? 1 : 0 }
}
