import Birds
import HTTP
import Testing

@testable import API

@Suite struct ParametersTests {
    private func read(_ query: [(String, String)]) throws -> ObservationQuery {
        let items = query.map { RequestTarget.QueryItem(name: $0.0, value: $0.1) }
        return try Parameters(items, allowed: Parameter.observations).observations()
    }

    @Test func readsEveryFilter() throws {
        let query = try read([
            ("species", "stejay,Common Raven"), ("year", "2020,2021"), ("month", "1"), ("day", "31"), ("from", "2020"),
            ("to", "2021-03"), ("region", "CA,US-WA"), ("location", "L1"), ("dataset", "yukon"), ("fields", "num,date"),
            ("limit", "7"),
        ])
        var expected = ObservationQuery()
        expected.species = ["stejay", "Common Raven"]
        expected.years = [2020, 2021]
        expected.months = [1]
        expected.days = [31]
        expected.from = PartialDate(iso: "2020")
        expected.to = PartialDate(iso: "2021-03")
        expected.regions = ["CA", "US-WA"]
        expected.locations = ["L1"]
        expected.datasets = ["yukon"]
        expected.fields = [.num, .date]
        expected.limit = 7
        #expect(query == expected)
    }

    @Test func filtersNothingWithoutParameters() throws {
        #expect(try read([]) == ObservationQuery())
    }

    @Test(arguments: [
        ("specie", "species"), ("Species", "species"), ("speices", "species"), ("yaer", "year"), ("limits", "limit"),
        ("regoin", "region"),
    ])
    func namesTheNearestParameter(given: String, nearest: String) {
        #expect(throws: APIError.unknownParameter(given, nearest: nearest)) { try read([(given, "x")]) }
    }

    @Test func namesNoParameterThatIsNotNear() {
        #expect(throws: APIError.unknownParameter("password", nearest: nil)) { try read([("password", "mumble")]) }
    }

    @Test func refusesAParameterThatIsGivenTwice() {
        #expect(throws: APIError.repeatedParameter("year")) { try read([("year", "2020"), ("year", "2021")]) }
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
        ("format", "jsn"),
    ])
    func refusesABadValueByItsName(name: String, value: String) throws {
        let items = [RequestTarget.QueryItem(name: name, value: value)]
        let error = #expect(throws: APIError.self) {
            let parameters = try Parameters(items, allowed: Parameter.observations)
            _ = try parameters.observations()
            _ = try parameters.format()
        }
        guard case .badValue(let parameter, _, _, _) = error else {
            Issue.record("\(String(describing: error)) is no bad value")
            return
        }
        #expect(parameter == name)
    }

    @Test func refusesATimeThatEndsBeforeItBegins() {
        #expect(throws: APIError.self) { try read([("from", "2021-02"), ("to", "2021-01")]) }
        #expect(throws: Never.self) { try read([("from", "2021-02-03"), ("to", "2021")]) }
    }
}
