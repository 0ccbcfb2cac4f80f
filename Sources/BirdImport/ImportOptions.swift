import Birds
import Glibc

/// What to import, and how.
public struct ImportOptions: Sendable {
    /// Paths of the files; all of them become one generation, or none does.
    public var files: [String]
    /// The path of the database; it is made if it is missing.
    public var database: String
    /// The data set of all files; nil for each file's own name without its extension.
    public var dataset: String?
    /// The name of the format of all files; nil to detect each one's.
    public var format: String?
    /// Adds to the data set instead of replacing it.
    public var append = false
    /// Where the records come from, under which terms, and how to cite them; nil keeps what the data set has.
    public var source: String?
    public var licence: String?
    public var citation: String?
    /// Where every row in error is written, as CSV.
    public var rejects: String?
    /// Stores the other rows where some are in error.
    public var skipErrors = false
    /// Keeps records that did not pass review.
    public var includeInvalid = false
    /// Does everything but change the database.
    public var dryRun = false
    /// Seconds since 1970 UTC: when the data set was imported, and which year is the next.
    public var now: Int = time(nil)
    /// Waits where this change would be published within a second of the last: see `PublishedGeneration`.
    public var waitsForClock = false

    public init(files: [String], database: String) {
        self.files = files
        self.database = database
    }
}

/// How far an import is.
public struct ImportProgress: Sendable {
    public enum Stage: Sendable, Equatable {
        case reading(file: String)
        case storing
        case indexing
    }

    public var stage: Stage
    /// Records of this stage so far.
    public var records: Int
    /// Of this stage, between 0 and 1.
    public var fraction: Double
}
