/// Why the store could not do what it was asked. SQL and paths are for the log, never for a client.
public enum StoreError: Error, Sendable, Equatable {
    /// There is no file at the path.
    case missing(path: String)
    /// The file can't be used, or is not a database of ours. `reason` says why, and what to do.
    case unusable(path: String, reason: String)
    /// The view shows no such species. `nearest` is the closest name that may be shown.
    case unknownSpecies(String, nearest: String?)
    /// A value of a filter that is neither an id nor a list. `expected` says what would be right, as the end of the
    /// sentence "… is not".
    case malformedList(UnresolvedValue.Filter, value: String, expected: String)
    /// The value of `after` is not a token of this query.
    case unknownPage
    /// The last row before the page is gone, and the order of the query does not tell where it was.
    case lostPage
    /// The query took more time than it may.
    case overBudget
    /// The answers under way hold all the memory that they may.
    case outOfMemory
    /// The query was cancelled, because nobody waits for its answer.
    case cancelled
    /// SQLite failed: its extended code, its message, and the statement without its bound values.
    case sqlite(code: Int32, message: String, sql: String)
}

extension StoreError {
    /// What went wrong, for the person who runs the server. It may contain paths and names that a client sent, but
    /// no records.
    public var sentence: String {
        switch self {
        case .missing(let path):
            "there is no database at \(path); make one with 'rookery import FILE --database \(path)'"
        case .unusable(let path, let reason):
            "\(path) can't be used: \(reason)"
        case .unknownSpecies(let name, let nearest):
            "there is no species '\(name)'" + (nearest.map { "; did you mean '\($0)'?" } ?? "")
        case .malformedList(_, let value, let expected):
            "'\(value)' is not \(expected)"
        case .unknownPage:
            "the page does not belong to this query"
        case .lostPage:
            "the page can't be found, since the record before it is gone"
        case .overBudget:
            "the query took too long"
        case .outOfMemory:
            "the answers under way hold all the memory that they may"
        case .cancelled:
            "the query was cancelled"
        case .sqlite(let code, let message, _):
            "the database could not be read: \(message) (SQLite code \(code))"
        }
    }
}
