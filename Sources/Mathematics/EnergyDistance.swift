/// The energy distance of two samples, √(2 E‖X − Y‖ − E‖X − X′‖ − E‖Y − Y′‖) with means over all pairs: 0 only for
/// equal samples, and for one column √2 times the L² distance of the distribution functions (Székely & Rizzo 2013).
///
/// It is a maximum mean discrepancy with the kernel −‖x − y‖, which has no bandwidth to choose (Sejdinovic et al.
/// 2013).
///
/// - Parameters:
///   - first: Rows of `width` numbers, row-major.
///   - second: The rows of the other sample, any number of them.
/// - Returns: the distance; NaN if a number is.
/// - Complexity: quadratic in the number of rows, times the width.
/// - Precondition: whole rows, and at least one in each sample.
public func energyDistance(_ first: [Float], _ second: [Float], width: Int) -> Double {
    precondition(
        width > 0 && !first.isEmpty && !second.isEmpty && first.count % width == 0 && second.count % width == 0,
        "\(first.count) and \(second.count) numbers can't be divided into rows of \(width)")
    let within = meanDistance(first, first, width: width) + meanDistance(second, second, width: width)
    let square = 2 * meanDistance(first, second, width: width) - within
    // Rounding must not give a negative number for equal samples; NaN stays.
    return square < 0 ? 0 : square.squareRoot()
}

/// The mean Euclidean distance over all pairs of rows.
private func meanDistance(_ first: [Float], _ second: [Float], width: Int) -> Double {
    first.withUnsafeBufferPointer { first in
        second.withUnsafeBufferPointer { second in
            var total = 0.0
            for x in stride(from: 0, to: first.count, by: width) {
                for y in stride(from: 0, to: second.count, by: width) {
                    total += distance(first.baseAddress! + x, second.baseAddress! + y, width)
                }
            }
            return total / Double(first.count / width) / Double(second.count / width)
        }
    }
}

/// The Euclidean distance of two rows, eight numbers at a time.
private func distance(_ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ width: Int) -> Double {
    var (sums, index) = (SIMD8<Float>(), 0)
    while index + 8 <= width {
        let difference =
            UnsafeRawPointer(x + index).loadUnaligned(as: SIMD8<Float>.self)
            - UnsafeRawPointer(y + index).loadUnaligned(as: SIMD8<Float>.self)
        sums += difference * difference
        index += 8
    }
    var square = Double(sums.sum())
    while index < width {
        let difference = Double(x[index]) - Double(y[index])
        square += difference * difference
        index += 1
    }
    return square.squareRoot()
}
