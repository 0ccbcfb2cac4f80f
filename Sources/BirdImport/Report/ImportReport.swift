import Birds
import FileSystem

/// The result of an import, for the user. `text` writes it as lines, and `json` for programs.
public struct ImportReport: Sendable {
    /// One file of the import.
    public struct File: Sendable {
        public let path: String
        /// The title of its format, such as `Project FeederWatch raw`.
        public let format: String
        /// The name of its format, as in `--format`.
        public let formatName: String
        public let encoding: TextEncoding
        /// The separator between cells; nil for a file that is not a text with columns.
        public let separator: UInt8?
        /// The separator between cells, if it is not the usual one of the format; else nil.
        public let unusualSeparator: UInt8?
        /// The order of day and month in its dates; nil if no date depends on it.
        public var dateOrder: JudgedDateOrder?
        /// Whether points in some of its numbers were taken for those before groups of three digits.
        public var hasThousands = false
        /// The numbers of texts and remarks of records that were longer than their limits, and were cut.
        public var cutTexts = 0
        public var cutRemarks = 0
        /// The number of texts whose control characters or no-break spaces were taken out.
        public var cleanedTexts = 0
        /// The number of records without a date since the file has an interval of several years for it.
        public var tooLongDates = 0
        /// Whether the date of a stored record depends on `dateOrder`.
        var needsDateOrder = false
        /// The number of stored records whose date was taken although columns for year, month or day contradict it.
        public var contradictedDates = 0
        /// The first of them.
        public var firstContradictedDate: Example?
        /// The number of stored records whose date is an interval that ends before it begins.
        public var reversedIntervals = 0
        /// The first of them.
        public var firstReversedInterval: Example?
        /// The number of stored records whose uncertainty was left out, since it is not a distance in metres.
        public var unreadUncertainties = 0
        /// The number of rows of events that repeat an event with other values, and are passed over.
        public var differingEvents = 0
        /// The first of them.
        public var firstDifferingEvent: Example?
        /// The number of events without a date or a place whose parents are not there, or are their descendants.
        public var orphanEvents = 0
        /// The first of them.
        public var firstOrphanEvent: Example?
        /// The name of its data set; nil for a species table.
        public let dataset: String?
        /// The names of columns that are not read and that the format does not know, as the file spells them.
        public var unreadColumns: [String] = []
        /// Whether it has records of the eBird Basic Dataset, and the import has no sampling events for them.
        public var lacksSampling = false
        /// The number of rows above the header that are not empty. They were passed over.
        public var rowsAboveHeader = 0
        /// The first of them.
        public var firstAboveHeader: Example?
        /// Whether it has no records, but belongs to files that have.
        var isPassedOver = false
        /// The path of the file of `--rejects` that has its rows; nil if they are in their own file.
        public var rejects: String?
        /// The number of rows with records, including those that were left out or are in error.
        public var records = 0
        /// The number of rows with checklists, including those in error.
        public var checklists = 0
        /// The number of rows with species, including those that were left out or are in error.
        public var species = 0
        /// The numbers of rows that were left out, by reason. These are not errors.
        public var leftOut: [String: Int] = [:]
        /// The first row that was left out, by reason.
        public var firstLeftOut: [String: Example] = [:]
        public var rowsInError = 0
        /// The number of rows in error that repeat or contradict an earlier row, and have no other error.
        public var rowsInConflict = 0

        /// What else is to be said about its rows: how many, and the first of them.
        public private(set) var remarks: [Remark: (count: Int, first: Example)] = [:]

        /// Notes rows of which something is to be said.
        /// - Parameter first: The first of them.
        mutating func note(_ remark: Remark, _ first: @autoclosure () -> Example, count: Int = 1) {
            if let noted = remarks[remark] {
                remarks[remark] = (noted.count + count, noted.first)
            } else {
                remarks[remark] = (count, first())
            }
        }

        /// Notes what is to be said about the date of a stored record.
        mutating func note(_ remarks: DateRemarks, _ row: Row) {
            if remarks.contains(.ordered) { needsDateOrder = true }
            if remarks.contains(.tooLong) { tooLongDates += 1 }
            if remarks.contains(.contradicted) {
                contradictedDates += 1
                if contradictedDates == 1 { firstContradictedDate = Example(line: row.line, row: row.raw) }
            }
            if remarks.contains(.ofSeveralDays) { note(.intervals, Example(line: row.line, row: row.raw)) }
            if remarks.contains(.reversed) {
                reversedIntervals += 1
                if reversedIntervals == 1 { firstReversedInterval = Example(line: row.line, row: row.raw) }
            }
        }

        /// Takes back the order of day and month, if no date tells it and no stored date depends on it.
        mutating func forgetDateOrderWithoutUse() {
            if let dateOrder, [.format, .given, .rejects, .points, .described].contains(dateOrder.reason),
                !needsDateOrder
            {
                self.dateOrder = nil
            }
        }
    }

