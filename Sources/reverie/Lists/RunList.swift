import Configuration
import Graphics
import Storage
import Training

/// The runs in a folder as 'reverie list' shows them.
struct RunList {
    let folder: String

    /// The runs; other folders are left out, and a missing folder gives an empty list.
    func all() throws -> (columns: [String], items: [ListItem]) {
        let names = exists(folder) ? try namesInFolder(folder) : []
        let runs = names.map { joinPath(folder, $0) }.filter { exists(joinPath($0, "config.toml")) }
        return (["run", "state", "what", "seed", "result"], runs.map(item))
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
            "steps", "episodes", "epochs", "updates", "seconds", "meanReturn", "score",
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
        if let value = summary?["meanReturn"]?.double { return "return \(NumberText.readable(value))" }
        if let nats = summary?["testNats"]?.double {
            return "test \(NumberText.readable(nats)) \(summary?["unit"]?.string ?? "nats")"
        }
        if let value = summary?["validation"]?.double, let unit = summary?["scoreUnit"]?.string {
            return "validation \(NumberText.readable(value)) \(unit)"
        }
        return "-"
    }
}
