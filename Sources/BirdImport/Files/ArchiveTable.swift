import Birds
import FileSystem

/// A table of an archive, and its files.
struct ArchiveFiles {
    let table: ArchiveDescription.Table
    /// The files in the order of `table.locations`, with their encodings.
    let parts: [(file: SourceFile, encoding: TextEncoding)]

    /// Their size in bytes.
    var size: Int { parts.reduce(0) { $0 + $1.file.size } }
    /// The encoding of the first that is not plain UTF-8, for the report.
    var encoding: TextEncoding { parts.map(\.encoding).first { $0 != .utf8 } ?? .utf8 }
    var paths: [String] { parts.map(\.file.path) }
}

/// Reads the rows of a table in a Darwin Core Archive. Cells are in the order of the terms in `meta.xml`, whatever the
/// order of the columns in the file, and defaults are filled in. Its files are read one after the other.
///
/// Only one such reader of a file may be in use, since a `SourceFile` has one position.
final class ArchiveRows: RowSource {
    private let files: ArchiveFiles
    private var table: ArchiveDescription.Table { files.table }
    /// The reader of the current file, and the number of that file, from 0.
    private var reader: CSVReader
    private var part = 0
    /// The bytes of the files before it.
    private var consumedBefore = 0
    private var cut = CutRow(width: 0)
    /// The names of the cells: the terms, and `id` at the end.
    static func header(_ table: ArchiveDescription.Table) -> [String] { table.fields.map(\.term) + ["id"] }

    /// The row as it is in the file.
    private var source = Row()
    private var isAtBeginning = true
    /// Whether cells of the last row may belong to other terms.
    private var mayBeShifted = false
    /// The number of columns: those of the header, which may be more than have a term.
    private var width: Int
    /// Whether a header tells the number of columns.
    private var hasHeader = false

    private let hasValues: (Row) -> Bool?

    /// - Parameters:
    ///   - files: The files of the table, which are read from their beginnings.
    ///   - hasValues: As in `RowShape`, for cells in the order of the terms.
    init(_ files: ArchiveFiles, hasValues: @escaping (Row) -> Bool? = { _ in nil }) {
        self.files = files
        // A default would give a line of a text a date too.
        let dates = files.table.fields.contains { $0.value != nil && Self.termsOfDate.contains($0.term) }
        self.hasValues = dates ? { _ in nil } : hasValues
        width = 1 + (files.table.fields.compactMap(\.index) + [files.table.idIndex ?? 0]).reduce(0, max)
        reader = Self.reader(files, 0)
    }

    private static let termsOfDate = ["eventdate", "year", "month", "day"]

    private static func reader(_ files: ArchiveFiles, _ part: Int) -> CSVReader {
        guard files.parts.indices.contains(part) else { return CSVReader(files.table.syntax) { (_, _) in } }
        let (file, encoding) = files.parts[part]
        file.rewind()
        return CSVReader(files.table.syntax, source: file.text(encoding))
    }

    var consumed: Int { consumedBefore + reader.consumed }

    /// The name of the file that the last row is from.
    var location: String { part < table.locations.count ? table.locations[part] : "" }

    /// Reads the next row of the current file into `source`, after its header.
    private func nextOfPart() throws(ChangeError) -> Bool {
        if isAtBeginning {
            isAtBeginning = false
            reader.shape.hasValues = { [table, hasValues] line in
                var row = Row()
                row.bytes = line.bytes
                Self.fill(&row, from: line, table)
                return hasValues(row)
            }
            for _ in 0..<table.headerLines {
                guard try reader.next(&source) else { return false }
                // A line that is narrower than the terms is no header.
                hasHeader = hasHeader || source.cells.count >= width
                width = max(width, source.cells.count)
            }
            // Between tabs, rows without a header may have more columns than terms; the first one tells.
            if table.headerLines > 0 || table.syntax.separator == UInt8(ascii: ",") { reader.shape.width = width }
            let isWider = table.headerLines > 0 && source.cells.count == width
            cut = CutRow(width: isWider && source.trimmed(width - 1).isEmpty ? width - 1 : width)
        }
        guard try reader.next(&source) else { return false }
        if reader.shape.width == nil, source.problem == nil { reader.shape.width = max(width, source.cells.count) }
        return true
    }

