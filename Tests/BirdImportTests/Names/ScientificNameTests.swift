import Testing

@testable import BirdImport

/// Scientific names as files write them.
@Suite struct ScientificNameTests {
    /// The name that is kept if no taxonomy knows it.
    @Test(arguments: [
        ("Larus argentatus Pontoppidan, 1763", "Larus argentatus"), ("Larus argentatus", "Larus argentatus"),
        ("Passer domesticus (Linnaeus, 1758)", "Passer domesticus"), ("Larus Linnaeus, 1758", "Larus"),
        ("Motacilla alba yarrellii Gould, 1837", "Motacilla alba yarrellii"),
        ("Motacilla alba van Dyck", "Motacilla alba"), ("Pica pica d'Orbigny", "Pica pica"),
        ("Emberiza citrinella Linnaeus", "Emberiza citrinella"), ("Sitta europaea, Linnaeus 1758", "Sitta europaea"),
        ("Anas platyrhynchos × Anas acuta", "Anas platyrhynchos × Anas acuta"),
        ("Anas platyrhynchos x acuta", "Anas platyrhynchos x acuta"), ("Larus sp.", "Larus sp."),
        ("Corvus corone/cornix", "Corvus corone/cornix"), ("", ""),
        // An end that may be more than an author is kept.
        ("Branta bernicla (Gray-bellied)", "Branta bernicla (Gray-bellied)"),
        (
            "Setophaga coronata [coronata Group] (Linnaeus, 1766)",
            "Setophaga coronata [coronata Group] (Linnaeus, 1766)"
        ),
        ("Sitta europaea sensu lato", "Sitta europaea sensu lato"), ("Sitta Europaea", "Sitta Europaea"),
        ("Sitta Europaea Linnaeus, 1758", "Sitta Europaea Linnaeus, 1758"), ("SITTA EUROPAEA", "SITTA EUROPAEA"),
        ("Curruca (Sylvia) communis (Latham, 1787)", "Curruca (Sylvia) communis"),
        ("Columba livia f. domestica", "Columba livia f. domestica"),
        ("Columba livia forma domestica Gmelin", "Columba livia forma domestica Gmelin"),
        ("Sitta cf. europaea", "Sitta cf. europaea"), ("Sitta europaea?", "Sitta europaea?"),
        ("Sitta aff. europaea Linnaeus, 1758", "Sitta aff. europaea Linnaeus, 1758"),
        ("Sitta\u{A0} europaea", "Sitta europaea"), ("\"Sitta europaea\"", "Sitta europaea"),
        ("Sitta_europaea", "Sitta europaea"), ("Curruca conspicillata Ménétries, 1832", "Curruca conspicillata"),
        ("Sitta europaea Ödman", "Sitta europaea"), ("Sitta europaea Ørsted, 1850", "Sitta europaea"),
        ("Эндемик неизвестный", "Эндемик неизвестный"),
        ("Sitta europaea (de Selys, 1835)", "Sitta europaea"),
        ("Sitta europaea (von Berlepsch & de Selys, 1835)", "Sitta europaea"),
        ("Sitta europaea(Linnaeus,1758)", "Sitta europaea"), ("Sitta europaea,Linnaeus,1758", "Sitta europaea"),
        ("Sitta europaea,Linnaeus, 1758", "Sitta europaea"),
        ("Sitta (Sitta)europaea Linnaeus", "Sitta (Sitta) europaea"),
    ])
    func keepsTheNameWithoutItsAuthor(text: String, name: String) {
        #expect(ScientificName(text).kept == name)
    }

