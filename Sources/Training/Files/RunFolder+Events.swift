import Storage

extension RunFolder {
    private static let eventsStart = "events.out.tfevents."
    private static let eventsEnd = "reverie"

    /// The name of a new file of metrics for TensorBoard, such as `events.out.tfevents.1764504154.012345.reverie`. Each
    /// run has a name of its own: in a file whose name it knows, TensorBoard goes on reading where it has been, and
    /// would show the old run in place of the one that replaced it.
    ///
    /// - Parameter time: Now, in seconds since 1970.
    static func eventsName(time: Double) -> String {
        let microseconds = Int((max(0, time) * 1e6).rounded())
        func padded(_ number: Int, _ count: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, count - digits.count)) + digits
        }
        return eventsStart + padded(microseconds / 1_000_000, 10) + "." + padded(microseconds % 1_000_000, 6) + "."
            + eventsEnd
    }

    /// Whether a file of a run's folder holds metrics for TensorBoard; those of older runs have no time in their name.
    static func isEventsName(_ name: String) -> Bool {
        guard name.hasPrefix(eventsStart), name.hasSuffix(eventsEnd) else { return false }
        let middle = name.dropFirst(eventsStart.count).dropLast(eventsEnd.count)
        let parts = middle.split(separator: ".", omittingEmptySubsequences: false)
        let areDigits = parts.dropLast().allSatisfy { !$0.isEmpty && $0.allSatisfy { $0.isASCII && $0.isNumber } }
        return middle.isEmpty || parts.count == 3 && parts[2].isEmpty && areDigits
    }

    /// The files of metrics for TensorBoard; the last is that of the run as it is now.
    ///
    /// - Throws: `StorageError` if the folder can't be listed.
    public func eventsPaths() throws(StorageError) -> [String] {
        try namesInFolder(path).filter(Self.isEventsName).map { joinPath(path, $0) }
    }

    /// The file of metrics for TensorBoard.
    ///
    /// - Throws: `StorageError` with `missing` if there is none.
    public func eventsPath() throws(StorageError) -> String {
        guard let path = try eventsPaths().last else {
            let path = joinPath(self.path, Self.eventsStart + "*." + Self.eventsEnd)
            throw StorageError(path: path, operation: "open", reason: .missing)
        }
        return path
    }

    /// The path of a new file of metrics for TensorBoard.
    func newEventsPath(time: Double) -> String { joinPath(path, Self.eventsName(time: time)) }
}
