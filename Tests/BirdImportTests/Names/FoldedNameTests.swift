import Testing

@testable import BirdImport

@Suite struct FoldedNameTests {
    @Test(arguments: [
        ("Golden Eagle", ["goldeneagle"]), ("GOLDEN-EAGLE", ["goldeneagle"]), ("golden_eagle?", ["goldeneagle"]),
        ("Aquila chrysaëtos", ["aquilachrysaetos"]), ("Aquila chrysae\u{308}tos", ["aquilachrysaetos"]),
        ("Æthopyga", ["aethopyga"]), ("Œnanthe ﬂava", ["oenantheflava"]), ("Ｇｏｌｄｅｎ", ["golden"]),
        ("Mönch", ["monch", "moench"]), ("Mo\u{308}nch", ["monch", "moench"]), ("Blåhøg", ["blahog", "blaahoeg"]),
        ("Großtrappe", ["grosstrappe"]), ("Łabędź", ["labedz"]), ("goleag2", ["goleag2"]), ("Æ-ö", ["aeo", "aeoe"]),
        ("Steller’s Sea-Eagle", ["stellersseaeagle"]), ("Орёл", ["орёл"]), ("Оре\u{308}л", ["орёл"]),
        ("イヌワシ", ["イヌワシ"]), ("gol\u{AD}eag", ["goleag"]), ("?", [""]), ("", [""]),
    ])
    func aNameIsItsLetters(text: String, keys: [String]) {
        let found = FoldedName(text).forms.map(\.key)
        // By bytes: strings are equal if they are canonically equivalent.
        #expect(found.map { Array($0.utf8) } == keys.map { Array($0.utf8) })
    }

    @Test func wordsHaveHyphensAndNoDigits() {
        #expect(
            FoldedName("White-tailed Eagle's nest 2").forms.map(\.words) == [["whitetailed", "eagle", "s", "nest"]])
        #expect(FoldedName("Aquila chrysaëtos/heliaca").forms.map(\.words) == [["aquila", "chrysaetos", "heliaca"]])
    }
}
