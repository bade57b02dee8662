#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Numbers as short text, for plots, panels, progress and reports.
public enum NumberText {
    /// A number with exactly `decimals` digits after the decimal point.
    public static func fixed(_ value: Double, decimals: Int) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
        let scale = pow(10, Double(decimals))
        let scaled = (abs(value) * scale).rounded()
        let digits = String(Int64(min(scaled, 9e18)))
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        let sign = value < 0 && scaled > 0 ? "-" : ""
        return decimals == 0 ? sign + padded : sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
    }

    /// A number in few characters: about three digits ("0.025", "1.50", "321"), with an exponent if it is very large or
    /// small ("1.2e9").
    public static func short(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "nan" : value > 0 ? "∞" : "-∞" }
        if value == 0 { return "0" }
        let exponent = Int(log10(abs(value)).rounded(.down))
        if exponent < -3 || exponent > 5 {
            return fixed(value / pow(10, Double(exponent)), decimals: 1) + "e\(exponent)"
        }
        return fixed(value, decimals: max(0, 2 - max(exponent, -1)))
    }

    /// A number with four significant digits and no trailing zeros ("121.4", "500", "1e-09").
    public static func significant(_ value: Double) -> String {
        guard value.isFinite, value != 0 else { return value == 0 ? "0" : "\(value)" }
        let decimals = max(0, 3 - Int(log10(value.magnitude).rounded(.down)))
        guard decimals <= 6 else { return "\(Float(value))" }
        let scale = pow(10, Double(decimals))
        let rounded = (value * scale).rounded() / scale
        return rounded.magnitude < 1e15 && rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
    }

    /// A number for a sentence or a table: whole ones without a decimal point, others with three digits after it.
    public static func readable(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e9 ? "\(Int(value))" : fixed(value, decimals: 3)
    }

    /// Numbers for a column, all with the same number of decimals: `decimals`, or as many as give the largest two or
    /// three digits. Very large or small ones are written individually, as by ``short(_:)``.
    static func column(_ values: [Double], decimals: Int? = nil) -> [String] {
        let largest = values.lazy.filter(\.isFinite).map(abs).max() ?? 0
        if decimals == nil && largest > 0 && !(1e-3..<1e6).contains(largest) { return values.map(short) }
        let exponent = largest > 0 ? Int(log10(largest).rounded(.down)) : 0
        let digits = decimals ?? max(0, exponent < -1 ? 1 - exponent : 2 - max(exponent, 0))
        return values.map { $0.isFinite ? fixed($0, decimals: digits) : short($0) }
    }
}
