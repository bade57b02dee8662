import Datasets
import GenerativeModels
import Random
import Storage

/// Where the rows of a view come from; all but weights are in the units of the data.
struct RowSource {
    /// How many rows there are.
    var count: Int
    /// What moves; nil where nothing does.
    var process: (any GenerationProcess)?
    /// The rows, where nothing moves.
    var still: [Float] = []
    /// What the rows come from, and what they should become.
    var before, original: [Float]?
}

extension WatchedModel {
    /// The share of a row's numbers that are disturbed before it is recalled.
    private static let disturbance = 0.2

    /// Where a view's `count` rows or units come from.
    func source(of view: ModelView, count: Int, seed: UInt64) throws -> RowSource {
        if view == .samples || view == .process { try requireMemory(rows: count, copies: view == .samples ? 4 : 128) }
        let random = RandomStream(seed: seed).split("view")
        switch view {
        case .process:
            let process = try ability((any ProcessModel).self, "be watched")
                .process(count: count, from: nil, known: [], seed: seed)
            return RowSource(count: count, process: process)
        case .samples:
            return RowSource(
                count: count, still: unscaled(try model.sample(count, class: label, name: name, seed: seed)))
        case .weights: return try weights(count, random)
        case .complete: return try completion(count, random, seed: seed)
        case .recall: return try recall(count, random, seed: seed)
        case .reconstruct: return try reconstruction(count, random)
        }
    }

    /// Refuses more rows than memory has room for: with the copies in which they are sampled, converted and written, or
    /// of which a film is made.
    private func requireMemory(rows count: Int, copies: Int) throws(MemoryError) {
        let rowBytes = max(1, data.width) * 4 * copies
        try MemoryBudget.require(product(count, rowBytes), for: "\(count) rows of \(data.width) numbers") { usable in
            "\(usable / rowBytes) rows fit"
        }
    }

    /// The weights of some units.
    private func weights(_ count: Int, _ random: RandomStream) throws -> RowSource {
        let (width, all) = (data.width, try ability((any PicturingModel).self, "show weights").weightRows)
        let units = Self.choice(count, of: all.count / width, random)
        return RowSource(count: units.count, still: units.flatMap { all[$0 * width..<($0 + 1) * width] })
    }

    /// Test rows whose second half (a picture's lower one) has to be found.
    private func completion(_ count: Int, _ random: RandomStream, seed: UInt64) throws -> RowSource {
        let data = model.data
        let known = (0..<data.width).map { $0 < data.knownWidth }
        let rows = try chosen(count, of: .test, random)
        // What isn't known is replaced, so that no model can make use of it.
        var noise = RowNoise(kind: data.kind, random: random.split("noise"))
        let erased = rows.replacing(rows.values.enumerated().map { known[$0 % data.width] ? $1 : noise.number() })
        var result = RowSource(count: rows.count, original: unscaled(rows.values))
        // Grey: half way to white, and of reals the data's mean.
        let grey = [Float](repeating: data.kind == .reals ? 0 : data.kind.white / 2, count: data.width)
        let unknown = unscaled(grey)
        result.before = result.original!.enumerated().map {
            known[$0 % data.width] ? $1 : unknown[$0 % data.width]
        }
        if let model = model as? any ProcessModel {
            result.process = try model.process(count: rows.count, from: erased, known: known, seed: seed)
        } else {
            let able = try ability((any CompletingModel).self, "complete rows")
            result.still = unscaled(try able.complete(erased, known: known, seed: seed))
        }
        return result
    }

    /// Training rows that are to be found again from disturbed ones.
    private func recall(_ count: Int, _ random: RandomStream, seed: UInt64) throws -> RowSource {
        let rows = try chosen(count, of: .training, random)
        var noise = RowNoise(kind: data.kind, random: random.split("noise"))
        let disturbed = rows.replacing(rows.values.map { noise.disturbed($0, share: Self.disturbance) })
        let process = try ability((any ProcessModel).self, "recall").process(
            count: rows.count, from: disturbed, known: [Bool](repeating: false, count: data.width), seed: seed)
        return RowSource(
            count: rows.count, process: process, before: unscaled(disturbed.values),
            original: unscaled(rows.values))
    }

    /// Test rows as they are and as the model has them.
    private func reconstruction(_ count: Int, _ random: RandomStream) throws -> RowSource {
        let rows = try chosen(count, of: .test, random)
        let able = try ability((any ReconstructingModel).self, "reconstruct rows")
        return RowSource(
            count: rows.count, still: unscaled(try able.reconstruct(rows)), before: unscaled(rows.values))
    }

    private func chosen(_ count: Int, of part: Dataset.Part, _ random: RandomStream) throws -> DataRows {
        let rows = try rows(part)
        return rows.gathered(Self.choice(count, of: rows.count, random))
    }

    /// Some of so many things, in order.
    private static func choice(_ count: Int, of all: Int, _ random: RandomStream) -> [Int] {
        guard count < all else { return Array(0..<all) }
        var (random, places) = (random.split("choice"), Array(0..<all))
        random.shuffle(&places)
        return places.prefix(count).sorted()
    }
}

/// Numbers in place of a row's own.
private struct RowNoise {
    let kind: ElementKind
    var random: RandomStream

    /// A number of the kind that says nothing; reals are taken to be standardised.
    mutating func number() -> Float {
        switch kind {
        case .bits: random.uniform() < 0.5 ? 0 : 1
        case .unit: random.uniformFloat()
        case .reals: Float(random.normal())
        case .levels(let count): Float(random.integers(below: count))
        case .symbols(let symbols): Float(random.integers(below: symbols.count))
        }
    }

    /// With a probability a bit is turned, another number replaced.
    mutating func disturbed(_ value: Float, share: Double) -> Float {
        guard random.uniform() < share else { return value }
        return kind == .bits ? 1 - value : number()
    }
}

extension Dataset.Description {
    /// How many numbers of a row are known where it is to be completed: those of a picture's upper half, else the first
    /// half.
    fileprivate var knownWidth: Int { picture.map { $0.height / 2 * $0.width * $0.channels } ?? width / 2 }
}
