/// Why the store could not do what it was asked. SQL and paths in it are for the log, never for a client.
public enum StoreError: Error, Sendable, Equatable {
    /// There is no file at the path.
    case missing(path: String)
    /// The file can't be opened, or is not a database of ours; `reason` is a sentence that says what to do.
    case unusable(path: String, reason: String)
    /// A species that no table of species knows; `nearest` is the closest name that is known.
    case unknownSpecies(String, nearest: String?)
    /// The time for the query is used up.
    case overBudget
    /// The query was cancelled, because nobody waits for its answer.
    case cancelled
    /// As many long answers are under way as are allowed.
    case busy
    /// SQLite failed: its extended code, its message, and the statement without its bound values.
    case sqlite(code: Int32, message: String, sql: String)
}
