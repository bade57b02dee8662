import Glibc

/// Damages a file in many ways: truncates it to each shorter length, and changes each byte to several others.
///
/// The file is written without waiting for the disk, because there are thousands of versions.
///
/// - Parameters:
///   - bytes: The contents of the file.
///   - path: The path of the damaged file.
///   - check: Reads the file; it receives the kind of damage and its place: the length, or the index of the byte.
public func forEachDamage(
    of bytes: [UInt8], at path: String, _ check: (_ damage: Damage, _ place: Int) throws -> Void
) throws {
    for count in bytes.indices {
        writePlainly(Array(bytes[..<count]), to: path)
        try check(.cut, count)
    }
    for index in bytes.indices {
        let byte = bytes[index]
        for value in Set([byte ^ 0x01, byte ^ 0x10, byte ^ 0x80, ~byte, 0, UInt8(ascii: "9")]) where value != byte {
            var changed = bytes
            changed[index] = value
            writePlainly(changed, to: path)
            try check(.changed, index)
        }
    }
}

/// The kind of damage to a file.
public enum Damage { case cut, changed }

private func writePlainly(_ bytes: [UInt8], to path: String) {
    // Into a new file: if an old one is emptied first, some file systems wait for the disk.
    unlink(path)
    guard let file = fopen(path, "wb") else { preconditionFailure("cannot write \(path)") }
    defer { fclose(file) }
    precondition(fwrite(bytes, 1, bytes.count, file) == bytes.count, "cannot write \(path)")
}

/// The peak memory of the process so far, in bytes.
public func peakMemory() -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
}
