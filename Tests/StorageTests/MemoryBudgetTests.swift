import Glibc
import Testing

@testable import Storage

@Suite struct MemoryBudgetTests {
    @Test func whatFitsIsAllowedAndWhatDoesNotIsSaid() throws {
        let budget = MemoryBudget(total: 1_000_000_000, used: 300_000_000)
        #expect(budget.usable == 500_000_000)
        try MemoryBudget.$given.withValue(budget) {
            try MemoryBudget.require(500_000_000, for: "this") { _ in "" }
            for bytes in [500_000_001, nil] {
                let error = #expect(throws: MemoryError.self) {
                    try MemoryBudget.require(bytes, for: "this") { "use \($0 / 1_000_000) M" }
                }
                let size = bytes == nil ? "more bytes than can be counted" : "500 MB"
                #expect(
                    error?.description == "this would take \(size), but this process may only take 500 MB more "
                        + "(80 % of this machine's 1000 MB); use 500 M")
            }
        }
    }

    /// A real limit is never above the machine's memory, and something of it is always in use.
    @Test func theSystemSaysWhatThereIs() {
        let budget = MemoryBudget.current
        #expect(budget.used > 1 << 20 && budget.total > budget.used)
        #expect(
            budget.total <= sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE)) || budget.limit != .machine)
        #expect(throws: MemoryError.self) { try MemoryBudget.require(1 << 60, for: "this") { _ in "" } }
    }

    @Test func aFullBudgetStillAllowsWhatIsSmall() {
        let budget = MemoryBudget(total: 1_000_000_000, used: 900_000_000)
        #expect(budget.usable == 0 && budget.allows(50_000_000) && !budget.allows(50_000_001))
        #expect(!MemoryBudget(total: 1_000_000_000, used: 990_000_000).allows(20_000_000))
    }

    @Test(arguments: [
        ("0::/a/b", ["memory.max": "max", "a/memory.max": "5000", "a/b/memory.max": "7000"], 5000),
        ("0::/a/b", ["memory.max": "3000"], 3000),
        ("0::/", ["memory.max": "max"], nil),
        ("4:cpu:/\n3:cpuset,memory:/a", ["memory/a/memory.limit_in_bytes": "900"], 900),
        ("3:memory:/a\n0::/", ["memory/memory.limit_in_bytes": "800", "memory.max": "700"], 700),
        ("", [:], nil),
    ]) func controlGroupsLimit(membership: String, files: [String: String], limit: Int?) throws {
        let folder = try TemporaryFolder()
        try writeAtomically(membership + "\n", to: folder.file("cgroup"), overwrite: false)
        for (path, text) in files {
            let whole = folder.file("root/" + path)
            try createFolder(splitPath(whole).folder)
            try writeAtomically(text + "\n", to: whole, overwrite: false)
        }
        #expect(
            ControlGroup.memoryLimit(membership: folder.file("cgroup"), root: folder.file("root")) == limit)
    }

    @Test func productsThatOverflowAreNil() {
        #expect(product(3, 4, 5) == 60)
        #expect(product(1 << 40, 1 << 30) == nil)
    }

    @Test(arguments: [(9999, "9999 bytes"), (10_000, "10 kB"), (33_554_432, "34 MB"), (1 << 50, "1126 TB")])
    func bytesAreReadable(bytes: Int, text: String) { #expect(MemoryBudget.text(bytes) == text) }
}

@Suite struct WordingTests {
    @Test(arguments: [
        ("50000", 50_000), ("50_000", 50_000), ("5e4", 50_000), ("1e6", 1_000_000), ("2M", 2_000_000), ("1.5k", 1500),
        ("3G", 3_000_000_000), ("-7", -7), ("+7", 7), ("0", 0), ("9223372036854775807", Int.max),
    ]) func counts(text: String, number: Int) { #expect(wholeNumber(text) == number) }

    @Test(arguments: [
        "", "k", "M", "_1", "1_", "1__0", "1.5", "1e-3", "1.0005k", "1e30", "nan", "inf", "0x10", "1 000", "1,000",
        "1m",
        "1kk", "٣", "9223372036854775808", "--1", "1-", "e5",
    ]) func otherTextsAreNoCounts(text: String) { #expect(wholeNumber(text) == nil) }

    @Test func nounsAgreeWithTheirNumber() {
        #expect(counted(1, "episode") == "1 episode" && counted(0, "episode") == "0 episodes")
        #expect(counted(2, "entry", plural: "entries") == "2 entries")
        #expect(
            counted(4000, "run", written: "4,000") == "4,000 runs" && counted(1, "run", written: "one") == "one run")
    }

    @Test(arguments: [
        ("runs/dqn-CartPole-v1-seed0", "runs/dqn-CartPole-v1-seed0"), ("my run", "'my run'"), ("it's", "'it'\\''s'"),
        ("$HOME", "'$HOME'"), ("", "''"), ("-x", "./-x"), ("字", "'字'"),
    ]) func pathsAreQuotedForAShell(path: String, word: String) { #expect(shellQuoted(path) == word) }

    @Test func longNamesAreCutBetweenCharacters() {
        let name = String(repeating: "字", count: 83)
        let short = name.shortened(toBytes: 100)
        #expect(short.utf8.count <= 100 && short.hasPrefix("字字字") && !short.contains("\u{FFFD}"))
        #expect(short != (name + "x").shortened(toBytes: 100))
        #expect("short".shortened(toBytes: 100) == "short")
    }
}