    /// A name and one of the forms under which it is looked up.
    @Test(arguments: [
        ("Sylvia (Curruca) communis Latham, 1787", ["Sylvia communis", "Curruca communis"]),
        ("SYLVIA (CURRUCA) COMMUNIS LATHAM, 1787", ["Sylvia communis", "Curruca communis"]),
        ("SITTA EUROPAEA CAESIA", ["Sitta europaea caesia"]),
        ("SITTA EUROPAEA CAESIA (WOLF, 1810)", ["Sitta europaea caesia"]),
        ("SITTA EUROPAEA LINNAEUS, 1758", ["Sitta europaea"]), ("SITTA EUROPAEA (LINNAEUS, 1758)", ["Sitta europaea"]),
        ("Sitta Europaea Linnaeus, 1758", ["Sitta Europaea"]), ("sitta europaea", ["sitta europaea"]),
        ("Sitta cf. europaea", ["Sitta europaea"]), ("cf. Sitta europaea", ["Sitta europaea"]),
        ("Sitta europaea (?)", ["Sitta europaea"]), ("Sitta ?europaea Linnaeus, 1758", ["Sitta europaea"]),
        ("Sitta cf.europaea", ["Sitta europaea"]),
        ("Sitta europaea subsp. caesia Wolf, 1810", ["Sitta europaea subsp. caesia", "Sitta europaea caesia"]),
        ("Columba livia f.domestica", ["Columba livia domestica", "Columba livia (Domestic type)"]),
        ("Columba livia domestica", ["Columba livia (Feral Pigeon)"]), ("Sitta sp", ["Sitta sp."]),
        ("Sitta spp. Linnaeus, 1758", ["Sitta sp."]),
        ("Anas platyrhynchos Linnaeus, 1758 × Anas acuta Linnaeus, 1758", ["Anas platyrhynchos x acuta"]),
        ("Anas acuta X A. platyrhynchos", ["Anas acuta x platyrhynchos"]),
        ("Anas acuta ×platyrhynchos", ["Anas acuta x platyrhynchos"]),
        ("Aythya ferina x Anas acuta", ["Anas acuta x Aythya ferina"]),
        ("Anas acuta x platyrhynchos", ["Anas platyrhynchos x acuta"]),
        ("Anas acuta × platyrhynchos Linnaeus, 1758", ["Anas platyrhynchos x acuta"]),
        ("Corvus corone / Corvus cornix", ["Corvus corone/cornix", "Corvus cornix/corone"]),
        ("Branta hutchinsii/canadensis", ["Branta canadensis/hutchinsii"]),
        ("Branta canadensis maxima/moffitti", ["Branta canadensis moffitti/maxima"]), ("Parus-major", ["Parus major"]),
        ("Corvus corone/cornix, Linnaeus 1758", ["Corvus corone/cornix"]),
        ("Passer (Passer) domesticus domesticus", ["Passer domesticus domesticus"]),
        (
            "Motacilla alba yarrellii f. nova Gould, 1837",
            ["Motacilla alba yarrellii f. nova", "Motacilla alba yarrellii nova"]
        ),
    ])
    func looksUpFormsOfTheName(text: String, forms: [String]) {
        let names = ScientificName(text).names
        #expect(forms.allSatisfy(names.contains), "\(names)")
    }

