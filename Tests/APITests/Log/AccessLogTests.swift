import FileSystem
import Glibc
import HTTP
import Testing

@testable import API

@Suite struct AccessLogTests {
    /// What one line looks like.
    private func line(_ format: AccessLogConfiguration.Format, user: String?, request: Request?) -> String {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { return "" }
        defer { for end in ends { close(end) } }
        let log = AccessLog(AccessLogConfiguration(descriptor: ends[1], format: format))
        let report = Report(
            request: request, peer: Peer(address: "127.0.0.1"), status: .ok, user: user, requestID: "abc-1",
            bodyBytes: 12,
            nanoseconds: 38_400, complete: true)
        log.append(report, from: report.peer.address, now: 1_612_325_106)
        log.flush()
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read(ends[0], &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }

    @Test func writesALineOfText() throws {
        let request = try parse(
            "GET /?species=stejay HTTP/1.1\r\nHost: x\r\nAuthorization: Basic bWFybHluOm11bWJsZQ==\r\n\r\n")
        let expected = "127.0.0.1 marlyn [2021-02-03T04:05:06Z] \"GET /?species=stejay HTTP/1.1\" 200 12 38us abc-1\n"
        #expect(line(.text, user: "marlyn", request: request) == expected)
    }

    @Test func writesALineForARequestThatCouldNotBeRead() {
        #expect(line(.text, user: nil, request: nil) == "127.0.0.1 - [2021-02-03T04:05:06Z] \"-\" 200 12 38us abc-1\n")
    }

    @Test func aNameCannotForgeALine() {
        let written = line(.text, user: "a\" 200\nb c", request: nil)
        #expect(written.hasPrefix("127.0.0.1 a__200\\x0ab_c ["))
        #expect(written.filter { $0 == "\n" }.count == 1)
    }

    /// A loop that is never idle writes what it has gathered, so that its memory is bounded.
    @Test func isWrittenOnceThereIsEnough() {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        defer { for end in ends { close(end) } }
        let log = AccessLog(AccessLogConfiguration(descriptor: ends[1], format: .text))
        let report = Report(
            request: nil, peer: Peer(address: "127.0.0.1"), status: .ok, user: nil, requestID: "abc-1", bodyBytes: 12,
            nanoseconds: 38_400, complete: true)
        func isWritten() -> Bool {
            var events = pollfd(fd: ends[0], events: Int16(POLLIN), revents: 0)
            return poll(&events, 1, 0) > 0
        }
        log.append(report, from: report.peer.address, now: 1_612_325_106)
        #expect(!isWritten())
        // A line has more than 50 bytes, and all fit into the pipe.
        for _ in 0..<AccessLog.flushSize / 50 { log.append(report, from: report.peer.address, now: 1_612_325_106) }
        #expect(isWritten())
    }

    @Test func writesJSON() throws {
        let request = try parse("GET /?species=stejay HTTP/1.1\r\nHost: x\r\n\r\n")
        let expected = """
            {"time":"2021-02-03T04:05:06Z","peer":"127.0.0.1","user":"mar\\"lyn","method":"GET",\
            "target":"/?species=stejay","status":200,"bytes":12,"microseconds":38,"complete":true,"request_id":"abc-1"}

            """
        #expect(line(.json, user: "mar\"lyn", request: request) == expected)
    }

    @Test func aLongTargetIsCut() throws {
        let request = try parse("GET /?species=\(String(repeating: "a", count: 5000)) HTTP/1.1\r\nHost: x\r\n\r\n")
        for format in AccessLogConfiguration.Format.allCases {
            let written = line(format, user: String(repeating: "é", count: 3000), request: request)
            #expect(written.utf8.count < 3 * LogText.longest && written.contains("aaa[5010 bytes]"))
            #expect(written.contains("ééé[6000 bytes]") || format == .text && written.contains("ééé[6000_bytes]"))
        }
    }

    /// Marks that turn the direction of text, and ends of lines, in whatever form.
    @Test(arguments: ["a\u{202E}b", "a\u{2066}b", "a\u{2028}b", "a\u{85}b", "a\u{7F}b", "a\u{1B}[2Jb"])
    func aNameHasNothingThatAViewerObeys(name: String) {
        for format in AccessLogConfiguration.Format.allCases {
            let written = line(format, user: name, request: nil)
            #expect(!written.unicodeScalars.dropLast().contains { isObeyedByViewers($0) }, "\(written)")
        }
    }

    private func isObeyedByViewers(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || (0x2028...0x202E).contains(scalar.value)
            || (0x2066...0x2069).contains(scalar.value)
    }

    /// Nobody reads the pipe. The requests go on, and whole lines are lost and counted.
    @Test func aPipeThatNobodyReadsStopsNothing() {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        defer { for end in ends { close(end) } }
        let configuration = AccessLogConfiguration(descriptor: ends[1], format: .json)
        let log = AccessLog(configuration)
        let report = Report(
            request: nil, peer: Peer(address: "127.0.0.1"), status: .ok, user: nil, requestID: "abc-1", bodyBytes: 12,
            nanoseconds: 38_400, complete: true)
        func write(_ lines: Int) {
            for _ in 0..<lines {
                log.append(report, from: report.peer.address, now: 1_612_325_106)
                log.flush()
            }
        }
        write(5000)
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        var text = ""
        // The pipe does not block any more, and this end still does.
        func readAll() {
            var events = pollfd(fd: ends[0], events: Int16(POLLIN), revents: 0)
            while poll(&events, 1, 0) > 0 {
                let count = read(ends[0], &bytes, bytes.count)
                if count <= 0 { break }
                text += String(decoding: bytes.prefix(count), as: UTF8.self)
            }
        }
        readAll()
        write(10)
        readAll()
        let lines = text.split(separator: "\n")
        #expect(lines.count < 5000 && lines.allSatisfy { $0.hasPrefix("{\"time\"") && $0.hasSuffix("}") })
        #expect(UInt64(lines.count) + (configuration.output?.lost ?? 0) == 5010)
        #expect(fcntl(ends[1], F_GETFL) & O_NONBLOCK == 0, "other programs share it")
    }
}
