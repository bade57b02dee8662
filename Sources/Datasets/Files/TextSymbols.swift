/// A text as numbers of its symbols, in little more memory than the text takes: a character by itself takes 16 bytes.
struct TextSymbols {
    private let text: String
    /// All characters, in the order of their code points.
    let symbols: [Character]
    /// Whether each byte is a character of its own: ASCII without carriage returns, which join with line feeds.
    private let isPlain: Bool

    init(_ text: String) {
        self.text = text
        isPlain = text.utf8.allSatisfy { $0 < 0x80 && $0 != 0x0D }
        if isPlain {
            var seen = [Bool](repeating: false, count: 128)
            for byte in text.utf8 { seen[Int(byte)] = true }
            symbols = seen.indices.filter { seen[$0] }.map { Character(Unicode.Scalar(UInt8($0))) }
        } else {
            var seen: Set<Character> = []
            for character in text { seen.insert(character) }
            symbols = TextDataset.sorted(seen)
        }
    }

    /// The numbers of all characters.
    func numbers(_ places: [Character: Int]) -> DataNumbers {
        guard isPlain else { return DataNumbers(text.lazy.map { places[$0]! }, below: places.count) }
        let table = (0..<128).map { UInt8(places[Character(Unicode.Scalar(UInt8($0)))] ?? 0) }
        return .bytes(text.utf8.map { table[Int($0)] })
    }

    /// The numbers of the lines that aren't empty, each with `end` behind it.
    func lines(_ places: [Character: Int], end: Int, lengths: inout [Int]) -> DataNumbers {
        var numbers: [Int32] = []
        var length = 0
        func finish() {
            guard length > 0 else { return }
            numbers.append(Int32(end))
            lengths.append(length + 1)
            length = 0
        }
        // A carriage return and a line feed are one character.
        for character in text {
            if character.isNewline {
                finish()
            } else {
                numbers.append(Int32(places[character]!))
                length += 1
            }
        }
        finish()
        return places.count <= 256 ? .bytes(numbers.map { UInt8($0) }) : .integers(numbers)
    }
}
