import Experience
import Graphics

/// An environment that changes the inputs or outputs of another one, which it wraps.
///
/// Wrappers are generic structs and nest by value, so that a stack known at compile time costs no more than its work,
/// and copying it is a snapshot, as for any environment:
///
/// ```swift
/// FrameStack(TimeLimit(CartPole(), steps: 500), count: 4)
/// ```
///
/// A wrapper declares only what it changes; everything else is passed on. The initialiser allocates its buffers; the
/// first step after a copy gives the copy its own.
///
/// ``WrapperCatalog`` makes stacks by name.
public protocol Wrapper<Base>: Environment {
    /// The type of the wrapped environment.
    associatedtype Base: Environment
    var base: Base { get set }
}

extension Wrapper {
    @inlinable public var frameSize: FrameSize { base.frameSize }
    @inlinable public var framesPerSecond: Double { base.framesPerSecond }
    /// What the environment within says: this wrapper passes rewards on.
    @inlinable public var worldReward: Double? { base.worldReward }
    /// Those of the environment within, if the observation has kept its shape.
    public var velocities: [Int] { observationSpace.shape == base.observationSpace.shape ? base.velocities : [] }

    public mutating func codeStatistics(with coder: inout StateCoder) throws(EnvironmentError) {
        try base.codeStatistics(with: &coder)
    }

    @inlinable public func draw(into frame: inout Frame) { base.draw(into: &frame) }

    @inlinable public mutating func reset(seed: UInt64?) { base.reset(seed: seed) }
}

extension Wrapper where Action == Base.Action {
    @inlinable public var actionSpace: Space { base.actionSpace }
    /// The names of the actions of the environment within.
    public var actionNames: [String] { base.actionNames }
    /// The action mask of the environment within.
    @inlinable public var actionMask: ActionMask? { base.actionMask }

    @inlinable public mutating func step(_ action: Action) -> Step { base.step(action) }
}

extension Wrapper where Element == Base.Element {
    @inlinable public var observationSpace: Space { base.observationSpace }

    @inlinable public func observe(into observation: inout MutableSpan<Element>) {
        base.observe(into: &observation)
    }
}

/// A wrapper that stores the observation of the wrapped environment after each reset and step, to transform it.
public protocol LookingWrapper<Base>: Wrapper {
    /// Stores the current observation of the wrapped environment.
    mutating func look()
}

extension LookingWrapper {
    @inlinable public mutating func reset(seed: UInt64?) {
        base.reset(seed: seed)
        look()
    }
}

extension LookingWrapper where Action == Base.Action {
    @inlinable public mutating func step(_ action: Action) -> Step {
        let result = base.step(action)
        look()
        return result
    }
}

extension Environment {
    /// Writes the current observation to `elements` from `offset` on.
    @inlinable @inline(__always) func observe(into elements: inout [Element], at offset: Int, count: Int) {
        elements.withUnsafeMutableBufferPointer { buffer in
            var row = UnsafeMutableBufferPointer(rebasing: buffer[offset..<offset + count]).mutableSpan
            observe(into: &row)
        }
    }
}

extension MutableSpan where Element: BitwiseCopyable {
    /// Writes a range of `elements` from `offset` on, in one piece, which is fast even in unspecialised code.
    @inlinable @inline(__always) mutating func write(_ elements: [Element], _ range: Range<Int>, at offset: Int = 0) {
        precondition(
            0 <= range.lowerBound && range.upperBound <= elements.count && offset + range.count <= count,
            "\(range) of \(elements.count) elements at \(offset) of \(count)")
        withUnsafeMutableBufferPointer { target in
            elements.withUnsafeBufferPointer { source in
                guard !range.isEmpty else { return }
                (target.baseAddress! + offset).update(from: source.baseAddress! + range.lowerBound, count: range.count)
            }
        }
    }
}

/// Stops the program with a description of the environments that fit if this one doesn't.
@usableFromInline func requireFit(_ wrapper: String, _ misfit: String?) {
    if let misfit { preconditionFailure("\(wrapper) needs \(misfit)") }
}

extension StateCoder {
    /// Codes the elements of an observation whose size is part of the constant data.
    public mutating func code<Element: ObservationElement>(elements: inout [Element]) throws(EnvironmentError) {
        for index in elements.indices { try elements[index].codeState(with: &self) }
    }
}
