import HTTP
import Testing

@testable import API

/// Each error in full: its status, its body, and the fields that a client acts on.
@Suite struct ProblemTests {
    static let paths =
        "/observations, /checklists, /species, /locations, /regions, /summary, /datasets, /openapi.json, /metrics, /health"

    static let problems: [(error: APIError, status: Status, members: String)] = [
        (
            .missingCredentials, .unauthorized,
            #""code":"missing-credentials","error_message":"no authorization provided""#
        ),
        (
            .unsupportedScheme, .unauthorized,
            #""code":"unsupported-scheme","error_message":"only Basic authorization, or the field Password, is accepted""#
        ),
        (
            .incorrectCredentials, .unauthorized,
            #""code":"incorrect-credentials","error_message":"incorrect or missing password""#
        ),
        (
            .incorrectPassword, .forbidden,
            #""code":"incorrect-password","error_message":"incorrect or missing password""#
        ),
        (
            .malformedAuthorization, .badRequest,
            #""code":"malformed-authorization","error_message":"malformed authorization header""#
        ),
        (
            .repeatedCredentials, .badRequest,
            #""code":"repeated-credentials","error_message":"malformed authorization header: credentials are given more than once""#
        ),
        (
            .unknownPath(nearest: nil), .notFound,
            #""code":"unknown-path","error_message":"there is nothing at this path; the paths are \#(paths)""#
        ),
        (
            .unknownPath(nearest: "/species"), .notFound,
            #""code":"unknown-path","error_message":"there is nothing at this path; did you mean '/species'?","nearest":"/species""#
        ),
        (
            .methodNotAllowed(allowed: [.get, .head]), .methodNotAllowed,
            #""code":"method-not-allowed","error_message":"this resource answers GET, HEAD only""#
        ),
        (
            .unknownObservation(id: "7"), .notFound,
            #""code":"unknown-observation","error_message":"there is no observation with this id","value":"7""#
        ),
        (
            .unknownLocation(code: "L\"7"), .notFound,
            #""code":"unknown-location","error_message":"there is no location with this loc_id","value":"L\"7""#
        ),
        (
            .unknownSpecies(code: "x"), .notFound,
            #""code":"unknown-species","error_message":"there is no species with this species_id","value":"x""#
        ),
        (
            .unknownParameter("yaer", nearest: "year", known: ["year"]), .badRequest,
            #""code":"unknown-parameter","error_message":"there is no parameter 'yaer' here; did you mean 'year'?","parameter":"yaer","nearest":"year""#
        ),
        (
            .repeatedParameter("limit"), .badRequest,
            #""code":"repeated-parameter","error_message":"the parameter 'limit' is given more than once; it is not a list, so give it once","parameter":"limit""#
        ),
        (
            .missingParameter("by", expected: "give it"), .badRequest,
            #""code":"missing-parameter","error_message":"the parameter 'by' is missing; give it","parameter":"by""#
        ),
        (
            .badValue(parameter: "sort", value: "dat", expected: "a member", nearest: "date"), .badRequest,
            #""code":"bad-value","error_message":"sort: 'dat' is not a member; did you mean 'date'?","parameter":"sort","value":"dat","nearest":"date""#
        ),
        (
            .misusedParameter("within", value: "5", reason: "needs 'near'"), .badRequest,
            #""code":"bad-value","error_message":"'within' needs 'near'","parameter":"within","value":"5""#
        ),
        (
            .notAcceptable(available: ["text/csv", "application/json"]), .notAcceptable,
            #""code":"not-acceptable","error_message":"none of the types in Accept is available; this resource offers text/csv, application/json""#
        ),
        (.badPage("why"), .badRequest, #""code":"bad-page","error_message":"why","parameter":"after""#),
        (
            .queryTooLong, .serviceUnavailable,
            #""code":"query-too-long","error_message":"the query took too long; narrow it with more filters or a limit","request_id":"r1""#
        ),
        (
            .tooManyAnswers(.ofServer), .serviceUnavailable,
            #""code":"too-busy","error_message":"too many long answers are under way; try again later","request_id":"r1""#
        ),
        (
            .tooManyAnswers(.ofClient), .serviceUnavailable,
            #""code":"too-many-answers","error_message":"too many long answers to you are under way; read one of them to its end first","request_id":"r1""#
        ),
        (
            .tooManyWaiting(.ofServer), .serviceUnavailable,
            #""code":"queue-full","error_message":"too many queries wait already; try again later","request_id":"r1""#
        ),
        (
            .tooManyWaiting(.ofClient), .serviceUnavailable,
            #""code":"too-many-queries","error_message":"too many of your queries wait already; wait for the answer to one of them first","request_id":"r1""#
        ),
        (
            .auditUnavailable, .serviceUnavailable,
            #""code":"audit-unavailable","error_message":"the server can't keep its audit at the moment, and gives out no records without; try again later","request_id":"r1""#
        ),
        (
            .databaseUnavailable, .serviceUnavailable,
            #""code":"database-unavailable","error_message":"the records can't be read at the moment; try again later","request_id":"r1""#
        ),
    ]

    @Test(arguments: problems)
    func everyErrorSaysWhatIsWrong(error: APIError, status: Status, members: String) {
        let response = Problem(error).response(requestID: "r1")
        #expect(response.status == status)
        #expect(response.text == "{\"status\":\(status.code),\"title\":\"\(status.reason)\",\(members)}\n")
        #expect(response.fields[.contentType] == "application/problem+json")
        #expect(
            response.fields[.retryAfter]
                == (status == .serviceUnavailable && error != .queryTooLong && error != .busyWithLogins ? "5" : nil))
        #expect(response.fields[.allow] == (status == .methodNotAllowed ? "GET, HEAD" : nil))
        // A 401 without a challenge would have no way out.
        let challenge = #"Basic realm="Rookery", charset="UTF-8""#
        #expect(response.fields[.wwwAuthenticate] == (status == .unauthorized ? challenge : nil))
    }

