import Birds
import FileSystem

/// The tables that R writes with names of rows, but none for their column: each row has a cell more than the header.
extension TextTable {
    /// The number of rows that are looked at.
    private static let rowsToName = 50
    /// The fewest rows whose numbers are taken for names, where they may be the first part of a number with a comma.
    private static let fewestNumbers = 3

    /// The header, with an empty name before the others if the rows have names. These are in quotes as the header is,
    /// or ascending numbers; and with them, most rows can be read. Of a table of species any row can be, so after
    /// numbers, scientific names must be in their column too, and not in the one before it. Between commas, the cell
    /// more may also come from a comma within a cell: `1,Parus major,60,18,5`. So rows that can be read in that way too
    /// have no names.
    func withRowNames(
        _ header: Header, _ candidate: Candidate, _ syntax: CSVReader.Syntax, _ format: Format
    ) throws(ChangeError) -> Header {
        guard candidate.isInFile else { return header }
        let hasCommas = syntax.separator == UInt8(ascii: ",")
        let first = try rows(candidate, syntax)
        var row = Row()
        var (count, quoted, filled) = (0, 0, 0)
        var (last, isAscending) = (0 as Int64, true)
        // Whether a comma may be within the number at the beginning of a row.
        var mayBeDecimal = false
        for _ in 0..<Self.rowsToName where try first.next(&row) {
            guard row.problem == nil, row.cells.count == header.names.count + 1 else { return header }
            count += 1
            if row.isQuoted(row.cells[0]) { quoted += 1 }
            let number = Number.integer(row.bytes, row.cells[0]) ?? 0
            isAscending = isAscending && number > last
            last = number
            mayBeDecimal = mayBeDecimal || hasCommas && row.bytes[row.trimmed(1).range].allSatisfy { $0 &- 0x30 < 10 }
            if !row.trimmed(header.names.count).isEmpty { filled += 1 }
            guard quoted == count || isAscending else { return header }
        }
        // A separator at the end of each row makes an empty cell.
        guard filled > 0, quoted == count || !mayBeDecimal || count >= Self.fewestNumbers else { return header }
        let named = Header([""] + header.names)
        let trial = TrialReader(format, named, commas: CommaRule(separator: syntax.separator))
        guard try hold(count, candidate, syntax, { trial.canRead($0) }) else { return header }
        let unnamed = TrialReader(format, header, commas: .decimal)
        if format.holdsSpecies, quoted < count {
            let holds = try hold(count, candidate, syntax) { trial.hasName($0) && !unnamed.hasName($0) }
            guard holds else { return header }
        }
        guard hasCommas else { return named }
        return try hold(count, candidate, syntax, { unnamed.canReadWithComma($0) }) ? header : named
    }

    /// Whether something holds of more than half of the first rows. Reads no more of them than that needs.
    private func hold(
        _ count: Int, _ candidate: Candidate, _ syntax: CSVReader.Syntax, _ holds: (Row) -> Bool
    ) throws(ChangeError) -> Bool {
        let rows = try rows(candidate, syntax)
        var row = Row()
        var (holding, others) = (0, 0)
        while holding * 2 <= count, others * 2 < count, try rows.next(&row) {
            if holds(row) { holding += 1 } else { others += 1 }
        }
        return holding * 2 > count
    }
}
