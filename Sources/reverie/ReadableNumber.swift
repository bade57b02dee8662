import Graphics

/// A number as reports and panels write it.
func readable(_ value: Double) -> String { NumberText.readable(value) }
