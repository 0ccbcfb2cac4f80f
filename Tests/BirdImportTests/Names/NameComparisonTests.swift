import Testing

@testable import BirdImport

/// Names that are like those of a list, surely or perhaps.
@Suite struct NameComparisonTests {
    /// Codes, common and scientific names.
    private static let listed = [
        ("goleag", "Golden Eagle", "Aquila chrysaetos"), ("merlin", "Merlin", "Falco columbarius"),
        ("osprey", "Osprey", "Pandion haliaetus"), ("redkit1", "Red Kite", "Milvus milvus"),
        ("loeowl", "Long-eared Owl", "Asio otus"), ("grhowl", "Great Horned Owl", "Bubo virginianus"),
        ("amegos", "American Goshawk", "Astur atricapillus"), ("perfal", "Peregrine Falcon", "Falco peregrinus"),
        ("perfal1", "Peregrine Falcon (North American)", "Falco peregrinus anatum"),
        ("perfal10", "Peregrine Falcon (Indo-Pacific)", "Falco peregrinus ernesti/nesiotes"),
        ("wbowl1", "Western Barn Owl", "Tyto alba"), ("ruff", "Ruff", "Calidris pugnax"),
        ("y00944", "Golden/White-tailed Eagle", "Aquila chrysaetos/Haliaeetus albicilla"),
    ]
    private static let known = [
        ("Bald Eagle", "Haliaeetus leucocephalus"), ("Black Kite", "Milvus migrans"), ("Brant", "Branta bernicla"),
        ("Black-capped Chickadee", "Poecile atricapillus"), ("Red Knot", "Calidris canutus"),
        ("Green-winged Teal (American)", "Anas crecca carolinensis"), ("African Barn Owl", "Tyto africana"),
        ("Prairie Merlins", "Falco richardsonii"), ("Great Egret", "Ardea alba"),
        ("Black Redstart", "Phoenicurus ochruros"),
    ]

    /// The listed name that a text is like, with a question mark if it only may be.
    private func match(_ text: String, isWhole: Bool) -> String? {
        var comparison = NameComparison(isWhole: isWhole)
        var names: [String] = []
        for (code, common, scientific) in Self.listed {
            for (name, kind) in [(code, .code), (common, .common), (scientific, .scientific)]
                as [(String, NameComparison.Kind)]
            {
                comparison.add(name, kind, number: names.count)
                names.append(name)
            }
        }
        for (common, scientific) in Self.known {
            comparison.addKnown(common, .common)
            comparison.addKnown(scientific, .scientific)
        }
        return comparison.match(text).map { names[$0.number] + ($0.isSure ? "" : "?") }
    }

