import API
import Birds
import Foundation
import HTTP
import Logging
import Synchronization
import Testing

/// What a service says of its database, and of the requests that it answered.
@Suite struct ServiceLogTests {
    private let fixture: ServiceFixture
    private let handler = MessageHandler()

    init() throws { fixture = try ServiceFixture() }

    private func services(_ count: Int) throws -> [Service] {
        var configuration = fixture.configuration
        configuration.logger = Logger(label: "test") { [handler] _ in handler }
        let stores = SharedStores(configuration)
        return try (0..<count).map { try Service(configuration, stores: stores, loop: $0) }
    }

    /// Puts a changed copy in the place of the database, which is in use.
    private func edit(_ sql: String) throws {
        let (path, copy) = (fixture.configuration.database, fixture.configuration.database + ".copy")
        try FileManager.default.copyItem(atPath: path, toPath: copy)
        try Database(path: copy, mode: .readWrite).execute(sql)
        try #require(rename(copy, path) == 0)
    }

    private var messages: [String] { handler.messages.withLock { $0 } }

    /// All loops open the file, and the first speaks for all.
    @Test func anEditIsToldByOneLoopOnce() throws {
        try edit("UPDATE observation SET num = 7")
        let services = try services(3)
        for _ in 0..<3 {
            fixture.clock.advance(milliseconds: 1000)
            for service in services.reversed() { service.idle() }
        }
        #expect(messages.count == 1)
        #expect(
            messages.first?.hasPrefix("warning: the database was edited with another program, or written by an earlier")
                == true)
    }

    @Test func aFileThatIsRefusedIsToldOnceByEachLoop() throws {
        let services = try services(2)
        for service in services { service.idle() }
        #expect(messages == [])
        try edit("DELETE FROM generation")
        for _ in 0..<3 {
            fixture.clock.advance(milliseconds: 2000)
            for service in services { service.idle() }
            #expect(messages.count == 2)
        }
        #expect(
            messages.allSatisfy {
                $0.hasPrefix("error: the new database is refused; the old one is still served: error=")
                    && $0.hasSuffix("its generation is missing; import into a new file")
            })
    }

    @Test func metricsTellTheGenerationAndTheStart() throws {
        let before = time(nil)
        let service = try services(1)[0]
        let generation = try ObservationStore(path: fixture.configuration.database).generation
        let request = try parse("GET /metrics HTTP/1.1\r\nHost: x\r\nPassword: mumble\r\n\r\n")
        guard case .now(let response) = service.respond(to: request, from: Peer(address: "::1")) else {
            Issue.record("metrics came later")
            return
        }
        let lines = response.text.split(separator: "\n").map(String.init)
        #expect(lines.contains("rookery_generation_info{id=\"\(generation.id)\"} 1"))
        #expect(lines.contains("rookery_generation_time_seconds \(generation.publishedAt)"))
        let started = lines.first { $0.hasPrefix("process_start_time_seconds ") }.flatMap {
            Int($0.split(separator: " ")[1])
        }
        #expect(try #require(started) >= before && started ?? 0 <= time(nil))
        #expect(
            lines.filter { $0.hasPrefix("# TYPE ") }.map { $0.split(separator: " ").last ?? "" } == [
                "counter", "histogram", "counter", "counter", "gauge", "summary", "gauge", "gauge", "summary", "gauge",
                "counter", "counter", "counter", "gauge", "gauge", "counter", "gauge",
            ])
    }

    /// A log goes to the end of its file, which others may not read.
    @Test func anAccessLogIsAppendedToItsFile() throws {
        let path = fixture.folder.appendingPathComponent("access.log").path
        #expect(try AccessLogConfiguration(destination: "off", format: .text).output == nil)
        #expect(try AccessLogConfiguration(destination: "-", format: .text).output?.descriptor == STDOUT_FILENO)
        for (format, count) in [(AccessLogConfiguration.Format.text, 1), (.json, 2)] {
            var configuration = fixture.configuration
            configuration.accessLog = try AccessLogConfiguration(destination: path, format: format)
            let service = try Service(configuration, stores: SharedStores(configuration), loop: 0)
            service.finished(
                Report(
                    request: try parse("GET /?password=x\"y HTTP/1.0\r\n\r\n"), peer: Peer(address: "::1"),
                    status: .notFound,
                    user: nil, requestID: nil, bodyBytes: 7, nanoseconds: 1_999, complete: false))
            service.idle()
            close(configuration.accessLog.output?.descriptor ?? -1)
            let text = try String(contentsOfFile: path, encoding: .utf8)
            let lines = text.split(separator: "\n")
            #expect(lines.count == count)
            if format == .text {
                #expect(lines.last?.hasPrefix("::1 - [") == true)
                #expect(lines.last?.hasSuffix("Z] \"GET /?password=... HTTP/1.0\" 404 7 1us - incomplete") == true)
            } else {
                #expect(
                    lines.last?.hasSuffix(
                        #"Z","peer":"::1","method":"GET","target":"/?password=...","status":404,"bytes":7,"microseconds":1,"complete":false}"#
                    ) == true)
            }
        }
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o037 == 0)
        let error = #expect(throws: AccessLogError.self) {
            try AccessLogConfiguration(destination: "/nowhere/log", format: .text)
        }
        #expect(error?.message == "can't open the access log /nowhere/log: No such file or directory")
    }
}

/// Keeps messages with their level and metadata.
final class MessageHandler: LogHandler {
    let messages = Mutex<[String]>([])
    /// The metadata of each message.
    let lines = Mutex<[Logger.Metadata]>([])
    var logLevel: Logger.Level {
        get { .trace }
        set {}
    }
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) {
        let details = (event.metadata ?? [:]).map { ": \($0.key)=\($0.value)" }.joined()
        messages.withLock { $0.append("\(event.level): \(event.message)\(details)") }
        lines.withLock { $0.append(event.metadata ?? [:]) }
    }
}
