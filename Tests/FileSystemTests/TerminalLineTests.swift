import FileSystem
import Testing

@testable import Fixtures

/// Names of files, and whatever else comes from outside, on a terminal.
@Suite struct TerminalLineTests {
    @Test(arguments: [
        ("birds.csv", "birds.csv"), ("Zürich 雀.csv", "Zürich 雀.csv"), ("a\u{1B}[31mb", "a\\x1b[31mb"),
        ("a\nb\t\r\u{7F}", "a\\x0ab\\x09\\x0d\\x7f"), ("a\u{9B}31m\u{85}", "a\\x9b31m\\x85"),
        ("a\u{202E}vsc.\u{2028}", "a\\u202evsc.\\u2028"), ("", ""),
    ])
    func escapesWhatATerminalObeys(text: String, line: String) {
        #expect(terminalLine(text) == line)
    }

    @Test func aReportHasNoOtherLinesThanItsOwn() throws {
        let fixture = try ImportFixture()
        let name = "a\u{1B}]0;title\u{7}\nStored: 7 records.csv"
        fixture.write(name, plainHeader + "L0,,,,2021,2,30,a,1\nL1,,,,2021,2,3,a,1\n")
        let text = try fixture.run(name) { ($0.dataset, $0.skipErrors) = ("birds", true) }.text
        #expect(!text.contains("\u{1B}") && !text.contains("\u{7}") && !text.contains("\nStored: 7"))
        #expect(text.contains("a\\x1b]0;title\\x07\\x0aStored: 7 records.csv: plain, data set birds"), "\(text)")
    }
}
