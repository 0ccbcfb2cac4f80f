import Birds
import Testing

@testable import API
@testable import HTTP

/// What a loop has no time for, a worker answers, and nobody can tell the difference.
@Suite struct WorkerAnswerTests {
    /// Requests for a resource, some of what is not there; none where it reads no records.
    private static func targets(_ resource: Resource) -> [String] {
        switch resource {
        case .observations:
            [
                "/", "/observations.csv", "/?species=stejay&limit=1", "/?sort=num", "/?sort=loc_id", "/?count=exact",
                "/?species=stejay&zerofill=yes", "/?species=nothing", "/?after=x", "/?format=geojson",
                "/?location=%22L1%22,L3", "/?location=%22a,b%22,L1&location=L2", "/?dataset=%22yukon%22",
                "/?region=%22CA-YT%22,US", "/?species=%22steller%27s%20jay%22", "/?location=%22L1", "/?location=%22%22",
                "/?species=M%C3%96WE", "/?species=mo%CC%88we&sort=-num", "/?species=m%C3%B6we&limit=1",
            ]
        case .observation:
            [
                "/observations/{id}", "/observations/{id}?fields=dataset,checklist_id", "/observations/99",
            ]
        case .checklists:
            [
                "/checklists", "/checklists?species=stejay", "/checklists?limit=1&count=exact",
                "/checklists?species=M%C3%96WE&location=%22L1%22",
            ]
        case .species: ["/species", "/species.csv"]
        case .oneSpecies: ["/species/stejay", "/species/nothing", "/species/a%2Fb", "/species/a%2Fnothing"]
        case .locations:
            [
                "/locations", "/locations?limit=1", "/locations?format=geojson",
                "/locations?location=%22L1%22,%22Fish,%20Lake%22",
            ]
        case .location: ["/locations/L1", "/locations/nothing", "/locations/L%2F1", "/locations/L%2F2"]
        case .regions: ["/regions"]
        case .summary:
            [
                "/summary?by=species,year", "/summary?by=location&min_num=1", "/summary?by=region,dataset,week",
                "/summary?by=iso_year,week", "/summary?by=species,iso_year,week&location=%22L1%22,L3&min_num=1",
                "/summary?by=year,week", "/summary?by=location&species=M%C3%96WE",
            ]
        case .datasets: ["/datasets", "/datasets.ndjson"]
        case .metrics, .description, .health, .server: []
        }
    }

    private static func fixture() throws -> ServiceFixture {
        let rows = "L/1,60.5,-135.25,CA-YT,2021,1,2,a/b,4\n\"Fish, Lake\",60.5,-135.5,CA-YT,2020,12,31,moewe,5\n"
        let names = "species_id,sci_name,en_us\nstejay,Cyanocitta stelleri,Steller's Jay\nmoewe,Larus canus,Möwe\n"
        return try ServiceFixture(plain: ServiceFixture.plain + rows, species: names)
    }

    @Test(arguments: Resource.allCases)
    func everyResourceGoesOnOnAWorker(_ resource: Resource) throws {
        let fixture = try Self.fixture()
        let quick = try fixture.service(loopBudget: ServiceFixture.patience)
        let slow = try fixture.service(loopBudget: 0)
        for target in Self.targets(resource) {
            let target = try fixture.target(target)
            let found = Route.find(try parse("GET \(target) HTTP/1.1\r\nHost: x\r\n\r\n").target.segments).route
            #expect(found?.resource == resource)
            let tag = try answer(quick, "GET \(target)").response.fields[.etag] ?? "none"
            for (method, fields) in [
                ("GET", ""), ("HEAD", ""), ("GET", "Accept-Encoding: gzip\r\n"), ("GET", "If-None-Match: \(tag)\r\n"),
                ("HEAD", "If-None-Match: *\r\n"),
            ] {
                let atOnce = try answer(quick, "\(method) \(target)", fields)
                let later = try answer(slow, "\(method) \(target)", fields)
                // Where no record is looked at there is nothing to go on with.
                let reads = method == "GET" && [.ok, .notFound].contains(atOnce.response.status)
                #expect(!atOnce.isLater && (later.isLater || !reads), "\(method) \(target)")
                #expect(later.response.status == atOnce.response.status)
                #expect(later.response.text == atOnce.response.text)
                #expect(later.response.fields.lines == atOnce.response.fields.lines)
            }
        }
    }

    /// Quotes, slashes and names beyond ASCII mean the same to a worker.
    @Test(arguments: [
        ("/?location=%22Fish,%20Lake%22,nowhere&fields=num", #"[{"num":5}]"#),
        ("/?species=M%C3%96WE&fields=num", #"[{"num":5}]"#), ("/?species=mo%CC%88we&fields=num", #"[{"num":5}]"#),
        ("/?species=a%2Fb&location=L%2F1&fields=num", #"[{"num":4}]"#),
        ("/locations/L%2F1", #""records":1"#), ("/species/a%2Fb", #""records":1"#),
        ("/summary?by=iso_year,week", #"{"iso_year":2020,"week":53,"records":2,"total":9"#),
    ])
    func aWorkerReadsWhatIsAskedFor(target: String, part: String) throws {
        let fixture = try Self.fixture()
        let found = try answer(fixture.service(loopBudget: 0), "GET \(target)")
        #expect(found.isLater && found.response.status == .ok && found.response.text.contains(part))
    }

    /// 60,000 records of one place are counted by species, which takes longer than a loop has.
    @Test func aPlaceOfManyRecordsIsFound() throws {
        let header = "loc_id,latitude,longitude,region,year,month,day,species_id,num\n"
        let rows = (0..<60_000).map {
            "L1,60.5,-135.25,CA-YT,\(2000 + $0 % 20),\($0 % 12 + 1),\($0 % 28 + 1),sp\($0 % 300),1\n"
        }
        let response = try ServiceFixture(plain: header + rows.joined(), loopBudget: 2_000_000).get("/locations/L1")
        #expect(response.status == .ok)
        #expect(response.text.contains(#""records":60000"#) && response.text.contains(#""species":300"#))
    }

    /// No statement of them takes long, so SQLite would not ask for the budget.
    @Test func manyPlacesOfOneCodeDoNotKeepALoop() throws {
        let header = "loc_id,latitude,longitude,region,year,month,day,species_id,num\n"
        let rows = (0..<1000).map { "L1,60.\(1000 + $0),-135.25,CA-YT,2021,2,3,stejay,1\n" }
        let fixture = try ServiceFixture(plain: header + rows.joined())
        let found = try answer(fixture.service(loopBudget: 500_000), "GET /locations/L1")
        #expect(found.isLater && found.response.status == .ok)
    }

    private func answer(
        _ service: Service, _ line: String, _ fields: String = ""
    ) throws -> (response: Response, isLater: Bool) {
        let request = try parse("\(line) HTTP/1.1\r\nHost: x\r\nPassword: mumble\r\n\(fields)\r\n")
        switch service.respond(to: request, from: Peer(address: "::1")) {
        case .now(let response): return (response, false)
        case .later(let work): return (work.run(.alone), true)
        case .again: throw UnexpectedAnswer()
        }
    }
}
