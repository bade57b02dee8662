// Convolutions and pooling, channels last.

extension Tensor {
    /// The convolution (cross-correlation) of images (B, H, W, C) with a weight (O, KH, KW, C / groups) to (B, H′, W′,
    /// O), with H′ = ⌊(H + top + bottom − (KH − 1)·dilation − 1) / stride⌋ + 1.
    ///
    /// - Precondition: the channels are divisible by `groups`, and the kernel fits into the padded image.
    public func convolution2d(
        _ weight: Tensor, stride: (Int, Int) = (1, 1), padding: Padding = 0, dilation: (Int, Int) = (1, 1),
        groups: Int = 1
    ) -> Tensor {
        requireImages("convolution2d", weight, stride, dilation)
        precondition(
            groups > 0 && shape[3] == weight.shape[3] * groups && weight.shape[0] % groups == 0,
            "convolution2d: the input \(shape) and the weight \(weight.shape) with \(groups) groups don't fit; "
                + "\(shape[3]) channels need a weight (O, KH, KW, channels / groups) with O divisible by the groups")
        let (strides, dilations) = ([stride.0, stride.1], [dilation.0, dilation.1])
        let around = [padding.top + padding.bottom, padding.left + padding.right]
        let extents = (0..<2).map { axis in
            let room = shape[axis + 1] + around[axis] - (weight.shape[axis + 1] - 1) * dilations[axis] - 1
            precondition(
                room >= 0,
                "convolution2d: the kernel of \(weight.shape) with dilation \(dilation) reaches beyond "
                    + "the input \(shape) with padding \(padding); pad more")
            return room / strides[axis] + 1
        }
        let geometry = Convolution(
            input: shape, weight: weight.shape, output: [shape[0], extents[0], extents[1], weight.shape[0]],
            stride: strides, dilation: dilations, padding: [padding.top, padding.left], groups: groups)
        return geometry.tensor(.output, self, weight)
    }

    /// The transposed convolution (the gradient of a convolution with respect to its input) of images (B, H, W, C) with
    /// a weight (C, KH, KW, O / groups) to (B, H′, W′, O), with H′ = (H − 1)·stride + (KH − 1)·dilation + 1 − top −
    /// bottom + outputPadding.
    ///
    /// - Precondition: the channels are divisible by `groups`, and the output padding is less than the stride or
    ///   dilation.
    public func transposedConvolution2d(
        _ weight: Tensor, stride: (Int, Int) = (1, 1), padding: Padding = 0, outputPadding: (Int, Int) = (0, 0),
        dilation: (Int, Int) = (1, 1), groups: Int = 1
    ) -> Tensor {
        requireImages("transposedConvolution2d", weight, stride, dilation)
        precondition(
            groups > 0 && shape[3] == weight.shape[0] && shape[3] % groups == 0,
            "transposedConvolution2d: the input \(shape) and the weight \(weight.shape) with \(groups) groups "
                + "don't fit; \(shape[3]) channels need a weight (channels, KH, KW, O / groups)")
        let (strides, dilations) = ([stride.0, stride.1], [dilation.0, dilation.1])
        let more = [outputPadding.0, outputPadding.1]
        let around = [padding.top + padding.bottom, padding.left + padding.right]
        let extents = (0..<2).map { axis in
            precondition(
                (0..<Swift.max(strides[axis], dilations[axis])).contains(more[axis]),
                "transposedConvolution2d: the output padding \(outputPadding) must be less than the stride \(stride) "
                    + "or the dilation \(dilation)")
            let reach = (weight.shape[axis + 1] - 1) * dilations[axis] + 1
            return Swift.max(0, (shape[axis + 1] - 1) * strides[axis] + reach - around[axis] + more[axis])
        }
        let geometry = Convolution(
            input: [shape[0], extents[0], extents[1], weight.shape[3] * groups], weight: weight.shape, output: shape,
            stride: strides, dilation: dilations, padding: [padding.top, padding.left], groups: groups)
        return geometry.tensor(.input, weight, self)
    }

    /// Like ``convolution2d(_:stride:padding:dilation:groups:)`` for sequences (B, T, C) with a weight (O, K, C /
    /// groups); of the padding, only `left` and `right` count.
    public func convolution1d(
        _ weight: Tensor, stride: Int = 1, padding: Padding = 0, dilation: Int = 1, groups: Int = 1
    ) -> Tensor {
        let (images, kernel) = asImages("convolution1d", weight)
        let sides = Padding(left: padding.left, right: padding.right)
        return images.convolution2d(
            kernel, stride: (1, stride), padding: sides, dilation: (1, dilation), groups: groups
        ).asSequences()
    }

    /// Like ``transposedConvolution2d(_:stride:padding:outputPadding:dilation:groups:)`` for sequences (B, T, C) with a
    /// weight (C, K, O / groups).
    public func transposedConvolution1d(
        _ weight: Tensor, stride: Int = 1, padding: Padding = 0, outputPadding: Int = 0, dilation: Int = 1,
        groups: Int = 1
    ) -> Tensor {
        let (images, kernel) = asImages("transposedConvolution1d", weight)
        let sides = Padding(left: padding.left, right: padding.right)
        return images.transposedConvolution2d(
            kernel, stride: (1, stride), padding: sides, outputPadding: (0, outputPadding), dilation: (1, dilation),
            groups: groups
        ).asSequences()
    }

