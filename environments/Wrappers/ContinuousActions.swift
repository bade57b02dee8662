import Experience

/// Rescales actions from another range to that of the wrapped environment: Gymnasium's `RescaleAction`.
@frozen public struct RescaleAction<Base: Environment>: Wrapper {
    public typealias Action = Base.Action
    public typealias Element = Base.Element

    public var base: Base
    /// The range of each number of an action.
    public let range: ClosedRange<Double>
    // The environment's action is (action - intercept) / gradient, number by number.
    @usableFromInline let gradients: [Float]
    @usableFromInline let intercepts: [Float]

    /// Lets each number of an action range over `range`.
    ///
    /// - Precondition: the actions of `base` are floats with finite bounds, and `range` isn't a single number.
    @inlinable public init(_ base: Base, from range: ClosedRange<Double> = -1...1) {
        precondition(
            range.lowerBound < range.upperBound, "RescaleAction: expected a range longer than 0, found \(range)")
        requireFit("RescaleAction", Self.misfit(base.actionSpace))
        guard case .box(let low, let high, _, _) = base.actionSpace else { preconditionFailure() }
        self.base = base
        self.range = range
        let length = range.upperBound - range.lowerBound
        let gradients = zip(low, high).map { Float(length / ($1 - $0)) }
        self.gradients = gradients
        intercepts = zip(gradients, low).map { $0 * -Float($1) + Float(range.lowerBound) }
    }

    @usableFromInline static func misfit(_ space: Space) -> String? {
        guard ActionCheck<Action>.takesFloats(space), case .box(let low, let high, _, _) = space,
            zip(low, high).allSatisfy({ $0.isFinite && $1.isFinite && $0 < $1 })
        else { return "float actions with finite bounds, not \(space)" }
        return nil
    }

    /// The given range for each number.
    public var actionSpace: Space { .box(range, shape: base.actionSpace.shape) }

    /// Plays the rescaled action, which may lie beyond the bounds of `base`: by rounding, or if this one does.
    @inlinable public mutating func step(_ action: Action) -> Step {
        var action = action
        withUnsafeMutableBytes(of: &action) { bytes in
            let numbers = bytes.assumingMemoryBound(to: Float.self)
            for index in gradients.indices {
                numbers[index] = (numbers[index] - intercepts[index]) / gradients[index]
            }
        }
        return base.step(action)
    }
}

/// Accepts actions of any size and clips them to the bounds of the wrapped environment: Gymnasium's `ClipAction`.
@frozen public struct ClipAction<Base: Environment>: Wrapper {
    public typealias Action = Base.Action
    public typealias Element = Base.Element

    public var base: Base
    @usableFromInline let low: [Float]
    @usableFromInline let high: [Float]

    /// Accepts any numbers as actions.
    ///
    /// - Precondition: the actions of `base` are floats.
    @inlinable public init(_ base: Base) {
        requireFit("ClipAction", Self.misfit(base.actionSpace))
        guard case .box(let low, let high, _, _) = base.actionSpace else { preconditionFailure() }
        self.base = base
        self.low = low.map { Float($0) }
        self.high = high.map { Float($0) }
    }

    @usableFromInline static func misfit(_ space: Space) -> String? {
        ActionCheck<Action>.takesFloats(space) ? nil : "float actions, not \(space)"
    }

    /// Unbounded.
    public var actionSpace: Space { .box(-Double.infinity...Double.infinity, shape: base.actionSpace.shape) }

    /// Plays the clipped action.
    @inlinable public mutating func step(_ action: Action) -> Step {
        var action = action
        withUnsafeMutableBytes(of: &action) { bytes in
            let numbers = bytes.assumingMemoryBound(to: Float.self)
            for index in low.indices { numbers[index] = min(max(numbers[index], low[index]), high[index]) }
        }
        return base.step(action)
    }
}

extension RescaleAction: StateCodable where Base: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try base.codeState(with: &coder)
    }
}

extension ClipAction: StateCodable where Base: StateCodable {
    public mutating func codeState(with coder: inout StateCoder) throws(EnvironmentError) {
        try base.codeState(with: &coder)
    }
}
