import Foundation
import Storage
import Testing

@Suite struct PathBytesTests {
    /// Latin-1, cut and overlong sequences, a surrogate, and a scalar that stands for a byte here.
    private static let names: [[UInt8]] = [
        [0x64, 0xE9, 0x6A], [0xFF], [0xC3], [0xE2, 0x82], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
        [0xF4, 0x8F, 0xBF, 0xBF], [0xF4, 0x8F, 0xBE, 0x80, 0xE9], Array("é😀".utf8), Array(0x80...0xFF),
    ]

    @Test(arguments: names)
    func everyNameGoesBackAsItCame(_ name: [UInt8]) {
        let text = String(pathBytes: name)
        #expect(text.pathBytes == name)
        // It is a text like any other: what JSON and TOML hold of it reads back.
        #expect(String(validating: Array(text.utf8), as: UTF8.self) == text)
    }

    @Test func shortNamesAreToldApart() {
        // Every second byte that matters: ends of ranges in UTF-8.
        let second: [UInt8] = [0x2E, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC2, 0xDF, 0xE0, 0xF4, 0xFF]
        let names = (UInt8.min...UInt8.max).flatMap { first in second.map { [first, $0] } }
        #expect(names.filter { String(pathBytes: $0).pathBytes != $0 } == [])
        #expect(Set(names.map { Array(String(pathBytes: $0).unicodeScalars) }).count == names.count)
    }

    @Test func filesAndFoldersKeepSuchNames() throws {
        let folder = try TemporaryFolder()
        let inner = folder.file(String(pathBytes: [0x66, 0xE9]))
        try createFolder(inner)
        let path = joinPath(inner, String(pathBytes: [0xFF, 0x2E, 0x63, 0x73, 0x76]))
        try writeAtomically("1,2", to: path, overwrite: false)
        try writeAtomically("3,4", to: path, overwrite: true)
        #expect(try namesInFolder(folder.path).map(\.pathBytes) == [[0x66, 0xE9]])
        #expect(try namesInFolder(inner).map(\.pathBytes) == [[0xFF, 0x2E, 0x63, 0x73, 0x76]])
        #expect(try InputFile.bytes(of: path, limit: 10) == Array("3,4".utf8))
        #expect(exists(path) && isFolder(inner) && resolvingLinks(path).hasSuffix(splitPath(path).name))
        try removeFile(path)
        #expect(!exists(path))
    }
}

@Suite struct PipeTests {
    let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    /// Writes into a pipe from another thread, in pieces, as a command would.
    private func pipe(_ name: String, _ bytes: [UInt8]) -> String {
        let path = folder.file(name)
        #expect(mkfifo(path, 0o600) == 0)
        Thread.detachNewThread {
            guard let file = fopen(path, "wb") else { return }
            setvbuf(file, nil, _IONBF, 0)
            for piece in [bytes.prefix(bytes.count / 2), bytes.dropFirst(bytes.count / 2)] {
                Array(piece).withUnsafeBytes { _ = fwrite($0.baseAddress, 1, $0.count, file) }
            }
            fclose(file)
        }
        return path
    }

    @Test func pipesAreReadToTheirEnd() throws {
        let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 * $0 >> 3) }
        let file = try InputFile(path: pipe("a", bytes))
        #expect(file.count == bytes.count)
        #expect(try file.bytes(in: 100_000..<100_010) == Array(bytes[100_000..<100_010]))
        #expect(throws: StorageError.self) { try file.bytes(in: 199_999..<200_001) }
        #expect(try InputFile.bytes(of: pipe("b", bytes), limit: 200_000) == bytes)
        #expect(try InputFile.bytes(of: pipe("c", []), limit: 0).isEmpty)
    }

    @Test func pipesHaveALimit() {
        signal(SIGPIPE, SIG_IGN)
        let path = pipe("a", [UInt8](repeating: 1, count: 300_000))
        let error = #expect(throws: StorageError.self) { try InputFile.bytes(of: path, limit: 100_000) }
        guard case .tooLarge(_, limit: 100_000)? = error?.reason else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}

@Suite struct FormatErrorTests {
    @Test func whatIsValidAndNotReadIsNotCalledInvalid() {
        var error = FormatError(
            .npy, file: "a.npy", offset: 10, expected: "<f4", found: "a structured type", problem: .unsupported)
        #expect(
            "\(error)" == "a.npy: byte 10: found a structured type, which is valid NPY but not supported; "
                + "convert it to <f4"
        )
        #expect("\(error.moved(by: 5, format: .zip))".contains("byte 15: found a structured type, which is valid ZIP"))
        error.problem = .damaged
        #expect("\(error)".contains("expected <f4, found a structured type; this is not a valid NPY file"))
    }
}
