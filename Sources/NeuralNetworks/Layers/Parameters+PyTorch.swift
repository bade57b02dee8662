import TensorCore

extension Parameters {
    /// Copies the values of a PyTorch `state_dict` saved as safetensors: each from the tensor of its path. For batch
    /// normalisation's averages too, use a module's ``Module/state``.
    ///
    /// A `weight` of three or four dimensions is a convolution's kernel, whose channels PyTorch stores before its places:
    /// (O, I, KH, KW) becomes (O, KH, KW, I).
    ///
    /// - Parameter path: the file's name for errors.
    /// - Returns: the names in the file that no parameter has.
    /// - Throws: ``TensorError`` where a tensor is missing or has another shape, `FormatError` where it isn't float32;
    ///   nothing has changed then.
    @discardableResult
    public func copy(fromPyTorch file: TensorFile, path: String = "the file") throws -> [String] {
        let values = try entries.map { name, variable in
            guard let tensor = file[name] else { throw TensorError.missingVariable(name: name, file: path) }
            let order = Self.pyTorchOrder(name, variable.shape.count)
            let expected = order.map { variable.shape[$0] }
            guard tensor.entry.shape == expected else {
                throw TensorError.variableShape(name: name, expected: expected, given: tensor.entry.shape)
            }
            let back = order.indices.map { order.firstIndex(of: $0)! }
            return try Tensor(tensor.values(as: Float.self, file: path), shape: expected).permuted(back).floats()
        }
        for (variable, values) in zip(variables, values) { variable.set(values) }
        let names = Set(entries.map(\.path))
        return file.tensors.map(\.entry.name).filter { !names.contains($0) }
    }

    /// A `state_dict` as PyTorch would save it: the counterpart of ``copy(fromPyTorch:path:)``.
    public func pyTorchFile() throws -> TensorFile {
        var file = TensorFile()
        for (name, variable) in entries {
            let order = Self.pyTorchOrder(name, variable.shape.count)
            file.add(name, try variable.tensor.permuted(order).floats(), shape: order.map { variable.shape[$0] })
        }
        return file
    }

    /// The order in which PyTorch stores the dimensions of a parameter: a kernel's channels before its places.
    private static func pyTorchOrder(_ name: String, _ rank: Int) -> [Int] {
        let isKernel = rank > 2 && (name == "weight" || name.hasSuffix(".weight"))
        return isKernel ? [0, rank - 1] + Array(1..<rank - 1) : Array(0..<rank)
    }
}
