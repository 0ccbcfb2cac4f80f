import Birds
import Testing

@testable import BirdImport
@testable import Fixtures

/// Dates and times as files write them.
@Suite struct CellTextTests {
    @Test(
        arguments: [
            ("2021-02-03", 2021, 2, 3), ("2021-2-3", 2021, 2, 3), ("02-03-2021", 2021, 2, 3),
            ("2022/02/07", 2022, 2, 7),
            ("20220207", 2022, 2, 7), ("2021-02-03T00:00:00", 2021, 2, 3), ("2021-02-03T10:00Z", 2021, 2, 3),
            ("2021-02-03T10:00:00.000+02:00", 2021, 2, 3), ("2021-02-03 06:41", 2021, 2, 3),
            ("5/14/2009 6:01:24 PM", 2009, 5, 14), ("1996-02-28/1996-02-28", 1996, 2, 28),
            ("1996-02-28/29", 1996, 2, 28),
            ("1996-02-01/1996-02-28", 1996, 2, nil), ("1996-02-01/03-04", 1996, nil, nil),
            ("1996-02-01/1996", 1996, nil, nil),
            ("2021-02-03T08:00/2021-02-03T09:00", 2021, 2, 3), ("1996", 1996, nil, nil), ("1996-02", 1996, 2, nil),
            ("2021-13-40", 2021, 13, 40), ("13/40/2021", 2021, 13, 40), ("3 Feb 2021", 2021, 2, 3),
            ("03-FEB-2021", 2021, 2, 3), ("2021.02.03", 2021, 2, 3), ("02.03.2021", 2021, 2, 3),
            ("03-Feb-2021 06:41", 2021, 2, 3), ("3 Oct 2021 6:41 PM", 2021, 10, 3), ("03-Oct-2021T06:41", 2021, 10, 3),
            ("3 Feb 2021/5 Feb 2021", 2021, 2, nil), ("2021-02-03T06:00/08:00", 2021, 2, 3),
            ("2021-02-03T06:00:00Z/08:30:00Z", 2021, 2, 3), ("2021-02-03T06:00/T08:00", 2021, 2, 3),
            ("2021-02-03 06:00/08:00", 2021, 2, 3), ("2021-02-03T06:00+01:00/08:00+01:00", 2021, 2, 3),
            ("2021-02-28T24:00", 2021, 3, 1), ("2021-12-31 24:00:00Z", 2022, 1, 1), ("20210203T24", 2021, 2, 4),
            ("2021-02-03T00:00/2021-02-03T24:00", 2021, 2, 3), ("2021-02-03T06:00/T24:00", 2021, 2, 3),
            ("2021-02-03T24:00/2021-02-04T02:00", 2021, 2, 4), ("2021-02-30T24:00", 2021, 2, 30),
            ("2021-02-03T06/T08", 2021, 2, 3),
            ("13 Feb 2021/3 Feb 2021", 2021, 2, nil), ("12-13-2021/2-13-2021", 2021, nil, nil),
            ("Feb 3, 2021", 2021, 2, 3), ("February 3, 2021", 2021, 2, 3), ("3. Februar 2021", 2021, 2, 3),
            ("2021-Feb-03", 2021, 2, 3), ("3 March 2021", 2021, 3, 3), ("3. März 2021", 2021, 3, 3),
            ("03FEB2021", 2021, 2, 3), ("2021 Feb 3", 2021, 2, 3), ("Wednesday, February 3, 2021", 2021, 2, 3),
            ("Mi., 3. Feb. 2021", 2021, 2, 3), ("3 de febrero de 2021", 2021, 2, 3),
            ("3rd of February 2021", 2021, 2, 3),
            ("February 3rd 2021", 2021, 2, 3), ("1er août 2021", 2021, 8, 1), ("3 févr. 2021", 2021, 2, 3),
            ("3-Mai-2021", 2021, 5, 3), ("Feb 2021", 2021, 2, nil), ("2021 February", 2021, 2, nil),
            ("3/Feb/2021", 2021, 2, 3), ("Feb 3, 2021, 6:41 AM", 2021, 2, 3), ("3 sept 2021", 2021, 9, 3),
            ("2021-02-03/", 2021, 2, 3), ("3 Feb 2021/", 2021, 2, 3), ("1890-00-00", 1890, 0, 0),
            ("0000-00-00", 0, 0, 0), ("Wed Feb 03 2021 06:41:00 GMT+0100 (CET)", 2021, 2, 3),
            ("Wed Feb 03 2021 06:41:00 GMT+0100 (Central European Standard Time)", 2021, 2, 3),
            ("Wed, 03 Feb 2021 06:41:00 +0100", 2021, 2, 3), ("2021-02-03 06:41:00 UTC", 2021, 2, 3),
            ("2021-02-03 06:41 GMT+1", 2021, 2, 3), ("2021-02-03T06:41 CET", 2021, 2, 3),
            ("2021-02-03 UTC", 2021, 2, 3),
            ("2021-02-03Z", 2021, 2, 3), ("2021-02-03+01:00", 2021, 2, 3), ("2021-02-03 06h41", 2021, 2, 3),
            ("2021-02-03 6:41 p.m.", 2021, 2, 3), ("2021-02-03 6 pm", 2021, 2, 3), ("V.1890", 1890, 5, nil),
            ("3.V.1890", 1890, 5, 3), ("3/XII/1890", 1890, 12, 3), ("3-iv-1890", 1890, 4, 3), ("I 1890", 1890, 1, nil),
            ("V/1890", 1890, 5, nil), ("Feb/2021", 2021, 2, nil), ("1890-VI-03", 1890, 6, 3),
            ("3 mrt 2021", 2021, 3, 3),
            ("wo 3 feb. 2021", 2021, 2, 3), ("mar. 3 févr. 2021", 2021, 2, 3), ("Mar 3 2021", 2021, 3, 3),
            ("mar. 2/3/2021", 2021, 2, 3), ("Wed 2021-02-03", 2021, 2, 3), ("Mi., 2.3.2021 06:41", 2021, 2, 3),
            ("quarta-feira, 3 de fevereiro de 2021", 2021, 2, 3), ("quarta-feira, 2/3/2021", 2021, 2, 3),
            ("Wed 2021-02-03/Thu 2021-02-04", 2021, 2, 3),
        ] as [(String, Int64, Int64?, Int64?)])
    func readsDatesInAllForms(text: String, year: Int64, month: Int64?, day: Int64?) throws {
        let date = DateText(year: year, month: month, day: day)
        #expect(try DateText.parse(Array(text.utf8)[...], .monthFirst) == date)
    }

