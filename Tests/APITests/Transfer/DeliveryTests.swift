import Birds
import HTTP
import Testing

@testable import API

@Suite struct DeliveryTests {
    private func get(_ fixture: ServiceFixture, _ target: String, _ field: String, method: String = "GET") throws
        -> Response
    {
        try fixture.get(target, fields: "Password: mumble\r\n\(field)\r\n", method: method)
    }

    @Test func answersWhatTheClientHasWithoutABody() throws {
        let fixture = try ServiceFixture()
        for target in ["/", "/species?format=csv", "/species/comrav", "/observations/{id}"] {
            let target = try fixture.target(target)
            let tag = try #require(try fixture.get(target).fields[.etag])
            for field in ["If-None-Match: \(tag)", "If-None-Match: \"a,b\", W/\(tag)", "If-None-Match: *"] {
                let again = try get(fixture, target, field)
                #expect(again.status == .notModified)
                #expect(again.fields[.etag] == tag)
                #expect(again.fields[.vary] == "Accept, Accept-Encoding, Authorization, Password")
                #expect(again.fields[.contentType] == nil)
                #expect(again.text == "")
            }
        }
    }

    @Test func hasOneTagForEachRepresentation() throws {
        let fixture = try ServiceFixture()
        let targets = ["/", "/observations", "/?format=csv", "/?format=csv&spreadsheet=yes", "/?year=2021", "/species"]
        var tags = try targets.map { try fixture.get($0).fields[.etag] }
        tags.append(try get(fixture, "/", "Accept: application/geo+json").fields[.etag])
        #expect(Set(tags.compactMap { $0 }).count == 7)
        #expect(try fixture.get("/").fields[.etag] == tags.first)
    }

    @Test(arguments: [
        ("/?format=csv", "observations.csv"), ("/observations.csv?spreadsheet=yes", "observations.csv"),
        ("/observations.csv?year=1999", "observations.csv"), ("/checklists.ndjson", "checklists.ndjson"),
        ("/locations.geojson?limit=1", "locations.geojson"), ("/summary.csv?by=year", "summary.csv"),
        ("/species.ndjson", "species.ndjson"), ("/regions?format=csv", "regions.csv"),
        ("/datasets.csv", "datasets.csv"),
        ("/", nil), ("/observations.json", nil), ("/species/stejay", nil), ("/observations.csv?x=1", nil),
        ("/health", nil),
    ])
    func namesAFileThatIsNotJSON(target: String, name: String?) throws {
        let fixture = try ServiceFixture()
        let expected = name.map { "inline; filename=\"\($0)\"" }
        let whole = try fixture.get(target)
        #expect(whole.fields[.contentDisposition] == expected)
        #expect(try fixture.get(target, method: "HEAD").fields[.contentDisposition] == expected)
        if let tag = whole.fields[.etag] {
            // RFC 9110 §15.4.5: a 304 has what a cache needs, and no more.
            #expect(try get(fixture, target, "If-None-Match: \(tag)").fields[.contentDisposition] == nil)
        }
    }

    @Test func namesAFileThatIsStreamedAndCompressed() throws {
        let header = "loc_id,latitude,longitude,region,year,month,day,species_id,num\n"
        let rows = (1...2000).map { "L\($0),60.5,-135.25,CA-YT,2021,2,1,stejay,\($0)\n" }
        let fixture = try ServiceFixture(plain: header + rows.joined())
        for target in ["/observations.csv", "/observations.csv?spreadsheet=yes"] {
            let response = try get(fixture, target, "Accept-Encoding: gzip")
            #expect(response.fields[.contentEncoding] == "gzip")
            #expect(response.fields[.contentDisposition] == "inline; filename=\"observations.csv\"")
            let text = try fixture.get(target).text
            #expect(text.utf8.starts(with: [0xEF, 0xBB, 0xBF]) == target.hasSuffix("yes"))
            #expect(text.unicodeScalars.count { $0 == "\u{FEFF}" } == (target.hasSuffix("yes") ? 1 : 0))
        }
    }

