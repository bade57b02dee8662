import Foundation

/// Bach's chorales as piano rolls: the keys out of 88 that sound in each frame (Boulanger-Lewandowski et al. 2012).
struct Chorales {
    static let keys = 88
    private static let lowestKey = 21

    /// For each piece and frame, the numbers of the keys that sound, 0 ..< 88.
    let training, validation, test: [[[Int]]]

    private struct File: Decodable {
        var train, valid, test: [[[Int]]]
    }

    init(json: Data) throws {
        let file = try JSONDecoder().decode(File.self, from: json)
        func keys(_ pieces: [[[Int]]]) -> [[[Int]]] {
            pieces.map { $0.map { $0.map { $0 - Self.lowestKey }.filter { (0..<Self.keys).contains($0) } } }
        }
        (training, validation, test) = (keys(file.train), keys(file.valid), keys(file.test))
    }
}
