/// How rows and cells are written in a format.
///
/// - JSON (RFC 8259): `[`, rows with `,` and a line feed between them, `]` and a line feed; no spaces. Nothing is `null`, and a
///   number that JSON can't hold (an infinity) is nothing. `true` and `false` are words.
/// - CSV (RFC 4180): a header line; lines end in CR LF; a cell is quoted only where it must be. Nothing is an empty cell, `true`
///   and `false` are `1` and `0`. A row of one empty cell is written `""`, for readers skip empty lines.
/// - Numbers with a fraction are the shortest that read back as the same double: `60.7`, `60.0`, `1e-07`.
struct RowSyntax {
    let format: RowFormat
    /// What stands for nothing.
    let nothing: String

    init(_ format: RowFormat, columns: Int) {
        self.format = format
        nothing =
            switch format {
            case .json, .ndjson, .geojson: "null"
            case .csv, .spreadsheet: columns == 1 ? "\"\"" : ""
            }
    }

    /// What stands before the first row.
    func opening(_ names: [String]) -> String {
        switch format {
        case .json, .geojson: "["
        case .ndjson: ""
        case .csv, .spreadsheet: names.joined(separator: ",") + "\r\n"
        }
    }

    /// What stands between two rows.
    var separator: String { format == .json ? ",\n" : "" }

    /// What stands after the last row.
    var closing: String { format == .json ? "]\n" : "" }

    /// What stands before the cell of the column, within a row.
    func prefix(_ name: String, isFirst: Bool) -> String {
        switch format {
        case .json, .ndjson, .geojson: (isFirst ? "{\"" : ",\"") + name + "\":"
        case .csv, .spreadsheet: isFirst ? "" : ","
        }
    }

    /// What stands after the last cell of a row.
    var rowEnd: String { format == .json ? "}" : "\r\n" }

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
        switch format {
        case .json, .ndjson, .geojson: buffer.append(flag ? "true" : "false")
        case .csv, .spreadsheet: buffer.append(flag ? "1" : "0")
        }
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
}
