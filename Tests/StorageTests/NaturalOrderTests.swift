import Storage
import Testing

@Suite struct NaturalOrderTests {
    @Test func numbersCountAsNumbers() {
        let names = ["0", "1", "2", "9", "10", "11", "a", "a1", "a2b1", "a2b10", "a10", "b"]
        #expect(names.shuffled().sorted(by: naturallyPrecedes) == names)
        #expect(["07", "7", "007"].sorted(by: naturallyPrecedes) == ["007", "07", "7"])
        let huge = "1" + String(repeating: "0", count: 40)
        #expect(naturallyPrecedes("9", huge) && !naturallyPrecedes(huge, "9") && !naturallyPrecedes(huge, huge))
    }
}
