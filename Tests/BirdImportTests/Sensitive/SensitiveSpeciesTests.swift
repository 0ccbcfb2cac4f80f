import Birds
import Testing

@testable import BirdImport
@testable import Fixtures

@Suite struct SensitiveSpeciesTests {
    private static let taxonomy = """
        species_code,category,sci_name,primary_com_name,taxon_order
        goleag,species,Aquila chrysaetos,Golden Eagle,1
        impeag1,species,Aquila heliaca,Imperial Eagle,2
        goleag2,issf,Aquila chrysaetos canadensis,Golden Eagle (American),3
        y00001,slash,Aquila chrysaetos/heliaca,Golden/Imperial Eagle,4
        x00001,hybrid,Aquila heliaca x chrysaetos,Imperial x Golden Eagle (hybrid),5
        aquila1,spuh,Aquila sp.,eagle sp.,6
        gowoo,species,Colaptes chrysoides,Gilded Flicker,7
        eueowl1,species,Bubo bubo,Eurasian Eagle-Owl,8
        steeag1,species,Haliaeetus pelagicus,Steller’s Sea-Eagle,9

        """

    private func covered(_ names: [String], records: [String]) throws -> [[String]] {
        let fixture = try ImportFixture()
        fixture.write("taxonomy.csv", Self.taxonomy)
        fixture.write("birds.csv", plainHeader + records.map { "L1,55.4,12.8,,2021,2,3,\"\($0)\",1\n" }.joined())
        try fixture.run("birds.csv")
        try fixture.run("taxonomy.csv")
        let file = try Database(path: fixture.database, mode: .readOnly)
        let codes = try file.rows("SELECT id, code FROM species").map {
            $0.split(separator: "|", maxSplits: 1).map(String.init)
        }
        return try SensitiveSpecies(file).ids(of: names).map { ids in
            codes.filter { row in ids.contains { String($0) == row[0] } }.map { $0[1] }.sorted()
        }
    }

    @Test(arguments: ["goleag", "Aquila chrysaetos", "AQUILA CHRYSAETOS", "golden eagle"])
    func aSpeciesCoversAllThatMayBeIt(name: String) throws {
        let found = try covered([name, "Aquila heliaca", "goleag2", "Aquila sp.", "nothing"], records: ["Xema local"])
        #expect(found[0] == ["goleag", "goleag2", "x00001", "y00001"])
        #expect(found[1] == ["impeag1", "x00001", "y00001"])
        #expect(found[2] == ["goleag2"] && found[3] == ["aquila1"] && found[4] == [])
    }

    @Test func namesOfRecordsAreCoveredToo() throws {
        let fixture = try ImportFixture()
        let names = [
            "Aquila chrysaetos", "AQUILA CHRYSAETOS", "Aquila (Aquila) chrysaetos", "A. chrysaetos",
            "Aquila cf. chrysaetos",
            "Aquila chrysaetos homeyeri", "Anas x Aquila chrysaetos", "Aquila heliaca", "Colaptes chrysaetos",
            "chrysaetos",
            "B. chrysaetos", "Golden Eagle", "two Golden Eagles", "Golden Eagle (juvenile)", "Golden-Eagle", "goleag",
            "GOLEAG", "Goleag?", "Aquila chrysaëtos", "AQUILA CHRYSAËTOS (LINNAEUS, 1758)", "Aquila chrysaetos (L.)",
            "Aquila-chrysaëtos", "golden_eagle", "GoldenEagle (juvenile)", "Golden\u{A0}Eagle", "goleag2",
            "Golden Eagle-Owl",
            "Golden Crowned Eagle",
        ]
        fixture.write("birds.csv", plainHeader + names.map { "L1,55.4,12.8,,2021,2,3,\"\($0)\",1\n" }.joined())
        try fixture.run("birds.csv")
        let database = try Database(path: fixture.database, mode: .readWrite)
        try database.execute(
            "UPDATE species SET scientific_name = 'Aquila chrysaetos', common_name = 'Golden Eagle', listed = 1 WHERE code = 'goleag'"
        )
        let ids = try #require(try SensitiveSpecies(database).ids(of: ["goleag"]).first)
        let codes = try database.rows(
            "SELECT code FROM species WHERE id IN (\(ids.map(String.init).joined(separator: ",")))")
        let others: Set = [
            "Aquila heliaca", "Colaptes chrysaetos", "chrysaetos", "B. chrysaetos", "two Golden Eagles", "goleag2",
            "Golden Eagle-Owl", "Golden Crowned Eagle",
        ]
        let all = Set(try database.rows("SELECT code FROM species WHERE code <> 'nobird'"))
        #expect(Set(codes) == all.subtracting(others) && others.isSubset(of: all))
    }

    /// Names of a list may be written in another way too.
    @Test func aNameIsTheSameWithoutSignsAndMarks() throws {
        let names = [
            "Aquila chrysaëtos", "GOLDEN-EAGLE", "Goleag", "aquila_chrysaetos", "Stellers Sea Eagle",
            "Stéller's seaeagle",
        ]
        let found = try covered(
            ["Aquila chrysaetos Linnaeus, 1758", "AQUILA CHRYSAËTOS (LINNAEUS, 1758)"] + names, records: ["Xema local"])
        #expect(found[..<6].allSatisfy { $0 == ["goleag", "goleag2", "x00001", "y00001"] })
        #expect(found[6...].allSatisfy { $0 == ["steeag1"] })
    }

    /// Without a table of species, the list alone says what a name is.
    @Test func namesNeedNoTable() throws {
        let fixture = try ImportFixture()
        let names = [
            "Mönchsgrasmücke", "Moenchsgrasmuecke", "Monchsgrasmucke", "Æthopyga siparaja", "Aethopyga siparaja",
            "Gartengrasmücke",
        ]
        fixture.write("birds.csv", plainHeader + names.map { "L1,55.4,12.8,,2021,2,3,\"\($0)\",1\n" }.joined())
        try fixture.run("birds.csv")
        let database = try Database(path: fixture.database, mode: .readOnly)
        let found = try SensitiveSpecies(database).ids(of: [
            "MÖNCHSGRASMÜCKE", "æthopyga siparaja", "monchsgrasmucke", "Aethopyga",
            "Aethopyga siparaja (Raffles, 1822)",
        ])
        #expect(found.map(\.count) == [3, 2, 2, 0, 2])
    }

    @Test func aRetiredCodeIsTheNewOne() throws {
        let fixture = try ImportFixture()
        fixture.write("old.csv", Self.taxonomy.replacing("goleag,", with: "oldeag,"))
        fixture.write("new.csv", Self.taxonomy)
        try fixture.run("old.csv")
        try fixture.run("new.csv")
        let database = try Database(path: fixture.database, mode: .readOnly)
        let found = try SensitiveSpecies(database).ids(of: [
            "oldeag", "goleag", "Steller's Sea-Eagle", "steller’s sea-eagle",
        ])
        #expect(found[0] == found[1] && found[0].count == 4)
        #expect(found[3].count == 1)
    }
}
