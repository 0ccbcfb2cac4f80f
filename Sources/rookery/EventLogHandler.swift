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
/// a line of its own, or turn the direction of text; a long one is cut.
struct EventLogHandler: LogHandler {
    let format: AccessLogConfiguration.Format
    let output: LogOutput
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]

    /// The longest text in a line, in bytes.
    private static let longest = 4096

    init(format: AccessLogConfiguration.Format, output: LogOutput) { (self.format, self.output) = (format, output) }

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
            let text = LogText.cut(String(decoding: line, as: UTF8.self), to: Self.longest)
            line = Array(LogText.line(text).utf8)
        case .json:
            line += "{\"time\":\"\(time)\",\"level\":\"\(event.level)\",\"message\":".utf8
            LogText.append(LogText.cut("\(event.message)", to: Self.longest), to: &line)
            for (name, value) in details {
                line.append(UInt8(ascii: ","))
                LogText.append(name, to: &line)
                line.append(UInt8(ascii: ":"))
                LogText.append(LogText.cut("\(value)", to: Self.longest), to: &line)
            }
            line.append(UInt8(ascii: "}"))
        }
        line.append(UInt8(ascii: "\n"))
        output.write(line)
    }
}
