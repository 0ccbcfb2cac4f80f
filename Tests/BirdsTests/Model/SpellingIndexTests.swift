import Testing

@testable import Birds
@testable import Fixtures

@Suite struct SpellingIndexTests {
    /// It finds what `Spelling` finds, which compares one name after the other.
    @Test func theNearestNameIsTheSame() {
        var random = SplitMix(state: 82)
        func word(_ letters: String, _ most: Int) -> String {
            String(
                (0..<Int.random(in: 0...most, using: &random)).map { _ in letters.randomElement(using: &random) ?? "a" }
            )
        }
        var found = 0
        for round in 0..<3000 {
            let (letters, most) = round % 3 == 0 ? ("abcdefghij kü", 66) : ("abÜ", 7)
            let names = (0..<8).map { _ in "a" + word(letters, most) }
            var wanted = Array(round % 2 == 0 ? word(letters, most) : names[round % 8])
            for _ in 0..<Int.random(in: 0...6, using: &random) where wanted.count > 1 {
                let place = Int.random(in: 0..<wanted.count - 1, using: &random)
                switch Int.random(in: 0...2, using: &random) {
                case 0: wanted.swapAt(place, place + 1)
                case 1: wanted.remove(at: place)
                default: wanted.insert("x", at: place)
                }
            }
            var index = SpellingIndex()
            for name in names { index.add(name) }
            let nearest = Spelling.nearest(to: String(wanted), among: names)
            if nearest != nil { found += 1 }
            #expect(index.nearest(to: String(wanted)) == nearest, "\(String(wanted)) \(names)")
        }
        #expect(found > 500)
    }

    @Test func whatIsTooLongIsNearNothing() {
        var index = SpellingIndex()
        for name in ["", String(repeating: "a", count: 64), String(repeating: "b", count: 65), "é"] { index.add(name) }
        #expect(index.nearest(to: String(repeating: "a", count: 64)) != nil)
        #expect(index.nearest(to: String(repeating: "b", count: 64)) == nil)
        for text in ["", String(repeating: "a", count: 65), String(repeating: "x", count: 8192)] {
            #expect(index.nearest(to: text) == nil)
        }
        #expect(index.nearest(to: "E\u{301}") == "é")
        #expect(SpellingIndex().nearest(to: "a") == nil)
    }
}
