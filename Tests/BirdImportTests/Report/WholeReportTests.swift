import FileSystem
import Glibc
import Testing

@testable import BirdImport

/// Every member of a report and every sentence, with other values than those that most reports have. All numbers
/// differ, so that no two can change places.
@Suite struct WholeReportTests {
    private static func file(
        formatName: String = "plain", encoding: TextEncoding = TextEncoding(.utf8, replaced: 4101),
        unusualSeparator: UInt8 = 0x7C
    ) -> ImportReport.File {
        var file = ImportReport.File(
            path: "a.csv", format: "Plain title", formatName: formatName, encoding: encoding,
            separator: 0x7C, unusualSeparator: unusualSeparator,
            dateOrder: JudgedDateOrder(order: .dayFirst, reason: .date("25/02/2021", line: 4102)),
            hasThousands: true, cutTexts: 4103, cutRemarks: 4104, cleanedTexts: 4105, tooLongDates: 4106,
            contradictedDates: 4139, firstContradictedDate: ImportReport.Example(line: 4140, row: "May in February"),
            reversedIntervals: 4141, firstReversedInterval: ImportReport.Example(line: 4142, row: "an interval"),
            unreadUncertainties: 4107, differingEvents: 4108,
            firstDifferingEvent: ImportReport.Example(line: 4109, row: "an event"), orphanEvents: 4137,
            firstOrphanEvent: ImportReport.Example(line: 4138, row: "e1, parentEventID e0"), dataset: "birds",
            unreadColumns: ["Moon", "Mood"], lacksSampling: true, rowsAboveHeader: 4110,
            firstAboveHeader: ImportReport.Example(line: 4111, row: "a title"), records: 4112, checklists: 4113,
            species: 4114, leftOut: ["wet": 4115, "dry": 1],
            firstLeftOut: [
                "wet": ImportReport.Example(line: 4116, row: "a wet row"),
                "dry": ImportReport.Example(line: 4117, row: "a dry row"),
            ], rowsInError: 4118)
        file.note(.contradictedChecklists, ImportReport.Example(line: 4151, row: "C1: minutes"), count: 4150)
        file.note(.correctedChecklists, ImportReport.Example(line: 4153, row: "C2: minutes"), count: 4152)
        file.note(.intervals, ImportReport.Example(line: 4155, row: "a night"), count: 4154)
        file.note(.unreadTimes, ImportReport.Example(line: 4157, row: "at noon"), count: 4156)
        return file
    }

