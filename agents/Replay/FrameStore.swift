import Glibc

/// Observations, or the frames that they are stacks of, each stored once, with a link to the one before it in its
/// episode. Frames are numbered in the order in which they were stored; the oldest ones are forgotten.
///
/// Nothing is allocated after the start. Address space is reserved for the most frames that there can be; memory is
/// taken as it is needed, since places of forgotten frames are used again before new ones.
struct FrameStore: ~Copyable {
    /// What is known of a frame besides its content.
    struct Link {
        /// The number of the frame before it, its own where it is an episode's first, or ``FrameStore/unknown``.
        var previous: Int
        /// The number of the transition that led to it; for an episode's first, of the next one to be added.
        var transition: Int
        /// The environment that it is from.
        var row: Int32
        fileprivate var place: Int32 = 0
    }

    /// In place of the frame before one that was put back without it.
    static let unknown = -1

    /// Bytes of one frame.
    let frameBytes: Int
    /// How many frames can be held.
    let limit: Int
    /// The number of frames ever stored.
    private(set) var stored = 0
    /// The number of the oldest frame held.
    private(set) var oldest = 0
    /// The frame whose place is used next, where it is forgotten.
    private var reusable = 0
    private var usedPlaces = 0
    private let memory: UnsafeMutableRawPointer
    private let links: UnsafeMutablePointer<Link>

    /// Reserves room for `limit` frames.
    init(frameBytes: Int, limit: Int) {
        (self.frameBytes, self.limit) = (frameBytes, limit)
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        let mapped = mmap(nil, max(1, frameBytes * limit), PROT_READ | PROT_WRITE, flags, -1, 0)
        guard let mapped, mapped != MAP_FAILED else {
            preconditionFailure("cannot reserve address space for \(limit) frames of \(frameBytes) bytes")
        }
        memory = mapped
        links = .allocate(capacity: limit)
    }

    deinit {
        munmap(memory, max(1, frameBytes * limit))
        links.deallocate()
    }

    /// The frame of a number.
    subscript(number: Int) -> UnsafeRawPointer {
        precondition(holds(number), "expected a frame in \(oldest)..<\(stored), found \(number)")
        return UnsafeRawPointer(memory + Int(links[number % limit].place) * frameBytes)
    }

    /// Whether the frame of a number is held.
    func holds(_ number: Int) -> Bool { oldest <= number && number < stored }

    /// Whether the frame of a number is held and has this content.
    func holds(_ number: Int, _ frame: UnsafeRawPointer) -> Bool {
        holds(number) && memcmp(self[number], frame, frameBytes) == 0
    }

    /// What is known of the frame of a number.
    func link(_ number: Int) -> Link { links[number % limit] }

    /// Stores a frame.
    ///
    /// - Parameter previous: the frame before it, or ``unknown``; nil for an episode's first.
    /// - Returns: its number.
    mutating func append(_ frame: UnsafeRawPointer, after previous: Int?, transition: Int, row: Int) -> Int {
        let (number, isFree) = (stored, reusable < oldest)
        precondition(isFree || usedPlaces < limit, "the store is full: it holds \(limit) frames")
        var link = Link(previous: previous ?? number, transition: transition, row: Int32(row))
        link.place = isFree ? links[reusable % limit].place : Int32(usedPlaces)
        if isFree { reusable += 1 } else { usedPlaces += 1 }
        links[number % limit] = link
        (memory + Int(link.place) * frameBytes).copyMemory(from: frame, byteCount: frameBytes)
        stored += 1
        return number
    }

    /// Forgets the frames before the one of a number.
    mutating func forget(before number: Int) { oldest = min(max(oldest, number), stored) }

    /// Forgets everything, and numbers what comes from `number` on.
    mutating func restart(at number: Int) {
        (stored, oldest, reusable, usedPlaces) = (number, number, number, 0)
    }
}
