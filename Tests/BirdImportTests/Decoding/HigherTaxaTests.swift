import BirdImport
import Birds
import Testing

@testable import Fixtures

/// Which rows of a file of many animals are about birds.
@Suite struct HigherTaxaTests {
    static let rows: [(taxa: String, notBird: String?)] = [
        ("Animalia\tChordata\tAves\tPasseriformes", nil), ("\t\tAVES\t", nil), ("\t\tAves Linnaeus, 1758\t", nil),
        ("\t\t\t", nil), ("Animalia\tChordata\t\t", nil), ("\t\t\tPICIFORMES", nil),
        ("Animalia\tChordata\t\tincertae sedis", nil), ("NA\tNA\tNA\tNA", nil), ("Metazoa\t\t\tStrigiformes", nil),
        ("Animalia\tChordata\tMammalia\tChiroptera", "Mammalia"), ("Plantae\t\t\t", "Plantae"),
        ("Animalia\tArthropoda\t\t", "Arthropoda"), ("Animalia\tChordata\t\tCypriniformes", "Cypriniformes"),
        ("\t\t\tChiroptera", "Chiroptera"), ("Plantae\tTracheophyta\t\tPoales", "Plantae"),
        ("\t\tAvesta\t", nil), ("\t\tReptilia\tPasseriformes", "Reptilia"),
    ]