    /// The largest element of each window of images (B, H, W, C); among equal ones, the first has the gradient. The
    /// default stride is the window's size.
    ///
    /// - Precondition: the padding is at most half of the window, so that no window is empty.
    public func maxPooled2d(_ window: (Int, Int), stride: (Int, Int)? = nil, padding: Padding = 0) -> Tensor {
        requireFloats("maxPooled2d")
        let (geometry, result) = pooling("maxPooled2d", window, stride ?? window, padding)
        let places = Tensor(Node(.poolArgmax(geometry), [node], shape: result, type: .int32))
        return reshaped(to: [count]).taking(places)
    }

    /// The mean of each window of images (B, H, W, C), with padding counted as zeros. The default stride is the
    /// window's size.
    ///
    /// - Precondition: as ``maxPooled2d(_:stride:padding:)``.
    public func averagePooled2d(_ window: (Int, Int), stride: (Int, Int)? = nil, padding: Padding = 0) -> Tensor {
        let stride = stride ?? window
        let (_, result) = pooling("averagePooled2d", window, stride, padding)
        let image = padded(low: [0, padding.top, padding.left, 0], high: [0, padding.bottom, padding.right, 0])
        let (height, width) = (result[1], result[2])
        if stride == window && image.shape == [shape[0], height * window.0, width * window.1, shape[3]] {
            let blocks = image.reshaped(to: [shape[0], height, window.0, width, window.1, shape[3]])
            return blocks.sum([2, 4]) * (1 / Double(window.0 * window.1))
        }
        var sum: Tensor?
        for row in 0..<window.0 {
            for column in 0..<window.1 {
                let part = image.sliced(
                    starts: [0, row, column, 0], extents: result, steps: [1, stride.0, stride.1, 1])
                sum = sum.map { $0 + part } ?? part
            }
        }
        return sum! * (1 / Double(window.0 * window.1))
    }

    /// Each pixel of images (B, H, W, C) repeated to a block of the given height and width: nearest-neighbour
    /// upsampling.
    public func upsampled(by factors: (Int, Int)) -> Tensor {
        precondition(
            rank == 4 && factors.0 > 0 && factors.1 > 0,
            "upsampled: images (B, H, W, C) and positive factors are needed, given \(shape) and \(factors)")
        let blocks = reshaped(to: [shape[0], shape[1], 1, shape[2], 1, shape[3]])
        return blocks.broadcast(to: [shape[0], shape[1], factors.0, shape[2], factors.1, shape[3]])
            .reshaped(to: [shape[0], shape[1] * factors.0, shape[2] * factors.1, shape[3]])
    }

    private func pooling(
        _ name: String, _ window: (Int, Int), _ stride: (Int, Int), _ padding: Padding
    ) -> (Window, Shape) {
        precondition(rank == 4, "\(name): images (B, H, W, C) are needed, given \(shape)")
        let (extents, strides) = ([window.0, window.1], [stride.0, stride.1])
        let (before, after) = ([padding.top, padding.left], [padding.bottom, padding.right])
        var result = shape
        for axis in 0..<2 {
            let room = shape[axis + 1] + before[axis] + after[axis] - extents[axis]
            precondition(
                extents[axis] > 0 && strides[axis] > 0 && room >= 0 && before[axis] >= 0 && after[axis] >= 0
                    && 2 * Swift.max(before[axis], after[axis]) <= extents[axis],
                "\(name): windows of \(window) with stride \(stride) and padding \(padding) don't fit \(shape)")
            result[axis + 1] = room / strides[axis] + 1
        }
        return (Window(extents: extents, stride: strides, padding: before), result)
    }

    private func requireImages(_ name: String, _ weight: Tensor, _ stride: (Int, Int), _ dilation: (Int, Int)) {
        requireFloats(name)
        weight.requireFloats(name)
        precondition(
            rank == 4 && weight.rank == 4,
            "\(name): images (B, H, W, C) and a weight of four dimensions are needed, "
                + "given \(shape) and \(weight.shape)")
        precondition(
            [stride.0, stride.1, dilation.0, dilation.1].allSatisfy { $0 > 0 } && weight.shape[1] > 0
                && weight.shape[2] > 0,
            "\(name): the stride \(stride), the dilation \(dilation) and the kernel of \(weight.shape) must be positive"
        )
    }

    private func asImages(_ name: String, _ weight: Tensor) -> (Tensor, Tensor) {
        precondition(
            rank == 3 && weight.rank == 3,
            "\(name): sequences (B, T, C) and a weight of three dimensions are needed, "
                + "given \(shape) and \(weight.shape)")
        return (expandingDimension(at: 1), weight.expandingDimension(at: 1))
    }

    private func asSequences() -> Tensor { reshaped(to: [shape[0], shape[2], shape[3]]) }
}

extension Convolution {
    /// The given part from the other two, in the order input, weight, output.
    func tensor(_ part: Part, _ first: Tensor, _ second: Tensor) -> Tensor {
        Tensor(Node(.convolution(part, self), [first.node, second.node], shape: shape(of: part), type: .float32))
    }

    /// The gradients of the operands. The convolution is bilinear, so these are the other parts.
    func gradients(_ part: Part, _ a: Tensor, _ b: Tensor, _ g: Tensor, _ needed: [Bool]) -> [Tensor?] {
        switch part {
        case .output: [needed[0] ? tensor(.input, b, g) : nil, needed[1] ? tensor(.weight, a, g) : nil]
        case .input: [needed[0] ? tensor(.weight, g, b) : nil, needed[1] ? tensor(.output, g, a) : nil]
        case .weight: [needed[0] ? tensor(.input, g, b) : nil, needed[1] ? tensor(.output, a, g) : nil]
        }
    }
}
