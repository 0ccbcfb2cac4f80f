import Testing

@testable import BirdImport
@testable import Fixtures

/// Marks in a name, and in a column of their own, in every order. `cf.` and `?` mean the species, and the comments keep
/// them; `aff.`, a hybrid, a domestic form and a species of a genus are no species that is named, and stay as written.
@Suite struct QualifiersTests {
    private let fixture: ImportFixture

    init() throws {
        fixture = try ImportFixture(
            taxonomy: """
                1,species,gretit1,Great Tit,Parus major
                2,issf,gretit2,Great Tit (Asian),Parus major minor
                3,species,blutit,Blue Tit,Cyanistes caeruleus
                4,spuh,parus1,Parus sp.,Parus sp.
                5,hybrid,x00001,Great x Blue Tit (hybrid),Parus major x Cyanistes caeruleus
                6,species,rocpig,Rock Pigeon,Columba livia
                7,domestic,rocpig1,Rock Pigeon (Feral Pigeon),Columba livia (Feral Pigeon)
                8,species,mewgul,Common Gull,Larus canus
                9,species,lbbgul,Lesser Black-backed Gull,Larus fuscus
                10,slash,x00050,Common/Lesser Black-backed Gull,Larus canus/fuscus

                """)
    }

    /// The name, the qualifier, the code of the species, and what the comments keep.
    static let cases: [(name: String, qualifier: String, code: String, remark: String)] = [
        // Doubts in the name.
        ("cf. Parus major", "", "gretit1", "cf. Parus major"), ("Parus cf. major", "", "gretit1", "Parus cf. major"),
        ("Parus major cf.", "", "gretit1", "Parus major cf."),
        ("Parus major (cf.)", "", "gretit1", "Parus major (cf.)"),
        ("Parus c.f. major", "", "gretit1", "Parus c.f. major"), ("Parus cf.major", "", "gretit1", "Parus cf.major"),
        ("?Parus major", "", "gretit1", "?Parus major"), ("Parus ? major", "", "gretit1", "Parus ? major"),
        ("Parus major?", "", "gretit1", "Parus major?"), ("Parus major (?)", "", "gretit1", "Parus major (?)"),
        ("PARUS CF. MAJOR", "", "gretit1", "PARUS CF. MAJOR"), ("Parus cf. sp.", "", "parus1", "Parus cf. sp."),
        ("Parus major cf. minor", "", "gretit2", "Parus major cf. minor"),
        ("Parus cf. major x Cyanistes caeruleus", "", "x00001", "Parus cf. major x Cyanistes caeruleus"),
        // Doubts in their own column.
        ("Parus major", "cf.", "gretit1", "cf. Parus major"), ("Parus major", "?", "gretit1", "? Parus major"),
        ("Parus major", "cf. major", "gretit1", "Parus major, cf. major"),
        ("Parus major", "cf. Parus", "gretit1", "Parus major, cf. Parus"),
        ("Parus major", "cf. Poecile", "gretit1", "Parus major, cf. Poecile"),
        ("Parus major", "sp.?", "gretit1", "Parus major, sp.?"),
        ("Parus cf. major", "cf.", "gretit1", "Parus cf. major"),
        ("Parus major minor", "cf. minor", "gretit2", "Parus major minor, cf. minor"),
        // Similar birds.
        ("aff. Parus major", "", "aff. Parus major", ""), ("Parus aff. major", "", "Parus aff. major", ""),
        ("Parus major aff.", "", "Parus major aff.", ""), ("Parus major (aff.)", "", "Parus major (aff.)", ""),
        ("Parus major aff. minor", "", "Parus major aff. minor", ""), ("PARUS AFF. MAJOR", "", "PARUS AFF. MAJOR", ""),
        ("Parus sp. aff. major", "", "Parus sp. aff. major", ""),
        ("cf. Parus aff. major", "", "cf. Parus aff. major", ""),
        ("Parus major", "aff.", "Parus aff. major", ""), ("Parus major", "aff. major", "Parus aff. major", ""),
        ("Parus major", "aff. Parus", "aff. Parus major", ""),
        ("Parus major", "aff. Parus major", "aff. Parus major", ""),
        ("Parus major", "aff. P. major", "Parus aff. major", ""),
        ("Parus major", "aff. Poecile", "Parus major aff. Poecile", ""),
        ("Parus major", "aff. Poecile montanus", "Parus major aff. Poecile montanus", ""),
        ("Parus major", "(aff.)", "Parus (aff.) major", ""),
        ("Parus major minor", "aff. minor", "Parus major aff. minor", ""),
        ("Parus", "aff. major", "Parus aff. major", ""), ("Parus", "sp. aff. major", "Parus sp. aff. major", ""),
        ("Parus aff. major", "aff.", "Parus aff. major", ""),
        ("Parus aff. major", "?", "Parus aff. major", "? Parus aff. major"),
        // Hybrids, also without the other parent.
        ("x caeruleus", "", "x caeruleus", ""), ("× caeruleus", "", "× caeruleus", ""),
        ("×caeruleus", "", "×caeruleus", ""), ("Parus major ×", "", "Parus major ×", ""),
        ("× Parus major", "", "× Parus major", ""), ("Parus × major", "", "Parus × major", ""),
        ("Parus major", "x caeruleus", "Parus major x caeruleus", ""),
        ("Parus major", "× caeruleus", "Parus major × caeruleus", ""),
        ("Parus major", "×caeruleus", "Parus major ×caeruleus", ""),
        ("Parus major", "x Cyanistes caeruleus", "x00001", ""), ("Parus major", "×", "Parus major ×", ""),
        ("Parus major", "Parus major x Cyanistes caeruleus", "x00001", ""),
        ("Parus", "x caeruleus", "Parus x caeruleus", ""),
        ("Parus major", "hybrid", "Parus major hybrid", ""),
        ("Parus major", "possible hybrid", "Parus major possible hybrid", ""),
        (
            "Parus major x Cyanistes caeruleus", "hybrid", "x00001", "Parus major x Cyanistes caeruleus, hybrid"
        ),
        // A species of a genus, and domestic forms.
        ("Parus", "sp.", "parus1", ""), ("Parus sp.", "", "parus1", ""), ("Parus sp.", "?", "parus1", "? Parus sp."),
        ("Parus", "indet.", "parus1", ""), ("Parus major", "sp.", "gretit1", "Parus major, sp."),
        ("Columba livia", "f. domestica", "rocpig1", ""), ("Columba livia", "feral", "rocpig1", ""),
        ("Larus canus", "feral", "mewgul", "Larus canus, feral"),
        // Other species.
        ("Larus canus", "or fuscus", "x00050", ""), ("Larus canus", "or Larus fuscus", "x00050", ""),
        ("Larus canus", "/fuscus", "x00050", ""), ("Larus canus", "/ Larus fuscus", "x00050", ""),
        ("Larus canus", "vel fuscus", "x00050", ""), ("Larus canus", "or L. fuscus", "x00050", ""),
        ("Larus canus", "(or fuscus)", "x00050", ""), ("Larus canus", "/ignotus", "Larus canus /ignotus", ""),
        ("Larus canus", "or juvenile", "mewgul", "Larus canus or juvenile"),
        ("Larus canus", "m/f", "mewgul", "Larus canus, m/f"), ("Larus canus", "n/a", "mewgul", "Larus canus, n/a"),
        ("Larus canus", "backcross", "Larus canus backcross", ""),
    ]

