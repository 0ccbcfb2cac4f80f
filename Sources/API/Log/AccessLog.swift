import Birds
import FileSystem
import Glibc
import HTTP

/// The destination and the format of the access log.
///
/// The log never holds a credential: header fields are not written at all, and neither are the values of query
/// parameters that this API does not have, or of `after`.
public struct AccessLogConfiguration: Sendable {
    /// The format of a line. Times are in UTC, sizes in bytes, durations in microseconds.
    public enum Format: String, Sendable, CaseIterable {
        /// `127.0.0.1 marlyn [2021-02-03T04:05:06Z] "GET /?species=stejay HTTP/1.1" 200 2340 38us mb3k9q-1`
        case text
        /// One JSON object a line.
        case json
    }

    /// Its descriptor stays open as long as the process; nil for no log.
    public let output: LogOutput?
    public let format: Format
    /// The path of the file; nil if it is none.
    private var path: String?

    public init(descriptor: Int32?, format: Format) {
        output = descriptor.map { LogOutput($0) }
        self.format = format
    }

    /// Opens a file for appending; `-` means standard output, `off` means no log.
    /// - Throws: `AccessLogError` if the file can't be opened.
    public init(destination: String, format: Format) throws(AccessLogError) {
        switch destination {
        case "off": self.init(descriptor: nil, format: format)
        case "-": self.init(descriptor: STDOUT_FILENO, format: format)
        default:
            self.init(descriptor: try AccessLogConfiguration.open(destination), format: format)
            path = destination
        }
    }

    /// Opens the file again, which has been renamed, under the same number: all loops write to the new one.
    /// - Throws: `AccessLogError` if that is not possible. Lines then go to the old file.
    public func reopen() throws(AccessLogError) {
        guard let path, let output else { return }
        let new = try AccessLogConfiguration.open(path)
        dup2(new, output.descriptor)
        // dup2(2) does not keep the flag.
        _ = fcntl(output.descriptor, F_SETFD, FD_CLOEXEC)
        close(new)
        output.hasBeenReplaced()
    }

    private static func open(_ path: String) throws(AccessLogError) -> Int32 {
        // O_APPEND keeps loops from overwriting each other's lines. Other users must not read who asked for what.
        let descriptor = Glibc.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else {
            throw AccessLogError(message: "can't open the access log \(path): \(systemMessage(errno))")
        }
        return descriptor
    }
}

/// An access log that can't be opened.
public struct AccessLogError: Error, Sendable {
    /// The reason, as a sentence for the person who starts the server.
    public let message: String
}

/// The access log of one loop: lines are collected in a buffer, and written when the loop is about to wait.
///
/// Only the loop's thread uses it. A client can neither end a line nor forge a field: targets are visible ASCII and are
/// cut, the text format replaces quotes and writes user names as tokens, and JSON is escaped (`LogText`).
final class AccessLog {
    /// The size in bytes at which the buffer is written at once. It bounds the memory of the log while a loop is busy.
    static let flushSize = 32 * 1024

    private let configuration: AccessLogConfiguration
    private var buffer: [UInt8] = []
    private var time = TimeText()

    init(_ configuration: AccessLogConfiguration) { self.configuration = configuration }

    var isOn: Bool { configuration.output != nil }

    /// Adds the line of a request.
    /// - Parameter now: The wall clock, in seconds since 1970.
    func append(_ report: Report, from client: String, now: Int) {
        guard isOn else { return }
        let time = time.bytes(now)
        switch configuration.format {
        case .text: appendText(report, client, time)
        case .json: appendJSON(report, client, time)
        }
        if buffer.count >= AccessLog.flushSize { flush() }
    }

    /// Writes the collected lines. Lines that can't be written are lost: a full disk, or a pipe that nobody reads, must
    /// not stop the service.
    func flush() {
        guard let output = configuration.output, !buffer.isEmpty else { return }
        output.write(buffer)
        buffer.removeAll(keepingCapacity: true)
    }

    private func appendText(_ report: Report, _ client: String, _ time: [UInt8]) {
        append(LogText.line(client))
        append(" ")
        // A user name may contain spaces and quotes, so it is written as a token.
        appendToken(report.user)
        append(" [")
        buffer += time
        append("] \"")
        if let request = report.request {
            append(request.method.rawValue)
            append(" ")
            let start = buffer.count
            append(RedactedTarget.line(request.target.raw))
            replaceQuotes(from: start)
            append(request.version == .http11 ? " HTTP/1.1" : " HTTP/1.0")
        } else {
            append("-")
        }
        append("\" \(report.status.code) \(report.bodyBytes) \(report.nanoseconds / 1000)us ")
        append(report.requestID ?? "-")
        append(report.complete ? "\n" : " incomplete\n")
    }

    private func appendJSON(_ report: Report, _ client: String, _ time: [UInt8]) {
        append("{\"time\":\"")
        buffer += time
        append("\",\"peer\":")
        JSONText.append(client, to: &buffer)
        if let user = report.user {
            append(",\"user\":")
            LogText.append(LogText.cut(user), to: &buffer)
        }
        if let request = report.request {
            append(",\"method\":\"\(request.method.rawValue)\",\"target\":")
            JSONText.append(RedactedTarget.line(request.target.raw), to: &buffer)
        }
        append(",\"status\":\(report.status.code),\"bytes\":\(report.bodyBytes)")
        append(",\"microseconds\":\(report.nanoseconds / 1000),\"complete\":\(report.complete)")
        if let requestID = report.requestID {
            append(",\"request_id\":")
            JSONText.append(requestID, to: &buffer)
        }
        append("}\n")
    }

    /// A double quote would end the request in a line.
    private func replaceQuotes(from start: Int) {
        buffer.withUnsafeMutableBufferPointer { bytes in
            for index in bytes.indices[start...] where bytes[index] == UInt8(ascii: "\"") {
                bytes[index] = UInt8(ascii: "'")
            }
        }
    }

    private func append(_ text: String) { buffer.append(contentsOf: text.utf8) }

    private func appendToken(_ text: String?) {
        guard let text, !text.isEmpty else { return append("-") }
        for byte in LogText.line(LogText.cut(text)).utf8 {
            buffer.append(byte <= 0x20 || byte == 0x22 || byte == 0x7F ? 0x5F : byte)
        }
    }
}
