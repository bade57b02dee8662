@testable import TensorCore

/// A random program, the same for the same seed: element-wise chains with random broadcasting, reductions, views,
/// products, lookups and random numbers, and assignments as optimisers make them.
///
/// Fewer steps with the same seed give a prefix of the same program, so that a failure can be shrunk. Values keep to a
/// moderate range, and no operation is discontinuous where rounding decides, so that float32 stays close to float64.
struct RandomGraph {
    let seed: UInt64
    let steps: Int
    let inputShapes: [Shape]
    let variableShapes: [Shape]

    init(seed: UInt64, steps: Int? = nil) {
        var random = TestRandom(seed: seed)
        self.seed = seed
        let drawn = 3 + random.below(30)
        self.steps = steps ?? drawn
        inputShapes = (0..<1 + random.below(3)).map { _ in random.shape() }
        // Variables come in pairs of one shape, so that they can be exchanged.
        variableShapes = (0..<1 + random.below(2)).flatMap { _ in [Shape](repeating: random.shape(), count: 2) }
    }

    /// The program's body.
    func record(_ inputs: [Tensor], _ variables: [Variable]) throws -> [Tensor] {
        var growth = Growth(random: TestRandom(seed: seed &+ 1 << 32), inputs: inputs, variables: variables)
        for _ in 0..<steps { growth.step() }
        var outputs = growth.outputs()
        try growth.assign(to: variables, also: &outputs)
        return outputs
    }
}

/// SplitMix64: numbers for tests.
struct TestRandom {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0xD6E8_FEB8_6659_FD93 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
    mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
    mutating func pick<Value>(_ values: [Value]) -> Value { values[below(values.count)] }

    /// Usually small; sometimes longer than a strip, sometimes empty.
    mutating func shape() -> Shape {
        if chance(6) { return pick([[600], [3, 200], [200, 3], [2, 3, 100], [1030], [32, 32]]) }
        var shape = (0..<below(4)).map { _ in pick([1, 2, 3, 5, 8]) }
        if chance(3), !shape.isEmpty { shape[below(shape.count)] = 0 }
        return shape
    }
}

/// The pool of tensors that a random program has made so far.
private struct Growth {
    /// A tensor whose elements stay within ±bound.
    private struct Item {
        var tensor: Tensor
        var bound: Double
    }

    private static let largestCount = 3_000
    private static let largestBound = 8.0

    private var random: TestRandom
    private var pool: [Item]
    /// Tensors whose elements are exact in float32, and can therefore be compared.
    private let exact: [Tensor]
    /// Whether gradients are taken, in which case operations with kinks are avoided.
    private let isSmooth: Bool

    init(random: TestRandom, inputs: [Tensor], variables: [Variable]) {
        self.random = random
        exact = inputs + variables.map(\.tensor)
        pool = exact.map { Item(tensor: $0, bound: Self.largestBound) }
        isSmooth = self.random.chance(40)
    }

    mutating func step() {
        switch random.below(17) {
        case 15: standardize()
        case 16: sequence()
        case 0, 1: unary()
        case 2, 3, 4, 5: binary()
        case 6: choose()
        case 7: reduce()
        case 8, 9: move()
        case 10: product()
        case 11: rows()
        case 12: parts()
        case 13: windows()
        default: noise()
        }
    }

    /// Adds a tensor, scaled down if its elements may have grown too large; drops one if there are too many.
    private mutating func add(_ tensor: Tensor, _ bound: Double) {
        guard tensor.count <= Self.largestCount else { return }
        let scale = Self.largestBound / 2 / bound
        let item =
            bound > Self.largestBound
            ? Item(tensor: tensor * scale, bound: bound * scale) : Item(tensor: tensor, bound: bound)
        pool.append(item)
    }

    /// A recent tensor more often than an old one, so that chains grow long.
    private mutating func item() -> Item {
        random.chance(60) ? pool[pool.count - 1 - random.below(min(4, pool.count))] : random.pick(pool)
    }

