import Environments
import Experience
import Storage

extension Batch {
    /// What `reverie_describe` returns.
    var description: JSON {
        [
            "id": .string(environments.id),
            "count": .integer(environments.count),
            "observationSpace": environments.observationSpace.json,
            "actionSpace": environments.actionSpace.json,
            "elementType": .string(environments.elementType.rawValue),
            "actionNames": .array(environments.actionNames.map { .string($0) }),
            "framesPerSecond": .number(environments.framesPerSecond),
            "stepLimit": entry.stepLimit.map { .integer($0) } ?? .null,
            "rewardThreshold": entry.rewardThreshold.map { .number($0) } ?? .null,
            "stackedFrames": .integer(environments.stackedFrames),
            "canSnapshot": .boolean(environments.canSnapshot),
        ]
    }
}

extension EnvironmentEntry {
    /// What `reverie_catalog` returns of an environment.
    var json: JSON {
        [
            "id": .string(id), "summary": .string(summary), "stepLimit": stepLimit.map { .integer($0) } ?? .null,
            "rewardThreshold": rewardThreshold.map { .number($0) } ?? .null,
        ]
    }
}

extension Space {
    /// The space, with Gymnasium's names.
    fileprivate var json: JSON {
        switch self {
        case .discrete(let count): ["type": "Discrete", "n": .integer(count)]
        case .box(let low, let high, let shape, let element):
            [
                "type": "Box", "low": Self.bounds(low, element), "high": Self.bounds(high, element),
                "shape": .array(shape.map { .integer($0) }), "dtype": .string(element.rawValue),
            ]
        case .multiDiscrete(let counts): ["type": "MultiDiscrete", "nvec": .array(counts.map { .integer($0) })]
        case .multiBinary(let shape): ["type": "MultiBinary", "n": .array(shape.map { .integer($0) })]
        case .tuple(let spaces): ["type": "Tuple", "spaces": .array(spaces.map(\.json))]
        case .dictionary(let spaces):
            [
                "type": "Dict",
                "spaces": .object(spaces.sorted { $0.key < $1.key }.map { JSON.Member($0.key, $0.value.json) }),
            ]
        }
    }

    private static func bounds(_ values: [Double], _ element: ElementType) -> JSON {
        func json(_ value: Double) -> JSON {
            value.isInfinite
                ? .string(value < 0 ? "-inf" : "inf") : element == .float32 ? .float(Float(value)) : .number(value)
        }
        if let first = values.first, values.allSatisfy({ $0 == first }) { return json(first) }
        return .array(values.map(json))
    }
}