    @Test(arguments: [
        // One word.
        ("Merlins", "Merlin"), ("Merlyn", "Merlin"), ("MERLYN", "Merlin"), ("Ospray", "Osprey"),
        ("Ospreys (2)", "Osprey"),
        ("adult Merlyn", "Merlin"), ("Two Ospreys", "Osprey"), ("Ruffs", "Ruff"),
        // Other words before or after.
        ("Imm. Golden Eagles", "Golden Eagle"), ("Two Golden Eagles", "Golden Eagle"),
        ("adult Golden Eagel", "Golden Eagle"), ("juv. Aquila chrysaetus", "Aquila chrysaetos"),
        ("a nest on the cliff above the lake, of Golden Eagels", "Golden Eagle"),
        ("Golden Eagels on the cliff that is above the lake", "Golden Eagle"),
        ("pair of Great Hornd Owls", "Great Horned Owl"),
        // Another order.
        ("Eagle, Golden", "Golden Eagle"), ("Owl, Long-eared", "Long-eared Owl"), ("Owl, Long eared", "Long-eared Owl"),
        ("Kite, Red", "Red Kite"), ("Eagle - Golden", "Golden Eagle"), ("eagle golden", "Golden Eagle"),
        ("Eagle, Golden (ad.)", "Golden Eagle"), ("Eagel, Golden", "Golden Eagle"),
        ("Owl, Horned, Great", "Great Horned Owl"),
        // Shortened.
        ("A. chrysaetus", "Aquila chrysaetos"), ("A.crysaetos", "Aquila chrysaetos"),
        ("Aq. chrysaetos", "Aquila chrysaetos"), ("F. columbaris", "Falco columbarius"),
        ("Aquila c. canadensis", "Aquila chrysaetos"), ("A. c. canadensis", "Aquila chrysaetos"),
        ("Falco p. anatum", "Falco peregrinus"), ("Bubo v. subarcticus", "Bubo virginianus"),
    ])
    func someAreSure(text: String, listed: String) {
        for isWhole in [false, true] { #expect(match(text, isWhole: isWhole) == listed) }
    }

    /// With a small table, they may be other birds.
    @Test(arguments: [
        ("Colinus virginianus", "Bubo virginianus"), ("COLINUS VIRGINIANUS", "Bubo virginianus"),
        ("colinus virginiana (Linnaeus, 1758)", "Bubo virginianus"), ("Accipiter atricapillus", "Astur atricapillus"),
        ("Accipiter gentilis atricapilla", "Astur atricapillus"), ("Accipiter cf. atricapillus", "Astur atricapillus"),
        ("Falco anatum", "Falco peregrinus anatum"), ("Falco nesiotes", "Falco peregrinus ernesti/nesiotes"),
        ("Calidris alba", "Tyto alba"), ("Accipiter g. atricapillus", "Astur atricapillus"),
        ("Accipiter gentilis subsp. atricapillus", "Astur atricapillus"),
        ("Accipiter gentilis atricapillus/laingi", "Astur atricapillus"),
        ("Accipiter gentilis [atricapillus Group]", "Astur atricapillus"),
        ("Accipiter striatus/atricapillus", "Astur atricapillus"),
        ("Falco (Accipiter) atricapillus", "Astur atricapillus"),
    ])
    func someAreSureWithAWholeTaxonomy(text: String, listed: String) {
        #expect(match(text, isWhole: true) == listed)
        #expect(match(text, isWhole: false) == listed + "?")
    }

    /// A list may have a group of subspecies, whatever stands between their names.
    @Test(arguments: [
        ("Falco columbarius aesalon", "Falco columbarius [aesalon Group]"),
        ("Falco columbarius aesalon/subaesalon", "Falco columbarius [aesalon Group]"),
        ("Accipiter gentilis subsp. atricapillus", nil), ("Falco columbarius columbarius", nil),
    ])
    func aPartOfASpeciesIsSure(text: String, listed: String?) {
        var comparison = NameComparison(isWhole: false)
        comparison.add("Merlin (Eurasian)", .common, number: 0)
        comparison.add("Falco columbarius [aesalon Group]", .scientific, number: 1)
        comparison.addKnown("Falco columbarius", .scientific)
        comparison.addKnown("Falco columbarius columbarius", .scientific)
        #expect(comparison.match(text)?.number == (listed == nil ? nil : 1))
        #expect(comparison.match(text)?.isSure == (listed == nil ? nil : true))
    }

    @Test(arguments: [
        ("Goshawk", "American Goshawk"), ("Goshawks", "American Goshawk"), ("Barn Owl", "Western Barn Owl"),
        ("Peregrine", "Peregrine Falcon"), ("Peregrine (female)", "Peregrine Falcon"),
        ("Horned Owl", "Great Horned Owl"),
        ("Falco chrysatos", "Aquila chrysaetos"), ("Falko chrysaetus Linné", "Aquila chrysaetos"),
    ])
    func someMayBeAlike(text: String, listed: String) {
        for isWhole in [false, true] { #expect(match(text, isWhole: isWhole) == listed + "?") }
    }

    @Test(arguments: [
        // Common names, and words in brackets, are no epithets.
        "Eastern Bluebird (Virginianus)", "Northern Virginianus Bobwhite", "Virginian Rail",
        "rail virginian", "Great Egret (alba)", "Canada Goose (virginianus/fulva)", "Motacilla [alba]",
        // Codes.
        "goleab", "merli1", "merlin1", "redkit", "GOEA", "MERL",
        // Other birds.
        "Martin", "Verdin", "Bald Eagles", "Eagle, Bald", "Black Kites", "Kite, Black", "P. atricapillus",
        "Poecile atricapilla", "Red Knots", "Grants Gazelle", "Prairie Merlin", "A. c. carolinensis", "B. bernicla",
        "Anas c. carolinensis", "Xema sabini", "M. migrans", "Aquila sp.", "eagle sp.",
        "", "?", ",", "a", "Aquila c.", "A. c. juvenile", "White-tailed Eagle", "Haliaeetus albicilla",
        "North American",
        "Aquila albicilla",
    ])
    func anotherNameIsNot(text: String) {
        for isWhole in [false, true] { #expect(match(text, isWhole: isWhole) == nil) }
    }

    @Test(arguments: [
        ("Aquila chrysaetos", [["aquila", "chrysaetos"]]),
        ("Aquila cf. chrysaetos canadensis (Linnaeus)", [["aquila", "chrysaetos", "canadensis"]]),
        ("Aquila chrysaetos, Linnaeus", [["aquila", "chrysaetos"]]), ("AQUILA CHRYSAETOS", [["aquila", "chrysaetos"]]),
        ("Aquila_chrysaëtos", [["aquila", "chrysaetos"]]),
        ("Aquila c. canadensis", [["aquila", "c", "canadensis"]]),
        ("Accipiter gentilis subsp. atricapillus", [["accipiter", "gentilis", "atricapillus"]]),
        ("Accipiter gentilis [atricapillus Group]", [["accipiter", "gentilis", "atricapillus"]]),
        ("Accipiter gentilis (atricapillus)", [["accipiter", "gentilis", "atricapillus"]]),
        ("Falco (Accipiter) gentilis Linnaeus, 1758", [["falco", "gentilis"]]),
        ("Accipiter striatus/atricapillus", [["accipiter", "striatus"], ["accipiter", "atricapillus"]]),
        (
            "Accipiter gentilis atricapillus/laingi",
            [["accipiter", "gentilis", "atricapillus"], ["accipiter", "gentilis", "laingi"]]
        ),
        ("Aquila chrysaetos/Haliaeetus albicilla", [["aquila", "chrysaetos"]]),
    ])
    func aScientificNameIsKnownByItsForm(text: String, words: [[String]]) {
        #expect(ScientificWords(text)?.forms == words)
    }

    @Test(arguments: [
        "Golden Eagle", "Aquila", "A. chrysaetos", "Aquila (chrysaetos)", "Aquila Chrysaetos", "aquila Chrysaetos",
        "AQuila chrysaetos", "Aquila 2 chrysaetos", "", "-",
    ])
    func anotherTextIsNot(text: String) {
        #expect(ScientificWords(text) == nil)
    }
}