    private mutating func constant(_ shape: Shape) -> Item {
        let values = (0..<shape.elementCount).map { _ in Float(random.below(2001)) / 500 - 2 }
        return Item(tensor: Tensor(values, shape: shape), bound: 2)
    }

    private mutating func unary() {
        let x = item()
        let (t, b) = (x.tensor, x.bound)
        switch random.below(isSmooth ? 8 : 12) {
        case 0: add(-t, b)
        case 1: add(t.tanh(), 1)
        case 2: add(t.sigmoid(), 1)
        case 3: add(t.softplus(), b + 0.7)
        case 4: add(t.tanh().exp(), 2.72)
        case 5: add(t.squared(), b * b)
        case 6: add((t.squared() + 0.5).log(), 5)
        case 7: add((t.squared() + 0.25).squareRoot(), b + 0.5)
        case 8: add(t.relu(), b)
        case 9: add(t.absolute(), b)
        case 10: add(t.clamped(-0.5, 1.25), 1.25)
        default: add((0.5 * t - 1) / 3 + t, 2 * b)
        }
    }

    /// A tensor that broadcasts with `x`: from the pool, or a new constant of a shape that repeats.
    private mutating func partner(of x: Item) -> Item {
        let fitting = pool.filter { other in
            x.tensor.shape.broadcast(with: other.tensor.shape).map { $0.elementCount <= Self.largestCount } ?? false
        }
        if random.chance(70) { return random.pick(fitting) }
        var shape = Shape(x.tensor.shape.dropFirst(random.below(x.tensor.rank + 1)))
        for axis in shape.indices where random.chance(40) { shape[axis] = 1 }
        return constant(shape)
    }

    private mutating func binary() {
        var (x, y) = (item(), Item(tensor: Tensor(0), bound: 0))
        y = partner(of: x)
        if random.chance(50) { swap(&x, &y) }
        let (s, t) = (x.tensor, y.tensor)
        switch random.below(isSmooth ? 5 : 7) {
        case 0, 1: add(s + t, x.bound + y.bound)
        case 2: add(s - t, x.bound + y.bound)
        case 3: add(s * t, x.bound * y.bound)
        case 4: add(s / (t.squared() + 0.5), 2 * x.bound)
        case 5: add(maximum(s, t), max(x.bound, y.bound))
        default: add(minimum(s, t), max(x.bound, y.bound))
        }
    }

    private mutating func choose() {
        let x = item()
        let y = partner(of: x)
        let tested = random.pick(exact)
        let shape = x.tensor.shape.broadcast(with: y.tensor.shape)!
        guard let common = shape.broadcast(with: tested.shape), common.elementCount <= Self.largestCount else { return }
        let condition = random.chance(50) ? tested .< Tensor(0.25) : Tensor(-0.5) .<= tested
        add(Tensor.select(condition, x.tensor, y.tensor), max(x.bound, y.bound))
    }

    private mutating func reduce() {
        let x = item()
        let axes = x.tensor.shape.indices.filter { _ in random.chance(50) }
        let keep = random.chance(50)
        let reduced = axes.map { x.tensor.shape[$0] }.elementCount
        if !isSmooth && reduced > 0 && random.chance(40) {
            add(x.tensor.max(axes, keepDimensions: keep), x.bound)
        } else {
            add(x.tensor.sum(axes, keepDimensions: keep) * (1 / Double(max(1, reduced)).squareRoot()), x.bound * 4)
        }
    }

    private mutating func move() {
        let x = item()
        let (t, shape) = (x.tensor, x.tensor.shape)
        switch random.below(6) {
        case 0: add(t.reshaped(to: [t.count]), x.bound)
        case 1: add(t.expandingDimension(at: random.below(t.rank + 1)), x.bound)
        case 2:
            var axes = Array(shape.indices)
            for axis in axes.indices { axes.swapAt(axis, random.below(axes.count)) }
            add(t.permuted(axes), x.bound)
        case 3 where t.rank >= 2:
            let axis = random.below(t.rank - 1)
            add(t.reshaped(to: shape[..<axis] + [shape[axis] * shape[axis + 1]] + shape[(axis + 2)...]), x.bound)
        case 4 where t.count * 3 <= Self.largestCount:
            add(t.broadcast(to: [3] + shape), x.bound)
        default: add(t.withoutGradient(), x.bound)
        }
    }

