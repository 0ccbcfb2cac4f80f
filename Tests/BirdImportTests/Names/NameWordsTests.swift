import Testing

@testable import BirdImport
@testable import Fixtures

/// Names that begin with a species and mean another bird: none of their words is an author.
@Suite struct NameWordsTests {
    private func isNeverTheSpecies(_ text: String, _ category: String) {
        let name = ScientificName(text)
        let species = text.split { " |\\".contains($0) }.prefix(2).joined(separator: " ")
        #expect(name.category == category && name.species == [] && !name.names.contains(species), "\(text): \(name)")
        #expect(name.kept == text)
    }

    @Test(arguments: [
        "domestica", "Domestic", "domesticated", "domestique", "doméstica", "dome\u{301}stico", "doméstico",
        "gedomesticeerd", "domesticeret", "feral", "Feral", "féral", "férale", "feral pigeon", "tame", "Tame", "tamme",
        "zahm", "Racing", "racing pigeon", "homing", "escaped domestic", "Farmyard", "Zuchtform", "Hausgans",
        "Hausente",
        "Haustaube", "Stadttaube", "Brieftaube", "Straßentaube", "Strassentaube", "Hausform", "Stadsduif", "postduif",
        "Soepgans", "boereneend", "Tamduva", "tamgås", "tamanka", "Tamand", "bydue", "brevduva", "asilvestrada",
        "verwildert", "Hausgans.",
    ])
    func wordsOfDomesticForms(word: String) {
        for text in [
            "Anser anser \(word)", "Anser anser (\(word))", "Anser anser '\(word)'", "Anser anser, \(word)",
            "Anser anser (Linnaeus, 1758) \(word)",
        ] {
            isNeverTheSpecies(text, "domestic")
            #expect(ScientificName(text).names.contains("Anser anser (Domestic type)"))
        }
        #expect(ScientificName("Anser f. \(word)").category == "domestic")
        #expect(!ScientificName("Anser sp. \(word)").names.contains("Anser sp."))
    }

    @Test(arguments: [
        "hybr.", "Hybride", "hybride", "bastard", "Bastard", "híbrido", "ibrido", "(Bastard)", "Kreuzung", "hybrida",
    ])
    func wordsOfHybrids(word: String) { isNeverTheSpecies("Anas platyrhynchos \(word)", "hybrid") }

    @Test(arguments: [
        ("Chlidonias hybrida (Pallas, 1811)", "Chlidonias hybrida"), ("Chlidonias hybridus", "Chlidonias hybridus"),
        ("Chlidonias hybrida hybrida", "Chlidonias hybrida hybrida"), ("Turdus pilaris Hausmann", "Turdus pilaris"),
        ("Turdus pilaris Brand, 1850", "Turdus pilaris"), ("Chlidonias (Viralva) hybrida Gray", "Chlidonias hybrida"),
        ("Passer Domesticus Linnaeus", "Passer Domesticus"), ("Strix aluco * ", "Strix aluco"),
    ])
    func otherWordsAreNone(text: String, name: String) {
        let read = ScientificName(text)
        #expect((read.names + read.species).contains(name), "\(read)")
        #expect(![.domestic, .several].contains(read.kind))
    }

    @Test(arguments: [
        "Anas platyrhynchos * acuta", "Anas platyrhynchos * Anas acuta", "Anas platyrhynchos Hybrid: x acuta",
    ])
    func aStarIsACross(text: String) {
        isNeverTheSpecies(text, "hybrid")
        #expect(ScientificName(text).names.contains("Anas platyrhynchos x acuta"))
    }

    static let separators = [
        " or ", " vel ", " oder ", " und ", " & ", " and ", " vs ", " vs. ", " versus ", " + ", "; ", ", ", " - ",
        " – ", " ou ", " o ", " of ", " eller ", " y ", " e ", " et ", " en ", " och ", " og ", " = ", "|", "\\", " / ",
        " OR ", " resp. ", " bzw. ",
    ]

