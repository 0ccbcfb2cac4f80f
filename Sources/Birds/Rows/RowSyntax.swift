/// How rows and cells are written in a format.
///
/// - JSON (RFC 8259): `[`, rows with `,` and a line feed between them, `]` and a line feed; no spaces. Nothing is `null`, and a
///   number that JSON can't hold (an infinity) is nothing. `true` and `false` are words.
/// - NDJSON: the same objects, a line feed after each.
/// - CSV (RFC 4180): a header line; lines end in CR LF; a cell is quoted only where it must be. Nothing is an empty cell, `true`
///   and `false` are `1` and `0`. A row of one empty cell is written `""`, for readers skip empty lines.
/// - CSV for spreadsheets: the same after a byte order mark, but that a text which would be a formula has an apostrophe before it.
/// - GeoJSON (RFC 7946): a FeatureCollection, a feature on each line. A row begins with its geometry, null without a place.
/// - Numbers with a fraction are the shortest that read back as the same double: `60.7`, `60.0`, `1e-07`.
struct RowSyntax {
    let format: RowFormat
    /// What stands for nothing.
    let nothing: String

    init(_ format: RowFormat, columns: Int) {
        self.format = format
        nothing = RowSyntax.isJSON(format) ? "null" : columns == 1 ? "\"\"" : ""
    }

    private static func isJSON(_ format: RowFormat) -> Bool { format != .csv && format != .spreadsheet }

    private var isJSON: Bool { RowSyntax.isJSON(format) }

    /// What stands before the first row.
    func opening(_ names: [String]) -> String {
        switch format {
        case .json: "["
        case .ndjson: ""
        case .csv: names.joined(separator: ",") + "\r\n"
        case .spreadsheet: RowSyntax.byteOrderMark + names.joined(separator: ",") + "\r\n"
        case .geojson: #"{"type":"FeatureCollection","features":["#
        }
    }

    /// Without it Excel takes UTF-8 for the encoding of its country.
    private static let byteOrderMark = "\u{FEFF}"

    /// What stands between two rows.
    var separator: String { format == .json || format == .geojson ? ",\n" : "" }

    /// What stands after the last row.
    var closing: String {
        switch format {
        case .json: "]\n"
        case .ndjson, .csv, .spreadsheet: ""
        case .geojson: "]}\n"
        }
    }

    /// What stands at the beginning of a row, before the prefix of its first cell.
    func appendRowStart(latitude: Double?, longitude: Double?, to buffer: inout RowBuffer) {
        switch format {
        case .json, .ndjson: buffer.append(UInt8(ascii: "{"))
        case .csv, .spreadsheet: break
        case .geojson:
            buffer.append(#"{"type":"Feature","geometry":"#)
            if let latitude, let longitude {
                // RFC 7946 §3.1.1: the longitude comes first.
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

    /// What stands before the cell of the column, within a row.
    func prefix(_ name: String, isFirst: Bool) -> String {
        isJSON ? (isFirst ? "\"" : ",\"") + name + "\":" : isFirst ? "" : ","
    }

    /// What stands after the last cell of a row.
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
            if format == .spreadsheet, RowSyntax.isFormula(text) { text = "'" + text }
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

    /// RFC 4180 §2, rules 5 to 7.
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

    /// Whether a spreadsheet would run the text, or a part of it after a tab or a line end.
    private static func isFormula(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first else { return false }
        // The full-width forms are taken for the others where a Chinese or Japanese keyboard is usual.
        return "=+-@\t\r\n\u{FF1D}\u{FF0B}\u{FF0D}\u{FF20}".unicodeScalars.contains(first)
    }
}
