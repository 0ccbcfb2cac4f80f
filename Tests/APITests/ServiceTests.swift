import HTTP
import Testing

@testable import API

@Suite struct ServiceTests {
    @Test func answersTheFirstRequestThatAUserMakes() throws {
        let response = try ServiceFixture().get("/?species=stejay&year=2021")
        #expect(response.status == .ok)
        #expect(response.fields[.contentType] == "application/json")
        #expect(
            response.text == """
                [{"loc_id":"L1","latitude":60.5,"longitude":-135.25,"region":"CA-YT","year":2021,"month":2,"day":1,\
                "species_id":"stejay","num":3},
                {"loc_id":"L3","latitude":47.5,"longitude":-122.75,"region":"US-WA","year":2021,"month":2,"day":1,\
                "species_id":"stejay","num":1}]

                """)
    }

    @Test func writesCSV() throws {
        let response = try ServiceFixture().get(
            "/observations?species=comrav&format=csv&fields=loc_id,date,common_name,num")
        #expect(response.fields[.contentType] == "text/csv; charset=utf-8")
        #expect(response.text == "loc_id,date,common_name,num\r\nL1,2021-02-01,Common Raven,\r\n")
    }

    @Test func pagesLeadToTheNext() throws {
        let fixture = try ServiceFixture()
        let whole = try fixture.get("/observations.ndjson?fields=id").text
        var (text, target, pages) = ("", "/observations.ndjson?fields=id&limit=3&count=exact", 0)
        while pages < 5 {
            let page = try fixture.get(target)
            #expect(page.status == .ok && page.fields[.totalCount] == "4")
            text += page.text
            pages += 1
            guard let link = page.fields[.link] else { break }
            #expect(link.hasPrefix("<?fields=id&limit=3&count=exact&after="))
            #expect(link.hasSuffix(">; rel=\"next\""))
            target = "/observations.ndjson" + link.dropFirst().prefix { $0 != ">" }
        }
        #expect(text == whole && pages == 2)
        #expect(try fixture.get(target + "&year=2021").text.contains(#""parameter":"after""#))
    }

    @Test func namesThePublicURLWhereThereIsOne() throws {
        let fixture = try ServiceFixture(publicURL: "https://atlas.example/birds/")
        for path in ["/observations", "/", "/locations.csv"] {
            let link = try #require(try fixture.get(path + "?region=CA,US&limit=1").fields[.link])
            #expect(link.hasPrefix("<https://atlas.example/birds\(path)?region=CA,US&limit=1&after="))
        }
        #expect(try fixture.get("/openapi.json").text.contains(#""servers":[{"url":"https://atlas.example/birds"}]"#))
        #expect(try ServiceFixture().get("/openapi.json").text.contains(#""servers":[{"url":"."}]"#))
    }

    @Test(
        arguments: [(.tooManyConnections, "1"), (.timeout, nil), (.bodyTooSlow, nil)] as [(RequestError, String?)])
    func countsARefusalAndSaysWhenToComeAgain(error: RequestError, seconds: String?) throws {
        let fixture = try ServiceFixture()
        let response = fixture.service.refuse(error, from: Peer(address: "192.0.2.1"))
        #expect(response.status == error.status)
        #expect(response.fields[.retryAfter] == seconds)
        let line = "rookery_requests_total{route=\"none\",status=\"\(error.status.code)\"} 1\n"
        #expect(try fixture.get("/metrics").text.contains(line))
    }

    /// What ends a URL, or a parameter, stays within it.
    @Test func escapesWhatAPageLinkHolds() throws {
        let target = try RequestTarget(parsing: "/a%3Eb/c?species=x%26y%3E,z%2B+1&after=old&limit=1")
        let query = "?species=x%26y%3E,z%2B%201&limit=1&after=new>; rel=\"next\""
        #expect(PageLink(target, base: nil).next("new") == "<" + query)
        let base = try PublicURL("https://atlas.example/birds")
        #expect(PageLink(target, base: base).next("new") == "<https://atlas.example/birds/a%3Eb/c" + query)
    }

    @Test(arguments: [
        ("https://atlas.example/birds", "https://atlas.example/birds"),
        ("HTTP://Atlas.example:8080//", "http://Atlas.example:8080"),
        ("https://[::1]/a/b/", "https://[::1]/a/b"), ("http://10.0.0.1", "http://10.0.0.1"),
        ("https://a/%C3%BC", "https://a/%C3%BC"),
    ])
    func takesAPublicURL(text: String, kept: String) throws {
        #expect(try PublicURL(text).text == kept)
    }

    @Test(arguments: [
        "", "atlas.example", "//atlas.example", "ftp://atlas.example", "https://", "https:///birds",
        "https://u:p@atlas.example",
        "https://u@atlas.example/", "https://atlas.example/?a=b", "https://atlas.example/#a",
        "https://atlas.example/a b",
        "https://atlas.example/ü", "https://atlas.example/>", "https://atlas.example/\"", "https://atlas.example:99999",
        "https://atlas.example/%zz", "https://at las.example", "https://atlas.example/\r\nX: y", "https://[::1",
        "https://a:b", "https://a:", "https://.", "https://-/", "https://a/../b", "https://a/./b", "https://a/[x]",
        "https://a/b/..", "https://a/%2E%2e/b", "https://a/%2e/b", "https://a/.%2E",
    ])
    func refusesWhatIsNoPublicURL(text: String) {
        #expect(throws: PublicURLError.self) { try PublicURL(text) }
    }

    @Test(arguments: [
        ("/observations", "text/csv", "text/csv; charset=utf-8"), ("/", "application/geo+json", "application/geo+json"),
        ("/observations.ndjson", "text/csv", "application/x-ndjson"),
        ("/species?format=csv", "application/json", "text/csv; charset=utf-8"),
        ("/species", "text/html, */*;q=0.1", "application/json"),
    ])
    func sendsTheFormatThatIsAskedFor(target: String, accept: String, type: String) throws {
        let response = try ServiceFixture().get(target, fields: "Password: mumble\r\nAccept: \(accept)\r\n")
        #expect(response.fields[.contentType] == type)
    }

    @Test(arguments: ["/observations", "/species/stejay", "/datasets"])
    func sendsNothingThatIsNotAccepted(target: String) throws {
        let response = try ServiceFixture().get(target, fields: "Password: mumble\r\nAccept: image/png\r\n")
        #expect(response.status == .notAcceptable)
        #expect(response.text.contains("application/json"))
    }

    @Test func findsOneObservationByItsID() throws {
        let fixture = try ServiceFixture()
        let all = try fixture.get("/observations?fields=id,species_id&species=comrav").text
        let id = try #require(all.split(separator: ":").dropFirst().first?.prefix { $0.isNumber })
        let one = try fixture.get("/observations/\(id)?fields=id,species_id")
        #expect(one.status == .ok)
        #expect("[" + one.text.dropLast() + "]\n" == all)
        for other in ["999999", "0\(id)", "+\(id)", "x", "99999999999999999999", "-1"] {
            #expect(try fixture.get("/observations/\(other)").status == .notFound)
        }
    }

    /// What an answer shows can be asked for, in every filter and path that takes it.
    @Test(arguments: [
        "60.7155,-135.0294", #"Fish Lake, "north" end"#, #""quoted""#, "Marsh/Lake", "..", ".", "a+b %2F;&#=?", ",",
        "L1.csv",
        "é\u{301},\u{301}",
    ])
    func findsWhatHasOddCharacters(id: String) throws {
        let cell = "\"" + id.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
        let own = "\(cell),60.5,-135.25,\(cell),2021,2,1,\(cell),3\n"
        let fixture = try ServiceFixture(plain: ServiceFixture.plain + own)
        func encoded(_ text: String) -> String { PageLink.escaped(text, keeping: "") }
        let all = try fixture.get("/observations.ndjson").text
        let wanted = all.split(separator: "\n").filter { !$0.contains(#""L"#) || $0.contains("L1.csv") }
        try #require(wanted.count == 1)
        for name in ["location", "region", "species"] {
            for value in [id, cell] {
                let found = try fixture.get("/observations.ndjson?\(name)=\(encoded(value))")
                #expect(found.text == wanted[0] + "\n", "\(name)=\(value)")
                let more = name == "region" ? "US-WA" : name == "location" ? "L3" : "comrav"
                let two = try fixture.get("/observations.ndjson?\(name)=\(encoded(value))&\(name)=\(more)")
                #expect(two.text.split(separator: "\n").count == 2 && two.text.contains(wanted[0]))
            }
            let quoted = encoded(cell)
            for path in ["/checklists", "/summary?by=year", "/?species=\(quoted)&zerofill=no"] {
                let found = try fixture.get("\(path)\(path.contains("?") ? "&" : "?")\(name)=\(quoted)&format=ndjson")
                #expect(found.text.split(separator: "\n").count == 1)
            }
        }
        #expect(
            try fixture.get("/locations.ndjson?location=\(encoded(id))").text.split(separator: "\n").count == 1)
        guard id != "." && id != ".." else { return }
        #expect(try fixture.get("/locations/\(encoded(id))").text.contains(#""records":1,"#))
        #expect(try fixture.get("/species/\(encoded(id))").text.contains(#""records":1,"#))
    }

    /// The next page is that of the same query, also where a parameter is given several times.
    @Test func pagesLeadToTheNextWhateverTheValuesHold() throws {
        let fixture = try ServiceFixture(
            plain: ServiceFixture.plain + "\"a, \"\"b\"\"/%2F\",60.5,-135.25,CA-YT,2021,2,3,\"x,y\",3\n")
        let place = "a,%20%22b%22/%252F"
        for path in ["/observations", "/checklists", "/locations"] {
            let species = path == "/locations" ? "" : "&species=x,y&species=%22stejay%22,comrav"
            var target: String? = "\(path).csv?location=\(place)&location=%22L1%22,L3&limit=1&location=L2\(species)"
            var (pages, rows) = (0, 0)
            while let next = target, pages < 10 {
                let page = try fixture.get(next)
                try #require(page.status == .ok, "\(next): \(page.text)")
                pages += 1
                rows += page.text.split(separator: "\r\n").count - 1
                let link = page.fields[.link].map { String($0.dropFirst().prefix { $0 != ">" }) }
                target = link.map { $0.hasPrefix("?") ? path + ".csv" + $0 : $0 }
            }
            #expect(rows == (path == "/observations" ? 5 : 4) && pages == rows)
        }
    }

    @Test func listsSpeciesAndDataSets() throws {
        let fixture = try ServiceFixture()
        let species = try fixture.get("/species").text
        #expect(
            species.contains(#""species_id":"comrav","scientific_name":"Corvus corax","common_name":"Common Raven""#))
        #expect(try fixture.get("/species/comrav").text.contains("Corvus corax"))
        #expect(try fixture.get("/species/comra").status == .notFound)
        #expect(try fixture.get("/datasets").text.contains(#""name":"yukon""#))
    }

    @Test(arguments: [
        ("/?specie=stejay", "unknown-parameter", #""nearest":"species""#),
        ("/?species=stejai", "bad-value", #""nearest":"stejay""#),
        ("/?limit=1&limit=2", "repeated-parameter", #""parameter":"limit""#),
        ("/?location=", "bad-value", #""error_message":"location: '' is not a value: it is empty""#),
        ("/?location=%22%22", "bad-value", #""error_message":"location: '' is not a value: it is empty""#),
        ("/?species=%22%22", "bad-value", #""error_message":"species: '' is not a value: it is empty""#),
        ("/checklists?region=L1,%22%22", "bad-value", #""parameter":"region""#),
        ("/locations?location=%22%22", "bad-value", #""parameter":"location""#),
        ("/summary?by=year&dataset=%22%22", "bad-value", #""parameter":"dataset""#),
        ("/?location=%22L1", "bad-value", #""parameter":"location""#),
        ("/checklists?region=L1,", "bad-value", #""parameter":"region""#),
        ("/summary?by=year&dataset=%22a%22b", "bad-value", #""parameter":"dataset""#),
        ("/locations?location=L1,%20%22L2%22", "bad-value", #""parameter":"location""#),
        ("/?species=stejay,,&zerofill=yes", "bad-value", #""parameter":"species""#),
        ("/?fields=nun", "bad-value", #""nearest":"num""#),
        ("/health?x=1", "unknown-parameter", #""parameter":"x""#),
        ("/?zerofill=yes", "missing-parameter", #""parameter":"species""#),
        ("/?zerofill=ja&species=stejay", "bad-value", #""parameter":"zerofill""#),
        ("/?zerofill=yes&species=stejay&sort=num", "bad-value", #""parameter":"sort""#),
        ("/summary", "missing-parameter", #""parameter":"by""#),
        ("/summary?by=yaer", "bad-value", #""nearest":"year""#),
        ("/summary?by=year,week", "bad-value", "iso_year"),
        ("/summary?by=species,week,iso_year,year", "bad-value", "iso_year"),
        ("/species?year=1", "unknown-parameter", #""parameter":"year""#),
        ("/species?format=geojson", "bad-value", #""parameter":"format""#),
        ("/observations.csv?format=json", "bad-value", #""parameter":"format""#),
        ("/observations?spreadsheet=yes", "bad-value", #""parameter":"spreadsheet""#),
        ("/observations.csv?spreadsheet=ja", "bad-value", #""parameter":"spreadsheet""#),
    ])
    func namesATypingError(target: String, code: String, detail: String) throws {
        let response = try ServiceFixture().get(target)
        #expect(response.status == .badRequest)
        #expect(response.text.contains("\"code\":\"\(code)\""))
        #expect(response.text.contains(detail))
    }

    @Test(arguments: ["/?region=XX", "/?location=L9", "/?dataset=other", "/?year=1999"])
    func answersAnUnknownPlaceWithNothing(target: String) throws {
        #expect(try ServiceFixture().get(target).text == "[]\n")
    }

    @Test func saysWhichMethodsThereAre() throws {
        let fixture = try ServiceFixture()
        let refused = try fixture.get("/observations", method: "DELETE")
        #expect(refused.status == .methodNotAllowed)
        #expect(refused.fields[.allow] == "GET, HEAD, OPTIONS")
        let options = try fixture.get("/observations", method: "OPTIONS")
        #expect(options.status == .noContent)
        #expect(options.fields[.allow] == "GET, HEAD, OPTIONS")
        #expect(try fixture.get("*", method: "OPTIONS").status == .noContent)
        #expect(try fixture.get("/nothing").status == .notFound)
    }

    @Test(arguments: [
        ("//observations", "/observations"), ("/observations/", "/observations"),
        ("/species/stejay/", "/species/stejay"),
        ("/locations/a/b", "/locations/a%2Fb"),
    ])
    func namesThePathWithoutTheSlashThatIsTooMany(target: String, nearest: String) throws {
        let response = try ServiceFixture().get(target)
        #expect(response.status == .notFound)
        #expect(response.text.contains("\"nearest\":\"\(nearest)\""))
        #expect(response.text.contains("did you mean '\(nearest)'?"))
    }

    @Test func streamsWhatIsLarge() throws {
        let header = "loc_id,latitude,longitude,region,year,month,day,species_id,num\n"
        let rows = (1...2000).map { "L\($0),60.5,-135.25,CA-YT,2021,2,1,stejay,\($0)\n" }
        let response = try ServiceFixture(plain: header + rows.joined()).get("/?fields=num")
        guard case .stream(let first, _) = response.body else {
            // 2,000 rows of one number fit into one piece.
            #expect(response.text.split(separator: "\n").count == 2000)
            return
        }
        Issue.record("\(first.count) bytes were not all")
    }

    @Test func streamsInPiecesWhatDoesNotFitIntoOne() throws {
        let header = "loc_id,latitude,longitude,region,year,month,day,species_id,num\n"
        let rows = (1...2000).map { "L\($0),60.5,-135.25,CA-YT,2021,2,1,stejay,\($0)\n" }
        let response = try ServiceFixture(plain: header + rows.joined()).get("/")
        guard case .stream(let first, let rest) = response.body else {
            Issue.record("a large answer came at once")
            return
        }
        #expect(first.count < LongAnswer.pieceSize + LongAnswer.roomForLastRow)
        var whole = first
        while case .more = rest.next(into: &whole, .alone) {}
        #expect(String(decoding: whole, as: UTF8.self).split(separator: "\n").count == 2000)
        #expect(whole.suffix(3) == Array("}]\n".utf8))
    }

    /// What the head of an answer holds does not depend on how its body is sent.
    @Test func aStreamTellsTheTotalAndTheNextPage() throws {
        let header = "loc_id,latitude,longitude,region,year,month,day,species_id,num\n"
        let rows = (1...2000).map { "L\($0),60.5,-135.25,CA-YT,2021,2,1,stejay,\($0)\n" }
        let response = try ServiceFixture(plain: header + rows.joined()).get("/?count=exact&limit=1900")
        guard case .stream = response.body else {
            Issue.record("a large answer came at once")
            return
        }
        #expect(response.fields[.totalCount] == "2000")
        #expect(response.fields[.link]?.hasPrefix("<?count=exact&limit=1900&after=") == true)
        #expect(response.text.split(separator: "\n").count == 1900)
    }

    @Test func saysWhenToComeAgainWhereTooMuchIsUnderWay() throws {
        let header = "loc_id,latitude,longitude,region,year,month,day,species_id,num\n"
        let rows = (1...2000).map { "L\($0),60.5,-135.25,CA-YT,2021,2,1,stejay,\($0)\n" }
        let fixture = try ServiceFixture(plain: header + rows.joined())
        var configuration = fixture.configuration
        (configuration.longAnswers, configuration.loopBudget) = (0, 0)
        let service = try Service(configuration, stores: SharedStores(configuration), loop: 1)
        let request = try parse("GET / HTTP/1.1\r\nHost: x\r\nPassword: mumble\r\n\r\n")
        guard case .later(let work) = service.respond(to: request, from: Peer(address: "::1")) else {
            Issue.record("the loop had time")
            return
        }
        let response = work.run(.alone)
        #expect(response.status == .serviceUnavailable && response.text.contains(#""code":"too-busy""#))
        #expect(response.fields[.retryAfter] == "5")
        #expect(work.client == "network 0:0:0:0")
        for (overload, code) in [(Overload.ofClient, "too-many-queries"), (.ofServer, "queue-full")] {
            let refusal = work.refused(overload)
            #expect(refusal.status == .serviceUnavailable && refusal.text.contains("\"code\":\"\(code)\""))
            #expect(refusal.fields[.retryAfter] == "5" && refusal.requestID != nil)
        }
    }

    @Test func namesEveryAnswerAndTakesAShortNameOver() throws {
        let fixture = try ServiceFixture()
        let first = try fixture.get("/").requestID
        let second = try fixture.get("/nothing").requestID
        #expect(first != nil && first != second)
        #expect(
            try fixture.get("/", fields: "X-Request-Id: abc-1.z\r\nPassword: mumble\r\n").requestID
                == "abc-1.z")
        let long = String(repeating: "a", count: 65)
        for bad in [long, "a b", "a\"b", ""] {
            #expect(
                try fixture.get("/", fields: "X-Request-Id: \(bad)\r\nPassword: mumble\r\n").requestID != bad)
        }
    }

    @Test func keepsAnswersOutOfSharedCaches() throws {
        for fields in ["", "Password: mumble\r\n"] {
            let response = try ServiceFixture().get("/", fields: fields)
            #expect(response.fields[.cacheControl] == "private, no-cache")
            #expect(response.fields[.vary] == "Accept, Accept-Encoding, Authorization, Password")
        }
    }

    @Test func turnsARefusalIntoAProblem() throws {
        let response = try ServiceFixture().service.refuse(
            RequestError(.badRequest, code: "malformed-field", "a \"quoted\" fault"), from: Peer(address: "::1"))
        #expect(response.status == .badRequest)
        #expect(response.fields[.contentType] == "application/problem+json")
        #expect(response.text.contains(#""error_message":"a \"quoted\" fault""#))
    }

    @Test func letsGoOfAReplacedFileThoughNobodyAsks() throws {
        let fixture = try ServiceFixture()
        #expect(try fixture.get("/").status == .ok)
        fixture.service.idle()
        #expect(fixture.openReplacedFiles() == 0)
        try fixture.replace(plain: ServiceFixture.plain + "L4,47.5,-122.75,US-WA,2022,2,1,stejay,1\n")
        #expect(fixture.openReplacedFiles() > 0)
        // The file is looked at once a second.
        fixture.clock.advance(milliseconds: 1000)
        fixture.service.idle()
        #expect(fixture.openReplacedFiles() == 0)
    }
}
