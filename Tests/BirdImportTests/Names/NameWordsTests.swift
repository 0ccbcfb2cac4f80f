import Testing

@testable import BirdImport
@testable import Fixtures

/// Names that begin with a species and mean another bird: none of their words is an author.
@Suite struct NameWordsTests {
    private static let known: Set<String> = ["larus canus", "larus fuscus", "chroicocephalus ridibundus", "pica pica"]

    /// With a taxonomy.
    private func name(_ text: String) -> ScientificName {
        ScientificName(text) { Self.known.contains($0.lowercased()) }
    }

    private func isNeverTheSpecies(_ text: String, _ category: String) {
        let name = name(text)
        let species = text.split { " |\\/".contains($0) }.prefix(2).joined(separator: " ")
        #expect(name.category == category && name.species == [] && !name.names.contains(species), "\(text): \(name)")
        #expect(name.kept == text)
    }

    @Test(arguments: [
        "domestica", "Domestic", "domesticated", "domestique", "doméstica", "dome\u{301}stico", "doméstico",
        "gedomesticeerd", "domesticeret", "tame", "Tame", "tamme",
        "zahm", "Racing", "racing pigeon", "homing", "escaped domestic", "Farmyard", "Zuchtform", "Hausgans",
        "Hausente",
        "Haustaube", "Stadttaube", "Brieftaube", "Straßentaube", "Strassentaube", "Hausform", "Stadsduif", "postduif",
        "Soepgans", "boereneend", "Tamduva", "tamgås", "tamanka", "Tamand", "bydue", "brevduva", "Hausgans.",
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

    /// Feral pigeons are a domestic form. Other feral birds are of their species, and the comments keep the word.
    @Test(arguments: [
        "feral", "Feral", "féral", "férale", "feral pigeon", "escaped feral", "asilvestrada", "cimarrona", "verwildert",
        "Förvildad",
    ])
    func wordsOfFeralBirds(word: String) {
        for end in [" \(word)", " (\(word))", " '\(word)'", ", \(word)"] {
            isNeverTheSpecies("Columba livia" + end, "domestic")
            #expect(ScientificName("Columba livia" + end).names.contains("Columba livia (Feral Pigeon)"))
            let pheasant = ScientificName("Phasianus colchicus" + end)
            #expect(pheasant.species.contains("Phasianus colchicus") && pheasant.category != "domestic", "\(pheasant)")
            #expect(!pheasant.names.contains("Phasianus colchicus") && pheasant.kept == "Phasianus colchicus" + end)
        }
        #expect(ScientificName.name("Columba livia", with: word, isCommon: false) == "Columba livia \(word)")
        #expect(ScientificName.name("Phasianus colchicus", with: word, isCommon: false) == nil)
    }

    @Test(arguments: [
        "hybr.", "Hybride", "hybride", "bastard", "Bastard", "híbrido", "ibrido", "(Bastard)", "Kreuzung", "hybrida",
        "backcross", "Rückkreuzung",
    ])
    func wordsOfHybrids(word: String) { isNeverTheSpecies("Anas platyrhynchos \(word)", "hybrid") }

    @Test(arguments: [
        ("Chlidonias hybrida (Pallas, 1811)", "Chlidonias hybrida"), ("Chlidonias hybridus", "Chlidonias hybridus"),
        ("Chlidonias hybrida hybrida", "Chlidonias hybrida hybrida"), ("Turdus pilaris Hausmann", "Turdus pilaris"),
        ("Turdus pilaris Brand, 1850", "Turdus pilaris"), ("Chlidonias (Viralva) hybrida Gray", "Chlidonias hybrida"),
        ("Passer Domesticus Linnaeus", "Passer Domesticus"), ("Strix aluco * ", "Strix aluco"),
        ("CHLIDONIAS HYBRIDA (PALLAS, 1811)", "Chlidonias hybrida"), ("CHLIDONIAS HYBRIDA", "Chlidonias hybrida"),
        ("Chlidonias Hybrida (Pallas, 1811)", "Chlidonias Hybrida"),
        ("Chlidonias Hybrida Pallas, 1811", "Chlidonias Hybrida"),
    ])
    func otherWordsAreNone(text: String, name: String) {
        let read = ScientificName(text)
        #expect((read.names + read.species).contains(name), "\(read)")
        #expect(![.domestic, .several].contains(read.kind))
    }

    @Test(arguments: [
        "Anas platyrhynchos * acuta", "Anas platyrhynchos * Anas acuta", "Anas platyrhynchos Hybrid: x acuta",
        "ANAS PLATYRHYNCHOS X ANAS ACUTA", "ANAS PLATYRHYNCHOS × ACUTA", "ANAS PLATYRHYNCHOS * ANAS ACUTA",
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
            #expect(name("Larus canus\(separator)\(second)").names.contains("Larus canus/fuscus"))
            let capitals = name("Larus canus\(separator)\(second)".uppercased())
            #expect(capitals.names.contains("Larus canus/fuscus") && capitals.category == "slash", "\(capitals)")
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
        let name = name(text)
        #expect(name.category == "slash" && name.species == [] && name.kept == text, "\(name)")
    }

    /// In the genus of the first, or with a genus of its own after `or`, a name needs no taxonomy.
    @Test(arguments: [
        "Avis una/altera", "Avis una / Avis altera", "Avis una or Avis altera", "Avis una, A. altera",
        "Avis una - Avis altera", "Avis una & A. altera", "Avis una L., 1758 / Avis altera L., 1758",
        "Avis una or Pulla altera", "Avis una/Pulla altera", "AVIS UNA/ALTERA", "AVIS UNA & AVIS ALTERA",
        "Avis una/domesticus", "Avis una or Pulla domestica", "Avis una/hybrida",
    ])
    func anotherNameWithItsGenusIsOneOfSeveral(text: String) { isNeverTheSpecies(text, "slash") }

    /// What is no name that a taxonomy knows is a remark, whatever its ending: the record is of the species, and its
    /// comments keep the text.
    @Test(arguments: [
        ", juvenilis", ", femina", ", ova", " e uova", " and young", " & goslings", " en jongen",
        " - Urraca blanca", " vel sim", " vel sim.", " or juvenile", " y pollos", " = Elster", "; nidus", " + brood",
        " - Common magpie", ", Adult birds", " or Magpie", " m/f", " ad/juv", "/juv", " / female", " 12/5/2021",
        " (ad/juv)", " og unger",
    ])
    func aRemarkIsNoAlternative(end: String) {
        let name = name("Pica pica" + end)
        #expect(name.species.contains("Pica pica") && name.kept == "Pica pica" + end, "\(name)")
        #expect(name.category != "slash" && !name.names.contains("Pica pica"))
        let capitals = self.name(("Pica pica" + end).uppercased())
        #expect(capitals.species.contains("Pica pica") && capitals.category != "slash", "\(capitals)")
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
        let name = name(text)
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
        12,species,hergul,Herring Gull,Larus argentatus
        13,species,whiwag,White Wagtail,Motacilla alba

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
        ("Anas platyrhynchos * rubripes", "", "x00001|"), ("ANAS PLATYRHYNCHOS X ANAS RUBRIPES", "", "x00001|"),
        ("Larus canus or ignotus", "", "mewgul|identified as Larus canus or ignotus"),
        ("Turdus merula vel sim", "", "eurbla|identified as Turdus merula vel sim"),
        ("Turdus merula, juvenilis", "", "eurbla|identified as Turdus merula, juvenilis"),
        (
            "Motacilla alba - Lavandera blanca", "White Wagtail",
            "whiwag|identified as Motacilla alba - Lavandera blanca"
        ),
        ("Turdus merula - Larus canus", "", "Turdus merula - Larus canus|"),
        ("Turdus merula(Linnaeus,1758)", "", "eurbla|"), ("Turdus merula (Linnaeus,1758)", "", "eurbla|"),
        ("Turdus merula,Linnaeus, 1758", "", "eurbla|"), ("Turdus merula,Linnaeus,1758", "", "eurbla|"),
        ("Turdus merula Linnaeus,1758", "", "eurbla|"), ("Larus fuscus(graellsii)", "", "lbbgul2|"),
        ("Turdus merula (feral)", "", "eurbla|identified as Turdus merula (feral)"),
        ("Anser Anser Domestica", "", "gragoo2|"),
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
        ("Larus canus Linnaeus, 1758", "Larus canus or fuscus", "x00050|"),
        ("Turdus merula Linnaeus, 1758", "Turdus merula, juvenilis", "eurbla|identified as Turdus merula, juvenilis"),
        ("Turdus merula Linnaeus, 1758", "Merula merula, juvenilis", "eurbla|"),
        // No taxonomy has it.
        ("Avis ignota Linnaeus, 1758", "Avis ignota e uova", "Avis ignota|identified as Avis ignota e uova"),
        ("Turdus merula Linnaeus, 1758", "Turdus merula (feral)", "eurbla|"),
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