    private static let report: ImportReport = {
        var table = ImportReport.File(
            path: "b.csv", format: "Other title", formatName: "ioc", encoding: .utf8, separator: nil,
            unusualSeparator: nil, dataset: nil)
        table.species = 4119
        var report = ImportReport()
        report.error = .failed("it failed")
        report.unwritten = ["not written"]
        report.files = [file(), table]
        report.database = "birds.db"
        (report.isStored, report.isDryRun) = (true, true)
        report.rowsInError = 4120
        report.errors = [
            ImportReport.RowInError(file: "a.csv", line: 4121, column: "day", reason: "is wrong"),
            ImportReport.RowInError(file: "a.csv", line: 4122, column: nil, reason: "it is wrong"),
        ]
        report.names.stored = 4123
        report.names.storedOfTaxonomy = 4124
        report.sameData = [
            ImportReport.SameData(dataset: "one", other: "two", records: 4125, isWhole: true),
            ImportReport.SameData(dataset: "three", other: "four", records: 4126, isWhole: false),
        ]
        report.recordsAgain = [
            ImportReport.RecordsAgain(
                file: "c.csv", dataset: "seven", other: nil, isOfDataset: false, haveSourceIDs: false, records: 4135,
                isWhole: true),
            ImportReport.RecordsAgain(
                file: "d.csv", dataset: "eight", other: "e.csv", isOfDataset: false, haveSourceIDs: true, records: 4136,
                isWhole: false),
            ImportReport.RecordsAgain(
                file: "f.csv", dataset: "nine", other: nil, isOfDataset: true, haveSourceIDs: false, records: 4137,
                isWhole: true),
            ImportReport.RecordsAgain(
                file: "g.csv", dataset: "ten", other: nil, isOfDataset: false, haveSourceIDs: true, records: 4138,
                isWhole: true),
        ]
        report.codesAgain = [
            ImportReport.CodesAgain(file: "f.csv", isCorrected: true, records: 4139, otherDates: 2, code: "o1")
        ]
        report.sameChecklists = [ImportReport.SameChecklists(dataset: "five", other: "six", checklists: 4127)]
        var status = stat()
        status.st_mode = 0o640
        var after = status
        after.st_mode = 0o600
        report.lostAccess = [
            LostAccess(
                path: "birds.db", before: LostAccess.Access(status), after: LostAccess.Access(after), isListLost: true)
        ]
        report.sensitive = SensitiveSummary(
            entries: 3, idle: ["species 'owl'"], overdue: ["location 'L1'"], lowered: ["L2"],
            alike: [SensitiveSummary.Alike(name: "gul", listed: "gull", records: 4158)], moreAlike: 4159,
            openCodes: ["a"],
            openComments: ["a", "b"], openNames: ["c"], hasReaders: true)
        report.preview = [#"{"num":1}"#, #"{"num":2}"#]
        (report.stored, report.replaced, report.checklists) = (4128, 4129, 4130)
        (report.locations, report.speciesStored) = (4131, 4132)
        report.unknownSpecies = [
            ImportReport.UnknownSpecies(code: "gul", records: 4133, nearest: "gull"),
            ImportReport.UnknownSpecies(code: "zz", records: 4134),
        ]
        report.retiredCodes = [ImportReport.RetiredCode(old: "old1", new: "new1")]
        report.contradictedCodes = [
            ImportReport.ContradictedCode(code: "hergul", name: "Larus argentatus", species: "euhgul1"),
            ImportReport.ContradictedCode(code: "norgos", name: "Avis ignota", species: "Avis ignota"),
        ]
        report.changedCodes = [
            ImportReport.ChangedCode(code: "chg1", old: "Avis vetus", new: "Avis nova", records: 4143)
        ]
        report.unnamed = (4144, 4145)
        return report
    }()

    @Test func jsonHasEveryMember() {
        #expect(
            String(decoding: Self.report.json, as: UTF8.self) == #"""
                {"version":1,
                "stored":true,
                "dry_run":true,
                "error":{"status":1,"message":"it failed"},
                "unwritten":["not written"],
                "files":[{"path":"a.csv","format":"plain","format_title":"Plain title","dataset":"birds","separator":"|",\#
                "encoding":{"name":"UTF-8","reason":"mostly-valid","replaced":4101},\#
                "date_order":{"order":"day-first","reason":"date","date":"25/02/2021","line":4102},\#
                "unread_columns":["Moon",
                "Mood"],"lacks_sampling":true,"thousands":".","rows_above_header":4110,"records":4112,"checklists":4113,\#
                "species":4114,"left_out":[{"reason":"dry","count":1,"first_line":4117,"example":"a dry row"},
                {"reason":"wet","count":4115,"first_line":4116,"example":"a wet row"}],"cut_texts":4103,"cut_remarks":4104,\#
                "cleaned_texts":4105,"too_long_dates":4106,\#
                "contradicted_dates":{"count":4139,"first_line":4140,"example":"May in February"},\#
                "reversed_intervals":{"count":4141,"first_line":4142,"example":"an interval"},"unread_uncertainties":4107,\#
                "differing_events":{"count":4108,"first_line":4109,"example":"an event"},\#
                "orphan_events":{"count":4137,"first_line":4138,"example":"e1, parentEventID e0"},\#
                "contradicted_checklists":{"count":4150,"first_line":4151,"example":"C1: minutes"},\#
                "corrected_checklists":{"count":4152,"first_line":4153,"example":"C2: minutes"},\#
                "intervals":{"count":4154,"first_line":4155,"example":"a night"},\#
                "unread_times":{"count":4156,"first_line":4157,"example":"at noon"},"rows_in_error":4118},
                {"path":"b.csv","format":"ioc","format_title":"Other title","dataset":null,"separator":null,\#
                "encoding":{"name":"UTF-8","reason":"valid","replaced":0},"date_order":null,"unread_columns":[],\#
                "lacks_sampling":false,"thousands":null,"rows_above_header":0,"records":0,"checklists":0,"species":4119,\#
                "left_out":[],"cut_texts":0,"cut_remarks":0,"cleaned_texts":0,"too_long_dates":0,\#
                "contradicted_dates":{"count":0,"first_line":null,"example":null},\#
                "reversed_intervals":{"count":0,"first_line":null,"example":null},"unread_uncertainties":0,\#
                "differing_events":{"count":0,"first_line":null,"example":null},\#
                "orphan_events":{"count":0,"first_line":null,"example":null},\#
                "contradicted_checklists":{"count":0,"first_line":null,"example":null},\#
                "corrected_checklists":{"count":0,"first_line":null,"example":null},\#
                "intervals":{"count":0,"first_line":null,"example":null},\#
                "unread_times":{"count":0,"first_line":null,"example":null},"rows_in_error":0}],
                "names":{"files":["a.csv",
                "b.csv"],"stored_species":4123,"stored_species_of_taxonomy":4124},
                "rows_in_error":{"count":4120,"rows":[{"file":"a.csv","line":4121,"column":"day","reason":"is wrong"},
                {"file":"a.csv","line":4122,"column":null,"reason":"it is wrong"}]},
                "records":{"stored":4128,"replaced":4129,"checklists":4130,"locations":4131},
                "species_named":4132,
                "retired_codes":{"count":1,"codes":[{"old":"old1","new":"new1"}]},
                "contradicted_codes":[{"code":"hergul","name":"Larus argentatus","species_id":"euhgul1"},
                {"code":"norgos","name":"Avis ignota","species_id":"Avis ignota"}],
                "changed_codes":[{"code":"chg1","old":"Avis vetus","new":"Avis nova","records":4143}],
                "unnamed":{"species":4144,"records":4145},
                "unknown_species":{"count":2,"species":[{"code":"gul","records":4133,"nearest":"gull"},
                {"code":"zz","records":4134,"nearest":null}]},
                "same_data":[{"dataset":"one","other":"two","records":4125,"all":true},
                {"dataset":"three","other":"four","records":4126,"all":false}],
                "records_again":[{"file":"c.csv","dataset":"seven","other":null,"of_dataset":false,"source_ids":false,"records":4135,"all":true},
                {"file":"d.csv","dataset":"eight","other":"e.csv","of_dataset":false,"source_ids":true,"records":4136,"all":false},
                {"file":"f.csv","dataset":"nine","other":null,"of_dataset":true,"source_ids":false,"records":4137,"all":true},
                {"file":"g.csv","dataset":"ten","other":null,"of_dataset":false,"source_ids":true,"records":4138,"all":true}],
                "codes_again":[{"file":"f.csv","corrected":true,"records":4139,"other_dates":2,"source_id":"o1"}],
                "same_checklists":[{"dataset":"five","other":"six","checklists":4127}],
                "lost_access":[{"file":"birds.db","owner":"root","group":"root","mode":"640"}],
                "sensitive":{"entries":3,"idle":["species 'owl'"],"overdue":["location 'L1'"],"lowered":["L2"],\#
                "alike":[{"name":"gul","listed":"gull","records":4158}],"more_alike":4159,\#
                "open_codes":["a"],"open_comments":["a",
                "b"],"open_names":["c"],"readers":true},
                "preview":[{"num":1},
                {"num":2}]}

                """#)
    }

    @Test func textHasEverySentence() {
        #expect(
            Self.report.text == """
                a.csv: Plain title, data set birds
                  read as: '|' between columns; UTF-8, with 4,101 bad bytes replaced by U+FFFD; dates with the day first, \
                because of '25/02/2021' in line 4102; points as those of thousands (1.000 is 1,000), since numbers have \
                decimal commas or several points
                  not read: columns "Moon", "Mood"
                  without its sampling events, so zerofill does not know of checklists that have no record here
                  4,110 rows above the header were passed over, first on line 4111
                    a title
                  4,112 records read
                  4,113 checklists read
                  4,114 species read
                  1 left out: dry, on line 4117
                    a dry row
                  4,115 left out: wet, first on line 4116
                    a wet row
                  4,103 texts cut to 500 bytes
                  4,104 remarks cut to 10,000 bytes
                  4,105 texts with control characters or no-break spaces, which were taken out
                  4,106 records kept without a date, since the date is an interval of several years
                  4,139 dates taken although columns for year, month or day say something else, first on line 4140
                    May in February
                  4,141 dates are intervals that end before they begin, first on line 4142
                    an interval
                  4,107 uncertainties of places left out: they are not distances in metres
                  4,108 events passed over: they differ from earlier rows with their ids, first on line 4109
                    an event
                  4,137 events without a date or place: their parentEventID leads to no event, or back to where it began, \
                first on line 4138
                    e1, parentEventID e0
                  4,150 checklists lack what their rows contradict each other in, first on line 4151
                    C1: minutes
                  4,152 stored checklists have other details now, first on line 4153
                    C2: minutes
                  4,154 dates are intervals: the first day was taken of two, and the month or year of more, first on line \
                4155
                    a night
                  4,156 times left out, which are words, first on line 4157
                    at noon
                  4,118 rows in error
                b.csv: Other title
                  4,119 species read
                Names of species: from a.csv (Plain title), then b.csv (Other title), then the database (4,123 species)
                a.csv, line 4121, column day: is wrong
                a.csv, line 4122: it is wrong
                and 4,118 more rows in error
                Warning: birds.db belongs to root:root now, with mode 600. This account can't keep root:root with mode 640 \
                and its access control list. To let the same accounts read it again, run as root: chown root:root birds.db \
                && chmod 640 birds.db
                Would be stored: 4,128 records on 4,130 checklists at 4,131 locations, replacing 4,129 records
                Warning: all records of c.csv that have no source_id (4,135) were in seven before, and would be there twice. \
                To have them once, import the files of seven again without --append.
                Warning: nearly all records of d.csv that have a source_id (4,136) are also in e.csv without one. To have \
                them once in eight, leave out d.csv.
                Warning: all records of nine that had no source_id (4,137) are also in f.csv, and would be there twice. To \
                have them once, import the files of nine again without --append, leaving out those contained in f.csv.
                Warning: all records of g.csv that have a source_id (4,138) were in ten before without one, and would be \
                there twice. To have them once, import the files of ten again without --append, leaving out either \
                g.csv or those with the same records.
                Warning: corrected rows of f.csv would replace 4,139 records with the same source_id, such as o1. If those \
                were other records, give the rows codes of their own, and import all files again.
                Warning: all records of one (4,125) are also in two. If they are the same data under two names, remove one \
                of them with 'rookery datasets remove NAME'.
                Warning: nearly all records of three (4,126) are also in four. If they are the same data under two names, \
                remove one of them with 'rookery datasets remove NAME'.
                Warning: checklists of five are also in six, with their records. To count each once, remove five, and \
                import the file again with --dataset six --append.
                Would be named: 4,132 species
                1 code was replaced by the taxonomy imported last: old1 is now new1
                Warning: the taxonomy gives 1 code of stored records to other species: chg1 was Avis vetus and is now \
                Avis nova (4,143 records). If the records have names too, import their files again.
                Names were followed where the codes beside them mean other species or none: hergul is Larus argentatus \
                (euhgul1), norgos is Avis ignota
                4,145 records of 4,144 names are in no species table. If their files have other names of the species too, \
                such as common names, import them again.
                2 species are in no species table: gul (4,133, similar to gull), zz (4,134)
                The list of sensitive species and places would be in force: 3 lines
                Warning: 1 line of it matches no record, and so protects nothing: species 'owl'
                Warning: 1 line of it was due for review, and stays in force: location 'L1'
                Warning: 1 location would be shown more exactly than before: L2
                Warning: 4,160 new names are like those of the list and not covered: 'gul' (4,158 records, like 'gull'), and \
                4,159 more
                People without the right 'precise' would see the codes of checklists and records of a, as set with 'rookery \
                datasets describe'
                People without the right 'precise' would see the comments and protocols of a, b, as set with 'rookery \
                datasets describe'
                People without the right 'precise' would see the names of places of c, as set with 'rookery \
                datasets describe'
                Warning: a program still reads the file as it was, and may show exact places to those who could see them \
                before. A server does that while somebody who may see exact places is downloading, or if it can't open the \
                new file: see its log. If it is another program, close it.
                The first records, as they would be served:
                  {"num":1}
                  {"num":2}
                Nothing was changed: this was a dry run.

                """)
    }

    /// What has one value or another, where only one of them is above.
    @Test func wordsFollowValues() throws {
        typealias Case = (change: (inout ImportReport) -> Void, json: String?, text: String?)
        let cases: [Case] = [
            ({ $0.error = .refused("no") }, #""error":{"status":2,"message":"no"}"#, nil),
            ({ $0.error = nil }, #""error":null"#, nil),
            ({ $0.sensitive = nil }, #""sensitive":null,"#, nil),
            ({ $0.preview = nil }, #""preview":null}"#, nil),
            ({ $0.isDryRun = false }, #""dry_run":false"#, "Stored: 4,128 records"),
            ({ $0.isDryRun = false }, nil, "Named: 4,132 species"),
            ({ $0.isStored = false }, #""stored":false"#, "Nothing was stored: 4,120 rows are in error."),
            (
                {
                    ($0.isStored, $0.files[0].records, $0.files[0].checklists, $0.files[0].species) = (
                        false, 4118, 0, 0
                    )
                },
                #""records":4118"#, "Nothing was stored: all rows of a.csv are in error."
            ),
            ({ $0.replaced = 0 }, #""replaced":0"#, "at 4,131 locations\n"),
            ({ $0.files[0].unreadColumns = ["Moon"] }, nil, "\n  not read: column \"Moon\"\n"),
            (
                { $0.files[0].unreadColumns = (10...1021).map { "c\($0)" } }, #""c1009"],"lacks"#,
                "\"c18\", \"c19\" and 1,002 more\n"
            ),
            ({ $0.files[0].rowsAboveHeader = 1 }, nil, "  1 row above the header was passed over, on line 4111\n"),
            ({ $0.files[0] = Self.file(formatName: "dwca") }, nil, "  4,113 events without birds read\n"),
            ({ $0.files[0].cutTexts = 1 }, nil, "  1 text cut to 500 bytes\n"),
            ({ $0.files[0].cutRemarks = 1 }, nil, "  1 remark cut to 10,000 bytes\n"),
            ({ $0.files[0].cleanedTexts = 1 }, nil, "  1 text with control characters"),
            ({ $0.files[0].tooLongDates = 1 }, nil, "  1 record kept without a date"),
            (
                { $0.files[0].contradictedDates = 1 }, nil,
                "  1 date taken although columns for year, month or day say something else, on line 4140\n"
            ),
            (
                { $0.files[0].reversedIntervals = 1 }, nil,
                "  1 date is an interval that ends before it begins, on line 4142\n"
            ),
            (
                { $0.files[0].unreadUncertainties = 1 }, nil,
                "  1 uncertainty of a place left out: it is not a distance in metres\n"
            ),
            (
                { $0.files[0].orphanEvents = 1 }, nil,
                "  1 event without a date or place: its parentEventID leads to no event, or back to where it began, on line 4138\n"
            ),
            (
                { $0.isDryRun = false }, nil, "were in seven before, and are there twice now."
            ),
            (
                { ($0.isStored, $0.rowsInError, $0.files[0].rowsInConflict) = (false, 2, 2) }, nil,
                "Nothing was stored: 2 rows repeat or contradict earlier ones"
            ),
            (
                { $0.files[0].differingEvents = 1 }, nil,
                "  1 event passed over: it differs from an earlier row with its id, on line 4109\n"
            ),
            (
                { $0.files[0] = Self.file(encoding: TextEncoding(.utf16BigEndian)) },
                #"{"name":"UTF-16BE","reason":"byte-order-mark","replaced":0}"#, "; UTF-16BE, by its byte order mark;"
            ),
            (
                { $0.files[0] = Self.file(encoding: TextEncoding(.utf16LittleEndian)) },
                #"{"name":"UTF-16LE","reason":"byte-order-mark","replaced":0}"#, "; UTF-16LE, by its byte order mark;"
            ),
            (
                { $0.files[0] = Self.file(encoding: TextEncoding(.windows1252)) },
                #"{"name":"Windows-1252","reason":"not-utf-8","replaced":0}"#, "; Windows-1252, since it is not UTF-8;"
            ),
            ({ $0.files[0] = Self.file(unusualSeparator: 0x09) }, nil, "  read as: tabs between columns;"),
            ({ $0.files[0] = Self.file(unusualSeparator: 0x20) }, nil, "  read as: spaces between columns;"),
            ({ $0.files[0] = Self.file(unusualSeparator: 0x2C) }, nil, "  read as: commas between columns;"),
            ({ $0.files[0] = Self.file(unusualSeparator: 0x3B) }, nil, "  read as: semicolons between columns;"),
            (
                { $0.files[0].dateOrder = JudgedDateOrder(order: .monthFirst, reason: .given) },
                #""date_order":{"order":"month-first","reason":"option"}"#,
                "dates with the month first, as --date-order says;"
            ),
            (
                { $0.files[0].dateOrder = JudgedDateOrder(order: .dayFirst, reason: .columns("3/2/2021", line: 4143)) },
                #""date_order":{"order":"day-first","reason":"columns","date":"3/2/2021","line":4143}"#,
                "dates with the day first, because of '3/2/2021' in line 4143, whose own columns tell;"
            ),
            (
                { $0.files[0].dateOrder = JudgedDateOrder(order: .dayFirst, reason: .beside("b.txt")) },
                #""date_order":{"order":"day-first","reason":"beside","path":"b.txt"}"#,
                "dates with the day first, as in b.txt;"
            ),
            (
                { $0.files[0].dateOrder = JudgedDateOrder(order: .dayFirst, reason: .rejects) },
                #""date_order":{"order":"day-first","reason":"rejects"}"#,
                "dates with the day first, as in the file that they are from;"
            ),
            (
                { $0.files[0].dateOrder = JudgedDateOrder(order: .dayFirst, reason: .points) },
                #""date_order":{"order":"day-first","reason":"points"}"#,
                "dates with the day first, because of the points in them;"
            ),
            (
                { $0.files[0].dateOrder = JudgedDateOrder(order: .dayFirst, reason: .described) },
                #""date_order":{"order":"day-first","reason":"description"}"#,
                "dates with the day first, as meta.xml says;"
            ),
            (
                { $0.files[0].dateOrder = JudgedDateOrder(order: .monthFirst, reason: .format) },
                #""date_order":{"order":"month-first","reason":"format"}"#,
                "dates with the month first, since no date tells (--date-order overrules);"
            ),
            (
                {
                    $0.names.stored = 0
                    for file in $0.files.indices { $0.files[file].species = 0 }
                }, #""files":[],"stored_species":0"#,
                "No taxonomy has been imported yet. Import one to name them, and to find species by their names: "
                    + "rookery import TAXONOMY.csv --database birds.db\n"
            ),
        ]
        for (number, (change, json, text)) in cases.enumerated() {
            var report = Self.report
            change(&report)
            if let json { #expect(String(decoding: report.json, as: UTF8.self).contains(json), "\(number)") }
            if let text { #expect(report.text.contains(text), "\(number): \(report.text)") }
        }
    }
}