    @Test(arguments: [
        "January February March April May June July August September October November December",
        "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        "Januar Februar Maerz April Mai Juni Juli August September Oktober November Dezember",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        "janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro",
        "januari februari maart april mei juni juli augustus september oktober november december",
        "januari februari mars april maj juni juli augusti september oktober november december",
        "januar februar marts april maj juni juli august september oktober november december",
        "januar februar mars april mai juni juli august september oktober november desember",
        "Jan Feb Mrz Apr Mai Jun Jul Aug Sept Okt Nov Dez",
    ])
    func knowsTheMonths(names: String) {
        for (index, name) in names.split(separator: " ").enumerated() {
            // `jui` is June or July.
            for form in [String(name), String(name.prefix(3))] where form != "jui" {
                let date = try? DateText.parse(Array("3 \(form) 2021".utf8)[...], .monthFirst)
                #expect(date == DateText(year: 2021, month: Int64(index + 1), day: 3), "\(form)")
            }
        }
    }

    @Test func passesOverWordsInADate() {
        let days = """
            Monday Tuesday Wednesday Thursday Friday Saturday Sunday Montag Dienstag Mittwoch Donnerstag Freitag Samstag
            Sonnabend Sonntag maandag dinsdag woensdag donderdag vrijdag zaterdag zondag lundi mardi mercredi jeudi vendredi
            samedi dimanche lunes martes miércoles miercoles jueves viernes sábado sabado domingo lunedì martedì mercoledì
            giovedì venerdì lunedi martedi mercoledi giovedi venerdi domenica segunda terça terca quarta quinta sexta
            måndag tisdag onsdag torsdag fredag lördag söndag mandag tirsdag lørdag søndag
            """
        let weekdays = days.split(whereSeparator: \.isWhitespace).flatMap {
            ["\($0), 3 Feb 2021", "\($0.prefix(3)). 3 Feb 2021", "\($0.prefix(2)) 2/3/2021"]
        }
        let others =
            ["st", "nd", "rd", "th", "er"].map { "3\($0) Feb 2021" }
            + ["of", "de", "del"].map { "3 \($0) Feb \($0) 2021" }
        for text in weekdays + others {
            let date = try? DateText.parse(Array(text.utf8)[...], .monthFirst)
            #expect(date == DateText(year: 2021, month: 2, day: 3), "\(text)")
        }
        for text in ["3 jui 2021", "3 ma 2021", "3xx Feb 2021", "3 or Feb 2021", "Someday, 3 Feb 2021"] {
            #expect(throws: DateText.Fault.unreadable) { try DateText.parse(Array(text.utf8)[...], .monthFirst) }
        }
    }

