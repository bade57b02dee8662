import Experience
import Storage

// What environments take is reckoned before it is allocated: from the sizes of their observations, and from the first
// ones that were made.

extension BatchBuffers {
    /// Refuses a batch that doesn't fit into memory.
    ///
    /// - Parameter worldBytes: bytes of one environment beside the batch's rows.
    /// - Throws: ``EnvironmentError/memory(_:)`` with the number that fits.
    public static func requireMemory(
        _ id: String, count: Int, autoreset: AutoresetMode, observationSpace: Space, elementType: ElementType,
        actionSpace: Space, worldBytes: Int = 0
    ) throws(EnvironmentError) {
        let copies = autoreset == .sameStep ? 2 : 1
        let row = product(observationSpace.count, elementType.size, copies)
        let beside = worldBytes + actionSpace.count * 8 + 32
        let each = row.flatMap { $0.addingReportingOverflow(beside).overflow ? nil : $0 + beside }
        let what = count == 1 ? "an environment \(id)" : "\(count) environments \(id)"
        do throws(MemoryError) {
            try MemoryBudget.require(each.flatMap { product($0, count) }, for: what) { usable in
                let fitting = usable / (each ?? .max)
                return fitting > 0 ? "\(fitting) fit" : "use smaller observations"
            }
        } catch {
            throw .memory(error)
        }
    }
}

extension EnvironmentRequest {
    /// Refuses a batch that doesn't fit into memory, judged by its first environments.
    ///
    /// - Throws: ``EnvironmentError/memory(_:)`` with the number that fits.
    @usableFromInline func requireMemory(_ samples: [any Environment]) throws(EnvironmentError) {
        func require<World: Environment>(_ world: World) throws(EnvironmentError) {
            // An environment's own arrays; what the first two share, all do.
            let shared = samples.count > 1 ? HeldArrays(of: samples[0]) : HeldArrays()
            let own = HeldArrays(of: samples[samples.count - 1]).bytes(besides: shared)
            try BatchBuffers.requireMemory(
                id, count: count, autoreset: autoreset, observationSpace: world.observationSpace,
                elementType: World.Element.elementType, actionSpace: world.actionSpace,
                worldBytes: MemoryLayout<World>.stride + own)
        }
        try require(samples[0])
    }
}

extension WrapperArgument {
    /// Refuses a wrapper whose observations don't fit into memory.
    ///
    /// - Parameter elements: the numbers of an observation; nil if they are more than can be counted.
    /// - Throws: ``EnvironmentError/memory(_:)``.
    func requireMemory<World: Environment>(_ elements: Int?, of world: World) throws(EnvironmentError) {
        try require(bytes(elements, of: world)) { _ in "use smaller observations or fewer environments" }
    }

    /// The same for a wrapper that keeps as many observations as its argument says, and `more`; the error says how many
    /// fit.
    func requireMemory<World: Environment>(_ world: World, count: Int, more: Int = 0) throws(EnvironmentError) {
        let elements = world.observationSpace.count
        try require(bytes(product(elements, count + more), of: world)) { usable in
            let fitting = usable / max(1, bytes(elements, of: world) ?? .max) - more
            return fitting > 0 ? "\(name)=\(fitting) fits" : "use smaller observations or fewer environments"
        }
    }

    /// Bytes of a wrapper's own observation and of two rows of the batch, for all environments; and of the space's
    /// bounds, which are float64, with a copy of them.
    private func bytes<World: Environment>(_ elements: Int?, of world: World) -> Int? {
        elements.flatMap { product($0, 3 * World.Element.elementType.size * count + 32) }
    }

    private func require(_ bytes: Int?, advice: (Int) -> String) throws(EnvironmentError) {
        let what = "the wrapper \(name)\(text.map { "=\($0)" } ?? "") around \(environment)"
        do throws(MemoryError) {
            try MemoryBudget.require(
                bytes, for: count == 1 ? what : "\(what) in \(count) environments", advice: advice)
        } catch {
            throw .memory(error)
        }
    }
}

/// The arrays that a value holds, itself and in its parts, by their place in memory.
struct HeldArrays {
    private var sizes: [UnsafeRawPointer: Int] = [:]

    init() {}

    init(of value: Any) { visit(value) }

    /// Bytes of the arrays that the other value doesn't hold too.
    func bytes(besides other: HeldArrays) -> Int {
        sizes.reduce(0) { $0 + (other.sizes[$1.key] == nil ? $1.value : 0) }
    }

    private mutating func visit(_ value: Any) {
        if let array = value as? any HeldArray, let (place, bytes) = array.storage {
            sizes[place] = bytes
        } else {
            let mirror = Mirror(reflecting: value)
            // Objects are shared between copies.
            if mirror.displayStyle != .class { for child in mirror.children { visit(child.value) } }
        }
    }
}

/// An array of any type.
private protocol HeldArray {
    /// Where the elements are, and their bytes; nil for elements that hold memory themselves.
    var storage: (UnsafeRawPointer, Int)? { get }
}

extension Array: HeldArray {
    var storage: (UnsafeRawPointer, Int)? {
        guard _isPOD(Element.self) else { return nil }
        return withUnsafeBytes { bytes in bytes.baseAddress.map { (UnsafeRawPointer($0), bytes.count) } }
    }
}
