import CKernels
import Testing

/// Convolutions with every instruction set compared with a plain sum in double precision, called as plans call them.
@Suite struct ConvolutionKernelTests {
    typealias Kind = rv_convolution_kind

    static let kinds = [RV_CONVOLUTION_FORWARD, RV_CONVOLUTION_INPUT, RV_CONVOLUTION_WEIGHT]
    static var tables: [UnsafePointer<rv_kernels>] {
        ["x86-64-v3", "x86-64-v4", "portable"].compactMap { (name: String) in rv_kernels_named(name) }
    }

    /// Geometries that reach each method of convolution: one product, gathered pixels, scattered taps, weights by each
    /// tap and by all taps, the same mirrored, and channel by channel, with their strides, dilations and padding.
    static let ways: [rv_convolution] = [
        .of(batch: 3, input: (5, 7, 20), filters: 9, kernel: (1, 1)),
        .of(batch: 3, input: (5, 7, 20), filters: 1, kernel: (1, 1)),
        .of(batch: 2, input: (9, 9, 64), filters: 64, kernel: (3, 3)),
        .of(batch: 2, input: (9, 11, 32), filters: 40, kernel: (3, 3), pad: (1, 1, 1, 1)),
        .of(batch: 2, input: (20, 20, 32), filters: 64, kernel: (4, 4), stride: (2, 2)),
        .of(batch: 3, input: (14, 14, 16), filters: 33, kernel: (4, 4), stride: (2, 2), pad: (1, 1, 1, 1)),
        .of(batch: 1, input: (44, 44, 4), filters: 32, kernel: (8, 8), stride: (4, 4)),
        .of(batch: 9, input: (10, 10, 10), filters: 16, kernel: (3, 3)),
        .of(batch: 2, input: (28, 28, 1), filters: 32, kernel: (7, 7), pad: (3, 3, 3, 3)),
        .of(batch: 2, input: (28, 28, 32), filters: 1, kernel: (3, 3), pad: (1, 1, 1, 1)),
        .of(batch: 2, input: (28, 28, 3), filters: 3, kernel: (5, 5), stride: (2, 2), pad: (2, 2, 1, 1)),
        .of(batch: 1, input: (90, 200, 2), filters: 7, kernel: (5, 5), dilation: (3, 2), pad: (6, 6, 4, 4)),
        .of(batch: 2, input: (1, 2100, 16), filters: 32, kernel: (1, 2), dilation: (1, 64), pad: (0, 0, 64, 0)),
        .of(batch: 2, input: (1, 1500, 3), filters: 5, kernel: (1, 3), dilation: (1, 4), pad: (0, 0, 8, 0)),
        .of(batch: 3, input: (7, 7, 24), filters: 24, kernel: (3, 3), pad: (1, 1, 1, 1), groups: 24),
        .of(batch: 2, input: (13, 9, 70), filters: 70, kernel: (5, 3), stride: (2, 3), pad: (2, 2, 1, 1), groups: 70),
        .of(batch: 2, input: (8, 8, 32), filters: 48, kernel: (3, 3), stride: (2, 1), pad: (1, 0, 0, 2), groups: 2),
        .of(batch: 2, input: (8, 8, 6), filters: 12, kernel: (3, 2), dilation: (2, 3), pad: (2, 2, 3, 3), groups: 3),
        .of(batch: 2, input: (12, 12, 5), filters: 6, kernel: (3, 3), pad: (-2, -1, -3, -2)),
        .of(batch: 2, input: (3, 2, 8), filters: 16, kernel: (5, 5), pad: (4, 4, 9, 5)),
        .of(
            batch: 1, input: (2, 2, 16), filters: 16, kernel: (3, 3), stride: (3, 3), dilation: (3, 3),
            pad: (7, 7, 7, 7)),
    ]

    @Test(arguments: ways) func everyWay(_ convolution: rv_convolution) {
        check(convolution, seed: 1)
    }

    @Test(arguments: 0..<40) func randomGeometries(_ seed: UInt64) {
        var generator = SplitMix64(state: seed)
        for trial in 0..<25 { check(.random(using: &generator), seed: seed &* 1000 &+ UInt64(trial)) }
    }

    /// If one of the arrays is empty, the sums have no terms.
    @Test func emptyExtents() {
        let whole = rv_convolution.of(batch: 2, input: (6, 6, 4), filters: 8, kernel: (3, 3), pad: (1, 1, 1, 1))
        let extents: [WritableKeyPath<rv_convolution, Int>] = [
            \.batch, \.in_height, \.in_width, \.in_channels, \.out_height, \.out_width, \.out_channels,
            \.kernel_height, \.kernel_width,
        ]
        for extent in extents {
            var empty = whole
            empty[keyPath: extent] = 0
            check(empty, seed: 2)
            for kind in Self.kinds {
                let (_, _, counts) = operands(empty, kind, seed: 2)
                for table in Self.tables {
                    let result = run(empty, kind, table, [], [], count: counts)
                    #expect(result == [Float](repeating: 0, count: counts))
                }
            }
        }
    }