    @Test(arguments: ["03/02/2021", "3-2-2021", "3.2.2021", "03/02/2021 06:41", "03/02/2021", "3.2.2021/3.2.2021"])
    func readsTheDayFirstIfTheColumnHasItFirst(text: String) throws {
        #expect(try DateText.parse(Array(text.utf8)[...], .dayFirst) == DateText(year: 2021, month: 2, day: 3))
        #expect(DateText.needsOrder(Array(text.utf8)[...]))
    }

    @Test(arguments: [
        "2021-02-03", "20210203", "2021", "2021/02/03", "3 Feb 2021", "03-Feb-2021", "", "1", "1-", "-1-2",
    ])
    func datesOfOtherFormsHaveNoOrder(text: String) {
        #expect(!DateText.needsOrder(Array(text.utf8)[...]))
    }

    @Test(arguments: ["03/02/21", "3.2.21", "21-02-03", "3-Feb-21"])
    func refusesAYearOfTwoDigits(text: String) {
        #expect(throws: DateText.Fault.shortYear) { try DateText.parse(Array(text.utf8)[...], .dayFirst) }
    }

    @Test(
        arguments: [
            ("2021-02-03T06:41:00", 401), ("2021-02-03T06:41", 401), ("2021-02-03T06:41Z", 401),
            ("2021-02-03T06:41:00.000+02:00", 401), ("2021-02-03 06:41", 401), ("5/14/2009 6:01:24 PM", 1081),
            ("03-Feb-2021 06:41", 401), ("3 Oct 2021 6:41 PM", 1121), ("03-Oct-2021T06:41:09", 401),
            ("3 Feb 2021", nil), ("2021-02-03T06:41/08:00", 401), ("2021-02-03T06:41:00Z/08:30:00Z", 401),
            ("Feb 3, 2021, 6:41 AM", 401), ("February 3, 2021 18:41", 1121), ("2021-02-03T06:41/", 401),
            ("Feb 2021 06:41", nil),
            ("2021-02-03T06:41/2021-02-03T08:00", 401), ("2021-02-03T06:41/2021-02-04T08:00", 401),
            ("2021-02-03T06:41/2021-02-05T08:00", nil),
            ("2021-02-03", nil), ("2021-02-03T00:00:00", nil), ("2021-02-03T00:00Z", nil), ("2021-02-03/05", nil),
            ("2021-02T06:41:00", nil), ("2021-02-03T99:00:00", nil), ("", nil),
            ("2021-02-03T06", 360), ("2021-02-03T0641", 401), ("2021-02-03T064130Z", 401), ("20210203T0641+0100", 401),
            ("2021-02-03T06Z", 360), ("2021-02-03T24:00", 0), ("2021-02-03T2400", 0), ("2021-02-03T24:00/26", nil),
            ("Wed Feb 03 2021 06:41:00 GMT+0100 (CET)", 401), ("2021-02-03 06:41:00 UTC", 401),
            ("2021-02-03 6:41 PM CET", 1121), ("2021-02-03 06h41", 401), ("2021-02-03 6 h 41 min", 401),
            ("2021-02-03 6.41 p.m.", 1121), ("2021-02-03 6 pm", 1080), ("2021-02-03 06 pm", 1080),
            ("2021-02-03 6h", 360), ("2021-02-03 UTC", nil), ("2021-02-03+01:00", nil), ("Wed 2021-02-03 06:41", 401),
            ("2021-02-03 06.41 Uhr", 401), ("2021-02-03  06:41", 401), ("2021-02-03 0641 UTC", 401),
            ("2021-02-03T06:41:30,5", 401), ("03/02/2021 06.41", 401), ("03/02/2021 6.41.30", 401),
        ] as [(String, Int64?)])
    func readsTheTimeAfterADate(text: String, minutes: Int64?) {
        #expect(DateText.minutes(Array(text.utf8)[...], .monthFirst) == minutes)
    }

