import TensorCore

/// How a file stores the kernels of convolutions. Here channels come last, (O, KH, KW, I); PyTorch has them before the
/// window, (O, I, KH, KW). Transposed convolutions, whose inputs come first, and convolutions of sequences are
/// analogous.
public enum KernelLayout: String, Sendable, CaseIterable {
    case channelsFirst, channelsLast

    /// Whether the file stores a parameter in a different order. Kernels are the parameters called `weight` with three
    /// or more dimensions: no other layer has such a parameter.
    private func reorders(_ shape: Shape, _ path: String) -> Bool {
        self == .channelsFirst && shape.count > 2 && (path == "weight" || path.hasSuffix(".weight"))
    }

    /// The shape in which the file stores a parameter.
    func stored(_ shape: Shape, of path: String) -> Shape {
        reorders(shape, path) ? [shape[0], shape[shape.count - 1]] + shape[1..<shape.count - 1] : shape
    }

    /// The elements of a parameter from the file's: (O, I, …) to (O, …, I).
    func read(_ elements: [Float], _ shape: Shape, of path: String) -> [Float] {
        guard reorders(shape, path) else { return elements }
        let (channels, places) = (shape[shape.count - 1], Shape(shape.dropFirst().dropLast()).elementCount)
        return elements.indices.map { index in
            let (channel, rest) = (index % channels, index / channels)
            return elements[(rest / places * channels + channel) * places + rest % places]
        }
    }

    /// The file's elements from those of a parameter: (O, …, I) to (O, I, …).
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
    /// The parameters as a file, with kernels as PyTorch stores them unless specified: the counterpart of
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