    private mutating func product() {
        let x = item()
        guard x.tensor.rank >= 2, x.tensor.shape.last! <= 200 else { return }
        let left = x.tensor.rank == 2 && random.chance(40)
        let right = random.chance(50)
        let inner = left ? x.tensor.shape[0] : x.tensor.shape.last!
        let outer = 1 + random.below(5)
        let shape = right ? [outer, inner] : [inner, outer]
        let fitting = pool.filter { $0.tensor.shape == shape }
        let y = fitting.isEmpty ? constant(shape) : random.pick(fitting)
        let scaled = x.tensor.matmul(y.tensor, transposeLeft: left, transposeRight: right) * (1 / Double(max(1, inner)))
        add(scaled, x.bound * y.bound)
    }

    private mutating func rows() {
        let x = item()
        guard x.tensor.rank >= 1, let depth = x.tensor.shape.last, depth > 0 else { return }
        let indices = Tensor(
            (0..<x.tensor.count / depth).map { _ in Int32(random.below(depth)) },
            shape: Shape(x.tensor.shape.dropLast()))
        switch random.below(isSmooth ? 4 : 5) {
        case 0: add(x.tensor.softmax(), 1)
        case 1: add(x.tensor.logSoftmax(), 2 * x.bound + 8)
        case 2: add(x.tensor.gathered(indices), x.bound)
        case 3: add(indices.oneHot(depth: depth), 1)
        default:
            let leaf = random.pick(exact)
            guard leaf.rank >= 1, leaf.shape.last! > 0 else { return }
            add(leaf .== leaf.max([-1], keepDimensions: true), 1)
        }
    }

    /// Slices, joins, lookups and running sums.
    private mutating func parts() {
        let x = item()
        let (t, shape) = (x.tensor, x.tensor.shape)
        guard t.rank >= 1 else { return }
        let axis = random.below(t.rank)
        let extent = shape[axis]
        switch random.below(7) {
        case 0: add(t.sliced(extent / 3..<extent, axis: axis, step: 1 + random.below(2)), x.bound)
        case 1: add(t.reversed(axis: axis), x.bound)
        case 2 where 3 * t.count <= Self.largestCount:
            add(.concatenated([t, t.tanh(), t.sliced(0..<extent / 2, axis: axis)], axis: axis), x.bound)
        case 3 where shape.map { $0 + 1 }.elementCount <= Self.largestCount:
            add(t.padded(low: shape.map { _ in 1 }, high: shape.map { _ in 0 }, with: 0.5), x.bound)
        case 4 where extent > 0:
            let indices = (0..<1 + random.below(6)).map { _ in Int32(random.below(extent)) }
            if axis == 0 { add(t.taking(Tensor(indices)), x.bound) }
        case 5:
            add(t.cumulativeSum(axis: axis, reverse: random.chance(50)) * (1 / Double(max(1, extent))), x.bound)
        default:
            let indices = (0..<shape[0]).map { _ in Int32(random.below(4)) }
            add(t.scatterAdded(Tensor(indices), rows: 3) * (1 / Double(max(1, shape[0]))), x.bound)
        }
    }

    /// A normalisation of rows: reductions between element-wise operations.
    private mutating func standardize() {
        let x = item()
        guard x.tensor.rank >= 1, x.tensor.shape.last! > 0 else { return }
        let centred = x.tensor - x.tensor.mean([-1], keepDimensions: true)
        let variance = centred.squared().mean([-1], keepDimensions: true)
        add(centred / (variance + 0.5).squareRoot(), 2 * x.bound)
    }

