import Fixtures
import Testing

@testable import BirdImport
@testable import Fixtures

/// Codes that mean other species than the names beside them: a newer taxonomy has given them to others.
@Suite struct CodesBesideNamesTests {
    private let fixture: ImportFixture

    init() throws {
        fixture = try ImportFixture(
            taxonomy: """
                1,species,euhgul1,European Herring Gull,Larus argentatus
                2,species,norgos,American Goshawk,Astur atricapillus
                3,species,norgos1,Eurasian Goshawk,Astur gentilis
                4,species,coohaw,Cooper's Hawk,Astur cooperii
                5,species,eurjac,Eurasian Jackdaw,Coloeus monedula
                6,species,eursto,European Stonechat,Saxicola rubicola

                """)
    }

    /// The code, the scientific and the common name, and the code of the species of the record.
    @Test(arguments: [
        ("hergul", "Larus argentatus", "Herring Gull", "euhgul1", true),
        ("norgos", "Astur gentilis", "Northern Goshawk", "norgos1", true),
        ("norgos", "Accipiter gentilis", "Northern Goshawk", "Accipiter gentilis", true),
        ("norgos", "Accipiter gentilis", "Eurasian Goshawk", "norgos1", true),
        ("norgos", "Astur atricapillus", "Northern Goshawk", "norgos", false),
        // A genus has changed, or the ending of an epithet.
        ("coohaw", "Accipiter cooperii", "Hawk", "coohaw", false),
        ("eursto", "Oenanthe rubicolus", "", "eursto", false),
        ("eurjac", "Corvus monedula", "Dohle", "eurjac", false),
        ("eurjac", "Corvus turrium", "Eurasian Jackdaw", "eurjac", false),
        // Nothing knows the names.
        ("zzz", "Avis ignota", "Odd Bird", "zzz", false), ("norgos", "", "Northern Goshawk", "norgos", false),
        ("norgos", "", "Eurasian Goshawk", "norgos1", true), ("zzz", "", "Eurasian Jackdaw", "eurjac", true),
    ])
    func theNamesCount(code: String, name: String, common: String, stored: String, isSaid: Bool) throws {
        let row = "\(code),\(name),\(common)"
        fixture.write(
            "go.csv",
            "id,source_node,date,time,species_code,scientific_name,common_name,confidence\n"
                + (3...4).map { "\($0),garden,2021-02-0\($0),06:41:09,\(row),0.7\n" }.joined())
        let report = try fixture.run("go.csv")
        #expect(report.files.map(\.formatName) == ["birdnet-go"])
        #expect(try species() == [stored, stored])
        #expect(report.contradictedCodes.map(\.code) == (isSaid ? [code] : []))
        #expect(report.contradictedCodes.allSatisfy { $0.species == stored })
        guard name.isEmpty, !common.isEmpty else { return }
        fixture.write(
            "REC_20210203_064100.selections.txt",
            "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\tCommon Name\t"
                + "Species Code\tConfidence\tBegin Path\n"
                + "1\tS\t1\t0\t3\t0\t9000\t\(common)\t\(code)\t0.7\tREC_20210203_064100.wav\n")
        try fixture.run("REC_20210203_064100.selections.txt") { $0.dataset = "go" }
        #expect(try species() == [stored])
    }

    private func species() throws -> [String] {
        try fixture.rows("SELECT s.code FROM observation o JOIN species s ON s.id = o.species_id")
    }

    /// The records keep their code, and nothing else tells that they were of another species.
    @Test func aTaxonomyThatChangesTheMeaningOfACodeSaysSo() throws {
        let fixture = try ImportFixture(
            taxonomy: """
                1,species,norgos,Northern Goshawk,Accipiter gentilis
                2,species,coohaw,Cooper's Hawk,Accipiter cooperii
                3,species,other,Other,Avis altera

                """)
        fixture.write(
            "a.csv",
            plainHeader
                + ["norgos", "norgos", "coohaw"].enumerated().map { "L1,,,,2021,2,\($0 + 1),\($1),1\n" }.joined())
        try fixture.run("a.csv")
        fixture.write(
            "new.csv",
            """
            TAXON_ORDER,CATEGORY,SPECIES_CODE,PRIMARY_COM_NAME,SCI_NAME
            1,species,norgos,American Goshawk,Astur atricapillus
            2,species,coohaw,Cooper's Hawk,Astur cooperii
            3,species,other,Other,Avis tertia

            """)
        let report = try fixture.run("new.csv")
        #expect(
            report.changedCodes == [
                .init(code: "norgos", old: "Accipiter gentilis", new: "Astur atricapillus", records: 2)
            ])
        #expect(
            report.text.contains(
                "Warning: the taxonomy gives 1 code of stored records to other species: norgos was Accipiter gentilis and is "
                    + "now Astur atricapillus (2 records). If the records have names too, import their files again.\n"))
        #expect(try fixture.run("new.csv").changedCodes == [])
    }
}
