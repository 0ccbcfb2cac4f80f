import Foundation
import Glibc
import HTTP
import Logging
import Synchronization
import Testing

@testable import API

@Suite struct AuditFileTests {
    private let path = FileManager.default.temporaryDirectory.appendingPathComponent("audit-\(UUID().uuidString)").path
    private let handler = MessageHandler()
    private let clock = TestClock(isRunning: false)
    /// The path that is opened next, instead of `path`.
    private final class Target: Sendable { let path = Mutex<String?>(nil) }
    private let target = Target()

    private func open(_ path: String) -> Int32 { Glibc.open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0o600) }

    private func file(at first: String? = nil) -> AuditFile {
        let descriptor = open(first ?? path)
        let again: @Sendable (Int32) throws(AuditFile.Fault) -> Int32 = { [path, target] (_) throws(AuditFile.Fault) in
            let descriptor = Glibc.open(
                target.path.withLock { $0 } ?? path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw AuditFile.Fault(message: "no such folder") }
            return descriptor
        }
        return AuditFile(
            descriptor: descriptor, logger: Logger(label: "test") { [handler] _ in handler },
            clock: { [clock] in clock.nanoseconds() },
            isReplaced: { [path] descriptor in
                var (there, open) = (stat(), stat())
                return lstat(path, &there) == 0 && fstat(descriptor, &open) == 0 && there.st_ino != open.st_ino
            }, open: again)
    }

    private func text(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }

    /// The lines, with only the name of an event.
    private func lines(_ path: String) -> [String] {
        text(path).split(separator: "\n").map { line in
            line.firstRange(of: "\"event\":").map { "event " + line[$0.upperBound...].dropLast() } ?? String(line)
        }
    }

    private var messages: [String] { handler.messages.withLock { $0 } }

    private func remove(_ paths: String...) { for path in paths { unlink(path) } }

    @Test func aLineIsInTheFileAtOnce() throws {
        defer { remove(path) }
        let file = file()
        try file.start()
        file.append(Array("one\n".utf8))
        #expect(lines(path) == ["event \"start\"", "one"])
        #expect(file.isWritable && messages == [])
    }

    @Test func aFileThatCanNotBeWrittenStopsTheStart() throws {
        let file = file(at: "/dev/full")
        #expect(throws: AuditFile.Fault.self) { try file.start() }
    }

    /// What could not be written is written first, and only the log tells of it, once.
    @Test func linesAreKeptUntilTheyCanBeWritten() throws {
        defer { remove(path) }
        let file = file(at: "/dev/full")
        file.append(Array("one\n".utf8))
        file.append(Array("two\n".utf8))
        #expect(!file.isWritable)
        clock.advance(milliseconds: 1000)
        file.upkeep()
        #expect(!file.isWritable && lines(path) == [])
        #expect(
            messages == [
                "error: the audit file can't be written, and requests for records get 503 until it can: error=No space left on device"
            ])
        clock.advance(milliseconds: 1000)
        file.reopen()
        file.append(Array("three\n".utf8))
        #expect(file.isWritable && lines(path) == ["event \"reopen\"", "one", "two", "three"])
        #expect(messages.dropFirst() == ["notice: the audit file can be written again"])
    }

    /// Otherwise each request would try, where trying may take time.
    @Test func itTriesAgainAfterAPause() throws {
        defer { remove(path) }
        let file = file()
        target.path.withLock { $0 = "/nowhere/audit" }
        file.reopen()
        #expect(!file.isWritable)
        target.path.withLock { $0 = nil }
        #expect(!file.isWritable)
        clock.advance(milliseconds: AuditFile.pause / 1_000_000)
        #expect(file.isWritable && lines(path) == ["event \"reopen\""])
    }

    @Test func whatIsKeptIsBoundedAndTheRestIsCounted() throws {
        defer { remove(path) }
        let file = file(at: "/dev/full")
        let line = [UInt8](repeating: 0x78, count: (1 << 20) - 1) + Array("\n".utf8)
        for _ in 0..<10 { file.append(line) }
        file.reopen()
        let written = lines(path)
        #expect(
            written.count == 10 && written.first == "event \"reopen\"" && written.last == "event \"lost\",\"lines\":2")
        #expect(file.isWritable)
    }

    @Test func linesGoToTheNewFileOnceItIsReopened() throws {
        let old = path + ".1"
        defer { remove(path, old) }
        let file = file()
        try file.start()
        try #require(rename(path, old) == 0)
        file.append(Array("one\n".utf8))
        file.reopen()
        file.append(Array("two\n".utf8))
        #expect(lines(old) == ["event \"start\"", "one"] && lines(path) == ["event \"reopen\"", "two"])
    }

    @Test func aFileThatWasRemovedIsMadeAgain() throws {
        defer { remove(path) }
        let file = file()
        try file.start()
        unlink(path)
        file.upkeep()
        file.append(Array("one\n".utf8))
        #expect(lines(path) == ["event \"reopen\"", "one"])
        #expect(messages == [left])
    }

    private let left = "warning: the audit file was removed or replaced; the one at its path is opened, or made"

    /// No line goes to a file that nobody can read any more.
    @Test func aLineAfterTheRemovalIsNotLost() throws {
        let new = path + ".new"
        defer { remove(path, new) }
        let file = file()
        try file.start()
        unlink(path)
        file.append(Array("one\n".utf8))
        file.append(Array("two\n".utf8))
        #expect(lines(path) == ["event \"reopen\"", "one", "two"] && messages == [left])
        try Data("three\n".utf8).write(to: URL(fileURLWithPath: new))
        try #require(rename(new, path) == 0)
        file.append(Array("four\n".utf8))
        #expect(lines(path) == ["three", "event \"reopen\"", "four"] && messages == [left, left])
    }

    @Test func aRemovedFileThatCanNotBeMadeStopsRecords() throws {
        defer { remove(path) }
        let file = file()
        unlink(path)
        target.path.withLock { $0 = "/nowhere/audit" }
        file.append(Array("one\n".utf8))
        #expect(!file.isWritable)
        target.path.withLock { $0 = nil }
        clock.advance(milliseconds: 1000)
        #expect(file.isWritable && lines(path) == ["event \"reopen\"", "one"])
    }

    /// A file that was renamed is left once there is another one, as after logrotate's `create`.
    @Test func aFileThatWasReplacedIsLeft() throws {
        let old = path + ".1"
        defer { remove(path, old) }
        let file = file()
        try file.start()
        try #require(rename(path, old) == 0)
        file.upkeep()
        file.append(Array("one\n".utf8))
        try Data().write(to: URL(fileURLWithPath: path))
        file.upkeep()
        file.append(Array("two\n".utf8))
        #expect(lines(old) == ["event \"start\"", "one"] && lines(path) == ["event \"reopen\"", "two"])
        #expect(messages == [left])
    }

    /// A line that a full disk cut off before a restart is a line of its own.
    @Test func aLineThatIsCutOffDoesNotSwallowTheNext() throws {
        defer { remove(path) }
        try Data("{\"time\":".utf8).write(to: URL(fileURLWithPath: path))
        try file().start()
        #expect(lines(path) == ["{\"time\":", "event \"start\""])
    }

    @Test func linesOfSeveralThreadsDoNotMix() throws {
        defer { remove(path) }
        let file = file()
        try inThreads(4) { thread in
            let line = [UInt8](repeating: 0x30 + UInt8(thread), count: 300) + Array("\n".utf8)
            for _ in 0..<1000 { file.append(line) }
        }
        let lines = lines(path)
        #expect(lines.count == 4000 && lines.allSatisfy { $0.utf8.count == 300 && Set($0).count == 1 })
    }
}

