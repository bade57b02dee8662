import Foundation
import Graphics

/// Files with the contents of the window.
enum Screenshot {
    /// Writes `frame` as a PNG into `folder`, under a name made of `title` and the first free number, and returns its
    /// path. It never replaces an existing file, even one that another program creates at the same moment.
    static func write(_ frame: Frame, title: String, folder: String) throws(ViewerError) -> String {
        let data = Data(PNG.encode(frame))
        var number = 1
        while true {
            let path = URL(filePath: folder).appending(path: "\(name(title))-\(number).png").path(percentEncoded: false)
            do {
                try data.write(to: URL(filePath: path), options: .withoutOverwriting)
                return path
            } catch CocoaError.fileWriteFileExists {
                number += 1
            } catch {
                throw .cannotWrite(path: path, reason: error.localizedDescription)
            }
        }
    }

    /// `title` in lower-case letters, digits and single hyphens.
    static func name(_ title: String) -> String {
        let words = title.lowercased().split { !$0.isASCII || !($0.isLetter || $0.isNumber) }
        return words.isEmpty ? "reverie" : words.joined(separator: "-")
    }
}