    @Test(
        arguments: [
            ("Wed Feb 03 2021 06:41:00 GMT+0100 (CET)", 401), ("2021/02/03 6:41 AM CET", 401), ("6:41PM", 1121),
            ("2021-02-03T06:41:00+01:00", 401), ("2021-02-03T06:41:00.000-08:00", 401), ("3 Feb at 6:41 p.m.", 1121),
            ("2021-02-03 06:41", 401), ("GMT+0000 06:41", 401), ("2021-02-03 06:41:00 UTC", nil),
            ("2021-02-03T06:41:00Z", nil), ("2021-02-03T06:41:00.000Z", nil), ("2021-02-03 00:00:00", nil),
            ("6:41 am", 401), ("6:41 pm", 1121), ("6:41 a.m.", 401), ("6:41 utc", nil), ("6:41 z", nil),
            ("6:41 UTC", nil), ("6:41.000Z", nil), ("6:41 CET", 401),
            ("2021-02-03", nil), ("", nil), (":", nil), ("today: 5", nil), ("26:41", nil), ("6:", nil), ("6:4:x", nil),
        ] as [(String, Int64?)])
    func findsTheTimeInATextOfAnyForm(text: String, minutes: Int64?) {
        #expect(TimeText.minutes(within: Array(text.utf8)[...]) == minutes)
    }

    @Test(arguments: [
        "", "x", "2021-", "-2021", "2021-02-", "2021--02", "2021-02-03T", "2021-02-03Tx",
        "1/2",
        "/2021", "2021/02/03/04", "123", "123456", "202102034", "99999999999999999999", "n/a",
        "Febber 3, 2021", "3 Jui 2021", "3 Fe 2021", "Noday, 3 Feb 2021", "3 Feb 202", "2021-02-Feb", "1890-1890",
        "1895-1890", "21-1895", "1895-195",
        "2021-02-03 June", "2021.02-03", "3 Fob 2021", "3 Feb", "٢٠٢١", "2021-222-01", "3 Feb 2021 June",
        "03-Feb-2021T", "03-Feb-2021x", "44230.", "44230.x", "2021-02-03 6 CROWS", "2021-02-03 06:41 CROWS",
        "2021-02-03 12 CROW", "Someday 2021-02-03", "Wed", "Wed 2021", "T.1890", "x.1890", "IIII.1890", "2021-02-03CET",
        "2021-02-03 (about)x", "2021-02-03 06:41 (about", "2021.1", "2021.10",
    ])
    func refusesTextsThatAreNotDates(text: String) {
        #expect(throws: DateText.Fault.unreadable) { try DateText.parse(Array(text.utf8)[...], .monthFirst) }
    }

    /// The date alone would say less than the file.
    @Test(arguments: [
        "2021-02-03T25:00", "2021-02-03T24:01", "2021-02-03T24:00:01", "2021-02-03T0661", "2021-02-03T06:60",
        "2021-02-03 6", "2021-02-03T06:41:61", "2021-02-03T064", "3 Feb 2021 13:00 PM", "20210203T99",
        "2021-02-03T25:00/2021-02-04", "2021-02-03/2021-02-04T25:00", "2021-02-03T06:41.5", "2021-02-03 2021-02-04",
        "2021-02-03T0641-1", "2021-02-03T0641-12-30",
    ])
    func refusesDatesWithImpossibleTimes(text: String) {
        #expect(throws: DateText.Fault.impossibleTime) { try DateText.parse(Array(text.utf8)[...], .monthFirst) }
        #expect(DateText.minutes(Array(text.utf8)[...], .monthFirst) == nil)
    }

    @Test(arguments: [
        "2021/02-03", "1890-02-30/1895", "1890-13/1895", "1890-02-03/..", "2021-02-03/soon", "2021-02-03T06:00/soon",
        "2021-02-03/08:00",
        "2021-02-x/2021-02-05", "2021-02-03T06:00/8h", "2021-3-4/03-04-2021", "3 Feb 2021/03-02-2021", "2021.5/2021.7",
    ])
    func refusesIntervalsThatAreNotDates(text: String) {
        #expect(throws: DateText.Fault.unreadableInterval) { try DateText.parse(Array(text.utf8)[...], .monthFirst) }
    }

    /// A spreadsheet shows the number of a day if the cell is not formatted as a date.
    @Test(arguments: ["44230", "44230.2784722", "44230,2784722"]) func knowsTheDaysOfSpreadsheets(text: String) {
        #expect(throws: DateText.Fault.serial) { try DateText.parse(Array(text.utf8)[...], .monthFirst) }
    }

