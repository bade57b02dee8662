import Experience

// Rules for the spaces themselves.

extension CheckRule {
    static let spaceRules = [
        CheckRule(
            name: "observation-space", summary: "the observation space is well formed", isOfSpaces: true,
            check: { .failed($0.observationSpace.fault) }),
        CheckRule(
            name: "action-space", summary: "the action space is well formed", isOfSpaces: true,
            check: { .failed($0.actionSpace.fault) }),
        CheckRule(
            name: "observation-type", summary: "observations have the space's element type", isOfSpaces: true,
            check: { .failed(observationTypeFault($0)) }),
        CheckRule(
            name: "action-type", summary: "the Action type holds the space's actions", isOfSpaces: true,
            check: { subject in
                subject.hasSuitableActions
                    ? .passed
                    : .failed(
                        "expected Action = Int for a discrete space, or a type with the memory layout of the space's "
                            + "numbers (Float, InlineArray<3, Float>, InlineArray<2, Int>); "
                            + "found another type for \(subject.actionSpace)")
            }),
    ]

    static let adviceRules = [
        CheckRule(
            name: "observation-bounds", summary: "observations have finite bounds",
            check: {
                .warning($0.observationSpace.hasInfiniteBound ? "infinite bounds give no scale to normalise by" : nil)
            }),
        CheckRule(
            name: "action-range", summary: "continuous actions range over -1...1",
            check: { .warning(actionRangeAdvice($0.actionSpace)) }),
        CheckRule(
            name: "degenerate-bounds", summary: "no element of a space has equal bounds",
            check: { subject in
                let spaces = [subject.observationSpace, subject.actionSpace]
                return .warning(
                    spaces.contains(where: \.hasEqualBounds)
                        ? "an element with equal bounds carries no information" : nil)
            }),
        CheckRule(
            name: "picture-form", summary: "images are bytes in 0...255, at least 36 pixels per side",
            check: { .warning(pictureAdvice($0.observationSpace)) }),
        CheckRule(
            name: "plain-spaces", summary: "spaces are not nested, so agents can learn from them",
            check: { .warning(nestingAdvice($0)) }),
    ]

    private static func observationTypeFault(_ subject: CheckSubject) -> String? {
        switch subject.observationSpace {
        case .box(_, _, _, let element) where element != subject.elementType:
            "expected elements of \(element), as the space says; the Element type is \(subject.elementType)"
        case .discrete where subject.elementType == .float32, .multiDiscrete where subject.elementType == .float32:
            "expected whole numbers in \(subject.observationSpace); the Element type is \(subject.elementType)"
        default: nil
        }
    }

    private static func actionRangeAdvice(_ space: Space) -> String? {
        guard case .box(let low, let high, _, _) = space else { return nil }
        if zip(low, high).contains(where: { !$0.isFinite || !$1.isFinite }) {
            return "infinite bounds do not tell an agent how large an action should be"
        }
        return zip(low, high).allSatisfy { $0 == -1 && $1 == 1 } ? nil : "\(space): agents start around -1...1"
    }

    private static func pictureAdvice(_ space: Space) -> String? {
        guard case .box(_, _, let shape, _) = space, shape.count != 1 else { return nil }
        guard shape.count == 3 else {
            return "an unusual number of axes, \(shape.count): neither a vector nor an image"
        }
        guard space.isImage(axes: 3...3) else { return "three axes, but not bytes in 0...255: \(space)" }
        return shape.sorted().suffix(2).allSatisfy { $0 >= 36 } ? nil : "images smaller than 36 × 36 pixels"
    }

    private static func nestingAdvice(_ subject: CheckSubject) -> String? {
        switch (subject.observationSpace, subject.actionSpace) {
        case (.tuple, _): "observations that are tuples; most agents take arrays"
        case (.dictionary(let parts), _) where parts.values.contains(where: { !$0.parts.isEmpty }):
            "dictionaries within dictionaries; most agents take arrays"
        case (_, .tuple), (_, .dictionary): "actions of several parts; most agents choose one"
        default: nil
        }
    }
}

extension Space {
    /// What is wrong with the space itself.
    fileprivate var fault: String? {
        switch self {
        case .discrete(let count): count > 0 ? nil : "expected at least one member, found \(self)"
        case .multiDiscrete(let counts):
            !counts.isEmpty && counts.allSatisfy { $0 > 0 } ? nil : "expected counts above 0, found \(self)"
        case .multiBinary(let shape):
            shape.allSatisfy { $0 > 0 } ? nil : "expected sizes above 0, found \(shape)"
        case .tuple, .dictionary:
            parts.isEmpty ? "expected at least one part, found none" : parts.lazy.compactMap(\.fault).first
        case .box(let low, let high, let shape, let element): Self.boxFault(low, high, shape, element)
        }
    }

    private static func boxFault(_ low: [Double], _ high: [Double], _ shape: [Int], _ element: ElementType) -> String? {
        let count = shape.reduce(1, *)
        guard shape.allSatisfy({ $0 > 0 }) else { return "expected sizes above 0, found the shape \(shape)" }
        guard low.count == count, high.count == count else {
            return "expected \(count) bounds for the shape \(shape), found \(low.count) and \(high.count)"
        }
        // Also finds bounds that are NaN.
        if let index = (0..<count).first(where: { !(low[$0] <= high[$0]) }) {
            return "expected low <= high, found \(low[index]) and \(high[index]) for number \(index)"
        }
        guard element == .uint8, let index = (0..<count).first(where: { low[$0] < 0 || high[$0] > 255 }) else {
            return nil
        }
        return "expected bounds within 0...255 for bytes, found \(low[index])...\(high[index])"
    }

    fileprivate var hasInfiniteBound: Bool {
        guard case .box(let low, let high, _, _) = self else { return parts.contains(where: \.hasInfiniteBound) }
        return (low + high).contains { !$0.isFinite }
    }

    fileprivate var hasEqualBounds: Bool {
        guard case .box(let low, let high, _, _) = self else { return parts.contains(where: \.hasEqualBounds) }
        return zip(low, high).contains { $0 == $1 }
    }
}
