import FileSystem
import Testing

@testable import BirdImport
@testable import Fixtures

/// The line of a report where no taxonomy is known.
func noTaxonomy(_ fixture: ImportFixture) -> String {
    "No taxonomy has been imported yet. Import one to name them, and to find species by their names: rookery import "
        + "TAXONOMY.csv --database \(fixture.database)"
}

/// What a report advises, and what it says was not read.
@Suite struct AdviceTests {
    private let fixture: ImportFixture

    init() throws { fixture = try ImportFixture() }

    @Test func unknownSpeciesNeedATaxonomyOnceOnly() throws {
        fixture.write("a.csv", plainHeader + "L1,,,,2021,2,3,stejay,1\nL1,,,,2021,2,3,zzz,1\n")
        #expect(try fixture.run("a.csv").text.hasSuffix(noTaxonomy(fixture) + "\n"))
        fixture.write(
            "TAXONOMY.csv", TaxonomyTests.header + "1,species,stejay,,Steller's Jay,Cyanocitta stelleri,,,,\n")
        try fixture.run("TAXONOMY.csv")
        let text = try fixture.run("a.csv").text
        #expect(text.contains("1 species is in no species table: zzz (1") && !text.contains("No taxonomy"))
    }

    @Test func namesColumnsThatAreNotRead() throws {
        fixture.write("a.csv", "Weather,\"my \u{1B}note\",,Weather," + plainHeader + "sun,x,,,L1,,,,2021,2,3,a,1\n")
        let report = try fixture.run("a.csv") { $0.report = fixture.path("r.json") }
        #expect(report.text.contains("\n  not read: columns \"Weather\", \"my note\"\n"), "\(report.text)")
        #expect(fixture.text("r.json").lowercased().contains("\"unread_columns\":[\"weather\",\n\"my note\"]"))
        fixture.write("b.csv", (0..<12).map { "c\($0)," }.joined() + plainHeader + ",,,,,,,,,,,,L1,,,,2021,2,3,a,1\n")
        #expect(try fixture.run("b.csv").text.contains("\"c9\" and 2 more\n"))
    }

    /// Of several columns with remarks, one is read. What an archive calls an event is no column that anybody misses.
    @Test func namesColumnsOfRemarksThatAreNotRead() throws {
        fixture.write("a.csv", "Notes,remarks,comments," + plainHeader + "x,y,z,L1,,,,2021,2,3,a,1\n")
        #expect(try fixture.run("a.csv").text.contains("\n  not read: columns \"Notes\", \"remarks\"\n"))
        let fields = { (terms: [String]) in
            terms.enumerated().map { "<field index=\"\($0)\" term=\"\($1)\"/>" }.joined()
        }
        let meta = """
            <archive><core rowType="Event"><files><location>e</location></files><id index="0"/>\
            \(fields(["eventID", "eventDate"]))</core><extension rowType="Occurrence"><files><location>o</location></files>\
            <coreid index="0"/>\(fields(["eventID", "scientificName"]))</extension></archive>
            """
        fixture.write(
            "a.zip",
            ZipWriter.archive([("meta.xml", meta), ("e", "e1,2021-02-03\ne2,2021-02-04\n"), ("o", "e1,Avis ignota\n")]))
        let report = try fixture.run("a.zip")
        #expect(report.isStored && !report.text.contains("not read"), "\(report.text)")
        #expect(try fixture.rows("SELECT code FROM checklist ORDER BY code") == ["e1", "e2"])
    }

    /// They have many columns that nobody misses.
    @Test func namesNoColumnsOfDownloads() throws {
        for (text, more) in [
            (FormatFixture.myEBirdData, false), (FormatFixture.oldMyEBirdData, false), (FormatFixture.eBird, false),
            (FormatFixture.eBirdSampling, false), (FormatFixture.gbif, false), (FormatFixture.darwinCore, false),
            (FormatFixture.gbif.replacing("stateProvince", with: "myProvince"), true),
        ] {
            fixture.write("a.csv", text)
            let report = try fixture.run("a.csv") { $0.skipErrors = true }
            #expect(report.text.contains("not read:") == more, "\(report.text)")
        }
    }

