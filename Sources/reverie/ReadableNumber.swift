import Graphics

/// A number as a person reads it: whole ones without a point, others with three digits after it.
func readable(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e9 ? "\(Int(value))" : NumberText.fixed(value, decimals: 3)
}
