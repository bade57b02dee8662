import Graphics

/// A number as reports and panels show it.
func readable(_ value: Double) -> String { NumberText.readable(value) }
