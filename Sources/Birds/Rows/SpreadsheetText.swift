/// Text in a cell of CSV that people open in a spreadsheet.
public enum SpreadsheetText {
    /// A text, after an apostrophe if a spreadsheet would run it as a formula.
    public static func harmless(_ text: String) -> String { isFormula(text) ? "'" + text : text }

    /// Whether a spreadsheet would run the text as a formula, perhaps after skipping white space at its beginning.
    private static func isFormula(_ text: String) -> Bool {
        // Spreadsheets also accept the full-width forms of these characters, as Chinese and Japanese keyboards
        // write them.
        let beginnings = "=+-@\t\r\n\u{FF1D}\u{FF0B}\u{FF0D}\u{FF20}".unicodeScalars
        for scalar in text.unicodeScalars {
            if beginnings.contains(scalar) { return true }
            if !scalar.properties.isWhitespace { return false }
        }
        return false
    }
}