    @Test(arguments: separators)
    func alternativesAreNeverTheFirst(separator: String) {
        let binomial = separator == "|" || separator == "\\" ? "fuscus" : "Larus fuscus"
        for second in [binomial, "fuscus", "L. fuscus", "Larus fuscus Linnaeus, 1758"] where separator.contains(" ") {
            isNeverTheSpecies("Larus canus\(separator)\(second)", "slash")
            #expect(ScientificName("Larus canus\(separator)\(second)").names.contains("Larus canus/fuscus"))
        }
        isNeverTheSpecies("Larus canus\(separator)\(binomial)", "slash")
        guard separator.contains(" ") else { return }
        isNeverTheSpecies("Larus canus\(separator)Chroicocephalus ridibundus", "slash")
        isNeverTheSpecies("Larus canus\(separator)Larus fuscus\(separator)Larus marinus", "slash")
        let authored = "Larus canus Linnaeus, 1758\(separator)Larus fuscus Linnaeus, 1758"
        if ![", ", "; "].contains(separator) { isNeverTheSpecies(authored, "slash") }
    }

    @Test(arguments: [
        "Larus canus (or fuscus)", "Larus canus or", "Larus canus or Larus sp.", "LARUS CANUS OR FUSCUS",
        "Larus canus oder ?",
    ])
    func oneOfSeveralIsNeverTheFirst(text: String) {
        let name = ScientificName(text)
        #expect(name.category == "slash" && name.species == [] && name.kept == text, "\(name)")
    }

