import Graphics

/// The pictures of rows as they come about, at even distances, from the first to the last.
public struct GenerationFilm {
    /// Pictures that a film has at most, besides the last.
    private static let mostPictures = 120
    /// How long a picture is shown, and the last one, in hundredths of a second.
    private static let (delay, lastDelay) = (6, 200)

    private let shown: ShownRows
    private var kept: [(rows: [Float], steps: Int)] = []
    /// Steps from one picture to the next.
    private var distance = 1

    /// Takes the steps that are left, at most to the step `limit`, or until `shouldStop` says so.
    ///
    /// - Throws: what the model throws.
    public init(
        _ shown: ShownRows, limit: Int, shouldStop: () -> Bool = { false }, afterEach: () -> Void = {}
    ) throws {
        self.shown = shown
        keep()
        try shown.run(limit: limit, shouldStop: shouldStop) {
            keep()
            afterEach()
        }
    }

    /// Keeps the rows where it is their turn; every other picture goes where there would be too many.
    private mutating func keep() {
        guard shown.steps % distance == 0 else { return }
        kept.append((shown.current, shown.steps))
        guard kept.count > Self.mostPictures else { return }
        distance *= 2
        kept = kept.filter { $0.steps % distance == 0 }
    }

    /// The film as a GIF of at most 121 pictures.
    ///
    /// - Throws: ``SceneError/tooLarge(_:)``.
    public func gif() throws(SceneError) -> [UInt8] {
        let last = shown.frame
        guard max(last.width, last.height) <= GIFEncoder.largestSide else { throw .tooLarge(last.size) }
        var file = GIFEncoder(size: last.size)
        for moment in kept where moment.steps < shown.steps {
            file.add(shown.picture.frame(shown.content(moment.rows, steps: moment.steps)), delay: Self.delay)
        }
        file.add(last, delay: Self.lastDelay)
        return file.finish()
    }
}
