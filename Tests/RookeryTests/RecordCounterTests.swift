import Testing

@testable import rookery

@Suite struct RecordCounterTests {
    @Test(arguments: [
        ("[]\n", 0), ("[{\"a\":1},\n{\"a\":2}]\n", 2), (#"[{"a":"}{[\""},{"b":{"c":{}}}]"#, 2), ("{\"a\":1}\n", 1),
        (#"[{"a":"{"},{"b":1}]"#, 2), (#"[{"a":"}"},{"b":"\\"},{"c":1}]"#, 3),
        ("{\"a\":1}\n{\"a\":2}\n", 2),
    ])
    func countsTheObjectsOfJSON(text: String, count: Int) {
        for size in 1...text.utf8.count {
            var counter = RecordCounter(.json)
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                counter.consume(rest.prefix(size))
                rest = rest.dropFirst(size)
            }
            #expect(counter.count == count)
        }
    }

    @Test func countsTheFeaturesOfGeoJSON() {
        let feature = #"{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]},"properties":{"num":1}}"#
        for count in 0...2 {
            var counter = RecordCounter(.geojson)
            let features = Array(repeating: feature, count: count).joined(separator: ",\n")
            counter.consume(Array(#"{"type":"FeatureCollection","features":[\#(features)]}"#.utf8))
            #expect(counter.count == count)
        }
    }

    @Test(arguments: [("a,b\r\n", 0), ("a,b\r\n1,2\r\n", 1), ("a,b\r\n\"x\r\ny\",\"\"\"\n\"\r\n3,4\r\n", 2)])
    func countsTheLinesOfCSV(text: String, count: Int) {
        var counter = RecordCounter(.csv)
        counter.consume(Array(text.utf8))
        #expect(counter.count == count)
    }
}
