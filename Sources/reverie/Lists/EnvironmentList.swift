import Environments
import Experience
import GymnasiumBridge
import Storage

/// The environments as 'reverie list' shows them.
enum EnvironmentList {
    static func all() throws -> (columns: [String], items: [ListItem]) {
        do {
            _ = try Assets.folder()
        } catch {
            complain("\(error); until then, the grid worlds of its maps are missing from this list")
        }
        return (
            ["id", "observations", "actions", "step limit", "summary"], try EnvironmentCatalog.entries.map(item)
        )
    }

    static func item(named id: String) throws -> ListItem { try item(EnvironmentCatalog.entry(id)) }

    private static func item(_ entry: EnvironmentEntry) throws -> ListItem {
        let (world, obstacle) = try made(entry)
        let bridged = world as? GymnasiumBatch
        let json: JSON = [
            "id": .string(entry.id), "summary": .string(entry.summary),
            "observationSpace": world.map { .string($0.buffers.observationSpaceText) } ?? .null,
            "observationShape": world.map { .array($0.observationSpace.shape.map(JSON.integer)) } ?? .null,
            "elementType": world.map { .string($0.elementType.rawValue) } ?? .null,
            "actionSpace": world.map { .string($0.buffers.actionSpaceText) } ?? .null,
            "actionNames": .array((world?.actionNames ?? []).map(JSON.string)),
            "rewards": entry.rewards.isEmpty ? .null : .string(entry.rewards),
            "stepLimit": (bridged?.stepLimit ?? entry.stepLimit).map(JSON.integer) ?? .null,
            "rewardThreshold": entry.rewardThreshold.map(JSON.number) ?? .null,
            "framesPerSecond": world.map { .number($0.framesPerSecond) } ?? .null,
            "notes": .array((bridged?.notes ?? []).map(JSON.string)),
            "options": .array(
                entry.options.map(json) + [stepLimitOption(of: entry), json(WrapperCatalog.option)]),
        ]
        let cells = [
            entry.id, world?.observationSpace.shortText ?? obstacle, world?.actionSpace.shortText ?? obstacle,
            entry.stepLimit.map(String.init) ?? "-", entry.summary,
        ]
        return ListItem(json: json, cells: cells)
    }

    /// The environment, or why it can't be made: a required option, or a damaged map.
    private static func made(_ entry: EnvironmentEntry) throws -> (world: (any BatchedEnvironment)?, obstacle: String) {
        do {
            return (try EnvironmentCatalog.make(entry.id), "")
        } catch EnvironmentError.badValue(let option, _, _) {
            return (nil, "by its \(option)")
        } catch EnvironmentError.outside(let fault) {
            throw EnvironmentError.outside(fault)
        } catch is EnvironmentError {
            return (nil, "damaged")
        }
    }

    private static func json(_ option: EnvironmentOption) -> JSON {
        [
            "name": .string(option.name), "default": option.usual.isEmpty ? .null : .string(option.usual),
            "help": .string(option.summary),
        ]
    }

    /// The step limit, an option of all environments; the default is the environment's own.
    private static func stepLimitOption(of entry: EnvironmentEntry) -> JSON {
        let option = EnvironmentCatalog.stepLimitOption
        return json(EnvironmentOption(option.name, option.summary, usual: "\(entry.stepLimit ?? -1)"))
    }
}

extension Space {
    /// The space in one word: its kind and size, without bounds.
    fileprivate var shortText: String {
        guard case .box(_, _, let shape, _) = self else { return description }
        return "Box(\(shape.map(String.init).joined(separator: ", ")))"
    }
}