    /// Authors, and remarks about one species.
    @Test(arguments: [
        "Pica pica Brehm & Selys, 1850", "Pica pica (Brehm and de Selys in Hartert, 1850)", "Pica pica Brehm et al.",
        "Pica pica Brehm und Selys", "Pica pica, Brehm & Selys 1850", "Pica pica, singing", "Pica pica, adult male",
        "Pica pica; Adult males", "Pica pica - overhead", "Pica pica & chicks", "Pica pica adult or juvenile",
        "Pica pica (adult or juvenile)", "Pica pica 1st or 2nd winter", "Pica pica [male and female]",
        "PICA PICA BREHM & SELYS", "Pica pica Adult", "Pica pica Ringed", "Pica pica Female",
    ])
    func aSpeciesIsNoAlternative(text: String) {
        let name = ScientificName(text)
        #expect((name.names + name.species).contains("Pica pica"), "\(name)")
        // A remark is no author: the comments keep it.
        if text.contains(where: { "ARF".contains($0) }), !text.contains("B") { #expect(name.kept == text) }
    }

    @Test(arguments: [
        "(Linnaeus, 1758) subsp. graellsii", "L. ssp. graellsii", "Linnaeus, 1758 graellsii",
        ", L., 1758 subsp. graellsii",
        "Linnaeus, 1758 ssp. graellsii Brehm, 1857", "(graellsii)", "[graellsii]", "(graellsii) Brehm, 1857",
        "Linnaeus, 1758 f. graellsii",
    ])
    func subspeciesFollowAnAuthorOrAreInParentheses(end: String) {
        let name = ScientificName("Larus fuscus\(end.hasPrefix(",") ? "" : " ")\(end)")
        #expect(name.names.contains("Larus fuscus graellsii"), "\(name)")
        #expect(name.species.last == "Larus fuscus")
    }

    // MARK: Records

    private static let taxonomy = """
        1,species,mewgul,Common Gull,Larus canus
        2,slash,x00050,Common/Lesser Black-backed Gull,Larus canus/fuscus
        3,species,gragoo,Graylag Goose,Anser anser
        4,domestic,gragoo2,Graylag Goose (Domestic type),Anser anser (Domestic type)
        5,spuh,domgoo1,Domestic goose sp. (Domestic type),Anser sp. (Domestic type)
        6,species,mallar3,Mallard,Anas platyrhynchos
        7,hybrid,x00001,Mallard x Black Duck (hybrid),Anas platyrhynchos x rubripes
        8,species,eurbla,Eurasian Blackbird,Turdus merula
        9,species,lbbgul,Lesser Black-backed Gull,Larus fuscus
        11,species,houspa,House Sparrow,Passer domesticus
        10,issf,lbbgul2,Lesser Black-backed Gull (graellsii),Larus fuscus graellsii

        """

    @Test(arguments: [
        ("Larus canus or fuscus", "Common Gull", "x00050|"),
        ("Larus canus or argentatus", "Common Gull", "Larus canus or argentatus|"),
        ("Anser anser Hausgans", "Graylag Goose", "gragoo2|"), ("Anser f. domestica", "Graylag Goose", "domgoo1|"),
        ("Anser domesticus", "Graylag Goose", "Anser domesticus|"), ("Fringilla domestica", "House Sparrow", "houspa|"),
        ("Anser domesticus", "Graylag Goose (Domestic type)", "gragoo2|"),
        ("Larus fuscus (Linnaeus, 1758) subsp. graellsii", "", "lbbgul2|"),
        ("Larus fuscus (graellsii)", "Lesser Black-backed Gull", "lbbgul2|"),
        (
            "Larus fuscus (nova)", "Lesser Black-backed Gull",
            "lbbgul|identified as Larus fuscus (nova)"
        ),
        ("Larus canus Adult", "", "mewgul|identified as Larus canus Adult"),
        ("Anas platyrhynchos * rubripes", "", "x00001|"),
    ])
    func recordsKeepTheBirdThatIsMeant(name: String, common: String, stored: String) throws {
        let fixture = try ImportFixture(taxonomy: Self.taxonomy)
        fixture.write(
            "occurrence.txt", "scientificName\tvernacularName\teventDate\n\(name)\t\(common)\t2021-02-03\n")
        try fixture.run("occurrence.txt")
        #expect(try Self.species(fixture) == [stored])
    }

    private static func species(_ fixture: ImportFixture) throws -> [String] {
        try fixture.rows(
            """
            SELECT s.code, d.comments FROM observation o JOIN species s ON s.id = o.species_id
            LEFT JOIN observation_detail d ON d.id = o.id
            """)
    }

    /// GBIF interprets names, and leaves out what makes a bird another one.
    @Test(arguments: [
        ("Anser anser (Linnaeus, 1758)", "Anser anser f. domestica", "gragoo2|"),
        ("Anas platyrhynchos Linnaeus, 1758", "Anas platyrhynchos x rubripes", "x00001|"),
        ("Larus canus Linnaeus, 1758", "Larus canus/fuscus", "x00050|"),
        ("Larus canus Linnaeus, 1758", "Larus fuscus/canus", "x00050|"),
        ("Turdus merula Linnaeus, 1758", "Turdus cf. merula", "eurbla|identified as Turdus cf. merula"),
        ("Turdus merula Linnaeus, 1758", "Turdus aff. merula", "Turdus aff. merula|"),
        // Of another species, or no more.
        ("Turdus merula Linnaeus, 1758", "Anser anser f. domestica", "eurbla|"),
        ("Turdus merula Linnaeus, 1758", "Turdus merula L.", "eurbla|"),
        ("Turdus merula Linnaeus, 1758", "Merula merula", "eurbla|"), ("Turdus merula Linnaeus, 1758", "", "eurbla|"),
        ("Turdus cf. merula", "Turdus merula/pilaris", "eurbla|identified as Turdus cf. merula"),
    ])
    func theVerbatimNameCountsWhereItSaysMore(name: String, verbatim: String, stored: String) throws {
        let fixture = try ImportFixture(taxonomy: Self.taxonomy)
        let species = name.split(separator: " ").prefix(2).joined(separator: " ")
        fixture.write(
            "gbif.tsv",
            "gbifID\tdatasetKey\tclass\tspecies\tscientificName\tverbatimScientificName\tcountryCode\tlocality\t"
                + "occurrenceStatus\tindividualCount\tdecimalLatitude\tdecimalLongitude\teventDate\n"
                + "1\tk\tAves\t\(species)\t\(name)\t\(verbatim)\t\t\t\t\t\t\t2021-02-03\n")
        #expect(try fixture.run("gbif.tsv").files.map(\.formatName) == ["gbif"])
        #expect(try Self.species(fixture) == [stored])
        fixture.write(
            "occurrence.txt",
            "scientificName\tverbatimScientificName\teventDate\n\(name)\t\(verbatim)\t2021-02-03\n")
        try fixture.run("occurrence.txt") { $0.dataset = "gbif" }
        #expect(try Self.species(fixture) == [stored])
    }
}
