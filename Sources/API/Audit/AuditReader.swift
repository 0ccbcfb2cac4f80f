import CZlib
import Glibc

/// Reads the lines of an audit file, also of one that logrotate has compressed.
public struct AuditReader: ~Copyable {
    /// The file can't be opened, or not be read to its end; with the reason.
    public struct Fault: Error, Sendable {
        public let reason: String
    }

    private let file: gzFile
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)
    private var rest: ArraySlice<UInt8> = []
    private var isAtEnd = false

    /// The longest line that is read, in bytes: that of the longest request line that can be configured, escaped.
    static let longestLine = 4 << 20

    /// Opens a file; `-` is the standard input.
    public init(path: String) throws(Fault) {
        let descriptor = path == "-" ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Fault(reason: String(cString: strerror(errno))) }
        // zlib reads a file that is not compressed as it is.
        guard let file = gzdopen(descriptor, "rb") else {
            close(descriptor)
            throw Fault(reason: String(cString: strerror(ENOMEM)))
        }
        self.file = file
    }

    deinit { gzclose(file) }

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
            guard try fill() else {
                return line.isEmpty && !isTooLong ? nil : Line(bytes: line, isWhole: false, isTooLong: isTooLong)
            }
        }
    }

    /// Reads a piece of the file.
    /// - Returns: False at its end.
    private mutating func fill() throws(Fault) -> Bool {
        if isAtEnd { return false }
        let count = gzread(file, &buffer, UInt32(buffer.count))
        let number = errno
        if count > 0 {
            rest = buffer.prefix(Int(count))
            return true
        }
        isAtEnd = true
        // What a compressed file lacks at its end is no error of reading (zlib.h).
        var code: Int32 = 0
        _ = gzerror(file, &code)
        switch code {
        case Z_OK where count == 0: return false
        case Z_BUF_ERROR: throw Fault(reason: "the compressed file is cut off")
        case Z_DATA_ERROR: throw Fault(reason: "the compressed file is damaged")
        case Z_MEM_ERROR: throw Fault(reason: String(cString: strerror(ENOMEM)))
        default: throw Fault(reason: String(cString: strerror(number)))
        }
    }
}
