import API
import Testing

/// GeoJSON is what maps are drawn from, so it tells without being asked how exact a place is.
@Suite struct ExactnessTests {
    private let fixture: ServiceFixture
    private let start = "{\"type\":\"FeatureCollection\",\"features\":["

    init() throws {
        let header =
            "loc_id,latitude,longitude,region,year,month,day,species_id,num,generalised,coordinate_uncertainty_m,complete,"
            + "checklist_id\n"
        fixture = try ServiceFixture(
            plain: header + "L1,60.5,-135.25,,2021,2,1,stejay,1,1,28000,1,S1\n"
                + "L1,60.5,-135.25,,2021,2,2,stejay,2,,,1,S2\nL1,60.5,-135.25,,2021,2,3,stejay,3,0,,1,S3\n"
                + "L1,60.5,-135.25,,2021,2,4,stejay,4,,12.5,1,S4\n")
    }

    private func feature(_ day: Int, _ exactness: String, num: Int? = nil) -> String {
        "{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[-135.25,60.5]},\"properties\":{"
            + "\"loc_id\":\"L1\",\"region\":null,\"year\":2021,\"month\":2,\"day\":\(day),\"species_id\":\"stejay\","
            + "\"num\":\(num ?? day)\(exactness)}}"
    }

    @Test func aFeatureHasWhatIsKnown() throws {
        let features = [
            feature(1, ",\"coordinate_uncertainty_m\":28000.0,\"generalised\":true"), feature(2, ""),
            feature(3, ",\"generalised\":false"), feature(4, ",\"coordinate_uncertainty_m\":12.5"),
        ]
        for target in ["/?format=geojson", "/observations.geojson?species=stejay", "/?format=geojson&sort=date"] {
            #expect(try fixture.get(target).text == start + features.joined(separator: ",\n") + "]}\n")
        }
        // Both kinds of visits: with the species, and without it.
        #expect(
            try fixture.get("/?format=geojson&zerofill=yes&species=stejay&day=1,2").text
                == start + features[..<2].joined(separator: ",\n") + "]}\n")
        #expect(
            try fixture.get("/?format=geojson&zerofill=yes&species=comrav&day=1").text.contains(
                "\"species_id\":\"comrav\",\"num\":0}}"))
    }

    @Test func onlyWhatIsAskedForIsShownElsewhere() throws {
        #expect(
            try fixture.get("/?format=geojson&fields=num&limit=1").text
                == start + "{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[-135.25,60.5]},"
                + "\"properties\":{\"num\":1}}]}\n")
        #expect(try fixture.get("/?format=geojson&fields=generalised&day=2").text.contains("{\"generalised\":null}"))
        for format in ["json", "ndjson", "csv"] {
            #expect(try !fixture.get("/?format=\(format)").text.contains("28000"))
        }
    }

    /// A location is as exact as its least exact record; so is a checklist, whatever is asked of it.
    @Test func locationsAndChecklistsTellHowExactTheyAre() throws {
        let location = "\"coordinate_uncertainty_m\":28000.0,\"generalised\":true"
        for target in ["/locations", "/locations.geojson", "/locations/L1"] {
            #expect(try fixture.get(target).text.contains(location), "\(target)")
        }
        #expect(
            try fixture.get("/checklists.csv?fields=day,generalised,coordinate_uncertainty_m").text
                == "day,generalised,coordinate_uncertainty_m\r\n1,1,28000.0\r\n2,,\r\n3,0,\r\n4,,12.5\r\n")
        let map = try fixture.get("/checklists.geojson?species=stejay&day=1,2").text
        #expect(map.contains("\"species_count\":1,\(location)}}"))
        #expect(map.contains("\"species_count\":1,\"coordinate_uncertainty_m\":null,\"generalised\":null}}"))
        #expect(try !fixture.get("/checklists.geojson?fields=day,loc_id").text.contains("generalised"))
        #expect(try !fixture.get("/checklists").text.contains("generalised"))
    }
}
