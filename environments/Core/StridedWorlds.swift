/// Environments of one type in memory, one every `stride` bytes: those of a batch, or those inside its wrappers.
@frozen public struct StridedWorlds<World> {
    @usableFromInline let first: UnsafeMutableRawPointer
    @usableFromInline let stride: Int
    /// The number of environments.
    public let count: Int

    @inlinable init(_ worlds: UnsafeMutableBufferPointer<World>) {
        first = UnsafeMutableRawPointer(worlds.baseAddress!)
        (stride, count) = (MemoryLayout<World>.stride, worlds.count)
    }

    @inlinable init(first: UnsafeMutableRawPointer, stride: Int, count: Int) {
        (self.first, self.stride, self.count) = (first, stride, count)
    }

    /// One environment.
    @inlinable public subscript(index: Int) -> World {
        @inline(__always) unsafeAddress { UnsafePointer(pointer(index)) }
        @inline(__always) nonmutating unsafeMutableAddress { pointer(index) }
    }

    @inlinable @inline(__always) func pointer(_ index: Int) -> UnsafeMutablePointer<World> {
        (first + index * stride).assumingMemoryBound(to: World.self)
    }

    /// A stored part of each environment: what a wrapper holds.
    @inlinable func parts<Part>(_ path: KeyPath<World, Part> & Sendable) -> StridedWorlds<Part>? {
        MemoryLayout<World>.offset(of: path).map {
            StridedWorlds<Part>(first: first + $0, stride: stride, count: count)
        }
    }
}
