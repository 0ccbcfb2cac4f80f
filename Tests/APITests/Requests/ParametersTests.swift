import Birds
import HTTP
import Testing

@testable import API

@Suite struct ParametersTests {
    private func read(_ query: [(String, String)]) throws -> ObservationQuery {
        let items = query.map { RequestTarget.QueryItem(name: $0.0, value: $0.1) }
        let parameters = try Parameters(items, allowed: Parameter.observations)
        var wanted = try parameters.observations()
        wanted.fields = try parameters.fields()
        return wanted
    }

    @Test func readsEveryFilter() throws {
        let query = try read([
            ("species", "stejay"), ("species", "Common Raven"), ("year", "2020,2021"), ("month", "1"), ("day", "31"),
            ("from", "2020"),
            ("to", "2021-03"), ("region", "CA"), ("region", "US-WA"), ("location", "L1"), ("dataset", "yukon"),
            ("fields", "num,date"),
            ("limit", "7"), ("bbox", "170,-20.5,-170,20"), ("near", "60.7,-135"), ("within", "12.5"), ("min_num", "0"),
            ("max_num", "12"), ("sort", "-date,num"), ("generalised", "no"),
        ])
        var expected = ObservationQuery()
        expected.filter.species = ["stejay", "Common Raven"]
        expected.filter.years = [2020, 2021]
        expected.filter.months = [1]
        expected.filter.days = [31]
        expected.filter.from = PartialDate(iso: "2020")
        expected.filter.to = PartialDate(iso: "2021-03")
        expected.filter.regions = ["CA", "US-WA"]
        expected.filter.locations = ["L1"]
        expected.filter.datasets = ["yukon"]
        expected.fields = [.num, .date]
        expected.page.limit = 7
        expected.filter.box = GeographicBox(west: 170, south: -20.5, east: -170, north: 20)
        expected.filter.circle = GeographicCircle(latitude: 60.7, longitude: -135, kilometres: 12.5)
        expected.filter.leastNum = 0
        expected.filter.greatestNum = 12
        expected.filter.isGeneralised = false
        expected.sort = [SortKey(field: .date, isDescending: true), SortKey(field: .num, isDescending: false)]
        #expect(query == expected)
        #expect(try read([("generalised", "yes")]).filter.isGeneralised == true)
    }

    @Test func filtersNothingWithoutParameters() throws {
        var query = ObservationQuery()
        query.showsExactness = true
        #expect(try read([]) == query)
    }