    /// June 2005, or 2005 and 2006.
    @Test(
        arguments: [
            ("2005/06", 2005, 6, 2006), ("2005/6", 2005, 6, 2006), ("2015/6", 2015, 6, 2016),
            ("1890/12", 1890, 12, 1812),
        ] as [(String, Int64, Int64, Int64)])
    func refusesWhatMayBeAMonthOrSeveralYears(text: String, year: Int64, month: Int64, lastYear: Int64) {
        #expect(throws: DateText.Fault.unclear(year: year, month: month, lastYear: lastYear)) {
            try DateText.parse(Array(text.utf8)[...], .monthFirst)
        }
    }

    @Test(
        arguments: [
            ("2021-02-03T06:41:05", 5), ("2021-02-03 06:41:05.9Z", 5), ("20210203T064105", 5), ("2021-02-03T06:41", 0),
            ("2021-02-03", 0), ("Wed, 2021-02-03 06:41:05 PM", 5), ("2021-02-03T06:41:05/2021-02-04", 5),
            ("2021-02-03T06:41+05:30", 0), ("x", 0), ("", 0),
        ] as [(String, Int64)])
    func readsTheSecondsAfterADate(text: String, seconds: Int64) {
        #expect(DateText.seconds(Array(text.utf8)[...]) == seconds)
    }

    @Test(
        arguments: [
            ("2021-02-03", "2021,,", true), ("2021-02-03", "2021,2,3", true), ("2021-02-03", "2021,02,03", true),
            ("2021-02-03", ",2,", true), ("2021-02-03", ",,", true), ("2021-02-03", "2021,3,", false),
            ("2021-02-03", "2020,,", false), ("2021-02-03", "2021,2,4", false), ("03/02/2021", "2021,2,3", true),
            ("03/02/2021", "2021,3,2", true), ("03/02/2021", "2021,4,", false),
            ("2021-02-01/2021-03-28", "2021,2,17", true),
            ("2021-02-01/2021-03-28", "2021,4,", false), ("1890/1895", "1893,,", true), ("2021", "2021,5,6", true),
            ("2021-02-03", "NA,,", false), ("2021-02-03", "99999999999999999999,,", false), ("x", "2021,,", false),
            ("", "2021,,", false), ("2021-02-03", "2021", false),
        ] as [(String, String, Bool)])
    func tellsWhetherADateMayHaveTheseParts(text: String, parts: String, may: Bool) {
        let parts = parts.split(separator: ",", omittingEmptySubsequences: false).map { Array($0.utf8)[...] }
        #expect(DateText.mayHave(Array(text.utf8)[...], parts: parts) == may)
    }

    @Test func refusesAnIntervalOfSeveralYears() {
        for text in ["1996/1997", "1996-1997", "1996-12-30/1997-01-01", "1996-00-00/1997-02-00"] {
            #expect(throws: DateText.Fault.tooLong(from: 1996, to: 1997)) {
                try DateText.parse(Array(text.utf8)[...], .monthFirst)
            }
        }
    }

    @Test(
        arguments: [
            ("06:41", 401), ("6:41", 401), ("06:41:30", 401), ("06:41 AM", 401), ("06:41 pm", 1121), ("12:05 AM", 5),
            ("12:05 PM", 725), ("00:00", 0), ("23:59:59.999Z", 1439), ("06:41+02:00", 401), ("06:41-07:00", 401),
            ("06:41:00/07:30:00", 401), ("6:41PM", 1121), ("6:41 p.m.", 1121), ("6:41 P. M.", 1121), ("6:41p.m.", 1121),
            ("6.41 pm", 1121), ("6.41.30 pm", 1121), ("06.41 Uhr", 401), ("06h41", 401), ("6 h 41", 401),
            ("06H41", 401),
            ("6h", 360), ("6 h", 360), ("18h05min", 1085), ("6 pm", 1080), ("12 a.m.", 0), ("6 Uhr", 360),
            ("06:41 UTC", 401), ("06:41:00 GMT+0100 (CET)", 401), ("06:41 UTC-03:00", 401), ("6:41 PM CET", 1121),
            ("06:41 Uhr", 401), ("06:41h", 401), ("06:41 (CET)", 401),
        ] as [(String, Int64)])
    func readsTimesInAllForms(text: String, minutes: Int64) {
        #expect(TimeText.minutes(Array(text.utf8)[...]) == minutes)
    }

    @Test(arguments: [
        "", "6", "24:00", "12:60", "6:", ":41", "06:41:61", "13:00 PM", "0:30 AM", "06:41 XM", "06:41 A", "06:41 AMx",
        "06-41",
        "066:41", "six", "6.41", "06.41", "0.278", "6h60", "24h", "h41", "6hx", "6 birds", "13 pm", "06:41 crows",
        "06:41 a lot", "6 CET", "06:41 (at dawn", "6 h, rain",
    ])
    func refusesTextsThatAreNotTimes(text: String) {
        #expect(TimeText.minutes(Array(text.utf8)[...]) == nil)
    }
}
