import Birds
import Testing

@Suite struct SpreadsheetTextTests {
    @Test(arguments: ["=1", "+1", "-1", "@A(1)", "\t", "\r\n=1", " =1", "\u{A0} \u{3000}-1", " \u{FF1D}1"])
    func aFormulaGetsAnApostrophe(text: String) { #expect(SpreadsheetText.harmless(text) == "'" + text) }

    @Test(arguments: ["", " ", "a=1", " a -1", "'=1", "\u{A0}1 + 1"])
    func otherTextStaysAsItIs(text: String) { #expect(SpreadsheetText.harmless(text) == text) }
}
