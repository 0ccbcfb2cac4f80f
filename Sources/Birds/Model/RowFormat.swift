/// The format of rows; `RowSyntax` has the details.
public enum RowFormat: Sendable, Hashable, CaseIterable {
    /// A JSON array (RFC 8259) with a record on each line.
    case json
    /// A JSON object on each line, each followed by a line feed.
    case ndjson
    /// CSV (RFC 4180) with a header line.
    case csv
    /// CSV that is safe to open in a spreadsheet: no cell is read as a formula.
    case spreadsheet
    /// GeoJSON (RFC 7946): a FeatureCollection. The properties are all members except the coordinates.
    case geojson
}
