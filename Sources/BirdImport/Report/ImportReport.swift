import Birds

/// What an import did.
public struct ImportReport: Sendable {
    /// One file of the import.
    public struct File: Sendable {
        public let path: String
        /// Of its format, such as `Project FeederWatch raw`.
        public let format: String
        public let encoding: TextEncoding
        /// Nil for a table of species.
        public let dataset: String?
        /// Rows of observations that were read, whatever became of them.
        public var records = 0
        /// Rows of species that were read.
        public var species = 0
        /// Reasons for which rows were left out, and how many.
        public var leftOut: [String: Int] = [:]
        public var rowsInError = 0

        /// Whether no row of it can be used, which says that it is not what it was taken for.
        var isAllInError: Bool { rowsInError > 0 && rowsInError == records + species }
    }

    /// A row that could not be used.
    public struct RowInError: Sendable, Equatable {
        public let file: String
        /// From 1, the header included.
        public let line: Int
        /// As the file calls it; nil for the row as a whole.
        public let column: String?
        public let reason: String
    }

    /// How many rows in error are kept to show them.
    public static let mostShown = 10

    public internal(set) var files: [File] = []
    /// Whether the database was changed, or would have been but for a dry run.
    public internal(set) var isStored = false
    public internal(set) var isDryRun = false
    public internal(set) var rowsInError = 0
    public internal(set) var firstErrors: [RowInError] = []
    public internal(set) var stored = 0
    /// Records that gave way to those stored.
    public internal(set) var replaced = 0
    public internal(set) var checklists = 0
    public internal(set) var locations = 0
    /// Species whose names were added or changed.
    public internal(set) var speciesStored = 0
    /// Codes of species that no table of species knows, among the records stored, and how many records have them.
    public internal(set) var unknownSpecies: [(code: String, records: Int)] = []
}
