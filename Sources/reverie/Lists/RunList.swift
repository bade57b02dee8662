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
            "steps", "episodes", "epochs", "updates", "seconds", "meanReturn", "bestEvaluation", "score", "validScore",
            "testNats",
            "likelihood",
        ].compactMap {
            name in
            summary?[name].map { JSON.Member(name, $0) }
        }
        let state = summary == nil ? "unfinished" : "finished"
        let subject = ["agent", "model"].compactMap { top[$0]?.text }.first ?? "-"
        let object = ["environment", "dataset"].compactMap { top[$0]?.text }.first ?? "-"
        return ListItem(
            json: .object([.init("run", .string(path)), .init("state", .string(state))] + configured + reached),
            cells: [path, state, "\(subject) on \(object)", top["seed"]?.toml ?? "-", result(summary)])
    }

    private func result(_ summary: JSON?) -> String {
        if let value = summary?["bestEvaluation"]?["meanReturn"]?.double {
            return "best evaluation \(NumberText.readable(value))"
        }
        if let value = summary?["meanReturn"]?.double { return "mean return \(NumberText.readable(value))" }
        if let nats = summary?["testNats"]?.double { return "test \(NumberText.readable(nats)) nats" }
        if let value = summary?["validScore"]?.double, let name = summary?["score"]?.string {
            return "\(name) \(NumberText.readable(value))"
        }
        return "-"
    }
}
