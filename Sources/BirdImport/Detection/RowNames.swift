import Birds

/// The tables that R writes with names of rows, but none for their column: each row has a cell more than the header.
extension TextTable {
    /// The number of rows that are looked at.
    private static let rowsToName = 50
    /// The fewest rows whose numbers are taken for names, where an unquoted decimal comma would make a cell more too.
    private static let fewestNumbers = 3

    /// The header, with an empty name before the others if the rows have names. These are in quotes as the header is,
    /// or ascending numbers; and without them, most rows can be read. Between commas, the cell more may also come from
    /// a comma within a cell: `1,Parus major,60,18,5`. So rows that can be read in that way too have no names.
    func withRowNames(
        _ header: Header, _ candidate: Candidate, _ syntax: CSVReader.Syntax, _ format: Format
    ) throws(ImportError) -> Header {
        guard candidate.isInFile else { return header }
        let rows = try rows(candidate, syntax)
        let named = Header([""] + header.names)
        let columns = Columns(format, named, commas: CommaRule(separator: syntax.separator))
        var row = Row()
        let merging = Columns(format, header, commas: .decimal)
        var (count, quoted, filled, readable, mergeable) = (0, 0, 0, 0, 0)
        var (last, isAscending) = (0 as Int64, true)
        for _ in 0..<Self.rowsToName where try rows.next(&row) {
            guard row.problem == nil, row.cells.count == header.names.count + 1 else { return header }
            count += 1
            if row.isQuoted(row.cells[0]) { quoted += 1 }
            let number = Number.integer(row.bytes, row.cells[0]) ?? 0
            isAscending = isAscending && number > last
            last = number
            if !row.trimmed(header.names.count).isEmpty { filled += 1 }
            if Self.isReadable(row, format, columns) { readable += 1 }
            if syntax.separator == UInt8(ascii: ","), Self.mayHaveComma(row, format, merging) { mergeable += 1 }
        }
        let isCertain = syntax.separator != UInt8(ascii: ",") || count >= Self.fewestNumbers
        guard count > 0, mergeable * 2 <= count, quoted == count || isAscending && isCertain else { return header }
        // A separator at the end of each row makes an empty cell.
        return filled > 0 && readable * 2 > count ? named : header
    }

    /// Whether a row can be read with two cells after the first one as one that has a comma.
    private static func mayHaveComma(_ row: Row, _ format: Format, _ columns: Columns) -> Bool {
        row.cells.indices.dropFirst().dropLast().contains { index in
            guard !row.isQuoted(row.cells[index]), !row.isQuoted(row.cells[index + 1]) else { return false }
            var merged = row
            merged.cells[index].end = row.cells[index + 1].end
            merged.cells.remove(at: index + 1)
            return isReadable(merged, format, columns)
        }
    }

    private static func isReadable(_ row: Row, _ format: Format, _ columns: Columns) -> Bool {
        var row = row
        if format.holdsSpecies {
            var decoder = SpeciesDecoder(format, columns)
            return (try? decoder.decode(&row)) != nil
        }
        var record = SourceRecord()
        return DateOrder.allCases.contains { order in
            var decoder = RecordDecoder(format, columns, lastYear: 9999)
            decoder.dates.order = order
            return (try? decoder.decode(&row, into: &record)) != nil
        }
    }
}
