import Glibc
import Synchronization

/// Where the lines of a log go. Writing never waits: where nobody reads a pipe or a terminal, lines are lost and
/// counted.
///
/// A file on a disk takes lines at once. A pipe or a terminal is opened a second time, so that it does not block here,
/// and goes on blocking for other programs that share it. Any thread may write.
public final class LogOutput: Sendable {
    public let descriptor: Int32
    private let state = Mutex(State())
    private let count = Atomic<UInt64>(0)

    /// How the descriptor is written without waiting.
    private enum Way {
        case file
        case socket
        /// A descriptor of its own, which does not block.
        case own(Int32)
        /// The kernel says whether there is room for a few bytes: no descriptor of its own was to be had.
        case asking
    }

    private struct State {
        var way: Way?
        /// The rest of a line of which a part has been written.
        var rest: [UInt8] = []
    }

    /// - Parameter descriptor: Stays open as long as this.
    public init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// How many lines have been lost.
    public var lost: UInt64 { count.load(ordering: .relaxed) }

    /// Writes whole lines. Those for which there is no room are lost.
    public func write(_ lines: [UInt8]) {
        let lost = state.withLock { state in
            let way = state.way ?? way()
            state.way = way
            // What was begun must be ended first.
            if !state.rest.isEmpty {
                let written = write(state.rest[...], way)
                state.rest.removeFirst(written)
                if !state.rest.isEmpty { return Self.lines(in: lines[...]) }
            }
            let written = write(lines[...], way)
            if written == lines.count { return 0 }
            var rest = lines[written...]
            if written > 0, lines[written - 1] != Self.end {
                let next = rest.firstIndex(of: Self.end).map { $0 + 1 } ?? rest.endIndex
                state.rest = Array(rest[..<next])
                rest = rest[next...]
            }
            return Self.lines(in: rest)
        }
        if lost > 0 { count.add(UInt64(lost), ordering: .relaxed) }
    }

    /// The descriptor leads to another file now.
    public func hasBeenReplaced() {
        state.withLock { state in
            if case .own(let own)? = state.way { close(own) }
            state = State()
        }
    }

    deinit {
        state.withLock { state in
            if case .own(let own)? = state.way { close(own) }
        }
    }

    private static let end = UInt8(ascii: "\n")
    /// As much as a pipe takes in one piece or not at all, in bytes (pipe(7), PIPE_BUF).
    private static let piece = 4096

    private static func lines(in bytes: ArraySlice<UInt8>) -> Int { bytes.count { $0 == end } }

    private func way() -> Way {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return .file }
        switch status.st_mode & S_IFMT {
        case S_IFSOCK: return .socket
        case S_IFIFO, S_IFCHR:
            let own = open("/proc/self/fd/\(descriptor)", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
            return own >= 0 ? .own(own) : .asking
        default: return .file
        }
    }

    /// - Returns: How many bytes were written.
    private func write(_ bytes: ArraySlice<UInt8>, _ way: Way) -> Int {
        var rest = bytes
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { rest in
                switch way {
                case .file: return Glibc.write(descriptor, rest.baseAddress, rest.count)
                case .own(let own): return Glibc.write(own, rest.baseAddress, rest.count)
                case .socket:
                    return send(descriptor, rest.baseAddress, rest.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
                case .asking:
                    var room = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    guard poll(&room, 1, 0) == 1 else { return 0 }
                    return Glibc.write(descriptor, rest.baseAddress, min(rest.count, Self.piece))
                }
            }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { break }
            rest = rest.dropFirst(written)
        }
        return bytes.count - rest.count
    }
}
