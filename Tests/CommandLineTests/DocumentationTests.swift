import Agents
import Configuration
import Datasets
import Environments
import Foundation
import GenerativeModels
import Testing

@Suite struct DocumentationTests {
    private let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The page of environments shows all of them; `Documentation/environments.py` writes it.
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

    /// Each agent that learns has a page that names it and all of its settings; Documentation/agents.py fills the
    /// tables.
    @Test func everyAgentHasItsPage() throws {
        let folder = root.appending(path: "Documentation/Agents")
        let pages = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "md" }.map { try String(contentsOf: $0, encoding: .utf8) }
        for entry in AgentCatalog.entries where entry.name != "random" {
            let own = pages.filter { $0.contains("`\(entry.name)`") }
            #expect(!own.isEmpty, "no page names \(entry.name)")
            let settings = entry.makeSettings().settings.map(\.name)
            let isComplete = own.contains { page in settings.allSatisfy { page.contains("`\($0)`") } }
            #expect(isComplete, "no page names \(entry.name) and \(settings)")
        }
    }

    /// Each model has a page that names it and all of its settings, and the pages of data and of fitting name all of
    /// theirs.
    @Test func everyModelHasItsPage() throws {
        let folder = root.appending(path: "Documentation/Models")
        func page(_ name: String) throws -> String {
            try String(contentsOf: folder.appending(path: name), encoding: .utf8)
        }
        let pages = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "md" }.map { try String(contentsOf: $0, encoding: .utf8) }
        for entry in ModelCatalog.entries {
            let settings = entry.makeSettings().settings.map(\.name)
            let isThere = pages.contains { page in
                page.contains("<!-- model \(entry.name) -->") && settings.allSatisfy { page.contains("`\($0)`") }
            }
            #expect(isThere, "no page has \(entry.name) and \(settings): run Documentation/agents.py")
        }
        let (fitting, data) = (try page("Fitting.md"), try page("Data.md"))
        for setting in FitSettings().settings { #expect(fitting.contains("`\(setting.name)`"), "\(setting.name)") }
        for setting in DataSettings().settings { #expect(data.contains("`\(setting.name)`"), "\(setting.name)") }
        for entry in DatasetCatalog.entries { #expect(data.contains("`\(entry.name)`"), "\(entry.name)") }
    }

    @Test func everyPictureExists() throws {
        let documentation = try FileManager.default.subpathsOfDirectory(
            atPath: root.appending(path: "Documentation").path(percentEncoded: false))
        let pages = (["README.md"] + documentation.filter { $0.hasSuffix(".md") }.map { "Documentation/\($0)" })
            .map { root.appending(path: $0) }
        for page in pages {
            let text = try String(contentsOf: page, encoding: .utf8)
            let pictures = text.matches(of: #/(?:!\[[^\]]*\]\(|<img src=")([^)"]+)/#).map { String($0.1) }
            for picture in pictures {
                let file = page.deletingLastPathComponent().appending(path: picture).standardizedFileURL
                #expect(FileManager.default.fileExists(atPath: file.path(percentEncoded: false)), "\(picture)")
            }
        }
    }
}