    /// The same call gives the same bits, wherever its operands lie.
    @Test func placesInMemoryDoNotMatter() {
        for convolution in Self.ways.prefix(12) {
            for kind in Self.kinds {
                let (a, b, count) = operands(convolution, kind, seed: 3)
                for table in Self.tables {
                    let first = run(convolution, kind, table, a, b, count: count)
                    for shift in [1, 7] {
                        #expect(run(convolution, kind, table, a, b, count: count, shift: shift) == first)
                    }
                }
            }
        }
    }

    /// Each element is as accurate as any order of its roundings allows, and has the same bits with every instruction
    /// set and any number of parts.
    private func check(_ convolution: rv_convolution, seed: UInt64) {
        for kind in Self.kinds {
            let (a, b, count) = operands(convolution, kind, seed: seed)
            let exact = convolution.plainSums(kind, a, b, count: count)
            let results = Self.tables.map { run(convolution, kind, $0, a, b, count: count) }
            for (table, result) in zip(Self.tables, results) {
                let name = String(cString: table.pointee.name)
                let near = result.indices.allSatisfy {
                    abs(Double(result[$0]) - exact[$0].sum) <= Double(exact[$0].terms) * 0x1p-24 * exact[$0].magnitude
                }
                #expect(near, "\(convolution) kind \(kind.rawValue) by \(name)")
                let same = zip(result, results[0]).allSatisfy { $0.bitPattern == $1.bitPattern }
                #expect(same, "\(convolution) kind \(kind.rawValue) by \(name)")
                for parts in [2, 3, 5] {
                    let inParts = run(convolution, kind, table, a, b, count: count, parts: parts)
                    let same = zip(inParts, result).allSatisfy { $0.bitPattern == $1.bitPattern }
                    #expect(same, "\(convolution) kind \(kind.rawValue) by \(name) in \(parts) parts")
                }
            }
        }
    }

    /// Both operands, and the number of elements of the result.
    private func operands(_ v: rv_convolution, _ kind: Kind, seed: UInt64) -> (a: [Float], b: [Float], count: Int) {
        var generator = SplitMix64(state: seed &+ UInt64(kind.rawValue))
        func floats(_ count: Int) -> [Float] { (0..<count).map { _ in Float.random(in: -1...1, using: &generator) } }
        let (x, w, y) = (v.inputCount, v.weightCount, v.outputCount)
        return switch kind {
        case RV_CONVOLUTION_FORWARD: (floats(x), floats(w), y)
        case RV_CONVOLUTION_INPUT: (floats(y), floats(w), x)
        default: (floats(x), floats(y), w)
        }
    }

    /// The result, with its operands `shift` floats past a cache line. The memory around it and the working memory are
    /// NaN: reads past an operand show in the result, writes past the result or the working memory show in the margins.
    private func run(
        _ convolution: rv_convolution, _ kind: Kind, _ table: UnsafePointer<rv_kernels>, _ a: [Float], _ b: [Float],
        count: Int, shift: Int = 0, parts: Int = 1
    ) -> [Float] {
        let margin = 64
        var convolution = convolution
        let scratchCount = table.pointee.convolution_scratch(&convolution, kind) / 4
        func surrounded(_ values: [Float], _ count: Int) -> UnsafeMutableBufferPointer<Float> {
            let whole = 2 * margin + shift + count
            let memory = UnsafeMutableRawPointer.allocate(byteCount: whole * 4, alignment: 64)
            let floats = memory.bindMemory(to: Float.self, capacity: whole)
            floats.initialize(repeating: .nan, count: whole)
            for (index, value) in values.enumerated() { floats[margin + shift + index] = value }
            return UnsafeMutableBufferPointer(start: floats, count: whole)
        }
        let arrays = [
            surrounded(a, a.count), surrounded(b, b.count), surrounded([], count), surrounded([], scratchCount),
        ]
        defer { for array in arrays { array.deallocate() } }
        let places = arrays.map { $0.baseAddress! + margin + shift }
        for part in 0..<parts {
            arrays[3].update(repeating: .nan)
            table.pointee.convolution(
                &convolution, kind, places[0], places[1], places[2], places[3] - shift,
                rv_part(index: part, count: parts))
        }
        let (start, end) = (margin + shift, margin + shift + count)
        let around = [
            arrays[2][..<start], arrays[2][end...], arrays[3][..<margin], arrays[3][(margin + scratchCount)...],
        ]
        #expect(around.joined().allSatisfy { $0.isNaN }, "\(convolution) writes past its result or its working memory")
        return Array(arrays[2][start..<end])
    }
}

