import Configuration
import Glibc
import Graphics
import Storage
import Training

/// The runs in a folder as 'reverie list' shows them.
struct RunList {
    let folder: String

    /// The runs at any depth. Other folders are named on standard error: those that hold no run.
    func all() throws -> (columns: [String], items: [ListItem]) {
        var found = Found()
        if exists(folder) {
            try search(folder, &found)
        } else {
            note("there is no folder '\(folder)'; 'reverie train' makes it, and --folder lists another")
        }
        let shown = found.others.prefix(Self.mostOthers).map { "'\($0)'" }.joined(separator: ", ")
        let rest = found.others.count - Self.mostOthers
        if !found.others.isEmpty {
            note("no run, since there is no config.toml: \(shown)" + (rest > 0 ? " and \(rest) more" : ""))
        }
        return (["run", "state", "what", "seed", "result"], found.runs.map(item))
    }

    /// Folders that are named as no runs.
    private static let mostOthers = 10

    private struct Found {
        var runs: [String] = []
        var others: [String] = []
    }

    /// Finds the runs in a folder and in the folders within it, but not within runs, nor through links.
    private func search(_ path: String, _ found: inout Found) throws {
        for name in try namesInFolder(path) where !name.hasPrefix(".") {
            let inner = joinPath(path, name)
            guard isFolder(inner), !Self.isLink(inner) || RunFolder.isRun(inner) else { continue }
            if RunFolder.isRun(inner) {
                found.runs.append(inner)
                continue
            }
            let before = found.runs.count
            var within = Found(runs: found.runs)
            try search(inner, &within)
            found.runs = within.runs
            found.others += found.runs.count == before ? [inner] : within.others
        }
    }

    /// A link may lead back to a folder above it.
    private static func isLink(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    /// A run by its name in the folder or by its path.
    func item(named name: String) throws -> ListItem {
        let inside = joinPath(folder, name)
        return item(try RunFolder(opening: exists(inside) ? inside : name).path)
    }

    private func item(_ path: String) -> ListItem {
        guard let folder = try? RunFolder(opening: path),
            let top = try? TOMLDocument(contentsOf: folder.configurationPath).top
        else {
            return ListItem(
                json: ["run": .string(path), "state": "damaged"], cells: [path, "damaged", "-", "-", "-"])
        }
        let summary = try? folder.summary()
        let configured = ["agent", "environment", "model", "dataset", "seed"].compactMap { name in
            top[name].map { JSON.Member(name, $0.json) }
        }
        let reached = [
            "steps", "episodes", "epochs", "updates", "seconds", "meanReturn", "bestEvaluation", "score",
            "scoreUnit", "validation", "testNats", "unit", "likelihood",
        ].compactMap {
            name in
            summary?[name].map { JSON.Member(name, $0) }
        }
        let state = summary == nil ? "unfinished" : "finished"
        let subject = ["agent", "model"].compactMap { top[$0]?.text }.first ?? "-"
        // Of a file, its name: paths are from the root.
        let dataset = top["dataset"]?.text.map { $0.hasPrefix("/") ? splitPath($0).name : $0 }
        let object = top["environment"]?.text ?? dataset ?? "-"
        return ListItem(
            json: .object([.init("run", .string(path)), .init("state", .string(state))] + configured + reached),
            cells: [path, state, "\(subject) on \(object)", top["seed"]?.toml ?? "-", result(summary)])
    }

    private func result(_ summary: JSON?) -> String {
        if let value = summary?["bestEvaluation"]?["meanReturn"]?.double {
            return "best evaluation \(NumberText.readable(value))"
        }
        if let value = summary?["meanReturn"]?.double { return "mean return \(NumberText.readable(value))" }
        if let nats = summary?["testNats"]?.double {
            return "test \(NumberText.readable(nats)) \(summary?["unit"]?.string ?? "nats")"
        }
        if let value = summary?["validation"]?.double, let unit = summary?["scoreUnit"]?.string {
            return "validation \(NumberText.readable(value)) \(unit)"
        }
        return "-"
    }
}