    func next(_ row: inout Row) throws(ChangeError) -> Bool {
        while try !nextOfPart() {
            guard part + 1 < files.parts.count else { return false }
            consumedBefore += reader.consumed
            part += 1
            reader = Self.reader(files, part)
            isAtBeginning = true
        }
        mayBeShifted = source.problem != nil
        if source.problem == nil { source.problem = cut.problem(source) }
        (row.bytes, row.rawCount, row.line, row.problem) = (source.bytes, source.rawCount, source.line, source.problem)
        (row.part, row.hasLongCell) = (part, source.hasLongCell)
        row.cells.removeAll(keepingCapacity: true)
        guard source.problem == nil else { return true }
        if hasTooManyCells {
            row.problem = "it has \(source.cells.count) cells for \(width) columns"
            mayBeShifted = true
            return true
        }
        Self.fill(&row, from: source, table)
        return true
    }

    /// Whether the last row has a separator within a cell, which shifts all cells after it.
    ///
    /// Between commas, it may be a decimal comma before an empty last cell. So the last cell may only be an additional
    /// empty one if the header has it too.
    private var hasTooManyCells: Bool {
        guard source.cells.count > width else { return false }
        return table.syntax.separator == UInt8(ascii: ",")
            || hasHeader && (width..<source.cells.count).contains { !source.trimmed($0).isEmpty }
    }

    /// The id of the last row, also if it has a problem, as long as no cell before the id can have shifted it.
    var id: ArraySlice<UInt8> {
        table.idIndex == 0 || !mayBeShifted ? source.bytes[source.trimmed(table.idIndex ?? -1).range] : []
    }

    /// The cells that may be the id of the last row, which has too many.
    var possibleIDs: [ArraySlice<UInt8>] {
        guard let index = table.idIndex, index > 0, source.problem == nil else { return [id] }
        return (index...max(index, index + source.cells.count - width)).map { source.bytes[source.trimmed($0).range] }
    }

    /// Makes the cells of a row, in the order of the terms.
    /// - Parameter row: Has the bytes of the row.
    private static func fill(_ row: inout Row, from source: Row, _ table: ArchiveDescription.Table) {
        for field in table.fields {
            var cell = field.index.map { source.trimmed($0) } ?? .empty
            if cell.isEmpty, let value = field.value { cell = row.compose(Array(value.utf8)) }
            row.cells.append(cell)
        }
        row.cells.append(table.idIndex.map { source.trimmed($0) } ?? .empty)
    }
}

/// Reads the rows of an occurrence extension, each joined with its row of the event core, which has the date and place.
///
/// A cell of the occurrence takes precedence over the event's cell with the same term. An occurrence with a date or a
/// place of its own takes nothing of that of the event, unless it agrees (`EventCells`): the year of the event's date,
/// or a name for the event's place, which has none. A row whose event does not exist has a `problem`.
final class JoinedRows: RowSource {
    private let rows: ArchiveRows
    private let events: EventRows
    /// The position in the joined row for each cell of an event. Terms that an occurrence has too share its cell.
    private let positions: [Int]
    /// The cells of the joined row, and of the event, that are taken together.
    private let groups: [(joined: EventCells, ofEvent: EventCells)]
    /// Whether a cell of an event is only taken with its group.
    private let isGrouped: [Bool]
    /// The number of cells of a joined row.
    private let width: Int
    /// The position of the occurrence's `coreid`, the id of its event.
    private let idPosition: Int
    /// Whether cells of the last row may belong to other terms.
    private var mayBeShifted = false

    /// The names of the cells: those of the occurrence, then the other ones of the event.
    static func header(_ table: ArchiveDescription.Table, _ core: ArchiveDescription.Table) -> [String] {
        let own = ownHeader(table)
        return own + ArchiveRows.header(core).dropLast().filter { !own.contains($0) }
    }

    /// The names of the occurrence's cells. Its id is the `eventID`, unless it has that term as a column of its own.
    private static func ownHeader(_ table: ArchiveDescription.Table) -> [String] {
        let terms = ArchiveRows.header(table)
        return terms.contains("eventid")
            ? terms.map { $0 == "id" ? "coreid" : $0 } : terms.map { $0 == "id" ? "eventid" : $0 }
    }

    init(
        _ table: ArchiveDescription.Table, _ core: ArchiveDescription.Table, _ rows: ArchiveRows, _ events: EventRows,
        dates: DateChecks
    ) {
        let header = Self.header(table, core)
        (self.rows, self.events) = (rows, events)
        width = header.count
        idPosition = table.fields.count
        let terms = Array(ArchiveRows.header(core).dropLast())
        positions = terms.map { header.firstIndex(of: $0) ?? 0 }
        let ofEvent = EventCells.all(terms, dates)
        groups = zip(EventCells.all(header, dates), ofEvent).map { ($0, $1) }
        let grouped = Set(ofEvent.flatMap(\.own))
        isGrouped = terms.indices.map(grouped.contains)
    }