/// Steele, Lea and Flood's generator (2014).
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

extension rv_convolution {
    var inputCount: Int { batch * in_height * in_width * in_channels }
    var outputCount: Int { batch * out_height * out_width * out_channels }
    var weightCount: Int { out_channels * kernel_height * kernel_width * (in_channels / groups) }

    /// The convolution whose y has the extents that the padding (top, bottom, left, right) gives.
    static func of(
        batch: Int, input: (height: Int, width: Int, channels: Int), filters: Int, kernel: (Int, Int),
        stride: (Int, Int) = (1, 1), dilation: (Int, Int) = (1, 1), pad: (Int, Int, Int, Int) = (0, 0, 0, 0),
        groups: Int = 1
    ) -> rv_convolution {
        func extent(_ input: Int, _ pads: Int, _ taps: Int, _ stride: Int, _ dilation: Int) -> Int {
            let free = input + pads - (taps - 1) * dilation - 1
            return free < 0 ? 0 : free / stride + 1
        }
        return rv_convolution(
            batch: batch, in_height: input.height, in_width: input.width, in_channels: input.channels,
            out_height: extent(input.height, pad.0 + pad.1, kernel.0, stride.0, dilation.0),
            out_width: extent(input.width, pad.2 + pad.3, kernel.1, stride.1, dilation.1), out_channels: filters,
            kernel_height: kernel.0, kernel_width: kernel.1, stride_height: stride.0, stride_width: stride.1,
            dilation_height: dilation.0, dilation_width: dilation.1, pad_top: pad.0, pad_left: pad.2, groups: groups)
    }

    static func random(using generator: inout SplitMix64) -> rv_convolution {
        func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
        let depthwise = pick(0...4) == 0, groups = depthwise ? pick(2...40) : [1, 1, 1, 2, 3][pick(0...4)]
        let depth = depthwise ? 1 : [pick(1...5), pick(6...40), 16 * pick(1...3)][pick(0...2)]
        let width = depthwise ? 1 : [pick(1...9), pick(10...70)][pick(0...1)]
        func either() -> Int { pick(0...1) == 0 ? 1 : pick(2...3) }
        return .of(
            batch: pick(1...9) == 9 ? 9 : pick(1...3),
            input: (pick(0...9) == 0 ? 1 : pick(1...13), pick(1...14), groups * depth), filters: groups * width,
            kernel: (pick(1...5), pick(1...5)), stride: (either(), either()), dilation: (either(), either()),
            pad: (pick(-3...5), pick(-3...5), pick(-3...5), pick(-3...5)), groups: groups)
    }

    /// The exact sum of each element, the number of its terms, and the sum of their magnitudes.
    func plainSums(
        _ kind: rv_convolution_kind, _ a: [Float], _ b: [Float], count: Int
    ) -> [(sum: Double, terms: Int, magnitude: Double)] {
        var sums = [(sum: Double, terms: Int, magnitude: Double)](repeating: (0, 0, 0), count: count)
        let (depth, width) = (in_channels / groups, out_channels / groups)
        for n in 0..<batch {
            for i in 0..<out_height {
                for j in 0..<out_width {
                    for (p, q) in (0..<kernel_height).flatMap({ p in (0..<kernel_width).map { (p, $0) } }) {
                        let row = i * stride_height + p * dilation_height - pad_top
                        let column = j * stride_width + q * dilation_width - pad_left
                        guard (0..<in_height).contains(row), (0..<in_width).contains(column) else { continue }
                        for o in 0..<out_channels {
                            let x = ((n * in_height + row) * in_width + column) * in_channels + o / width * depth
                            let y = ((n * out_height + i) * out_width + j) * out_channels + o
                            let w = ((o * kernel_height + p) * kernel_width + q) * depth
                            for c in 0..<depth {
                                let (first, second, result) =
                                    switch kind {
                                    case RV_CONVOLUTION_FORWARD: (x + c, w + c, y)
                                    case RV_CONVOLUTION_INPUT: (y, w + c, x + c)
                                    default: (x + c, y, w + c)
                                    }
                                let term = Double(a[first]) * Double(b[second])
                                sums[result].sum += term
                                sums[result].terms += 1
                                sums[result].magnitude += abs(term)
                            }
                        }
                    }
                }
            }
        }
        return sums
    }
}
