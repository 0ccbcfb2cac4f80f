/// How rows are written.
public enum RowFormat: Sendable, Hashable, CaseIterable {
    /// A JSON array, a record on each line.
    case json
    /// A JSON object on each line, with a line feed after each.
    case ndjson
    /// RFC 4180 with a header line.
    case csv
    /// CSV whose cells a spreadsheet does not take for formulas.
    case spreadsheet
    /// RFC 7946: a FeatureCollection whose properties are the members but for the coordinates.
    case geojson
}
