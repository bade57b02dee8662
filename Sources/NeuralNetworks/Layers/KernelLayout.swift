import TensorCore

/// How a file stores the kernels of convolutions: here channels come last, (O, KH, KW, I), in PyTorch before the places,
/// (O, I, KH, KW); transposed convolutions, whose inputs come first, and sequences alike.
public enum KernelLayout: String, Sendable, CaseIterable {
    case channelsFirst, channelsLast

    /// Whether the file stores a parameter in another order. Kernels are the parameters called `weight` of three or more
    /// dimensions: no other layer has one.
    private func reorders(_ shape: Shape, _ path: String) -> Bool {
        self == .channelsFirst && shape.count > 2 && (path == "weight" || path.hasSuffix(".weight"))
    }

    /// The shape in which the file stores a parameter.
    func stored(_ shape: Shape, of path: String) -> Shape {
        reorders(shape, path) ? [shape[0], shape[shape.count - 1]] + shape[1..<shape.count - 1] : shape
    }

    /// A parameter's elements from the file's: (O, I, …) to (O, …, I).
    func read(_ elements: [Float], _ shape: Shape, of path: String) -> [Float] {
        guard reorders(shape, path) else { return elements }
        let (channels, places) = (shape[shape.count - 1], Shape(shape.dropFirst().dropLast()).elementCount)
        return elements.indices.map { index in
            let (channel, rest) = (index % channels, index / channels)
            return elements[(rest / places * channels + channel) * places + rest % places]
        }
    }

    /// The file's elements of a parameter: (O, …, I) to (O, I, …).
    func written(_ elements: [Float], _ shape: Shape, of path: String) -> [Float] {
        guard reorders(shape, path) else { return elements }
        let (channels, places) = (shape[shape.count - 1], Shape(shape.dropFirst().dropLast()).elementCount)
        return elements.indices.map { index in
            let (place, rest) = (index % places, index / places)
            return elements[(rest / channels * places + place) * channels + rest % channels]
        }
    }
}

extension Parameters {
    /// The parameters as a file, kernels as PyTorch stores them unless said otherwise: the counterpart of
    /// ``load(from:names:kernels:allowsExtra:)``.
    public func file(kernels: KernelLayout = .channelsFirst) -> TensorFile {
        var file = TensorFile()
        for (path, variable) in entries {
            let elements = kernels.written(variable.values, variable.shape, of: path)
            file.add(path, elements, shape: kernels.stored(variable.shape, of: path))
        }
        return file
    }
}
