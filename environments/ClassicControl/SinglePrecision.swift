/// Functions in single precision as NumPy computes them on processors with fused multiply-add.
@usableFromInline enum SinglePrecision {
    /// Sine and cosine, identical to NumPy's bit for bit.
    ///
    /// The argument is reduced to within π/4 of a multiple of π/2 (Cody and Waite's reduction, with π/2 in three
    /// parts), where two polynomials give sine and cosine; all operations but one are fused.
    ///
    /// - Precondition: |x| is below 71476; beyond that NumPy uses another method.
    @usableFromInline static func sincos(_ x: Float) -> (sine: Float, cosine: Float) {
        precondition(abs(x) < 71476, "SinglePrecision.sincos(\(x)): the argument must be below 71476 in magnitude")
        let quadrant = (x * 0x1.45f306p-1).rounded(.toNearestOrEven)
        let reduced = x.addingProduct(quadrant, -0x1.921fb0p+0).addingProduct(quadrant, -0x1.5110b4p-22)
            .addingProduct(quadrant, -0x1.846988p-48)
        let square = reduced * reduced
        let cosine = (-0x1.6c06dcp-10 as Float).addingProduct(0x1.98e616p-16, square)
        let evenPart = (1 as Float).addingProduct(
            (-0.5 as Float).addingProduct((0x1.55553cp-5 as Float).addingProduct(cosine, square), square), square)
        let sine = (-0x1.a06bbap-13 as Float).addingProduct(0x1.7d3bbcp-19, square)
        let inner = (-0x1.555556p-3 as Float).addingProduct(
            (0x1.11119ap-7 as Float).addingProduct(sine, square), square)
        let oddPart = reduced.addingProduct(inner * square, reduced)
        return switch Int(quadrant) & 3 {
        case 0: (oddPart, evenPart)
        case 1: (evenPart, -oddPart)
        case 2: (-oddPart, -evenPart)
        default: (-evenPart, oddPart)
        }
    }
}
