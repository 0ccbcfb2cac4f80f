import Testing

@testable import BirdImport

@Suite struct NameReadingsTests {
    @Test(arguments: [
        ("Golden Eagle", []),
        ("Merlin-adult", ["Merlin adult"]),
        ("Golden&nbsp;Eagle", ["Golden Eagle"]), ("Salt & Pepper", ["Pepper"]), ("a&b;c&", ["a c&"]),
        ("Eagle, American Golden", [" American Golden Eagle"]),
        ("Greater/Lesser Scaup", ["Greater Scaup", "Lesser Scaup"]),
        ("Spotted x Barred Owl (hybrid)", ["Spotted Owl hybrid"]),
        ("Peregrine or Prairie Falcon", ["Peregrine Falcon", "Prairie Falcon"]),
        ("Great Horned/Long-eared Owl", ["Great Horned Owl", "Long eared Owl"]),
        ("", []), ("/", []), ("x", []), (",", []), ("&;", []),
    ])
    func aNameMayBeMeantSo(text: String, readings: [String]) {
        let found = NameReadings.of(text)
        #expect(found.first == text)
        #expect(Set(readings).isSubset(of: found), "\(found)")
    }

    /// Their number is bounded, whatever the text is.
    @Test func thereAreFew() {
        for text in [String(repeating: "a/", count: 1000), String(repeating: "a, ", count: 1000), "a b c d/e f g h"] {
            #expect(NameReadings.of(text).count < 20)
        }
    }
}
