import Foundation

/// Bytes allocated from the C library's heap and not yet freed, in all threads; nil if they can't be determined.
///
/// glibc's `mallinfo2` is in no Swift module. It returns a structure of ten words, which on x86-64 is the same as
/// taking the structure's address.
public func heapBytesInUse() -> Int? {
    #if arch(x86_64) && os(Linux)
        typealias Report = @convention(c) (UnsafeMutablePointer<Int>) -> UnsafeMutablePointer<Int>
        guard let symbol = dlsym(nil, "mallinfo2") else { return nil }
        var words = [Int](repeating: 0, count: 10)
        _ = unsafeBitCast(symbol, to: Report.self)(&words)
        let (mapped, allocated) = (words[4], words[7])
        return mapped + allocated
    #else
        return nil
    #endif
}
