import TensorCore

extension Tensor {
    /// y = (x − μ) · 1/√(s² + ε) with the mean and the biased variance that `mean` takes over some of the elements,
    /// broadcast to all of them. Its gradient is (g − mean(g) − y mean(g y)) · 1/√(s² + ε) (Ioffe & Szegedy 2015,
    /// solved for x).
    func standardized(_ epsilon: Double, _ mean: @escaping (Tensor) -> Tensor) -> Tensor {
        let centred = self - mean(self)
        return centred.standardized(of: self, variance: mean(centred.squared()), epsilon, mean)
    }

    /// The same for an already centred x with its variance.
    func standardized(
        of x: Tensor, variance: Tensor, _ epsilon: Double, _ mean: @escaping (Tensor) -> Tensor
    ) -> Tensor {
        let scale = 1 / (variance + epsilon).squareRoot()
        let y = self * scale
        return y.withGradient(of: [x]) { g in [(g - mean(g) - y * mean(g * y)) * scale] }
    }
}