    @Test func saysWhatIsMissingWithoutSamplingEvents() throws {
        let line = "zerofill does not know of checklists that have no record here\n"
        fixture.write("ebd.txt", FormatFixture.eBird)
        fixture.write("ebd_sampling.txt", FormatFixture.eBirdSampling)
        let alone = try fixture.run("ebd.txt") { $0.report = fixture.path("r.json") }
        #expect(alone.text.contains(line) && fixture.text("r.json").contains("\"lacks_sampling\":true"))
        #expect(try !fixture.run("ebd.txt", "ebd_sampling.txt").text.contains(line))
        #expect(try !fixture.run("ebd.txt") { $0.append = true }.text.contains(line))
    }

    /// Both tables that the refusal of an unknown one describes.
    @Test func aTableOfYourOwnCanBeImportedAsAdvised() throws {
        fixture.write("own.csv", "species,when,lat,lon,count\nJay,2021-02-03,60,-135,2\n")
        let refusal = #expect(throws: ChangeError.self) { try fixture.run("own.csv") }
        let advice = try #require(refusal?.message.split(separator: "For a table of your own, ").last)
        let plain = ["loc_id", "latitude", "longitude", "region", "year", "month", "day", "species_id", "num"]
        let darwin = [
            "scientificName", "eventDate", "decimalLatitude", "decimalLongitude", "locality", "individualCount",
        ]
        #expect((plain + darwin).allSatisfy { advice.contains($0) }, "\(advice)")
        fixture.write("a.csv", plain.joined(separator: ",") + "\nL1,60,-135,CA-YT,2021,2,3,stejay,2\n")
        fixture.write("b.csv", darwin.joined(separator: ",") + "\nCyanocitta stelleri,2021-02-03,60,-135,Marsh,2\n")
        let report = try fixture.run("a.csv", "b.csv")
        #expect(report.stored == 2 && report.files.map(\.formatName) == ["plain", "dwc"])
    }

    /// What a server answers with all members can be imported again.
    @Test func plainFilesMayHaveMore() throws {
        fixture.write(
            "a.csv",
            """
            loc_id,latitude,longitude,region,date,species_id,num,time,source_id,comments,breeding_code,location_name,\
            checklist_id,minutes,distance_km,area_ha,observers,protocol,complete,checklist_comments,generalised,\
            coordinate_uncertainty_m,confidence,reviewed,effort_hours_atleast,snow_depth_atleast
            L1,60.5,-135.25,CA-YT,2021-02-03,stejay,2,06:41,O1,shy,ON,Marsh,S1,60,1.5,2,3,Traveling,1,windy,1,5000,0.5,1,4,5

            """)
        let report = try fixture.run("a.csv")
        #expect(report.stored == 1 && report.files.allSatisfy { $0.format == "plain" && $0.unreadColumns.isEmpty })
        #expect(
            try fixture.rows(
                "SELECT date, source_id, reviewed, d.comments, breeding_code, generalised, coordinate_uncertainty_m, confidence "
                    + "FROM observation o JOIN observation_detail d ON d.id = o.id")
                == ["20210203|O1|1|shy|ON|1|5000.0|0.5"])
        #expect(
            try fixture.rows(
                "SELECT c.code, time, minutes, distance_km, area_ha, observers, protocol, complete, comments, name FROM "
                    + "checklist c JOIN location_name n ON n.location_id = c.location_id")
                == ["S1|06:41|60|1.5|2.0|3|Traveling|1|windy|Marsh"])
        // A record with a code of its own is known again.
        #expect(try fixture.run("a.csv") { $0.append = true }.replaced == 1)
        fixture.write("b.csv", "loc_id,latitude,longitude,region,species_id,num\nL1,,,,a,1\n")
        let refusal = #expect(throws: ChangeError.self) { try fixture.run("b.csv") }
        #expect(
            refusal?.message.contains("With the columns year, month, day it would be plain.") == true,
            "\(refusal?.message ?? "")")
        // A misspelt column would leave less of each date.
        fixture.write("c.csv", "loc_id,latitude,longitude,region,year,mnth,day,species_id,num\nL1,,,,2021,2,3,a,1\n")
        #expect(throws: ChangeError.self) { try fixture.run("c.csv") }
    }

    /// More than any list of birds has.
    @Test func refusesAListOfAllAnimals() throws {
        let rows = (0...Reading.mostSpecies).map { "s\($0),Animal \($0),\n" }
        fixture.write("a.csv", "species_id,sci_name,en_us\n" + rows.joined())
        let refusal = #expect(throws: ChangeError.self) { try fixture.run("a.csv") }
        #expect(refusal?.kind == .refused && refusal?.message.contains("131,072 species") == true)
    }
}
