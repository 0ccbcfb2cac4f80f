import Birds
import FileSystem

/// A table of an imported file: its format, and its rows after the header.
struct SourceTable {
    let format: Format
    let header: Header
    /// The size of the file in bytes, for progress.
    let size: Int
    /// Starts to read the rows from the first one. A reader from an earlier call must not be used any more, since a
    /// `SourceFile` has one position.
    let open: () throws(ChangeError) -> any RowSource
    /// How cells are separated; nil for a table that is not a text file, or that describes this itself.
    var syntax: CSVReader.Syntax?
    /// What a comma in a number means.
    var commas = CommaRule.none
    /// The path of each of its files, or their names in an archive after the path of that; empty for a table of another
    /// kind.
    var paths: [String] = []
    /// Notes what the row is about that was read last, if it is an occurrence of an event; nil for other tables.
    var noteOccurrence: ((EventRows.Occurrence) throws(ChangeError) -> Void)?
    /// What is wrong with the events, when all are read; nil for other tables.
    var eventFaults: (() throws(ChangeError) -> EventFaults)?
    /// The order of day and month that the file says that its dates have.
    var dateOrder: DateOrder?
    /// The names of columns that the header leaves out, since the format does not have them.
    var otherColumns: [String] = []
    /// How the rows were read before, if they are rejected rows that were corrected.
    var readAs: ReadAs?

    /// The path of the file that a row is from; nil for a table of another kind.
    func path(of row: Row) -> String? { paths.indices.contains(row.part) ? paths[row.part] : nil }

    /// The names of columns that are not read, and that the format does not know.
    var unreadColumns: [String] { header.unread(format) + Header(otherColumns).unread(format) }

    /// A row as it is shown in a file of `--rejects`.
    func rejected(_ row: Row) -> String {
        // In an archive, the columns have another order than the terms, and some terms have no column.
        syntax == nil && row.problem == nil ? row.csv : row.raw
    }

    /// Whether a row in error can be corrected in a file of `--rejects`. In its own file, other rows may decide what a
    /// row means: those with the same code, or the recordings of a station.
    func isCorrectable(_ row: Row, _ error: RowError) -> Bool {
        let needsOthers: Format.Rules = [.recordings, .speciesMayRepeat]
        let hasSharedParts = format.holdsSpecies && format.columns.contains { $0.member == .epithet }
        guard format.rules.isDisjoint(with: needsOthers), !hasSharedParts, !error.isConflict else { return false }
        // A whole row may be a part of a longer one, and then nothing tells.
        guard !row.isShortened, row.problem == nil || !row.lacksLineEnd else { return false }
        // No header tells the columns of a row that is no text, or of events, which have no format of their own.
        guard syntax != nil || row.problem == nil && !format.holdsChecklists else { return false }
        return rejected(row).utf8.count <= CSVReader.longestShown
    }

    /// The header as a line with the separator of the rows. A table that is not a text is reported as CSV.
    var headerLine: String {
        let syntax = syntax ?? .comma
        let separator = String(Character(Unicode.Scalar(syntax.separator)))
        let names = header.names.map { name in
            if !syntax.quoting { return name }
            let quoted = CSVText.quoted(name)
            return quoted == name && name.contains(separator) ? "\"\(name)\"" : quoted
        }
        return names.joined(separator: separator)
    }

    /// The separator, if it is not the usual one of the format.
    var unusualSeparator: UInt8? {
        syntax.flatMap { $0.separator == format.syntax.separator ? nil : $0.separator }
    }
}
