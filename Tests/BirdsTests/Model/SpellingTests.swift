import Birds
import Testing

@testable import Fixtures

@Suite struct SpellingTests {
    /// Insertions, deletions, substitutions, and swaps of neighbours, by the definition.
    private func distance(_ a: [Character], _ b: [Character]) -> Int {
        var table = Array(repeating: Array(0...b.count), count: a.count + 1)
        for i in 0...a.count { table[i][0] = i }
        for i in a.indices {
            for j in b.indices {
                var cost = min(table[i][j + 1], table[i + 1][j]) + 1
                cost = min(cost, table[i][j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, table[i - 1][j - 1] + 1) }
                table[i + 1][j + 1] = cost
            }
        }
        return table[a.count][b.count]
    }

    @Test func theFirstNameWithTheFewestEditsIsNearest() {
        var random = SplitMix(state: 81)
        func word() -> String {
            String((0..<Int.random(in: 1...7, using: &random)).map { _ in "abü".randomElement(using: &random) ?? "a" })
        }
        for _ in 0..<3000 {
            let wanted = word()
            let names = (0..<5).map { _ in word() }
            var (nearest, least): (String?, Int) = (nil, .max)
            for name in names {
                let edits = distance(Array(wanted), Array(name))
                guard edits <= max(1, max(wanted.count, name.count) / 3), edits < least else { continue }
                (nearest, least) = (name, edits)
            }
            #expect(Spelling.nearest(to: wanted, among: names) == nearest, "\(wanted) \(names)")
        }
    }

    @Test(arguments: [
        ("kustenseeschwalbe", "Küstenseeschwalbe"), ("Ku\u{308}stenseeschwalb", "Küstenseeschwalbe"),
        ("ΜΑΥΡΟΣ ΓΛΑΡΟΣ", "Μαύρος γλάρος"), ("MÜSTENSEESCHWALBE", "Küstenseeschwalbe"), ("ТУПІК", "Тупик"),
    ])
    func theNearestNameIsFoundInAnyCaseAndNormalForm(_ name: String, nearest: String) {
        let names = ["Kiebitz", "Küstenseeschwalbe", "Μαύρος γλάρος", "Тупик", "Ü"]
        #expect(Spelling.nearest(to: name, among: names) == nearest)
        #expect(Spelling.nearest(to: nearest.uppercased(), among: ["x", nearest]) == nearest)
        #expect(Spelling.nearest(to: String(repeating: "ü", count: 65), among: names) == nil)
    }
}
