import Glibc

/// The names of temporary files: `.NAME.PROCESS.NUMBER.tmp`, where NUMBER is random.
///
/// Process numbers repeat, above all in containers, so only the random number makes a name unique. A process locks its
/// temporary files for as long as it lives: one that can be locked was left by a process that was killed.
enum TemporaryName {
    /// The most bytes that a file's name may have.
    private static let longestName = 255
    private static let ending = ".tmp"
    private static let digits = 16

    /// A random number.
    static func nonce() -> UInt64 {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }

    /// The path of a temporary file in the folder of `target`.
    static func path(for target: String, nonce: UInt64) -> String {
        let (folder, name) = splitPath(target)
        let number = String(nonce, radix: 16)
        let padded = String(repeating: "0", count: digits - number.count) + number
        let end = ".\(getpid()).\(padded)\(ending)"
        return joinPath(folder, start(of: name, leaving: end.utf8.count) + end)
    }

    /// A dot and the target's name, cut where `count` more bytes would be too many.
    private static func start(of name: String, leaving count: Int) -> String {
        var start = "."
        for character in name {
            let length = start.utf8.count + character.utf8.count
            // The longest process number has 10 digits: the start must not depend on this process's.
            guard length <= longestName - max(count, digits + ending.utf8.count + 12) else { break }
            start.append(character)
        }
        return start
    }

    /// Whether a name is that of a temporary file: of any file, or of `target`.
    static func matches(_ name: String, target: String? = nil) -> Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count >= 5, parts[0].isEmpty, parts[parts.count - 1] == ending.dropFirst() else { return false }
        let (process, number) = (parts[parts.count - 3], parts[parts.count - 2])
        guard !process.isEmpty, process.allSatisfy({ $0.isASCII && $0.isNumber }), number.count == digits,
            number.allSatisfy({ $0.isASCII && $0.isHexDigit && !$0.isUppercase })
        else { return false }
        guard let target else { return true }
        return name.hasPrefix(start(of: splitPath(target).name, leaving: 0) + ".\(process).\(number)")
    }
}

/// Removes the temporary files in a folder that processes left when they were killed; those of living ones stay. What
/// can't be removed stays too: it takes space, and harms nothing.
public func removeTemporaryFiles(in folder: String) {
    for name in (try? namesInFolder(folder)) ?? [] where TemporaryName.matches(name) {
        removeAbandoned(joinPath(folder, name))
    }
}

/// Removes the temporary files of one file that processes left when they were killed.
func removeTemporaryFiles(of target: String) {
    let folder = splitPath(target).folder
    for name in (try? namesInFolder(folder)) ?? [] where TemporaryName.matches(name, target: target) {
        removeAbandoned(joinPath(folder, name))
    }
}

/// Removes a regular file that no process has locked.
private func removeAbandoned(_ path: String) {
    guard let file = try? FileDescriptor(opening: path, O_RDWR | O_NOFOLLOW, operation: "open"),
        (try? file.status().isRegularFile) == true, file.lock() == .taken
    else { return }
    unlink(path.systemPath)
}