    /// What a report may say about rows of a file. The raw values are members of `json`.
    public enum Remark: String, Sendable, CaseIterable {
        case contradictedChecklists = "contradicted_checklists"
        case correctedChecklists = "corrected_checklists"
        case intervals = "intervals"
        case unreadTimes = "unread_times"

        /// The sentence after their number: for one, and for more.
        var words: (one: String, more: String) {
            switch self {
            case .contradictedChecklists:
                (
                    "checklist lacks what its rows contradict each other in",
                    "checklists lack what their rows contradict each other in"
                )
            case .correctedChecklists:
                ("stored checklist has other details now", "stored checklists have other details now")
            case .intervals:
                (
                    "date is an interval: its first day was taken if it has two, else its month or year",
                    "dates are intervals: the first day was taken of two, and the month or year of more"
                )
            case .unreadTimes: ("time left out, which is a word", "times left out, which are words")
            }
        }
    }

    /// A row that was left out.
    public struct Example: Sendable, Equatable {
        /// The number of its line, from 1 for the header.
        public let line: Int
        /// The beginning of the row, without control characters. If the row was left out because of a later one, it is
        /// what tells it from others.
        public let row: String

        /// The longest `row`, in Unicode scalars.
        static let longest = 80

        init(line: Int, row: String) {
            self.line = line
            self.row = Self.excerpt(row)
        }

        /// The beginning of a row, with a space for each run of spaces, control characters and characters that change
        /// the direction of text: a terminal would obey them.
        private static func excerpt(_ row: String) -> String {
            var shown = String.UnicodeScalarView()
            var isSpace = true
            for scalar in row.unicodeScalars {
                let isPlain =
                    switch scalar.properties.generalCategory {
                    case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator, .surrogate: false
                    default: true
                    }
                if isPlain || !isSpace { shown.append(isPlain ? scalar : " ") }
                isSpace = !isPlain
                if shown.count > longest { return String(shown.prefix(longest)) + "…" }
            }
            return String(shown)
        }
    }

    /// Where names of species come from.
    public struct NameSources: Sendable, Equatable {
        /// The number of species with a name in the database before the import.
        public internal(set) var stored = 0
        /// The number of those that a taxonomy has given an order.
        public internal(set) var storedOfTaxonomy = 0
    }

    /// Two data sets that seem to hold the same records, one of which this import has made (`DataSetComparison`).
    public struct SameData: Sendable, Equatable {
        /// The name of the one with fewer records.
        public let dataset: String
        /// The name of the other one.
        public let other: String
        /// The number of records of the smaller one.
        public let records: Int
        /// Whether all of its records are in the other one, and not only nearly all.
        public let isWhole: Bool
    }

    /// A data set of checklists, and the one that has records on them.
    public struct SameChecklists: Sendable, Equatable {
        /// The name of the data set that this import has made.
        public let dataset: String
        /// The name of the other one.
        public let other: String
        /// The number of checklists of the first.
        public let checklists: Int
    }

    /// A file that puts records into its data set twice (`RecordsAgain`): its own, or those that the data set has.
    public struct RecordsAgain: Sendable, Equatable {
        /// The path of the file.
        public let file: String
        /// The name of its data set.
        public let dataset: String
        /// The path of the file of the import that has the same records; nil if the data set had them before.
        public let other: String?
        /// Whether the records are those of the data set, which the file has too, and not those of the file.
        public let isOfDataset: Bool
        /// Whether the records have a `source_id`. Those that are the same then have none.
        public let haveSourceIDs: Bool
        /// The number of the records.
        public let records: Int
        /// Whether all of them are there twice, and not only nearly all.
        public let isWhole: Bool
    }

    /// A file whose records have replaced stored ones that have their codes, and may be other records.
    public struct CodesAgain: Sendable, Equatable {
        /// The path of the file.
        public let file: String
        /// Whether its rows are corrected ones of a file of `--rejects`.
        public let isCorrected: Bool
        /// The number of the stored records.
        public let records: Int
        /// How many of them had another date.
        public let otherDates: Int
        /// The code of one of them.
        public let code: String
    }

    /// A row that could not be used.
    public struct RowInError: Sendable, Equatable {
        /// The path of its file, or the name of its file in an archive after the path of that, such as
        /// `birds.zip/occurrence.txt`.
        public let file: String
        /// The number of its line, from 1 for the header.
        public let line: Int
        /// The column as the file spells it; nil if the row as a whole is wrong.
        public let column: String?
        public let reason: String
    }

    /// The most rows in error that `text` has. All of them go to the file of `--rejects`.
    public static let mostShown = 10
    /// The most rows in error, unknown species and retired codes that `json` has.
    public static let mostListed = 1000
    /// The most unknown species for which the nearest name is sought, if `json` is asked for.
    static let mostCompared = 100
    /// The most records of a preview.
    static let mostPreviewed = 3