    /// Steps along the first dimension that share a weight: slices, a sum of products, and a concatenation.
    private mutating func sequence() {
        let x = item()
        guard x.tensor.rank == 2, (2...8).contains(x.tensor.shape[0]), (1...8).contains(x.tensor.shape[1]) else {
            return
        }
        let width = x.tensor.shape[1]
        var state = constant([1, width]).tensor
        var sum = Tensor.zeros([width, width])
        var states: [Tensor] = []
        for step in x.tensor.split(into: x.tensor.shape[0], axis: 0) {
            state = (step + 0.5 * state).tanh()
            states.append(state)
            sum = sum + state.matmul(step, transposeLeft: true)
        }
        add(.concatenated(states, axis: 0), 1)
        add(sum * (1 / Double(states.count)), x.bound)
    }

    /// Convolutions and pooling of images made from the available tensors.
    private mutating func windows() {
        let x = item()
        let count = x.tensor.count
        guard count >= 18, count <= 600 else { return }
        let width = count / 6
        let image = x.tensor.reshaped(to: [count]).sliced(0..<6 * width, axis: 0).reshaped(to: [1, 3, width, 2])
        switch random.below(3) {
        case 0:
            let weight = constant([1 + random.below(3), 2, 3, 2])
            let result = image.convolution2d(weight.tensor, stride: (1, 1 + random.below(2)), padding: 1)
            add(result * (1.0 / 12), x.bound * weight.bound)
        case 1:
            let weight = constant([2, 3, 2, 1 + random.below(3)])
            add(image.transposedConvolution2d(weight.tensor, stride: (2, 1)) * (1.0 / 12), x.bound * weight.bound)
        default:
            add(image.averagePooled2d((2, 2), stride: (1, 1)), x.bound)
        }
    }

    private mutating func noise() {
        let shape = item().tensor.shape
        if random.chance(50) { add(.randomUniform(shape), 1) } else { add(.randomNormal(shape), 6) }
    }

    /// The newest tensor and some others, leaves and views among them.
    mutating func outputs() -> [Tensor] {
        var result = [pool[pool.count - 1].tensor]
        for _ in 0..<random.below(4) {
            let tensor = random.pick(pool).tensor
            result.append(random.chance(30) ? tensor.reshaped(to: [1, tensor.count]) : tensor)
        }
        return result
    }

    /// Assigns to most variables: averages, gradient steps, other variables, and values that serve twice.
    mutating func assign(to variables: [Variable], also outputs: inout [Tensor]) throws {
        let leaves = Array(exact.suffix(variables.count))
        let loss = pool.suffix(3).map { ($0.tensor.squared() * 0.1).sum() }.reduce(Tensor(0), +)
        let slopes = isSmooth ? gradients(of: loss, withRespectTo: leaves) : []
        for (index, variable) in variables.enumerated() where random.chance(75) {
            let own = leaves[index]
            var next = 0.75 * own + 0.25 * fitted(to: variable.shape)
            switch random.below(6) {
            case 0: next = leaves[index ^ 1]
            case 1: next = leaves[index ^ 1].reshaped(to: [own.count]).reshaped(to: own.shape) + 0.5 * own.sum().tanh()
            case 2: outputs.append(next)
            case 3: try variables[index ^ 1].assign(next)
            case 4 where isSmooth:
                let average = 0.5 * leaves[index ^ 1] + 0.5 * slopes[index].tanh()
                try variables[index ^ 1].assign(average)
                next = own - 0.125 * average / (average.squared().squareRoot() + 0.5)
            default: break
            }
            try variable.assign(next)
        }
    }

    /// A tensor of the pool, converted to a variable's shape.
    private mutating func fitted(to shape: Shape) -> Tensor {
        let candidate = item()
        let value = candidate.tensor.tanh()
        if value.shape.broadcasts(to: shape) { return value.broadcast(to: shape) }
        return (value.sum() * (1 / Double(max(1, value.count)))).broadcast(to: shape)
    }
}