    /// What a store refuses reaches the client without the inside of the server.
    @Test(arguments: [
        ("/?after=x", "bad-page", "'after' does not belong to this query; follow Link, or start again without 'after'"),
        ("/?species=qqqqqq", "bad-value", "species: 'qqqqqq' is not a known species; /species lists them"),
        ("/?species=stejai", "bad-value", "species: 'stejai' is not a known species; did you mean 'stejay'?"),
        ("/?location=a,,b", "bad-value", "location: 'a,,b' is not a list: a value between the commas is missing"),
        ("/?count=all", "bad-value", "count: 'all' is not 'exact', its only value; did you mean 'exact'?"),
        ("/?zerofill=yess&species=stejay", "bad-value", "zerofill: 'yess' is not 'yes' or 'no'; did you mean 'yes'?"),
        ("/?generalised=true", "bad-value", "generalised: 'true' is not 'yes' or 'no'"),
        ("/locations?generalised=yess", "bad-value", "generalised: 'yess' is not 'yes' or 'no'; did you mean 'yes'?"),
        (
            "/?generalised=", "bad-value", "generalised: '' is not a value: it is empty"
        ),
        ("/?zerofill=perhaps&species=stejay", "bad-value", "zerofill: 'perhaps' is not 'yes' or 'no'"),
        (
            "/?zerofill=yes", "missing-parameter",
            "the parameter 'species' is missing; give the species whose absence 'zerofill' should show"
        ),
        ("/?zerofill=yes&species=stejay&min_num=1", "bad-value", "'min_num' can't be used with 'zerofill'"),
        ("/?zerofill=yes&species=stejay&max_num=1", "bad-value", "'max_num' can't be used with 'zerofill'"),
        ("/?zerofill=yes&species=stejay&sort=num", "bad-value", "'sort' can't be used with 'zerofill'"),
        ("/?limit=0", "bad-value", "limit: '0' is not a whole number, at least 1"),
        ("/?min_num=x", "bad-value", "min_num: 'x' is not a whole number, at least 0"),
        ("/?min_num=3&max_num=2", "bad-value", "max_num: '2' is not at least the number in 'min_num'"),
        ("/?from=2021&to=2020", "bad-value", "to: '2020' is not on or after the date in 'from'"),
        ("/?year=0", "bad-value", "year: '0' is not a whole number from 1 to 9999"),
        ("/?month=13", "bad-value", "month: '13' is not a whole number from 1 to 12"),
        ("/?day=32", "bad-value", "day: '32' is not a whole number from 1 to 31"),
        ("/?from=x", "bad-value", "from: 'x' is not a date, such as 2021-03-28, 2021-03 or 2021"),
        ("/?near=1,2&within=20039", "bad-value", "within: '20039' is not a distance in kilometres, from 0 to 20038"),
        (
            "/?near=91,2&within=1", "bad-value",
            "near: '91,2' is not a point: latitude,longitude in degrees, such as 60.72,-135.05"
        ),
        ("/?bbox=1,2,3,x", "bad-value", "bbox: 'x' is not a number in degrees"),
        ("/?fields=num,day,num", "bad-value", "fields: 'num' is not allowed more than once"),
        ("/?sort=num,-num", "bad-value", "sort: 'num' is not allowed more than once"),
        (
            "/checklists?fields=num", "bad-value",
            "fields: 'num' is not a member of a checklist; those are checklist_id, "
        ),
        ("/summary?by=year,year", "bad-value", "by: 'year' is not allowed more than once"),
        (
            "/summary", "missing-parameter",
            "the parameter 'by' is missing; give it, such as by=species,year; the keys are species, region, location, year, iso_year, month, week, date, dataset"
        ),
        (
            "/species?format=geojson", "bad-value",
            "format: 'geojson' is not a format of this resource; its formats are json, ndjson, csv"
        ),
        (
            "/species?format=jsn", "bad-value",
            "format: 'jsn' is not a format of this resource; its formats are json, ndjson, csv; did you mean 'json'?"
        ),
        (
            "/species.csv?format=json", "bad-value",
            "format: 'json' is not the format in the path; leave one of them out"
        ),
        (
            "/species?spreadsheet=yes", "bad-value",
            "spreadsheet: 'yes' is not available in this format; use it with format=csv"
        ),
    ])
    func aBadRequestSaysHowToMendIt(target: String, code: String, message: String) throws {
        let response = try ServiceFixture().get(target)
        #expect(response.status == .badRequest)
        #expect(response.text.contains("\"code\":\"\(code)\",\"error_message\":\"\(message)"))
        // Nothing follows the sentence but a list of names.
        if !message.hasSuffix(", ") { #expect(response.text.contains("\(message)\",\"parameter\"")) }
    }

    @Test func eightKeysCanBeSortedBy() throws {
        let fixture = try ServiceFixture()
        let keys = ["date", "num", "species_id", "loc_id", "region", "latitude", "longitude", "category", "dataset"]
        #expect(try fixture.get("/?sort=" + keys.prefix(8).joined(separator: ",")).status == .ok)
        let many = try fixture.get("/?sort=" + keys.joined(separator: ","))
        #expect(many.text.contains("is not a list of at most 8 members"))
    }
}