    /// The species under which a name is looked up last. A subspecies may have become one.
    @Test(arguments: [
        ("Sitta europaea caesia", ["Sitta caesia", "Sitta europaea"]),
        ("Sitta europaea ssp. caesia Wolf, 1810", ["Sitta caesia", "Sitta europaea"]),
        ("Sitta europaea var. caesia Wolf, 1810", ["Sitta europaea"]),
        (
            "Sylvia (Curruca) communis volgensis",
            ["Sylvia volgensis", "Curruca volgensis", "Sylvia communis", "Curruca communis"]
        ),
        ("Passer domesticus domesticus", ["Passer domesticus"]),
        ("Passer domesticus ssp. domesticus", ["Passer domesticus"]),
        ("Setophaga coronata [coronata Group]", ["Setophaga coronata"]),
        ("Setophaga coronata [coronata Group] (Linnaeus, 1766)", ["Setophaga coronata"]),
        ("Branta bernicla (Gray-bellied) Linnaeus, 1758", ["Branta bernicla"]),
        ("Anser sp. (Domestic type) L., 1758", []), ("Sitta europaea", []),
        // The wild species is another bird.
        ("Columba livia f. domestica", []), ("Columba livia domestica", []), ("Columba livia (Domestic type)", []),
        ("Columba livia f. urbana", []), ("Columba livia forma urbana", []), ("Columba livia domest.", []),
        ("Anser anser var. domesticus Linnaeus, 1758", []), ("Columba livia (feral)", []), ("Anser anser f. dom.", []),
        ("Branta canadensis (feral)", ["Branta canadensis"]), ("Columba livia feral", []),
        ("Sitta aff. europaea", []), ("Anas acuta hybrid", []), ("Anas acuta (hybrid) Linnaeus, 1758", []),
        ("Sitta sp. 2", ["Sitta sp."]), ("Sitta Linnaeus, 1758", []),
        ("Anas acuta x platyrhynchos", []), ("Corvus corone/cornix", []),
        ("Sitta sp.", []),
    ])
    func findsTheSpeciesOfSubspecies(text: String, species: [String]) {
        let name = ScientificName(text)
        #expect(name.species == species)
        let wild = text.split(separator: " ").prefix(2).joined(separator: " ")
        if species.isEmpty, text != wild { #expect(!name.names.contains(wild), "\(name.names)") }
    }

    /// Each word that has a meaning between or after the words of a name.
    @Test func knowsAllMarks() {
        let ranks =
            "ssp. ssp subsp. subsp subspecies f. fo. forma form var. var variety varietas morph morpha race ab."
        for mark in ranks.split(separator: " ") {
            let names = ScientificName("Sitta europaea \(mark) caesia").names
            #expect(names.contains("Sitta europaea caesia"), "\(mark)")
        }
        for mark in ["cf.", "cf", "cfr.", "cfr", "conf.", "Cf."] {
            let name = ScientificName("Sitta \(mark) europaea")
            #expect(name.isUncertain && name.names.contains("Sitta europaea"), "\(mark)")
            #expect(ScientificName.isDoubt(mark), "\(mark)")
        }
        for mark in ["aff.", "aff", "nr.", "nr", "near", "Aff."] {
            let name = ScientificName("Sitta \(mark) europaea")
            #expect(name.names == ["Sitta \(mark) europaea"] && name.species == [], "\(mark)")
            let other = ScientificName.name("Sitta europaea", with: mark, isCommon: false)
            #expect(other == "Sitta \(mark) europaea")
        }
        for mark in ["sp.", "sp", "spp.", "spp", "spec.", "spec", "indet.", "indet"] {
            let name = ScientificName("Sitta \(mark)")
            #expect(name.names.contains("Sitta sp.") && name.category == "spuh", "\(mark)")
        }
        // Names of authors begin with these, or are joined by them.
        let particles =
            "de da del della der den des di du la le van von zu ter ex in et and al al. in: e y und do dos af nec non &"
        for particle in particles.split(separator: " ") {
            #expect(ScientificName("Sitta europaea \(particle) Selys").kept == "Sitta europaea", "\(particle)")
        }
        for quote in ["\"", "'", "“", "”", "„", "«", "»", "‘", "’"] {
            #expect(ScientificName.clean("\(quote)Sitta europaea\(quote)") == "Sitta europaea", "\(quote)")
        }
        for sign in ["\u{200B}", "\u{200C}", "\u{200D}", "\u{FEFF}", "\u{AD}", "†"] {
            #expect(ScientificName.clean("\(sign)Sitta \(sign)europaea\(sign)") == "Sitta europaea")
        }
        for form in ["domestica", "feralis", "dom", "dom.", "urbana", "urbanus", "(Feral Pigeon)", "(Domestic type)"] {
            #expect(ScientificName("Columba livia \(form)").category == "domestic", "\(form)")
        }
    }

    @Test(arguments: [
        ("Sitta europaea", nil), ("Sitta europaea caesia", "issf"), ("Columba livia f. domestica", "domestic"),
        ("Sitta sp", "spuh"), ("Anas acuta × Anas crecca", "hybrid"), ("Corvus corone/cornix", "slash"),
        ("Anas acuta hybrid", "hybrid"), ("Sitta sp. 2", "spuh"),
        ("Sitta aff. europaea", nil), ("Sitta cf. europaea", nil), ("BOLD:AAA1234", nil), ("Parus-major", nil),
        ("Sitta", "spuh"), ("Sittidae?", "spuh"), ("ASV_12", nil), ("12345", nil), ("Parus major-minor", nil),
    ])
    func tellsTheCategory(text: String, category: String?) {
        #expect(ScientificName(text).category == category)
    }

    /// Nothing that a file contains stops it, and no name is shortened to its genus.
    @Test func survivesAnyWords() {
        var random = SystemRandomNumberGenerator()
        let words = [
            "Sitta", "europaea", "(", ")", "(Parus)", "[x]", "×", "x", "/", "?", "cf.", "aff.", "f.", "sp.", "f.x",
            "..", "'",
            "\"", "1758", "Linnaeus,", "†", "\u{301}", "\u{A0}", "_", ",", "domestica", "DOMESTICA", "鳥", "&", "×x",
            "-",
        ]
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...7, using: &random)
            let text = (0..<count).map { _ in words.randomElement(using: &random) ?? "" }
                .joined(separator: Bool.random(using: &random) ? " " : "")
            let name = ScientificName(text)
            #expect(
                name.names.allSatisfy { !$0.isEmpty || text.isEmpty || ScientificName.clean(text).isEmpty }, "\(text)")
        }
    }

    private static let quotes = [
        ("'", "'"), ("\"", "\""), ("‘", "’"), ("“", "”"), ("„", "“"), ("‚", "‘"), ("«", "»"), ("‹", "›"), ("`", "´"),
        ("''", "''"),
        ("′", "′"), ("’", "’"),
    ]

    /// A word in quotes is as one without them, or in parentheses: it is never an author.
    @Test(arguments: quotes)
    func quotesWithinANameTellAForm(open: String, close: String) {
        for text in ["Columba livia", "Columba livia Gmelin, 1789", "Columba livia livia"] {
            for form in [
                "domestica", "Domestica", "domestic type", "f. domestica", "f.domestica", "feral", "Domestic Pigeon",
            ] {
                let name = ScientificName("\(text) \(open)\(form)\(close)")
                #expect(name.category == "domestic" && name.species == [], "\(name)")
                #expect(name.names.contains("Columba livia (Domestic type)") && !name.names.contains("Columba livia"))
                #expect(name.kept == "\(text) \(open)\(form)\(close)")
            }
        }
        let goose = ScientificName("Anser anser \(open)domesticus\(close)")
        #expect(
            goose.kept == "Anser anser \(open)domesticus\(close)" && goose.names.contains("Anser anser (Domestic type)")
        )
        #expect(ScientificName("Columba livia f. \(open)domestica\(close)").category == "domestic")
        for word in ["Hybrid", "hybrid", "hybrid with A. acuta"] {
            let hybrid = ScientificName("Anser anser \(open)\(word)\(close)")
            #expect(hybrid.category == "hybrid" && hybrid.species == [] && !hybrid.names.contains("Anser anser"))
            #expect(hybrid.kept == "Anser anser \(open)\(word)\(close)")
        }
        // A breed, or an English name.
        for word in ["Pekin", "Indian Runner", "White Wagtail", "great tit"] {
            let name = ScientificName("Anas platyrhynchos \(open)\(word)\(close)")
            #expect(name.species == ["Anas platyrhynchos"] && !name.names.contains("Anas platyrhynchos"), "\(name)")
            #expect(name.kept == "Anas platyrhynchos \(open)\(word)\(close)")
        }
        let subspecies = ScientificName("Motacilla flava \(open)thunbergi\(close) Billberg, 1828")
        #expect(subspecies.names.contains("Motacilla flava thunbergi") && subspecies.category == "issf")
        #expect(ScientificName("Larus \(open)sp.\(close)").names.contains("Larus sp."))
    }

    /// What has a quote at one end is an author, or a name.
    @Test(arguments: [
        ("Pica pica d'Orbigny", "Pica pica"), ("Pica pica 't Hart, 1900", "Pica pica"),
        ("Pica pica L'Herminier", "Pica pica"),
        ("Pica pica d’Orbigny & 't Hart", "Pica pica"), ("Pica pica O'Brien’", "Pica pica"),
    ])
    func anApostropheQuotesNothing(text: String, kept: String) {
        #expect(ScientificName(text).kept == kept)
    }

    /// A quote may be missing.
    @Test(arguments: [
        "Columba livia 'domestica", "Columba livia domestica\"", "Columba livia \"domestica’",
        "Columba livia (\"domestica\")",
    ])
    func aDomesticFormIsNeverWild(text: String) {
        let name = ScientificName(text)
        #expect(name.category == "domestic" && name.kept == text && !name.names.contains("Columba livia"))
    }
}