    /// Whoever sees other records gets other bytes.
    @Test func hasATagForEachView() throws {
        let fixture = try ServiceFixture()
        let revision = try withExtendedLifetime(fixture) {
            try ObservationStore(path: fixture.configuration.database).revision(of: .everything)
        }
        let request = try parse("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        let provenance = Provenance(revision: revision, editions: .exact, generalisation: nil)
        let views = [
            View.everything, .nothing, View(regions: ["CA"]), View(regions: ["US"]), View(),
            View(precision: .only(regions: ["CA"])), View(precision: .only(datasets: ["CA"])),
        ]
        let tags = views.map { view in
            Delivery(request, of: .observations, format: .json, view: view, isDated: true, isHeadEnough: false)
                .complete(.rows(.bytes([]), in: .json), provenance).fields[.etag]
        }
        #expect(Set(tags).count == views.count)
    }

    @Test func sendsNewDataAgain() throws {
        let fixture = try ServiceFixture()
        let tag = try #require(try fixture.get("/").fields[.etag])
        try fixture.replace(plain: ServiceFixture.plain)
        // The file is looked at every 50 ms.
        fixture.clock.advance(milliseconds: 50)
        #expect(try get(fixture, "/", "If-None-Match: \(tag)").status == .ok)
    }

    @Test func letsTheTagOverruleTheDate() throws {
        let fixture = try ServiceFixture()
        let date = try #require(try fixture.get("/").fields[.lastModified])
        #expect(try get(fixture, "/", "If-Modified-Since: \(date)").status == .notModified)
        #expect(try get(fixture, "/", "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT").status == .ok)
        #expect(try get(fixture, "/", "If-Modified-Since: soon").status == .ok)
        // Which of two counts is not for a server to guess.
        #expect(try get(fixture, "/", "If-Modified-Since: \(date)\r\nIf-Modified-Since: \(date)").status == .ok)
        #expect(try get(fixture, "/", "If-Modified-Since: \(date)\r\nIf-None-Match: \"x\"").status == .ok)
    }

    @Test(arguments: [
        ("/?specie=x", Status.badRequest), ("/?species=stejai", .badRequest), ("/nothing", .notFound),
        ("/species/comra", .notFound), ("/observations/99", .notFound),
    ])
    func neverTakesAnErrorForUnchanged(target: String, status: Status) throws {
        #expect(try get(ServiceFixture(), target, "If-None-Match: *").status == status)
        #expect(try ServiceFixture().get(target, fields: "If-None-Match: *\r\n").status == .unauthorized)
    }

    @Test func answersAHeadWithoutAQueryUnlessItsFieldsNeedOne() throws {
        let fixture = try ServiceFixture()
        let head = try fixture.get("/", method: "HEAD")
        guard case .omitted = head.body else {
            Issue.record("a body was made")
            return
        }
        let whole = try fixture.get("/")
        for field in [FieldName.etag, .contentType, .lastModified] {
            #expect(head.fields[field] == whole.fields[field])
        }
        let table = "/locations.csv?spreadsheet=yes"
        #expect(
            try fixture.get(table, method: "HEAD").fields[.contentDisposition]
                == fixture.get(table).fields[.contentDisposition])
        for target in ["/?limit=1&count=exact", "/?count=exact", "/?limit=1"] {
            let head = try fixture.get(target, method: "HEAD")
            let whole = try fixture.get(target)
            #expect(whole.fields[.totalCount] == (target.contains("count") ? "4" : nil))
            #expect((whole.fields[.link] != nil) == target.contains("limit"))
            for field in [FieldName.totalCount, .link] {
                #expect(head.fields[field] == whole.fields[field], "\(target)")
            }
        }
        #expect(try fixture.get("/?species=stejai", method: "HEAD").status == .badRequest)
    }
}