    @Test(arguments: cases)
    func meanTheSpeciesOrAnother(name: String, qualifier: String, code: String, remark: String) throws {
        fixture.write(
            "occurrence.txt",
            "scientificName\tidentificationQualifier\teventDate\n\(name)\t\(qualifier)\t2021-02-03\n")
        try fixture.run("occurrence.txt")
        #expect(
            try fixture.rows(
                """
                SELECT s.code, d.comments FROM observation o JOIN species s ON s.id = o.species_id
                LEFT JOIN observation_detail d ON d.id = o.id
                """) == [code + "|" + (remark.isEmpty ? "" : "identified as " + remark)])
    }

    @Test(arguments: [
        ("aff.", "aff. Great Tit"), ("or Blue Tit", "Great Tit or Blue Tit"), ("hybrid", "Great Tit hybrid"),
        ("x Blue Tit", "Great Tit x Blue Tit"),
    ]) func stayWithACommonName(qualifier: String, code: String) throws {
        fixture.write(
            "occurrence.txt",
            "vernacularName\tscientificName\tidentificationQualifier\teventDate\nGreat Tit\t\t\(qualifier)\t2021-02-03\n"
        )
        try fixture.run("occurrence.txt")
        #expect(try fixture.rows("SELECT s.code FROM observation JOIN species s ON s.id = species_id") == [code])
    }
}
