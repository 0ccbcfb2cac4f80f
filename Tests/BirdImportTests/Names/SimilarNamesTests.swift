import Testing

@testable import BirdImport

@Suite struct SimilarNamesTests {
    private func nearest(to text: String, among names: [String]) -> String? {
        var similar = SimilarNames()
        for (number, name) in names.enumerated() {
            for run in SimilarNames.runs(of: FoldedName(name).forms[0], atMost: 0) {
                similar.add(run.letters, number: number)
            }
        }
        let found = SimilarNames.runs(of: FoldedName(text).forms[0], atMost: 3).lazy
            .compactMap { similar.nearest(to: $0.letters) }
        return found.first.map { names[$0.number] }
    }

    @Test(arguments: [
        "Golden Eagel", "Goldn Eagel", "Golden Eagles", "Gloden Eagle", "Aquila chrysaetus", "Aquila chrisaethos",
        "Aguila chrysaetos", "Aquila cf. chrysaetus", "Aquila chrysaetus (Linnaeus, 1758)",
        "Aquila chrysaetus canadensis",
        "Steinadlr", "Steinadler",
    ])
    func aNameMayBeMisspelt(text: String) {
        #expect(nearest(to: text, among: ["Golden Eagle", "Aquila chrysaetos", "Steinadler"]) != nil)
    }

    @Test(arguments: [
        "Golden Plover", "Bald Eagle", "Aquila heliaca", "Golden", "Eagle", "goleab", "goleag", "GOLEAG", "goleag2",
        "goleag1",
        "Goden Eagels nest", "impeag2", "", "?", String(repeating: "Golden Eagle", count: 100),
    ])
    func anotherNameIsNotNear(text: String) {
        #expect(nearest(to: text, among: ["Golden Eagle", "Aquila chrysaetos", "goleag", "goleag1", "impeag1"]) == nil)
    }

    @Test func theNearestCounts() {
        #expect(
            nearest(to: "Golden Eaglet", among: ["Golden Eagles", "Golden Eagle", "Golden Eaglet"]) == "Golden Eaglet")
        #expect(nearest(to: "Ara ara", among: ["Ara arx", "Ara aro"]) == "Ara arx")
        #expect(nearest(to: "Ara ara", among: ["Ara oro"]) == nil)
    }
}