    @Test(arguments: rows)
    func rowsOfOtherGroupsAreLeftOut(taxa: String, notBird: String?) throws {
        let fixture = try ImportFixture()
        fixture.write(
            "occurrence.txt",
            "scientificName\teventDate\tkingdom\tphylum\tclass\torder\nAvis ignota\t2021-02-03\t\(taxa)\n"
                + "Avis altera\t2021-02-03\t\t\tAves\t\n")
        let report = try fixture.run("occurrence.txt")
        #expect(report.stored == (notBird == nil ? 2 : 1))
        #expect(report.files.first?.leftOut == (notBird.map { ["not a bird (\($0))": 1] } ?? [:]))
        if let notBird { #expect(report.text.contains("1 left out: not a bird (\(notBird)), on line 2\n")) }
    }

    /// Without a class, or where its cell is empty, the text with all taxa tells it.
    @Test(arguments: [
        ("Animalia|Chordata|Mammalia|Carnivora", "", "Mammalia"), ("Animalia, Chordata, Amphibia", "", "Amphibia"),
        ("Animalia; Arthropoda; Insecta", "NA", "Insecta"), ("Animalia;Chordata;Aves;Passeriformes", "", nil),
        ("Mammalia", "Aves", nil), ("Vertebrata > Aves", "", nil), ("", "", nil), ("birds", "", nil),
        ("Animalia|Chordata|Osteichthyes|Actinopteri", "", "Actinopteri"),
        ("Animalia|Arthropoda|Lepidoptera", "", "Lepidoptera"), ("Animalia|Priapulida", "", "Priapulida"),
        ("Animalia|Chordata|Lepidosauria", "", "Lepidosauria"), ("Chordata|Perciformes|Sparidae", "", "Perciformes"),
        ("Animalia|Chordata|Reptilia|Aves|Passeriformes", "", nil), ("Animalia|Chordata|Passeriformes", "", nil),
        ("Animalia|Corvidae", "", nil), ("Chordata|Corvidae", "", nil), ("Animalia|unknown|Corvidae", "", nil),
    ])
    func aTextWithAllTaxaTellsTheClass(taxa: String, taxonClass: String, notBird: String?) throws {
        for columns in ["", "\tclass"] where !columns.isEmpty || taxonClass.isEmpty {
            let fixture = try ImportFixture()
            fixture.write(
                "occurrence.txt",
                "scientificName\teventDate\thigherClassification\(columns)\nAvis ignota\t2021-02-03\t\(taxa)"
                    + (columns.isEmpty ? "\n" : "\t\(taxonClass)\n")
                    + "Avis altera\t2021-02-03\tAnimalia|Chordata|Aves\n")
            let report = try fixture.run("occurrence.txt")
            #expect(report.files.first?.leftOut == (notBird.map { ["not a bird (\($0))": 1] } ?? [:]))
        }
    }

    /// The orders of the IOC World Bird List 14.1, then those that eBird, BirdLife and GBIF have beside them, then some
    /// that were used before, or are extinct.
    @Test func everyOrderOfBirdsIsOneOfBirds() throws {
        let orders = """
            Struthioniformes Rheiformes Apterygiformes Casuariiformes Tinamiformes Anseriformes Galliformes
            Caprimulgiformes Steatornithiformes Nyctibiiformes Podargiformes Aegotheliformes Apodiformes
            Musophagiformes Otidiformes Cuculiformes Mesitornithiformes Pterocliformes Columbiformes Gruiformes
            Podicipediformes Phoenicopteriformes Charadriiformes Eurypygiformes Phaethontiformes Gaviiformes
            Sphenisciformes Procellariiformes Ciconiiformes Suliformes Pelecaniformes Opisthocomiformes
            Accipitriformes Cathartiformes Strigiformes Coliiformes Leptosomiformes Trogoniformes Bucerotiformes
            Coraciiformes Piciformes Cariamiformes Falconiformes Psittaciformes Passeriformes
            Galbuliformes Pteroclidiformes Pterocletiformes
            Trochiliformes Upupiformes Turniciformes Podicipitiformes Craciformes Lariformes Ralliformes Ardeiformes
            Dinornithiformes Aepyornithiformes Raphiformes Alciformes Dromaiiformes Scolopaciformes Gastornithiformes
            Hesperornithiformes Ichthyornithiformes Odontopterygiformes
            """.split(whereSeparator: \.isWhitespace)
        let fixture = try ImportFixture()
        fixture.write(
            "occurrence.txt",
            "scientificName\teventDate\torder\n" + orders.map { "Avis ignota\t2021-02-03\t\($0)\n" }.joined())
        let file = try #require(try fixture.run("occurrence.txt").files.first)
        #expect(file.leftOut == [:] && file.records == orders.count)
    }

    /// Words in place of a taxon, in any of the columns, and other words for birds and what they belong to.
    @Test func otherWordsAreOfBirds() throws {
        let words =
            ["NA", "n/a", "NULL", "none", "-", "?", "Unknown", "unassigned", "Not assigned", "unplaced"]
            + ["undetermined", "Incertae sedis", "unranked"]
        let rows =
            words.flatMap { ["\($0)\t\t\t", "\t\($0)\t\t", "\t\t\($0)\t", "\t\t\t\($0)"] }
            + ["Animalia", "Metazoa", "animal", "Animals"].map { "\($0)\t\t\t" }
            + ["Chordata", "Craniata", "Vertebrata"].map { "\t\($0)\t\t" }
            + ["Aves", "aves", "Birds", "bird"].map { "\t\t\($0)\tChiroptera" }
        let fixture = try ImportFixture()
        fixture.write(
            "occurrence.txt",
            "scientificName\teventDate\tkingdom\tphylum\tclass\torder\n"
                + rows.map { "Avis ignota\t2021-02-03\t\($0)\n" }.joined())
        let file = try #require(try fixture.run("occurrence.txt").files.first)
        #expect(file.leftOut == [:] && file.records == rows.count)
    }

    /// The groups come from the file, so their number is bounded.
    @Test func manyGroupsAreCountedTogether() throws {
        let fixture = try ImportFixture()
        let rows = (0..<500).map { "Avis ignota\t2021-02-03\tClass\($0)\n" }.joined()
        fixture.write("occurrence.txt", "scientificName\teventDate\tclass\nAvis una\t2021-02-03\tAves\n" + rows + rows)
        let file = try #require(try fixture.run("occurrence.txt").files.first)
        #expect(file.leftOut.count <= 41 && file.leftOut.values.reduce(0, +) == 1000)
    }
}
