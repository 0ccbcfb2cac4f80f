import FileSystem
import Testing

@Suite struct ShellLineTests {
    /// A combining mark makes one `Character` with the quote before it, which is a quote for the shell all the same.
    @Test func aCombiningMarkHidesNoQuote() {
        #expect(shellLine(["a'\u{301}; rm x #"]).utf8.elementsEqual("'a'\\''\u{301}; rm x #'".utf8))
    }
}
