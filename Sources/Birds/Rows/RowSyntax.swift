/// How rows and cells are written in a format.
///
/// - JSON (RFC 8259): `[`, rows separated by `,` and a line feed, `]` and a line feed; no spaces. A missing value
///   is `null`, and so is a number that JSON can't represent (an infinity).
/// - NDJSON: the same objects, each followed by a line feed.
/// - CSV (RFC 4180): a header line; lines end in CR LF; a cell is quoted only if it must be. A missing value is an
///   empty cell; `true` and `false` are `1` and `0`. If the only cell of a row is empty it is written `""`, since
///   readers skip empty lines.
/// - CSV for spreadsheets: the same after a byte order mark, with an apostrophe before each text that a spreadsheet
///   would run as a formula.
/// - GeoJSON (RFC 7946): a FeatureCollection with a feature on each line. A row begins with its geometry, which is
///   null for a location without coordinates.
/// - A number with a fraction is the shortest text that reads back as the same double: `60.7`, `60.0`, `1e-07`.
struct RowSyntax {
    let format: RowFormat
    /// The text for a missing value.
    let nothing: String

    /// - Parameter columns: The number of cells in a row.
    init(_ format: RowFormat, columns: Int) {
        self.format = format
        nothing = RowSyntax.isJSON(format) ? "null" : columns == 1 ? "\"\"" : ""
    }

    private static func isJSON(_ format: RowFormat) -> Bool { format != .csv && format != .spreadsheet }

    private var isJSON: Bool { RowSyntax.isJSON(format) }

    /// The text before the first row: a bracket, or a header line with the names.
    func opening(_ names: [String]) -> String {
        switch format {
        case .json: "["
        case .ndjson: ""
        case .csv: names.joined(separator: ",") + "\r\n"
        case .spreadsheet: RowSyntax.byteOrderMark + names.joined(separator: ",") + "\r\n"
        case .geojson: #"{"type":"FeatureCollection","features":["#
        }
    }

    /// Without it Excel reads UTF-8 as the legacy encoding of its locale.
    private static let byteOrderMark = "\u{FEFF}"

    /// The text between two rows.
    var separator: String { format == .json || format == .geojson ? ",\n" : "" }

    /// The text after the last row.
    var closing: String {
        switch format {
        case .json: "]\n"
        case .ndjson, .csv, .spreadsheet: ""
        case .geojson: "]}\n"
        }
    }

    /// Appends the beginning of a row, before the prefix of its first cell. Only GeoJSON uses the coordinates, in
    /// degrees.
    func appendRowStart(latitude: Double?, longitude: Double?, to buffer: inout RowBuffer) {
        switch format {
        case .json, .ndjson: buffer.append(UInt8(ascii: "{"))
        case .csv, .spreadsheet: break
        case .geojson:
            buffer.append(#"{"type":"Feature","geometry":"#)
            if let latitude, let longitude {
                // The longitude comes first (RFC 7946 §3.1.1).
                buffer.append(#"{"type":"Point","coordinates":["#)
                append(longitude, to: &buffer)
                buffer.append(UInt8(ascii: ","))
                append(latitude, to: &buffer)
                buffer.append("]}")
            } else {
                buffer.append("null")
            }
            buffer.append(#","properties":{"#)
        }
    }

    /// The text before a cell: a separator, and in JSON the name of its column. Names need no escaping.
    func prefix(_ name: String, isFirst: Bool) -> String {
        isJSON ? (isFirst ? "\"" : ",\"") + name + "\":" : isFirst ? "" : ","
    }

    /// The text after the last cell of a row.
    var rowEnd: String {
        switch format {
        case .json: "}"
        case .ndjson: "}\n"
        case .csv, .spreadsheet: "\r\n"
        case .geojson: "}}"
        }
    }

    func append(_ text: String?, to buffer: inout RowBuffer) {
        guard var text else { return buffer.append(nothing) }
        switch format {
        case .json, .ndjson, .geojson:
            var quoted: [UInt8] = []
            quoted.reserveCapacity(text.utf8.count + 2)
            JSONText.append(text, to: &quoted)
            quoted.withUnsafeBufferPointer { buffer.append($0) }
        case .csv, .spreadsheet:
            if text.isEmpty { return buffer.append(nothing) }
            if format == .spreadsheet { text = SpreadsheetText.harmless(text) }
            text.withUTF8 { RowSyntax.appendCell($0, to: &buffer) }
        }
    }

    func append(_ number: Int64?, to buffer: inout RowBuffer) {
        if let number { buffer.append(number) } else { buffer.append(nothing) }
    }

    func append(_ number: Double?, to buffer: inout RowBuffer) {
        if let number, number.isFinite { buffer.append(number.description) } else { buffer.append(nothing) }
    }

    func append(_ flag: Bool?, to buffer: inout RowBuffer) {
        guard let flag else { return buffer.append(nothing) }
        buffer.append(isJSON ? (flag ? "true" : "false") : flag ? "1" : "0")
    }

    /// Appends a cell, quoted only if it contains a quote, comma or line end, with quotes doubled (RFC 4180 §2,
    /// rules 5 to 7).
    private static func appendCell(_ bytes: UnsafeBufferPointer<UInt8>, to buffer: inout RowBuffer) {
        let quote = UInt8(ascii: "\"")
        let needsQuotes = bytes.contains { $0 == quote || $0 == UInt8(ascii: ",") || $0 == 0x0D || $0 == 0x0A }
        guard needsQuotes else { return buffer.append(bytes) }
        buffer.append(quote)
        for byte in bytes {
            if byte == quote { buffer.append(quote) }
            buffer.append(byte)
        }
        buffer.append(quote)
    }
}
