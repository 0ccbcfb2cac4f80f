import Foundation
import Glibc
import Testing

@testable import API

@Suite struct AuditSummaryTests {
    private func line(
        _ person: String, claimed: String? = nil, records: Int = 1, bytes: Int = 10,
        _ time: String = "2026-01-02T03:04:05.678Z"
    ) -> [UInt8] {
        let claim = claimed.map { ",\"claimed_name\":\"\($0)\"" } ?? ""
        return Array(
            "{\"time\":\"\(time)\",\"person\":\"\(person)\"\(claim),\"records\":\(records),\"bytes\":\(bytes)}".utf8)
    }

    @Test func sumsUpByPerson() throws {
        var summary = AuditSummary()
        try summary.add(line("alice", records: 5, "2026-01-03T00:00:00.000Z"), isWhole: true)
        try summary.add(line("alice", records: 7, bytes: 30, "2026-01-01T00:00:00.000Z"), isWhole: true)
        try summary.add(line("@shared", claimed: "alice", records: 100), isWhole: true)
        try summary.add(line("@shared", records: 3), isWhole: true)
        try summary.add(Array(#"{"time":"2026-01-02T03:04:05.678Z","event":"start"}"#.utf8), isWhole: true)
        #expect(
            summary.csv.split(separator: "\r\n") == [
                "person,claimed_name,requests,records,bytes,first,last",
                "@shared,alice,1,100,10,2026-01-02T03:04:05.678Z,2026-01-02T03:04:05.678Z",
                "alice,,2,12,40,2026-01-01T00:00:00.000Z,2026-01-03T00:00:00.000Z",
                "@shared,,1,3,10,2026-01-02T03:04:05.678Z,2026-01-02T03:04:05.678Z",
            ])
    }

    @Test(arguments: [
        (nil, nil, 4), ("2026-01-02", nil, 3), (nil, "2026-01-02", 3), ("2026-01-02", "2026-01-02", 2),
        ("2026-01", "2026", 4),
        ("2027", nil, 0),
    ])
    func daysAreWhole(since: String?, until: String?, count: Int) throws {
        var summary = AuditSummary(since: since, until: until)
        for time in ["01T23:59:59.999", "02T00:00:00.000", "02T23:59:59.999", "03T00:00:00.000"] {
            try summary.add(line("a", "2026-01-\(time)Z"), isWhole: true)
        }
        #expect((summary.rows.first?.requests ?? 0) == count)
    }

    @Test(arguments: [
        "", "x", "[]", "{}", #"{"time":"2026-01-02T03:04:05.678Z"}"#, #"{"time":"today","event":"start"}"#,
        #"{"time":"2026-01-02T03:04:05.678Z","person":"a","records":-1,"bytes":0}"#,
        #"{"time":"2026-01-02T03:04:05.678Z","person":"a","records":99999999999999999999,"bytes":0}"#,
        #"{"time":"2026-01-02T03:04:05.678Z","person":["a"],"records":1,"bytes":0}"#, "\u{0}",
    ])
    func aForeignLineIsRefused(text: String) {
        var summary = AuditSummary()
        #expect(throws: AuditSummary.Fault.foreign) { try summary.add(Array(text.utf8), isWhole: true) }
        #expect(summary.rows == [])
    }

    @Test func sumsThatAreTooLargeStayWhereTheyAre() throws {
        var summary = AuditSummary()
        for _ in 0..<2 { try summary.add(line("a", records: .max, bytes: .max), isWhole: true) }
        #expect(summary.rows.first?.records == .max && summary.rows.first?.bytes == .max)
    }

    /// Anybody with the shared password may claim any number of names.
    @Test func rowsAreBounded() throws {
        var summary = AuditSummary()
        for number in 0..<(AuditSummary.mostClaimedNames + 500) {
            try summary.add(line("@shared", claimed: "n\(number)"), isWhole: true)
        }
        let long = String(repeating: "x", count: 300)
        #expect(throws: AuditSummary.Fault.foreign) { try summary.add(line(long), isWhole: true) }
        #expect(summary.rows.count == AuditSummary.mostClaimedNames + 1)
        #expect(summary.rows.first { $0.person == "@others" }?.requests == 500)
        #expect(summary.rows.reduce(0) { $0 + $1.requests } == AuditSummary.mostClaimedNames + 500)
        // No number of claimed names hides a person.
        for person in ["alice", "bob", "@shared", "@public"] { try summary.add(line(person), isWhole: true) }
        try summary.add(line("@shared", claimed: "alice"), isWhole: true)
        for person in ["alice", "bob", "@shared", "@public"] {
            #expect(summary.rows.first { $0.person == person && $0.claimedName == nil }?.requests == 1, "\(person)")
        }
        #expect(summary.rows.first { $0.person == "@others" }?.requests == 501)
    }

    @Test(arguments: ["=1+1", "  =1+1", "\\t@SUM(1)", " \u{A0}-1", "+1", "\u{FF1D}1", "@shared "])
    func aNameIsNoFormula(name: String) throws {
        var summary = AuditSummary()
        try summary.add(line("@shared", claimed: name), isWhole: true)
        try summary.add(line(name), isWhole: true)
        let shown = name.replacing("\\t", with: "\t")
        #expect(summary.csv.contains("\r\n@shared,'\(shown),1,"))
        #expect(summary.csv.contains("\r\n'\(shown),,1,"))
    }

    @Test func aNameWithQuotesIsQuoted() throws {
        var summary = AuditSummary()
        try summary.add(line("@shared", claimed: "=1+1,\\\"x\\\""), isWhole: true)
        try summary.add(line("@public", claimed: "a - b"), isWhole: true)
        #expect(summary.csv.contains("@shared,\"'=1+1,\"\"x\"\"\",1,"))
        #expect(summary.csv.contains("\r\n@public,a - b,1,"))
    }

    /// With a mark after it, a quote is not a `Character` of its own, and neither is half of a line end.
    @Test(arguments: ["\\\"\\u0301,x", "x\\\"\\u200d", "\\r\\n\\\"\\u0301", "\\\"\\ufe0f\\r\\u0301"])
    func aQuoteWithAMarkIsDoubled(name: String) throws {
        var summary = AuditSummary()
        try summary.add(line("@shared", claimed: name), isWhole: true)
        let titles = AuditSummary.titles.joined(separator: ",") + "\r\n"
        let inner = Array(summary.csv.utf8.dropFirst(titles.utf8.count + "@shared,\"".utf8.count))
        // The first quote that is not followed by another one ends the cell.
        var index = inner.startIndex
        while index < inner.endIndex, inner[index] != UInt8(ascii: "\"") || inner[index + 1] == UInt8(ascii: "\"") {
            index += inner[index] == UInt8(ascii: "\"") ? 2 : 1
        }
        #expect(String(decoding: inner[index...], as: UTF8.self).hasPrefix("\",1,1,10,2026"), "\(summary.csv)")
    }

    /// The lines of a file, and whether each is whole.
    private func read(_ bytes: [UInt8]) throws -> [String] {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("audit-\(UUID().uuidString)").path
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        defer { unlink(path) }
        var reader = try AuditReader(path: path)
        var lines: [String] = []
        while let line = try reader.next() {
            let text = line.bytes.count > 100 ? "\(line.bytes.count)" : String(decoding: line.bytes, as: UTF8.self)
            lines.append(text + (line.isWhole ? "" : " cut") + (line.isTooLong ? " long" : ""))
        }
        return lines
    }

    @Test func readsLines() throws {
        #expect(try read([]) == [])
        #expect(try read(Array("a\n\nb".utf8)) == ["a", "", "b cut"])
        let long = [UInt8](repeating: 0x78, count: 200_000)
        #expect(try read(long + Array("\nb\n".utf8)) == ["200000", "b"])
        let tooLong = [UInt8](repeating: 0x78, count: AuditReader.longestLine + 1)
        let lines = try read(tooLong + Array("\nb\n".utf8))
        #expect(lines.count == 2 && lines[0].hasSuffix("long") && lines[1] == "b")
    }

    @Test func aFileThatIsNotThereIsAFault() {
        #expect(throws: AuditReader.Fault.self) { _ = try AuditReader(path: "/nowhere/audit") }
    }
}
