import HTTP
import Testing

@Suite struct HTTPDateParsingTests {
    private func read(_ text: String) -> Int64? {
        HTTPDate.secondsSinceEpoch(Array(text.utf8)[...], now: 1_700_000_000)
    }

    @Test(arguments: [
        "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
    ])
    func readsThreeFormats(text: String) {
        #expect(read(text) == 784_111_777)
    }

    /// A leap second is the first of the next minute.
    @Test func readsALeapSecond() {
        #expect(read("Sat, 31 Dec 2016 23:59:60 GMT") == read("Sun, 01 Jan 2017 00:00:00 GMT"))
        #expect(read("Sat, 31 Dec 2016 23:59:61 GMT") == nil)
    }

    @Test(arguments: [0, 951_782_399, 951_868_800, 1_709_164_800, 1_709_251_200, 253_402_300_799, -62_135_596_800])
    func readsWhatItWrites(seconds: Int64) {
        #expect(HTTPDate.secondsSinceEpoch(HTTPDate.bytes(secondsSinceEpoch: seconds)[...], now: 0) == seconds)
    }

    @Test func takesAShortYearForTheOneNearestBelowFiftyYearsFromNow() {
        #expect(read("Sunday, 06-Nov-73 08:49:37 GMT") == read("Mon, 06 Nov 2073 08:49:37 GMT"))
        #expect(read("Sunday, 06-Nov-74 08:49:37 GMT") == read("Wed, 06 Nov 1974 08:49:37 GMT"))
    }

    @Test(arguments: [
        "", "soon", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 32 Nov 1994 08:49:37 GMT", "Sun, 06 Nox 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 Nov 99999 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT", "Sun 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 GMT +1", "Sunday, 06-Nov-4 08:49:37 GMT", "784111777",
        "Sun, 06 Nov 994 08:49:37 GMT", "Sun Nov  6 08:49:37 1994 GMT", "Sunday, 06 Nov-94 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT                       ", "Sun, -6 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-1994 08:49:37 GMT", "Sun Jan  6 08:49:37 0000",
    ])
    func refusesWhatIsNoDate(text: String) {
        #expect(read(text) == nil)
    }
}
