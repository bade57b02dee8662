import Storage
import Testing

private func parse(_ text: String, depth: Int = 64, values: Int = 1000) throws(FormatError) -> JSON {
    try JSON(parsing: Array(text.utf8)[...], file: "text", depth: depth, values: values)
}

@Suite struct JSONTests {
    @Test func writesInOrderWithoutSpaces() {
        let value: JSON = ["z": 1, "a": [true, .null, 0.1, "é\"\\\n\u{1}"], "n": .number(Double.nan)]
        #expect(value.description == #"{"z":1,"a":[true,null,0.1,"é\"\\\n\u0001"],"n":null}"#)
    }

    @Test(arguments: [
        0.1, 1e-5, Double.leastNonzeroMagnitude, 1.7976931348623157e308, -0.0, 1e16, 123456789.125, 1.0 / 3,
    ])
    func numbersReadBackTheSame(_ number: Double) throws {
        #expect(try parse(JSON.number(number).description).double?.bitPattern == number.bitPattern)
    }

    @Test func floatsAreWrittenShort() {
        #expect(JSON.float(0.1).description == "0.1")
        #expect(JSON.float(.infinity).description == "null")
    }

    @Test func readsEveryKindOfValue() throws {
        let text = #" { "a" : [ 1 , -2.5e-1, 0, true , false , null ] , "b" : { } , "c":"\u00e9\ud83d\ude00\/\b\f" } "#
        let expected: JSON = [
            "a": [1, -0.25, 0, true, false, .null], "b": .object([]), "c": "é😀/\u{8}\u{c}",
        ]
        #expect(try parse(text) == expected)
        #expect(try parse("100000000000000000000") == .number(1e20))
    }

    @Test(arguments: [
        ("", 0), ("{", 1), ("[1,]", 3), ("[1 2]", 3), ("01", 1), ("1.", 2), ("-", 1), ("1e", 2), ("1e999", 0),
        ("nul", 0), ("\"a", 2), ("\"\u{1}\"", 1), (#""\x""#, 2), (#""\ud800""#, 7), (#""\ud800\u0041""#, 13),
        (#""\udc00""#, 7), (#"{"a":1,"a":2}"#, 7), (#"{"a" 1}"#, 5), ("{1:2}", 1), ("[] []", 3), ("+1", 0),
        (#""\u12g4""#, 5), ("NaN", 0), ("'a'", 0),
    ])
    func refusesWithTheOffset(_ text: String, _ offset: Int) {
        let error = #expect(throws: FormatError.self) { try parse(text) }
        #expect(error?.offset == offset)
    }

    @Test func refusesBytesThatAreNotUTF8() {
        let error = #expect(throws: FormatError.self) { try JSON(parsing: [0x22, 0xC3, 0x28, 0x22], file: "text") }
        #expect(error?.offset == 1)
    }

    @Test func limitsDepthAndCount() throws {
        let deep = String(repeating: "[", count: 65) + String(repeating: "]", count: 65)
        #expect(throws: FormatError.self) { try parse(deep) }
        #expect(throws: FormatError.self) { try parse("[" + String(repeating: "0,", count: 1000) + "0]") }
        #expect(try parse("[[[]]]", depth: 3) == [[[]]])
        #expect(throws: FormatError.self) { try parse("[[[]]]", depth: 2) }
    }

    @Test func looksUpMembers() {
        let value: JSON = ["a": 1, "b": ["x", 2.5]]
        #expect(value["a"]?.integer == 1)
        #expect(value["b"]?.array?.first?.string == "x")
        #expect(value["b"]?.array?.last?.double == 2.5)
        #expect(value["c"] == nil)
    }
}

@Suite struct ChecksumTests {
    // The check values of both polynomials for "123456789" (Koopman's catalogue) and RFC 3720's 32 zero bytes.
    @Test func knownValues() {
        let digits = Array("123456789".utf8)
        #expect(crc32(digits) == 0xCBF4_3926)
        #expect(crc32c(digits) == 0xE306_9283)
        #expect(crc32c([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(crc32([]) == 0)
        #expect(crc32c([]) == 0)
    }

    @Test func continues() {
        let bytes = Array("123456789".utf8)
        let checksum = bytes.withUnsafeBytes { buffer in
            crc32(.init(rebasing: buffer[4...]), continuing: crc32(.init(rebasing: buffer[..<4])))
        }
        #expect(checksum == 0xCBF4_3926)
    }
}

@Suite struct NearestNameTests {
    let names = ["learningRate", "discount", "batchSize", "seed"]

    @Test(arguments: [
        ("learningrate", "learningRate"), ("leaningRate", "learningRate"), ("bacthSize", "batchSize"),
        ("discuont", "discount"), ("sed", "seed"), ("batch_size", "batchSize"),
    ])
    func suggests(_ typed: String, _ nearest: String) {
        #expect(nearestName(to: typed, among: names) == nearest)
    }

    @Test(arguments: [
        ("Cartpole", "CartPole-v1"), ("pong", "Arcade/Pong-v0"), ("CartPole-v7", "CartPole-v1"),
        ("four-room", "grid:four-rooms"), ("Arcade/Pongg", "Arcade/Pong-v0"), ("MountainCar-v9", "MountainCar-v0"),
    ])
    func versionsAndNamespacesMayBeMissing(_ typed: String, _ nearest: String) {
        let ids = ["MountainCarContinuous-v0", "MountainCar-v0", "CartPole-v1", "Arcade/Pong-v0", "grid:four-rooms"]
        #expect(nearestName(to: typed, among: ids) == nearest)
    }

    @Test(arguments: ["ppo", "sac", "gan"]) func shortNamesAreNotNearToOthers(_ typed: String) {
        #expect(nearestName(to: typed, among: ["dqn", "vae", "rbm", "tcn", "dbn", "made"]) == nil)
    }

    @Test func caseDoesNotMatter() {
        #expect(matchingName("cartpole-V1", among: ["Taxi-v4", "CartPole-v1"]) == "CartPole-v1")
        #expect(matchingName("a", among: ["A", "a"]) == "a")
        #expect(matchingName("ab", among: ["AB", "Ab"]) == nil)
        #expect(matchingName("x", among: ["a"]) == nil)
    }

    @Test func suggestsNothingFarAway() {
        #expect(nearestName(to: "temperature", among: names) == nil)
        #expect(nearestName(to: "seed", among: []) == nil)
        #expect(nearestName(to: "", among: names) == nil)
    }
}
