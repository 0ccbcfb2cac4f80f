import Birds

/// The result of an import, for the user. `text` writes it as lines.
public struct ImportReport: Sendable {
    /// One file of the import.
    public struct File: Sendable {
        public let path: String
        /// The title of its format, such as `Project FeederWatch raw`.
        public let format: String
        public let encoding: TextEncoding
        /// The separator between cells; nil for a file that has the usual one of its format, or none.
        public let separator: UInt8?
        /// The order of day and month in its dates; nil if no date depends on it.
        public var dateOrder: JudgedDateOrder?
        /// The numbers of texts and remarks of records that were longer than their limits, and were cut.
        public var cutTexts = 0
        public var cutRemarks = 0
        /// The name of its data set; nil for a species table.
        public let dataset: String?
        /// The number of rows with records, including those that were left out or are in error.
        public var records = 0
        /// The number of rows with checklists, including those in error.
        public var checklists = 0
        /// The number of rows with species, including those that were left out or are in error.
        public var species = 0
        /// The numbers of rows that were left out, by reason. These are not errors.
        public var leftOut: [String: Int] = [:]
        /// The line of the first row that was left out, by reason.
        public var firstLeftOut: [String: Int] = [:]
        public var rowsInError = 0

        /// Whether no row can be used. The file is then probably not what it was taken for, and nothing is stored even
        /// with `--skip-errors`.
        var isAllInError: Bool { rowsInError > 0 && rowsInError == records + checklists + species }
    }

    /// A row that could not be used.
    public struct RowInError: Sendable, Equatable {
        /// The path of its file.
        public let file: String
        /// The number of its line, from 1 for the header.
        public let line: Int
        /// The column as the file spells it; nil if the row as a whole is wrong.
        public let column: String?
        public let reason: String
    }

    /// The most rows in error that are listed in a report. All of them go to the file of `--rejects`.
    public static let mostShown = 10

    public internal(set) var files: [File] = []
    /// Whether the records were stored, or would have been without `--dry-run`.
    public internal(set) var isStored = false
    public internal(set) var isDryRun = false
    /// The number of rows in error in all files.
    public internal(set) var rowsInError = 0
    /// The first rows in error, up to `mostShown`.
    public internal(set) var firstErrors: [RowInError] = []
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
        /// The name in the database that is spelt most like it, for those that a report shows; nil if none is similar.
        public internal(set) var nearest: String?
    }

    /// The species of the stored records that are in no species table, in the order of their codes.
    public internal(set) var unknownSpecies: [UnknownSpecies] = []
    /// The codes of species that a newer taxonomy has under another code, which their records have now.
    public internal(set) var retiredCodes: [RetiredCode] = []

    /// A code of a species that has given way to another one.
    public struct RetiredCode: Sendable, Equatable {
        public let old: String
        public let new: String
    }
}
