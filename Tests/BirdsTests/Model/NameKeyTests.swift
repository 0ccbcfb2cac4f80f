import Foundation
import Testing

@testable import Birds
@testable import Fixtures

@Suite struct NameKeyTests {
    /// All letters of Unicode, in both cases and all normal forms.
    @Test func everyCharacterMatchesInBothCasesAndAllNormalForms() {
        for value in 0..<UInt32(0x110000) {
            guard let scalar = Unicode.Scalar(value), scalar.properties.isAlphabetic || scalar.properties.isCased else {
                continue
            }
            let text = "a\(scalar)"
            let key = NameKey(text)
            let forms = [
                text.uppercased(), text.lowercased(), text.decomposedStringWithCanonicalMapping,
                text.precomposedStringWithCanonicalMapping, text.uppercased().decomposedStringWithCanonicalMapping,
                text.uppercased().lowercased(),
            ]
            for form in forms where NameKey(form) != key {
                Issue.record("U+\(String(value, radix: 16)) \(text) \(form)")
            }
        }
    }

    @Test(arguments: [
        ("STRASSE", "Straße"), ("STRAẞE", "straße"), ("ΓΛΆΡΟΣ", "γλάρος"), ("İ", "i\u{307}"), ("É", "e\u{301}"),
    ])
    func namesThatDifferOnlyInCaseMatch(one: String, other: String) {
        #expect(NameKey(one) == NameKey(other))
        #expect(NameKey(one) != NameKey(one + "x"))
    }

    @Test(arguments: [("e", "é"), ("ss", "s"), ("İ", "i"), ("ø", "o"), ("Æ", "A")])
    func namesWithDifferentLettersDoNotMatch(one: String, other: String) {
        #expect(NameKey(one) != NameKey(other))
    }
}