    /// Why the import was refused, or failed; nil if it was not. `Importer.run` throws it, so only `json` has it.
    var error: ChangeError?
    /// The sentences about files of results that could not be written. `json` lacks the one about its own file.
    public internal(set) var unwritten: [String] = []
    public internal(set) var files: [File] = []
    /// The path of the database.
    public internal(set) var database = ""
    /// Whether the records were stored, or would have been without `--dry-run`.
    public internal(set) var isStored = false
    public internal(set) var isDryRun = false
    /// Whether the file of `--report` or `--rejects` is the standard output, so that `text` belongs elsewhere.
    public internal(set) var usesStandardOutput = false
    /// The number of rows in error in all files.
    public internal(set) var rowsInError = 0
    /// The path of a file of which no row could be read; nil if there is none. It is probably not what it was taken
    /// for, and nothing is stored even with `--skip-errors`. Rows in a file of `--rejects` count together.
    var pathOfErrors: String? {
        files.first { file in
            let group = file.rejects == nil ? [file] : files.filter { $0.rejects == file.rejects }
            let rows = group.reduce(0) { $0 + $1.records + $1.checklists + $1.species }
            return rows > 0 && rows == group.reduce(0) { $0 + $1.rowsInError }
                && group.allSatisfy { $0.rowsInConflict == 0 }
        }.map { $0.rejects ?? $0.path }
    }
    /// The first rows in error, up to `mostListed`.
    public internal(set) var errors: [RowInError] = []
    /// The first rows in error, up to `mostShown`.
    public var firstErrors: [RowInError] { Array(errors.prefix(Self.mostShown)) }
    public internal(set) var names = NameSources()
    /// The data sets of the import that seem to be in the database under another name.
    public internal(set) var sameData: [SameData] = []
    /// The files whose records are in their data sets twice.
    public internal(set) var recordsAgain: [RecordsAgain] = []
    /// The files whose corrected rows have replaced stored records.
    public internal(set) var codesAgain: [CodesAgain] = []
    /// The data sets of the import that have no records, and checklists of another data set.
    public internal(set) var sameChecklists: [SameChecklists] = []
    /// The files that could not keep their owners, groups or rights. `json` lacks its own file.
    public internal(set) var lostAccess: [LostAccess] = []
    /// The first records in the default order as JSON objects, as the server answers for them; nil without `--dry-run`.
    public internal(set) var preview: [String]?
    /// The number of stored records.
    public internal(set) var stored = 0
    /// The number of records that were removed to make room for them.
    public internal(set) var replaced = 0
    /// The number of checklists of the files, those without records included.
    public internal(set) var checklists = 0
    /// The number of locations of the stored records.
    public internal(set) var locations = 0
    /// The number of species whose names were added or changed.
    public internal(set) var speciesStored = 0
    /// A species of the stored records that is in no species table.
    public struct UnknownSpecies: Sendable, Equatable {
        public let code: String
        /// The number of its records in the database.
        public let records: Int
        /// The name in the database that is spelt most like it, for the first `mostCompared` or `mostNamed`; nil if
        /// none is similar.
        public internal(set) var nearest: String?
    }

    /// The species of the stored records that are in no species table, in the order of their codes, up to `mostListed`.
    public internal(set) var unknownSpecies: [UnknownSpecies] = []
    /// The number of the others.
    public internal(set) var moreUnknownSpecies = 0
    /// The codes of species that the taxonomy imported last has under another code, which their records have now.
    public internal(set) var retiredCodes: [RetiredCode] = []

    /// A code of a species that has given way to another one.
    public struct RetiredCode: Sendable, Equatable {
        public let old: String
        public let new: String
    }

    /// The number of names in place of codes that gave way too.
    var moreRetiredCodes = 0
    /// The codes that were not followed, since the names beside them mean other species, up to `mostListed`.
    public internal(set) var contradictedCodes: [ContradictedCode] = []

    /// A code with names of another species beside it.
    public struct ContradictedCode: Sendable, Equatable {
        public let code: String
        /// The scientific name beside it, or else the common name.
        public let name: String
        /// The code of the species that the record has got.
        public let species: String
    }

    /// The codes that the taxonomy has given to other species than those of the stored records.
    public internal(set) var changedCodes: [ChangedCode] = []

    /// A code that means another species than before.
    public struct ChangedCode: Sendable, Equatable {
        public let code: String
        /// The scientific names.
        public let old: String
        public let new: String
        /// The number of the records that had it before the import.
        public let records: Int
    }

    /// What the list of sensitive species and places protects; nil if there is none.
    public internal(set) var sensitive: SensitiveSummary?
    /// After an import of species tables alone, the number of the species that are still in none, and of their records.
    public internal(set) var unnamed: (species: Int, records: Int)?
}
