import Birds
import Foundation
import Glibc
import HTTP
import Logging
import Testing

@testable import API

@Suite struct AuditLineTests {
    private func line(_ sender: Principal.Sender, _ target: String, fields: String = "", editions: Editions = .exact)
        throws -> String
    {
        var lines = AuditLines()
        let report = Report(
            request: try parse("GET \(target) HTTP/1.1\r\nHost: x\r\n\(fields)\r\n"), peer: Peer(address: "::1"),
            status: .ok,
            user: "somebody", requestID: "k3f9-0-1", bodyBytes: 2340, rows: 16, nanoseconds: 1, complete: true)
        let now = timespec(tv_sec: 1_612_325_106, tv_nsec: 7_999_999)
        let note = AuditNote(
            sender, requestID: "k3f9-0-2", clientRequestID: report.request.flatMap(RequestIDs.given), editions: .exact
        ).reading(editions)
        return String(decoding: lines.answer(report, note, at: "192.0.2.7", now: now), as: UTF8.self)
    }

    @Test func saysWhoTookWhat() throws {
        let expected = """
            {"time":"2021-02-03T04:05:06.007Z","person":"alice","address":"192.0.2.7","method":"GET",\
            "target":"/?species=stejay&after=...","status":200,"records":16,"bytes":2340,"edition":"exact",\
            "complete":true,"request_id":"k3f9-0-2"}

            """
        #expect(try line(.person("alice"), "/?species=stejay&after=ATSZ") == expected)
    }

    @Test(arguments: [(Editions.exact, "exact"), (.general, "general"), (.both, "exact+general")])
    func saysWhichEditionsWereRead(editions: Editions, word: String) throws {
        let line = try line(.person("alice"), "/", editions: editions)
        #expect(line.contains(#","edition":"\#(word)","complete":true"#))
    }

    /// A client may give any ID, also that of another answer.
    @Test(arguments: [
        ("X-Request-Id: k3f9-0-1\r\n", #","request_id":"k3f9-0-2","client_request_id":"k3f9-0-1"}"#),
        ("X-Request-Id: k3f9-0-2\r\n", #","request_id":"k3f9-0-2","client_request_id":"k3f9-0-2"}"#),
        ("X-Request-Id: a b\r\n", #","complete":true,"request_id":"k3f9-0-2"}"#),
    ])
    func anIDOfTheClientIsOnlyBesideThatOfTheServer(field: String, end: String) throws {
        #expect(try line(.everybody, "/", fields: field).hasSuffix(end + "\n"))
    }

    /// Whoever has the shared password can give any name, so it is never the person.
    @Test(arguments: [
        (Principal.Sender.shared(claimed: "alice"), #""person":"@shared","claimed_name":"alice","address""#),
        (.shared(claimed: "a\",\"person\":\"bob\"\n"), #""claimed_name":"a\",\"person\":\"bob\"\n","address""#),
        (.shared(claimed: nil), #""person":"@shared","address""#), (.everybody, #""person":"@public","address""#),
    ])
    func aNameThatIsOnlyClaimedIsMarked(sender: Principal.Sender, part: String) throws {
        let line = try line(sender, "/")
        #expect(line.contains(part) && line.filter { $0 == "\n" }.count == 1)
    }

    @Test func eventsHaveALineOfTheirOwn() {
        var lines = AuditLines()
        let now = timespec(tv_sec: 1_612_325_106, tv_nsec: 120_000_000)
        let text = String(decoding: lines.event("lost", lines: 3, now: now), as: UTF8.self)
        #expect(text == "{\"time\":\"2021-02-03T04:05:06.120Z\",\"event\":\"lost\",\"lines\":3}\n")
    }

    @Test(arguments: [
        ("GET", "/", true), ("HEAD", "/observations.csv", true), ("GET", "/species/x", true), ("GET", "/nothing", true),
        ("POST", "/", true), ("GET", "/datasets", true), ("OPTIONS", "/", false), ("OPTIONS", "*", false),
        ("GET", "/health", false), ("GET", "/metrics", false), ("GET", "/openapi.json", false),
    ])
    func answersAboutTheServerGetNoLine(method: String, target: String, isDue: Bool) throws {
        let request = try parse("\(method) \(target) HTTP/1.1\r\nHost: x\r\n\r\n")
        let (route, format) = Route.find(request.target.segments)
        #expect(AuditNote.isDue(Call(request: request, route: route, namedFormat: format, requestID: "r")) == isDue)
    }
}
