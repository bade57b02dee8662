import Graphics

/// The pictures of a view as it comes about, at even distances, from the first to the last.
struct ModelFilm {
    /// Pictures that a film has at most, besides the last.
    private static let mostPictures = 120
    /// How long a picture is shown, and the last one, in hundredths of a second.
    private static let (delay, lastDelay) = (6, 200)

    private let view: ModelView
    private var kept: [(rows: [Float], steps: Int)] = []
    /// Steps from one picture to the next.
    private var distance = 1

    /// Takes the steps of a view that are left, at most `limit` of them.
    init(_ view: ModelView, limit: Int) throws {
        self.view = view
        keep()
        try view.run(limit: limit) { keep() }
    }

    /// Keeps the rows where it is their turn; every other picture goes where there would be too many.
    private mutating func keep() {
        guard view.steps % distance == 0 else { return }
        kept.append((view.current, view.steps))
        guard kept.count > Self.mostPictures else { return }
        distance *= 2
        kept = kept.filter { $0.steps % distance == 0 }
    }

    /// The film as a GIF.
    func gif() -> [UInt8] {
        let last = view.frame
        var file = GIFEncoder(size: last.size)
        for moment in kept where moment.steps < view.steps {
            file.add(view.picture.frame(view.rows(moment.rows, steps: moment.steps)), delay: Self.delay)
        }
        file.add(last, delay: Self.lastDelay)
        return file.finish()
    }
}
