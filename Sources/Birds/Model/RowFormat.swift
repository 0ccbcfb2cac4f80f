/// How rows are written.
public enum RowFormat: Sendable, Hashable {
    /// A JSON array, a record on each line.
    case json
    /// RFC 4180 with a header line.
    case csv
}
