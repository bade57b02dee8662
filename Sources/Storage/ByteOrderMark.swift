/// The length of the byte-order mark that some programs write before UTF-8; 0 if there is none.
public func byteOrderMarkLength(of bytes: [UInt8]) -> Int { bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0 }

/// Whether a text begins with the byte-order mark of UTF-16, as spreadsheets save "Unicode text".
public func isUTF16(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) }
