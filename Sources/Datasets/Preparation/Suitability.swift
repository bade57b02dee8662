/// Whether data suit a model, how they are converted, and what to try if they don't.
struct Suitability {
    let dataset: Dataset
    let settings: DataSettings
    /// The model's name, for errors.
    let model: String

    private var description: Dataset.Description { dataset.description }

    /// Checks everything but the kind of the numbers.
    ///
    /// - Throws: ``DatasetError``.
    func check(sequences: Bool?, pictures: Bool, labels: Bool) throws {
        if sequences == true && !description.isSequential {
            throw unsuitable("sequences of steps", "rows of \(description.shape)", "try text or music")
        }
        if sequences == false && description.isSequential {
            throw unsuitable(
                "rows of one length", "sequences of steps",
                "try a model of sequences: transformer, wavenet, tcn, rnn-rbm")
        }
        if pictures && description.grid == nil {
            throw unsuitable(
                "images, of shape (height, width) or (height, width, channels)", "rows of \(description.shape)",
                "give their shape with --option shape=height,width,1")
        }
        if labels && description.classCount == 0 {
            throw unsuitable(
                "rows with labels", "none",
                "add the file of labels to IDX files, or name a table's class column with --option labelColumn=last, "
                    + "or put the images of each class into a folder"
            )
        }
        try checkSettings()
    }

    private func checkSettings() throws {
        let isPicture = description.grid != nil
        if (settings.shift > 0 || settings.flip) && !isPicture {
            throw DatasetError.setting(
                name: settings.flip ? "flip" : "shift", value: settings.flip ? "true" : "\(settings.shift)",
                data: "rows of \(description.name) are \(description.shape)", expected: "images")
        }
        if settings.dequantize == .yes && settings.binarizes {
            throw DatasetError.setting(
                name: "dequantize", value: "true", data: "binarize is \(settings.binarize.rawValue)",
                expected: "only one of the two")
        }
        if settings.dequantize == .yes && description.kind.levelCount == nil {
            throw DatasetError.setting(
                name: "dequantize", value: "true",
                data: "each number of \(description.name) is \(description.kind.expectation)",
                expected: "whole levels")
        }
    }

    /// The first of the kinds that the data can be converted to, and how.
    ///
    /// - Throws: ``DatasetError/unsuitable(place:found:expected:advice:)`` if there is none.
    func conversion(to kinds: [ElementKind.Name]) throws -> (ElementKind.Name, Conversion) {
        for kind in kinds {
            guard let conversion = Conversion(from: description.kind, to: kind, settings) else { continue }
            if conversion == .none && offender(kind) != nil { continue }
            return (kind, conversion)
        }
        throw refusal(kinds)
    }

    /// How the data are prepared for a model of each kind of numbers, under the settings; kinds that they can't become
    /// are left out.
    var preparations: [(kind: ElementKind.Name, summary: String)] {
        ElementKind.Name.allCases.compactMap { kind in
            guard let (_, conversion) = try? conversion(to: [kind]) else { return nil }
            return (kind, conversion.summary)
        }
    }

    /// The first number that isn't of a kind; nil if all are.
    private func offender(_ target: ElementKind.Name) -> (part: Dataset.Part, index: Int)? {
        // Only reals are passed on without being known to fit.
        guard description.kind == .reals && target != .reals else { return nil }
        let kind = description.kind.converted(to: target)
        for part in Dataset.Part.allCases {
            if let index = kind.firstViolation(in: dataset[part].numbers) { return (part, index) }
        }
        return nil
    }

    private func refusal(_ kinds: [ElementKind.Name]) -> DatasetError {
        let wanted = kinds.map { kind in
            kind == .symbols ? "symbols of a text" : description.kind.converted(to: kind).expectation
        }.joined(separator: ", or ")
        if let (part, index) = offender(kinds[kinds.count - 1]) {
            return .unsuitable(
                place: dataset.numberPlace(index, in: part), found: "\(dataset[part].numbers[index])",
                expected: "\(wanted) for \(model)", advice: advice(kinds))
        }
        return unsuitable(wanted, description.kind.expectation, advice(kinds))
    }

    private func advice(_ kinds: [ElementKind.Name]) -> String {
        let takesBits = kinds.contains(.bits) || kinds.contains(.unit)
        return switch description.kind {
        case .symbols: "try a model of symbols"
        case _ where kinds == [.symbols]: "try a text"
        case _ where settings.dequantize == .yes: "leave out --option dequantize=true"
        case .reals where takesBits: "try --option binarize=threshold, or a model of reals"
        case .levels where takesBits, .unit where takesBits: "try --option binarize=fixed"
        default: "try another model, or other data"
        }
    }

    private func unsuitable(_ expected: String, _ found: String, _ advice: String) -> DatasetError {
        .unsuitable(
            place: dataset.origins[.training]?.source ?? description.name, found: found,
            expected: "\(expected) for \(model)", advice: advice)
    }
}