/// What a service writes to its audit.
@Suite struct ServiceAuditTests {
    private let fixture: ServiceFixture
    private let path: String
    private let service: Service
    private let file: AuditFile

    init() throws {
        fixture = try ServiceFixture(users: "alice:$2y$04$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a\n")
        path = fixture.folder.appendingPathComponent("audit").path
        let descriptor = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        file = AuditFile(
            descriptor: descriptor, logger: fixture.configuration.logger, isReplaced: { _ in false },
            open: { (_) throws(AuditFile.Fault) in throw AuditFile.Fault(message: "gone") })
        var configuration = fixture.configuration
        configuration.audit = file
        service = try Service(configuration, stores: SharedStores(configuration), loop: 0)
    }

    /// What the transport reports once the answer has been sent.
    private func ask(_ method: String, _ target: String, _ fields: String) throws -> Response {
        let request = try parse("\(method) \(target) HTTP/1.1\r\nHost: x\r\n\(fields)\r\n")
        guard case .now(let response) = service.respond(to: request, from: Peer(address: "::1")) else {
            throw UnexpectedAnswer()
        }
        service.finished(
            Report(
                request: request, peer: Peer(address: "::1"), status: response.status, user: response.user,
                requestID: response.requestID, note: response.note, bodyBytes: response.text.utf8.count,
                rows: response.rows, nanoseconds: 1, complete: true))
        return response
    }

    private var lines: [String] {
        let text = String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
        return text.split(separator: "\n").map(String.init)
    }

    @Test(arguments: [
        ("/", 4), ("/?limit=2", 2), ("/?species=stejay&format=csv", 3), ("/observations.geojson", 4), ("/species", 2),
        ("/species/stejay", 1), ("/locations", 3), ("/locations/L1", 1), ("/datasets", 1), ("/checklists", 3),
        ("/summary?by=species", 2), ("/?region=XX", 0), ("/nothing", 0), ("/?limt=2", 0), ("/species/nothing", 0),
    ])
    func recordsAreCounted(target: String, count: Int) throws {
        let response = try ask("GET", target, "Password: mumble\r\n")
        #expect(lines.count == 1)
        let wanted =
            "\"status\":\(response.status.code),\"records\":\(count),\"bytes\":\(response.text.utf8.count),"
            + "\"edition\":\"exact\","
        #expect(lines.first?.contains(wanted) == true)
    }

    @Test func nobodyGetsNoLine() throws {
        for fields in ["", "Password: x\r\n", "Authorization: Basic\r\n", "Password: a\r\nPassword: b\r\n"] {
            #expect(try ask("GET", "/", fields).status.code >= 400)
        }
        for target in ["/health", "/metrics", "/openapi.json"] {
            #expect(try ask("GET", target, "Password: mumble\r\n").status == .ok)
        }
        #expect(try ask("OPTIONS", "/", "Password: mumble\r\n").status == .noContent)
        #expect(lines == [])
    }

    /// Without the audit no records, but all that needs none.
    @Test func noRecordsAreGivenOutWhileItCanNotBeWritten() throws {
        file.reopen()
        let response = try ask("GET", "/", "Password: mumble\r\n")
        #expect(response.status == .serviceUnavailable && response.text.contains(#""code":"audit-unavailable""#))
        #expect(response.fields[.retryAfter] == "5")
        for target in ["/health", "/metrics", "/openapi.json"] {
            #expect(try ask("GET", target, "Password: mumble\r\n").status == .ok)
        }
        // Whether it can be written is nobody's business without a password.
        #expect(try ask("GET", "/", "Password: x\r\n").status == .forbidden)
        #expect(lines == [])
    }
}
