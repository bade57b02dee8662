import Experience
import Graphics

/// An environment that changes what goes into or comes out of the one within it.
///
/// Wrappers are generic structs and nest by value, so that a stack known when the program is compiled costs no more
/// than its work, and copying it is a snapshot like that of any environment:
///
/// ```swift
/// FrameStack(TimeLimit(CartPole(), steps: 500), count: 4)
/// ```
///
/// What a wrapper doesn't change is passed on: it declares only what it does. Buffers are made once, by the
/// initialiser; the first step after a copy was taken gives the copy buffers of its own.
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

    public mutating func codeStatistics(with coder: inout StateCoder) throws(EnvironmentError) {
        try base.codeStatistics(with: &coder)
    }

    @inlinable public func draw(into frame: inout Frame) { base.draw(into: &frame) }

    @inlinable public mutating func reset(seed: UInt64?) { base.reset(seed: seed) }
}

extension Wrapper where Action == Base.Action {
    @inlinable public var actionSpace: Space { base.actionSpace }
    @inlinable public var actionMask: ActionMask? { base.actionMask }

    @inlinable public mutating func step(_ action: Action) -> Step { base.step(action) }
}

extension Wrapper where Element == Base.Element {
    @inlinable public var observationSpace: Space { base.observationSpace }

    @inlinable public func observe(into observation: inout MutableSpan<Element>) {
        base.observe(into: &observation)
    }
}

/// A wrapper that keeps what the wrapped environment shows after each reset and step, to show it otherwise.
public protocol LookingWrapper<Base>: Wrapper {
    /// Keeps what the wrapped environment shows now.
    mutating func look()
}

extension LookingWrapper {
    /// Resets the wrapped environment, and looks.
    @inlinable public mutating func reset(seed: UInt64?) {
        base.reset(seed: seed)
        look()
    }
}

extension LookingWrapper where Action == Base.Action {
    /// Plays one step of the wrapped environment, and looks.
    @inlinable public mutating func step(_ action: Action) -> Step {
        let result = base.step(action)
        look()
        return result
    }
}

extension Environment {
    @inlinable @inline(__always) func observe(into elements: inout [Element], at offset: Int, count: Int) {
        elements.withUnsafeMutableBufferPointer { buffer in
            var row = UnsafeMutableBufferPointer(rebasing: buffer[offset..<offset + count]).mutableSpan
            observe(into: &row)
        }
    }
}

extension MutableSpan where Element: BitwiseCopyable {
    /// Writes a range of `elements` from `offset` on: in one piece, which is fast where the type isn't known either.
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

/// What kinds of environment a wrapper can't be put around, in words.
@usableFromInline func requireFit(_ wrapper: String, _ misfit: String?) {
    if let misfit { preconditionFailure("\(wrapper) needs \(misfit)") }
}

extension StateCoder {
    /// Codes the elements of an observation whose size is part of the constant data.
    public mutating func code<Element: ObservationElement>(elements: inout [Element]) throws(EnvironmentError) {
        for index in elements.indices { try elements[index].codeState(with: &self) }
    }
}