    var consumed: Int { rows.consumed }

    func next(_ row: inout Row) throws(ChangeError) -> Bool {
        guard try rows.next(&row) else { return false }
        mayBeShifted = row.problem != nil
        row.isOfVisit = false
        if mayBeShifted { return true }
        let id = row.cells[idPosition]
        let event: Row
        switch try events.event(row.bytes[id.range]) {
        case .row(let found): event = found
        case .missing(let reason):
            row.problem = "its event '\(Row.shown(row.text(id), atMost: 40))' \(reason)"
            return true
        }
        while row.cells.count < width { row.cells.append(.empty) }
        var isSame = true
        for (joined, ofEvent) in groups {
            let agrees = joined.fill(&row, from: event, ofEvent, isParent: false)
            isSame = isSame && agrees && joined.isSame(row, as: event, ofEvent)
        }
        if isSame { row.isOfVisit = try events.isVisit(row.bytes[id.range]) }
        for (index, cell) in event.cells.enumerated() where index < positions.count && !isGrouped[index] {
            let position = positions[index]
            // The occurrence takes precedence.
            if row.trimmed(position).isEmpty { row.fill(position, event.bytes[cell.range]) }
        }
        return true
    }

    /// Notes for the event of the last row what the row is about.
    func note(_ occurrence: EventRows.Occurrence) throws(ChangeError) {
        for id in mayBeShifted ? rows.possibleIDs : [rows.id] { try events.note(occurrence, of: id) }
    }
}

/// The occurrences and the events of an archive. The events are read when they are first needed.
final class JoinedFiles {
    private let occurrences: ArchiveFiles
    private let core: ArchiveFiles
    /// The terms of events that an import reads.
    private let read: Set<String>
    private let dates: DateChecks
    private var events: EventRows?
    /// The reader of the occurrences.
    private var joined: JoinedRows?

    init(occurrences: ArchiveFiles, events: ArchiveFiles, read: Set<String>, dates: DateChecks) {
        (self.occurrences, core, self.read, self.dates) = (occurrences, events, read, dates)
    }

    private func readEvents() throws(ChangeError) -> EventRows {
        if let events { return events }
        let new = try EventRows(
            ArchiveRows(core), ArchiveRows.header(core.table), read: read,
            name: core.table.locations.joined(separator: " or "), dates: dates)
        events = new
        return new
    }

    /// What is wrong with events, when all are read.
    func faults() throws(ChangeError) -> EventFaults {
        EventFaults(
            differing: events?.differing ?? (0, nil), orphans: try events?.orphans() ?? (0, nil))
    }

    func openOccurrences() throws(ChangeError) -> any RowSource {
        let rows = JoinedRows(
            occurrences.table, core.table, ArchiveRows(occurrences), try readEvents(), dates: dates)
        joined = rows
        return rows
    }

    /// Notes what the occurrence is about that was read last.
    func note(_ occurrence: EventRows.Occurrence) throws(ChangeError) { try joined?.note(occurrence) }

    /// The events without birds, which are checklists without a record. Until all occurrences are noted, these are too
    /// many.
    func openEmptyEvents() throws(ChangeError) -> any RowSource { try EmptyEventRows(try readEvents()) }
}

/// What is wrong with events that are used all the same.
struct EventFaults {
    /// The rows that repeat an event with other values.
    let differing: EventRows.Noted
    /// The events without a date or a place whose parents are not there, or are their descendants.
    let orphans: EventRows.Noted
}

/// Reads the events that have no bird and are no other event's parent: a survey is not a visit.
final class EmptyEventRows: RowSource {
    private let events: EventRows
    private let select: Statement
    private(set) var consumed = 0

    fileprivate init(_ events: EventRows) throws(ChangeError) {
        self.events = events
        select = try events.selectWithoutBirds()
    }

    func next(_ row: inout Row) throws(ChangeError) -> Bool {
        let id: [UInt8]
        let line: Int
        let part: Int
        do throws(StoreError) {
            guard try select.step() else { return false }
            (id, part, line) = (select.bytes(0), Int(select.int64(1)), Int(select.int64(2)))
        } catch {
            throw ChangeError(error, path: "the temporary files")
        }
        switch try events.event(id[...]) {
        case .row(let event): row = event
        case .missing(let reason):
            row = Row()
            row.problem = "the event '\(Row.shown(String(decoding: id, as: UTF8.self), atMost: 40))' \(reason)"
        }
        (row.part, row.line) = (part, line)
        if row.problem == nil { row.append(id[...]) }
        return true
    }
}
