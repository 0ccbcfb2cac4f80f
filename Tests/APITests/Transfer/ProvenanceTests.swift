import HTTP
import Testing

@testable import API
@testable import Birds

/// What an answer tells of its records: the editions, and that some places are not exact.
@Suite struct ProvenanceTests {
    private func provenance(_ contacts: [String]?, _ editions: Editions = .both) -> Provenance {
        Provenance(
            revision: Revision(id: String(repeating: "0", count: 32), changedAt: 1_612_325_106), editions: editions,
            generalisation: contacts.map(Generalisation.init))
    }

    private func delivery(_ method: String, _ fields: String = "", note: AuditNote? = nil) throws -> Delivery {
        Delivery(
            try parse("\(method) /observations HTTP/1.1\r\nHost: x\r\n\(fields)\r\n"), of: .observations, format: .json,
            view: View(), isDated: true, isHeadEnough: method == "HEAD", note: note)
    }

    private func rows(_ count: Int = 10) -> Response {
        .rows(.bytes([UInt8](repeating: 0x20, count: count)), in: .json)
    }

    /// The head of every answer says it: of GET, HEAD and 304, plain and compressed.
    @Test func everyAnswerSaysThatPlacesAreGeneralised() throws {
        let general = provenance(["warden@example.org", "other@example.org"])
        let value = "places; contact=\"warden@example.org, other@example.org\""
        let whole = try delivery("GET").complete(rows(), general)
        #expect(whole.status == .ok && whole.fields[.generalised] == value)
        let zipped = try delivery("GET", "Accept-Encoding: gzip\r\n").complete(rows(10_000), general)
        #expect(zipped.fields[.contentEncoding] == "gzip" && zipped.fields[.generalised] == value)
        let head = try #require(try delivery("HEAD").early(general, in: .json))
        #expect(head.fields[.generalised] == value)
        let tag = "If-None-Match: \(whole.fields[.etag] ?? "")\r\n"
        let unchanged = try #require(try delivery("GET", tag).early(general, in: .json))
        #expect(unchanged.status == .notModified && unchanged.fields[.generalised] == value)
        for exact in try [
            delivery("GET").complete(rows(), provenance(nil)), delivery("GET", tag).early(provenance(nil), in: .json),
            delivery("HEAD").early(provenance(nil), in: .json),
        ] {
            #expect(try #require(exact).fields[.generalised] == nil)
        }
    }

    /// RFC 9651: an Item, whose parameter is a String of printable ASCII.
    @Test(arguments: [
        ([], "places"), ([""], "places"), (["a@example.org"], "places; contact=\"a@example.org\""),
        (["\"A\" <a\\b>"], #"places; contact="\"A\" <a\\b>""#),
        (["Jürgen"], "places; contact=\"J%C3%BCrgen\""),
        (["100%\r\nX: y\u{7F}"], "places; contact=\"100%25%0D%0AX: y%7F\""),
        (
            [String(repeating: "a", count: 990), "bb", "c"],
            "places; contact=\"\(String(repeating: "a", count: 990)), bb, c\""
        ),
        (
            [String(repeating: "a", count: 990), "b@example.org", "c"],
            "places; contact=\"\(String(repeating: "a", count: 990))\""
        ),
        ([String(repeating: "ü", count: 200)], "places"),
    ])
    func contactsAreAString(contacts: [String], value: String) {
        #expect(Generalisation(contacts: contacts).fieldValue == value)
    }

    /// The audit has the editions of the file that was read, which may be newer than the one when the request came.
    @Test func theNoteHasTheEditionsThatWereRead() throws {
        let note = AuditNote(.person("alice"), requestID: "r", clientRequestID: "c", editions: .exact)
        for editions in [Editions.exact, .general, .both] {
            let from = provenance(nil, editions)
            let tag = "If-None-Match: *\r\n"
            for response in try [
                delivery("GET", note: note).complete(rows(), from), delivery("HEAD", note: note).early(from, in: .json),
                delivery("GET", tag, note: note).early(from, in: .json),
            ] {
                let read = try #require(response?.note as? AuditNote)
                #expect(read.editions == editions && read.sender == .person("alice"))
                #expect(read.requestID == "r" && read.clientRequestID == "c")
            }
            #expect(try delivery("GET").complete(rows(), from).note == nil)
        }
    }
}
