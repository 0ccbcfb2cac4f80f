import API
import BirdImport
import Birds
import FileSystem
import FoundationEssentials
import Glibc
import Logging

/// Writes events to standard error, each as one line of text or as one JSON object on a line.
///
/// Any thread may log. Events are rare, so each is written at once and without a buffer. No text of an event can begin
/// a line of its own.
struct EventLogHandler: LogHandler {
    let format: AccessLogConfiguration.Format
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]

    init(format: AccessLogConfiguration.Format) { self.format = format }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let time = Date().formatted(.iso8601)
        // The event's own metadata wins. Sorted, so that equal events give equal lines.
        let details = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        var line: [UInt8] = []
        switch format {
        case .text:
            line += "\(time) \(event.level): \(event.message)".utf8
            for (name, value) in details { line += " \(name)=\(value)".utf8 }
            // Escaped, so a line break in a message or in the name of a file begins no new line.
            line = Array(terminalLine(String(decoding: line, as: UTF8.self)).utf8)
        case .json:
            line += "{\"time\":\"\(time)\",\"level\":\"\(event.level)\",\"message\":".utf8
            JSONText.append("\(event.message)", to: &line)
            for (name, value) in details {
                line.append(UInt8(ascii: ","))
                JSONText.append(name, to: &line)
                line.append(UInt8(ascii: ":"))
                JSONText.append("\(value)", to: &line)
            }
            line.append(UInt8(ascii: "}"))
        }
        line.append(UInt8(ascii: "\n"))
        // One write, so that lines of several threads do not mix.
        _ = writeAll(line, to: STDERR_FILENO)
    }
}