    @Test(arguments: [
        ("specie", "species"), ("Species", "species"), ("speices", "species"), ("yaer", "year"), ("limits", "limit"),
        ("regoin", "region"),
    ])
    func namesTheNearestParameter(given: String, nearest: String) {
        #expect(
            throws: APIError.unknownParameter(given, nearest: nearest, known: Parameter.observations.map(\.rawValue))
        ) { try read([(given, "x")]) }
    }

    @Test func namesNoParameterThatIsNotNear() {
        #expect(
            throws: APIError.unknownParameter("password", nearest: nil, known: Parameter.observations.map(\.rawValue))
        ) { try read([("password", "mumble")]) }
    }

    @Test(arguments: [
        "from", "to", "bbox", "near", "within", "min_num", "max_num", "zerofill", "limit", "after", "count", "format",
        "generalised",
    ])
    func refusesAParameterThatIsGivenTwiceAndIsNoList(name: String) {
        #expect(throws: APIError.repeatedParameter(name)) { try read([(name, "1"), (name, "1")]) }
    }

    @Test func addsUpListsThatAreGivenSeveralTimes() throws {
        let query = try read([
            ("year", "2020"), ("species", "a"), ("year", "2021,2022"), ("location", "L1"), ("species", "b"),
            ("month", "1"),
            ("month", "2"), ("day", "3"), ("day", "4"), ("region", "CA"), ("region", "US"), ("dataset", "x"),
            ("dataset", "y"), ("location", "L2"), ("fields", "num"), ("fields", "date,day"), ("sort", "-date"),
            ("sort", "num"),
        ])
        #expect(
            query.filter.years == [2020, 2021, 2022] && query.filter.months == [1, 2] && query.filter.days == [3, 4])
        #expect(
            query.filter.species == ["a", "b"] && query.filter.locations == ["L1", "L2"]
                && query.filter.regions == ["CA", "US"])
        #expect(query.filter.datasets == ["x", "y"] && query.fields == [.num, .date, .day])
        #expect(query.sort.map(\.field) == [.date, .num] && query.filter.unresolved.isEmpty)
        let items = ["species", "year"].map { RequestTarget.QueryItem(name: "by", value: $0) }
        #expect(try Parameters(items, allowed: Parameter.summary).summaryKeys() == [.species, .year])
        #expect(throws: APIError.self) { try read([("sort", "date"), ("sort", "-date")]) }
        #expect(throws: APIError.self) { try read([("fields", "num"), ("fields", "num")]) }
        #expect(throws: APIError.self) { try read([("location", "L1"), ("location", "")]) }
    }

    /// With quotes or without.
    @Test(arguments: ["year", "month", "day", "sort", "fields", "by"])
    func refusesAnEmptyListTheSameWayInQuotes(name: String) {
        let all = Parameter.observations + Parameter.summary
        for value in ["", "\"\""] {
            let item = RequestTarget.QueryItem(name: name, value: value)
            #expect(
                throws: APIError.badValue(parameter: name, value: "", expected: "a value: it is empty", nearest: nil)
            ) {
                let parameters = try Parameters([item], allowed: all)
                _ = try parameters.observations()
                _ = try parameters.fields()
                if parameters[.by] != nil { _ = try parameters.summaryKeys() }
            }
        }
    }

    @Test(arguments: [("0", 0.0), ("0.5", 0.5), ("20038", 20_038), ("20038.1", nil), ("-1", nil), ("x", nil)])
    func takesADistanceUpToHalfwayRound(text: String, kilometres: Double?) throws {
        let given = [("near", "60.5,-135.25"), ("within", text)]
        guard let kilometres else {
            #expect(throws: APIError.self) { try read(given) }
            return
        }
        #expect(
            try read(given).filter.circle
                == GeographicCircle(latitude: 60.5, longitude: -135.25, kilometres: kilometres))
    }

    /// A value with commas or quotes may be one id, so that only a store can tell.
    @Test func leavesWhatMayBeOneIDToTheStore() throws {
        let query = try read([
            ("location", "60.7,-135"), ("location", "L1"), ("species", #""a, b",c"#), ("region", #""a"#),
            ("dataset", "x,"),
        ])
        #expect(
            query.filter.locations == ["L1"] && query.filter.species.isEmpty && query.filter.regions.isEmpty
                && query.filter.datasets.isEmpty)
        #expect(
            query.filter.unresolved == [
                UnresolvedValue(.location, whole: "60.7,-135", list: .values(["60.7", "-135"])),
                UnresolvedValue(.species, whole: #""a, b",c"#, list: .values(["a, b", "c"])),
                UnresolvedValue(
                    .region, whole: #""a"#, list: .malformed(expected: ListSyntax.Fault.openQuote.expected)),
                UnresolvedValue(
                    .dataset, whole: "x,", list: .malformed(expected: ListSyntax.Fault.missingValue.expected)),
            ])
        #expect(try read([("year", #""2020",2021"#)]).filter.years == [2020, 2021])
    }

    @Test(arguments: [
        ("year", "21x"), ("year", "0"), ("year", "10000"), ("year", "-1"), ("year", "+2021"), ("year", "2021,"),
        ("year", ",2021"),
        ("year", "2021, 2022"), ("year", "99999999999999999999"), ("year", "２０２１"), ("month", "13"), ("month", "0"),
        ("day", "32"),
        ("from", "2021-02-30"), ("from", "03-02-2021"), ("to", "2021-2-3"), ("to", "yesterday"), ("limit", "0"),
        ("limit", "-1"),
        ("limit", "1.5"), ("limit", "99999999999999999999"), ("fields", "num,,day"), ("fields", "number"),
        ("species", ""), ("region", ""),
        ("format", "jsn"), ("bbox", "1,2,3"), ("bbox", "1,2,3,x"), ("bbox", "1,3,2,2"), ("bbox", "1,2,3,91"),
        ("bbox", "1,2,181,3"), ("bbox", "nan,2,3,4"), ("bbox", "1e1,2,3,4"), ("bbox", "--1,2,3,4"), ("near", "91,2"),
        ("near", "1"), ("min_num", "-1"), ("max_num", "1.5"), ("max_num", "many"),
        ("sort", "dat"), ("sort", "minutes"), ("sort", "date,-date"), ("sort", "--date"), ("sort", "-"),
    ])
    func refusesABadValueByItsName(name: String, value: String) throws {
        let items = [RequestTarget.QueryItem(name: name, value: value)]
        let error = #expect(throws: APIError.self) {
            let parameters = try Parameters(items, allowed: Parameter.observations)
            _ = try parameters.observations()
            _ = try parameters.fields()
            _ = try Representation.format(of: .observations, named: nil, parameters, ReceivedFields())
        }
        guard case .badValue(let parameter, _, _, _) = error else {
            Issue.record("\(String(describing: error)) is no bad value")
            return
        }
        #expect(parameter == name)
    }

    /// A name that is near to none is answered with a list of those that there are.
    @Test(arguments: [
        ("fields", "xyz", "fields: 'xyz' is not a member of a record; those are loc_id, latitude, longitude, "),
        ("sort", "minutes", "sort: 'minutes' is not a member that records can be sorted by; those are date, year, "),
        ("sort", "dat", "sort: 'dat' is not a member that records can be sorted by; did you mean 'date'?"),
        ("colour", "red", "there is no parameter 'colour' here; this path takes species, year, month, "),
        ("specie", "x", "there is no parameter 'specie' here; did you mean 'species'?"),
    ])
    func listsOrSuggestsNames(name: String, value: String, message: String) throws {
        let error = #expect(throws: APIError.self) {
            let parameters = try Parameters([.init(name: name, value: value)], allowed: Parameter.observations)
            _ = try parameters.observations()
            _ = try parameters.fields()
        }
        #expect(Problem(try #require(error)).message.hasPrefix(message))
    }

    @Test func saysWhereAPathTakesNoParameter() throws {
        let error = #expect(throws: APIError.self) {
            try Parameters([.init(name: "limit", value: "2")], allowed: [])
        }
        #expect(Problem(try #require(error)).message == "there is no parameter 'limit' here; this path takes none")
    }

    @Test(arguments: [
        ([("near", "1,2")], "near", "1,2", "needs 'within', in kilometres"),
        ([("within", "5")], "within", "5", "needs 'near=latitude,longitude'"),
    ])
    func refusesAParameterThatNeedsAnother(
        query: [(String, String)], name: String, value: String, reason: String
    ) {
        #expect(throws: APIError.misusedParameter(name, value: value, reason: reason)) { try read(query) }
    }

    @Test func refusesADistanceThatIsNone() {
        for distance in ["-1", "far", "20039", "1e3", "inf"] {
            #expect(throws: APIError.self, "\(distance)") { try read([("near", "1,2"), ("within", distance)]) }
        }
    }

    /// A sign before degrees says no more than none.
    @Test func takesDegreesWithASign() throws {
        let query = try read([("bbox", "-1,+2,+3.5,4"), ("near", "+60.5,-135"), ("within", "+7")])
        #expect(query.filter.box == GeographicBox(west: -1, south: 2, east: 3.5, north: 4))
        #expect(query.filter.circle == GeographicCircle(latitude: 60.5, longitude: -135, kilometres: 7))
    }

    @Test func refusesTheLessAfterTheMore() {
        #expect(throws: APIError.self) { try read([("min_num", "3"), ("max_num", "2")]) }
        #expect(throws: Never.self) { try read([("min_num", "3"), ("max_num", "3")]) }
    }

    @Test func refusesATimeThatEndsBeforeItBegins() {
        #expect(throws: APIError.self) { try read([("from", "2021-02"), ("to", "2021-01")]) }
        #expect(throws: Never.self) { try read([("from", "2021-02-03"), ("to", "2021")]) }
    }
}
