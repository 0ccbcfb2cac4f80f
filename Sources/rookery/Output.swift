import Glibc

/// Writes all bytes to a descriptor, which may block.
/// - Returns: Whether all were written; if not, `errno` says why.
func writeAll(_ bytes: some Sequence<UInt8>, to descriptor: Int32) -> Bool {
    let bytes = Array(bytes)
    var start = 0
    while start < bytes.count {
        let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress.map { $0 + start }, $0.count - start) }
        if written < 0 && errno == EINTR { continue }
        guard written > 0 else { return false }
        start += written
    }
    return true
}
