import Foundation
import HTTP
import Testing

@Suite struct HTTPDateTests {
    private func text(_ seconds: Int64) -> String {
        String(decoding: HTTPDate.bytes(secondsSinceEpoch: seconds), as: UTF8.self)
    }

    @Test(arguments: [
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (951_868_799, "Tue, 29 Feb 2000 23:59:59 GMT"),
        (951_868_800, "Wed, 01 Mar 2000 00:00:00 GMT"), (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
        (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"), (2_147_483_648, "Tue, 19 Jan 2038 03:14:08 GMT"),
        (-1, "Wed, 31 Dec 1969 23:59:59 GMT"), (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
        (-62_135_596_800, "Mon, 01 Jan 0001 00:00:00 GMT"),
    ])
    func writesAMoment(_ seconds: Int64, _ date: String) {
        #expect(text(seconds) == date)
    }

    @Test func staysWithinTheYearsOfTheFormat() {
        #expect(text(.max) == "Fri, 31 Dec 9999 23:59:59 GMT")
        #expect(text(.min) == "Mon, 01 Jan 0001 00:00:00 GMT")
    }

    /// About twice a month, from 1600 to 2400, at changing times of the day.
    @Test func agreesWithTheCalendarOfFoundation() {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        for seconds in stride(from: Int64(-11_676_096_000), to: 13_569_465_600, by: 1_234_567) {
            let date = Date(timeIntervalSince1970: TimeInterval(seconds))
            #expect(text(seconds) == formatter.string(from: date))
        }
    }
}
