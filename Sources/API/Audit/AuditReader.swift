import FileSystem
import Glibc

/// Reads the lines of an audit file, also of one that logrotate has compressed.
public struct AuditReader: ~Copyable {
    /// The file can't be opened, or not be read to its end; with the reason.
    public struct Fault: Error, Sendable {
        public let reason: String

        init(_ fault: GzipReader.Fault) { reason = fault.sentence }
    }

    private let file: GzipReader
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)
    private var rest: ArraySlice<UInt8> = []

    /// The longest line that is read, in bytes: that of the longest request line that can be configured, escaped.
    static let longestLine = 4 << 20

    /// Opens a file; `-` is the standard input.
    public init(path: String) throws(Fault) {
        let descriptor = path == "-" ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Fault(.system(errno)) }
        do { file = try GzipReader(descriptor: descriptor) } catch { throw Fault(error) }
    }

    /// A line without its line feed.
    public struct Line: Sendable {
        /// Cut off if it is too long.
        public let bytes: [UInt8]
        /// Whether it ends with a line feed.
        public let isWhole: Bool
        public let isTooLong: Bool
    }

    /// Reads the next line; nil at the end of the file.
    public mutating func next() throws(Fault) -> Line? {
        var line: [UInt8] = []
        var isTooLong = false
        while true {
            let end = rest.firstIndex(of: UInt8(ascii: "\n"))
            let part = rest[..<(end ?? rest.endIndex)]
            if line.count + part.count > AuditReader.longestLine { isTooLong = true } else { line += part }
            if let end {
                rest = rest[(end + 1)...]
                return Line(bytes: line, isWhole: true, isTooLong: isTooLong)
            }
            rest = []
            let count: Int
            do { count = try file.read(into: &buffer) } catch { throw Fault(error) }
            rest = buffer.prefix(count)
            if rest.isEmpty {
                return line.isEmpty && !isTooLong ? nil : Line(bytes: line, isWhole: false, isTooLong: isTooLong)
            }
        }
    }
}
