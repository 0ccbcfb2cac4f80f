import Testing

@testable import HTTP

@Suite struct NegotiationTests {
    private static let offers = [
        ["application/json"], ["application/x-ndjson", "application/jsonl"], ["text/csv"], ["application/geo+json"],
    ]

    @Test(
        arguments: [
            ([], 0), (["*/*"], 0), (["application/json"], 0), (["text/csv"], 2), (["Text/CSV; charset=utf-8"], 2),
            (["text/*"], 2), (["application/*"], 0), (["application/jsonl"], 1), (["application/geo+json"], 3),
            (["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"], 0),
            (["text/csv;q=0.5, application/json;q=0.4"], 2), (["text/csv;q=0.5, application/json;q=0.50"], 0),
            (["application/json;q=0, */*;q=0.1"], 1), (["*/*;q=0.1, application/json;q=0"], 1),
            (["application/json;q=0.2", "text/csv"], 2), (["text/html"], nil), (["*/*;q=0"], nil),
            (["application/json;q=0.000"], nil), (["text/csv;a=\"x,y;q=0\";q=0.3, application/geo+json;q=0.4"], 3),
            ([#"text/html;a="\",text/csv", application/geo+json;q=0.4"#], 3),
            // The more specific range decides, whichever comes first and whichever is liked better.
            (["application/*;q=0.1, */*"], 2), (["*/*, application/*;q=0.1"], 2),
            (["application/*;q=0.1, */*", "application/geo+json;q=0.2, text/csv;q=0"], 3),
            // What is malformed is passed over.
            (["text/csv;q=2"], 0), (["text/csv;q=0.5555, application/geo+json"], 3), (["te xt/csv"], 0), ([""], 0),
            ([",,text/csv,"], 2), (["text/csv;q=1.001"], 0),
            (["*"], 0), (["garbage"], 0), (["csv, text/csv"], 2), (["text/"], 0), (["text/csv;q=."], 0),
            // As HttpURLConnection of Java sends it.
            (["text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"], 0),
            (["application/json;q=.3, text/csv;q=.4"], 2),
            // The last of several equal ranges counts, and other parameters mean nothing.
            (["text/csv;q=0.9, application/json;q=0.5, text/csv;q=0.1"], 0),
            (["text/csv;Q=0.5, application/json;q=0.4"], 2),
            (["text/csv ; charset=x ; q=0.1, application/json;q=0.2"], 0),
            (["text/csv;q=1.000, application/json;q=0.999"], 2),
            (["text/csv;q=0.01, application/json;q=0.002"], 2), (["TEXT/*;q=0.3, */*;q=0.2"], 2),
            (["text/csv;q=0"], nil), (["text/*;q=0, text/csv;q=0.1"], 2), (["*/*;q=0, application/jsonl;q=0.001"], 1),
        ] as [([String], Int?)])
    func theBestOfferIsTaken(fields: [String], index: Int?) {
        #expect(Negotiation.mediaType(fields.map { Array($0.utf8)[...] }, among: Self.offers) == index)
    }

    @Test func aRangeOfTypesIsCloserThanTheRangeOfAll() {
        let field = Array("text/*;q=0.1, */*".utf8)[...]
        #expect(Negotiation.mediaType([field], among: [["text/csv"], ["application/json"]]) == 1)
    }

    @Test(
        arguments: [
            ([], false), (["gzip"], true), (["gzip, deflate, br"], true), (["x-gzip"], true), (["*"], true),
            (["identity"], false), (["gzip;q=0"], false), (["*;q=0"], false), (["br"], false), (["gzip;q=0, *"], false),
            (["gzip;q=0.5, identity"], false), (["gzip;q=0.5, identity;q=0.5"], true), (["deflate", "GZIP"], true),
            (["gzip;q=x"], false), (["*;q=0.5, identity;q=0.6"], false), (["*;q=0.5, identity;q=0.4"], true),
            (["gzip;q=0.1, *"], true), (["x-gzip;q=0, gzip"], true), (["gzip, x-gzip;q=0"], false),
            (["identity;q=0"], false),
            (["gzip;q=0.001"], true), (["gzip;q=0.4, identity;q=0.5, *"], false),
        ] as [([String], Bool)])
    func gzipIsTakenWhereItIsWanted(fields: [String], takes: Bool) {
        #expect(Negotiation.takesGzip(fields.map { Array($0.utf8)[...] }) == takes)
    }

    @Test func aListOfAnyLengthIsReadInPart() {
        let list = String(repeating: "a/b,", count: 10_000) + "text/csv"
        #expect(Negotiation.members([Array(list.utf8)[...]]).count == Negotiation.longest)
    }
}
