import Environments
import Foundation
import Testing

@Suite struct DocumentationTests {
    private let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// What the documentation shows of the environments is all of them; `Documentation/environments.py` writes it.
    @Test func everyEnvironmentHasItsPlace() throws {
        let page = try String(contentsOf: root.appending(path: "Documentation/Environments.md"), encoding: .utf8)
        let lines = Set(page.split(separator: "\n"))
        for entry in EnvironmentCatalog.entries {
            let isThere = lines.contains("### \(entry.id)")
            #expect(isThere, "\(entry.id) is missing: run Documentation/environments.py")
            for option in entry.options {
                let line = "- `--option \(option.name)=`: \(option.summary)"
                let isDescribed = lines.contains { $0.hasPrefix(line) }
                #expect(isDescribed, "\(entry.id): \(line)")
            }
        }
    }

    @Test func everyPictureExists() throws {
        let pages = ["README.md", "Documentation/Environments.md"].map { root.appending(path: $0) }
        for page in pages {
            let text = try String(contentsOf: page, encoding: .utf8)
            let pictures = text.matches(of: #/(?:!\[[^\]]*\]\(|<img src=")([^)"]+)/#).map { String($0.1) }
            #expect(!pictures.isEmpty)
            for picture in pictures {
                let file = page.deletingLastPathComponent().appending(path: picture).standardizedFileURL
                #expect(FileManager.default.fileExists(atPath: file.path(percentEncoded: false)), "\(picture)")
            }
        }
    }
}
