import Parallel

/// How many threads a plan's run may use; results have the same bits whatever their number.
public typealias Threads = Parallel.Threads
