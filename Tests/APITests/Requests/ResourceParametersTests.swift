import API
import HTTP
import Testing

/// Which resource takes which parameters, methods and types.
@Suite struct ResourceParametersTests {
    private static let filters = [
        "species=stejay", "year=2021", "month=2", "day=1", "from=2020", "to=2021", "region=CA", "location=L1",
        "bbox=-180,-90,180,90", "near=60.5,-135.25&within=10", "min_num=1", "max_num=9", "dataset=yukon",
        "generalised=no",
    ]
    private static let places = [
        "region=CA", "location=L1", "bbox=-180,-90,180,90", "near=60.5,-135.25&within=10", "generalised=no",
    ]
    private static let pages = ["limit=1", "count=exact"]
    private static let formats = ["format=csv", "format=csv&spreadsheet=yes", "spreadsheet=no"]
    private static let others = ["zerofill=no", "fields=region", "sort=date", "by=year"]

    private static let taken: [(path: String, parameters: [String])] = [
        ("/", filters + pages + formats + ["zerofill=no", "fields=region", "sort=date"]),
        ("/observations", filters + pages + formats + ["zerofill=no", "fields=region", "sort=date"]),
        ("/observations/{id}", ["fields=region"]), ("/checklists", filters + pages + formats + ["fields=region"]),
        ("/locations", places + pages + formats), ("/locations/L1", []), ("/species", formats), ("/species/stejay", []),
        ("/regions", formats), ("/datasets", formats), ("/summary", filters + ["limit=1", "by=year"] + formats),
        ("/openapi.json", []), ("/health", []), ("/metrics", []),
    ]

    @Test(arguments: taken)
    func everyOtherParameterIsRefused(path: String, parameters: [String]) throws {
        let fixture = try ServiceFixture()
        for parameter in Set(Self.filters + Self.pages + Self.formats + Self.others) {
            let by = path == "/summary" && parameter != "by=year" ? "by=year&" : ""
            let response = try fixture.get("\(path)?\(by)\(parameter)")
            let isTaken = parameters.contains(parameter)
            #expect(response.status == (isTaken ? .ok : .badRequest), "\(path)?\(parameter) \(response.text)")
            if !isTaken { #expect(response.text.contains(#""code":"unknown-parameter""#)) }
        }
    }

    @Test(arguments: taken.map(\.path))
    func everyResourceAnswersThreeMethods(path: String) throws {
        let fixture = try ServiceFixture()
        let target = path == "/summary" ? "/summary?by=year" : path
        let whole = try fixture.get(target)
        #expect(whole.status == .ok)
        let head = try fixture.get(target, method: "HEAD")
        #expect(head.status == .ok && head.fields[.contentType] == whole.fields[.contentType])
        #expect(head.fields[.etag] == whole.fields[.etag])
        #expect(try fixture.get(target, method: "OPTIONS").fields[.allow] == "GET, HEAD, OPTIONS")
        for method in ["POST", "PUT", "PATCH", "DELETE", "QUERY", "TRACE"] {
            let refused = try fixture.get(target, method: method)
            #expect(refused.status == .methodNotAllowed && refused.fields[.allow] == "GET, HEAD, OPTIONS")
        }
        for method in ["GET", "OPTIONS", "POST"] {
            #expect(try fixture.get(path + "/x/y/z", method: method).status == .notFound)
        }
    }

    /// Documents have one type, and say so.
    @Test(arguments: ["/openapi.json", "/observations/{id}", "/species/stejay", "/locations/L1"])
    func aDocumentIsJSON(target: String) throws {
        let fixture = try ServiceFixture()
        for (accept, status) in [
            ("application/json", Status.ok), ("application/*", .ok), ("*/*", .ok), ("text/csv, */*;q=0.1", .ok),
            ("text/csv", .notAcceptable), ("application/json;q=0", .notAcceptable),
        ] {
            let response = try fixture.get(target, fields: "Password: mumble\r\nAccept: \(accept)\r\n")
            #expect(response.status == status, "\(accept)")
            if status == .ok { #expect(response.fields[.contentType] == "application/json") }
        }
        // Where there is nothing, that is told, whatever is accepted.
        #expect(try fixture.get(target + "x", fields: "Password: mumble\r\nIf-None-Match: *\r\n").status == .notFound)
    }

    /// The path decides over the parameter's absence, the parameter over `Accept`, and `Accept` over the default.
    @Test(
        arguments: [
            ("/species", nil, "application/json"), ("/species", "text/csv", "text/csv; charset=utf-8"),
            ("/species?format=ndjson", "text/csv", "application/x-ndjson"),
            ("/species.ndjson", "text/csv", "application/x-ndjson"),
            ("/species.csv?format=csv", "image/png", "text/csv; charset=utf-8"),
            ("/locations?format=geojson", nil, "application/geo+json"),
            ("/locations.geojson", "text/csv", "application/geo+json"),
            ("/species?spreadsheet=yes", "text/csv", "text/csv; charset=utf-8"),
            ("/species", "application/jsonl", "application/x-ndjson"),
            ("/species.json", "text/csv", "application/json"),
        ] as [(String, String?, String)])
    func theNearestChoiceOfTheFormatDecides(target: String, accept: String?, type: String) throws {
        let field = accept.map { "Accept: \($0)\r\n" } ?? ""
        let response = try ServiceFixture().get(target, fields: "Password: mumble\r\n" + field)
        #expect(response.status == .ok && response.fields[.contentType] == type)
    }

    @Test func aSummaryEndsAtItsLimitWithoutANextPage() throws {
        let response = try ServiceFixture().get("/summary.csv?by=location&limit=2")
        #expect(response.text.split(separator: "\r\n").count == 3)
        #expect(response.fields[.link] == nil && response.fields[.totalCount] == nil)
    }

    /// The pages of a large answer that is streamed.
    @Test(arguments: ["/checklists.csv", "/locations.csv", "/?zerofill=yes&species=stejay&format=csv"])
    func aLongPageLeadsToTheNext(target: String) throws {
        let header = "loc_id,latitude,longitude,region,year,month,day,species_id,num\n"
        let rows = (1...3000).map { "L\($0),60.5,-135.25,CA-YT,2021,2,1,stejay,\($0)\n" }
        let fixture = try ServiceFixture(plain: header + rows.joined())
        let join = target.contains("?") ? "&" : "?"
        let response = try fixture.get("\(target)\(join)limit=2900&count=exact")
        guard !target.contains("zerofill") else {
            // None of these checklists is complete.
            #expect(response.text.split(separator: "\r\n").count == 1 && response.fields[.totalCount] == "0")
            return
        }
        guard case .stream = response.body else {
            Issue.record("a large answer came at once")
            return
        }
        #expect(response.fields[.totalCount] == "3000")
        #expect(response.text.split(separator: "\r\n").count == 2901)
        let link = try #require(response.fields[.link])
        let rest = try fixture.get(String(target.prefix { $0 != "?" }) + link.dropFirst().prefix { $0 != ">" })
        #expect(rest.text.split(separator: "\r\n").count == 101 && rest.fields[.link] == nil)
    }
}
