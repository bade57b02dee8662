import Glibc

/// Observations, or the frames that they are stacks of, each stored once, with a link to the previous one in its
/// episode. Frames are numbered in the order in which they were stored; the oldest ones are discarded.
///
/// Nothing is allocated after the start. Address space is reserved for the largest possible number of frames; memory is
/// taken only as needed, because the places of discarded frames are reused before new ones.
struct FrameStore: ~Copyable {
    /// What is known of a frame besides its content.
    struct Link {
        /// The number of the previous frame: its own number if it is an episode's first, or ``FrameStore/unknown``.
        var previous: Int
        /// The number of the transition that led to it; for an episode's first frame, that of the next transition to be
        /// added.
        var transition: Int
        /// The environment that it comes from.
        var row: Int32
        fileprivate var place: Int32 = 0
    }

    /// Stands for the previous frame of a frame that was restored without it.
    static let unknown = -1

    /// Bytes of one frame.
    let frameBytes: Int
    /// The largest number of frames held.
    let limit: Int
    /// The number of frames ever stored.
    private(set) var stored = 0
    /// The number of the oldest frame held.
    private(set) var oldest = 0
    /// The frame whose place is reused next, once it is discarded.
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

    /// The content of a frame, by number.
    subscript(number: Int) -> UnsafeRawPointer {
        precondition(holds(number), "expected a frame in \(oldest)..<\(stored), found \(number)")
        return UnsafeRawPointer(memory + Int(links[number % limit].place) * frameBytes)
    }

    /// Whether a frame is held.
    func holds(_ number: Int) -> Bool { oldest <= number && number < stored }

    /// Whether a frame is held and has this content.
    func holds(_ number: Int, _ frame: UnsafeRawPointer) -> Bool {
        holds(number) && memcmp(self[number], frame, frameBytes) == 0
    }

    /// The link of a frame.
    func link(_ number: Int) -> Link { links[number % limit] }

    /// Stores a frame.
    ///
    /// - Parameter previous: the previous frame, or ``unknown``; nil for an episode's first.
    /// - Returns: the number of the frame.
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

    /// Discards the frames before a number.
    mutating func forget(before number: Int) { oldest = min(max(oldest, number), stored) }

    /// Discards everything; the next frame gets the number `number`.
    mutating func restart(at number: Int) {
        (stored, oldest, reusable, usedPlaces) = (number, number, number, 0)
    }
}
