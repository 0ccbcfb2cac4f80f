import Birds

/// Reads the rows of a file in a Darwin Core Archive. Cells are in the order of the terms in `meta.xml`, whatever the
/// order of the columns in the file, and defaults are filled in.
///
/// Only one such reader of a file may be in use, since a `SourceFile` has one position.
final class ArchiveRows: RowSource {
    private let reader: CSVReader
    private let table: ArchiveDescription.Table
    /// The names of the cells: the terms, and `id` at the end.
    static func header(_ table: ArchiveDescription.Table) -> [String] { table.fields.map(\.term) + ["id"] }

    /// The row as it is in the file.
    private var source = Row()
    private var isAtBeginning = true
    /// The number of columns: those of the header, which may be more than have a term.
    private var width: Int

    /// - Parameter file: The file of the table, which is read from its beginning.
    init(_ table: ArchiveDescription.Table, _ file: SourceFile, _ encoding: TextEncoding) {
        self.table = table
        width = 1 + (table.fields.compactMap(\.index) + [table.idIndex ?? 0]).reduce(0, max)
        file.rewind()
        reader = CSVReader(table.syntax, source: file.text(encoding))
    }

    var consumed: Int { reader.consumed }

    func next(_ row: inout Row) throws(ImportError) -> Bool {
        if isAtBeginning {
            isAtBeginning = false
            for _ in 0..<table.headerLines {
                guard try reader.next(&source) else { return false }
                width = max(width, source.cells.count)
            }
        }
        guard try reader.next(&source) else { return false }
        (row.bytes, row.rawCount, row.line, row.problem) = (source.bytes, source.rawCount, source.line, source.problem)
        row.cells.removeAll(keepingCapacity: true)
        guard source.problem == nil else { return true }
        // A comma that is a decimal comma makes one cell more, and shifts all cells after it.
        let cells = source.cells.count - (source.cells.last?.isEmpty ?? false ? 1 : 0)
        if table.syntax.separator == UInt8(ascii: ","), cells > width {
            row.problem = "it has \(source.cells.count) cells for \(width) columns"
            return true
        }
        fill(&row)
        return true
    }

    /// The id of the last row, also if it has a problem, as long as no cell before the id can have shifted it.
    var id: ArraySlice<UInt8> {
        table.idIndex == 0 || source.problem == nil && source.cells.count <= width
            ? source.bytes[source.trimmed(table.idIndex ?? -1).range] : []
    }

    /// Appends the cells of the last row, in the order of the terms.
    private func fill(_ row: inout Row) {
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
/// A cell of the occurrence takes precedence over the event's cell with the same term. A row whose event does not exist
/// has a `problem`.
final class JoinedRows: RowSource {
    private let rows: ArchiveRows
    private let events: EventRows
    /// The position in the joined row for each cell of an event. Terms that an occurrence has too share its cell.
    private let positions: [Int]
    /// The number of cells of a joined row.
    private let width: Int
    /// The position of the occurrence's `coreid`, the id of its event.
    private let idPosition: Int
    /// Called when all rows were read.
    private let atEnd: () -> Void

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
        atEnd: @escaping () -> Void
    ) {
        let header = Self.header(table, core)
        self.atEnd = atEnd
        (self.rows, self.events) = (rows, events)
        width = header.count
        idPosition = table.fields.count
        positions = ArchiveRows.header(core).dropLast().map { header.firstIndex(of: $0) ?? 0 }
    }

    var consumed: Int { rows.consumed }

    func next(_ row: inout Row) throws(ImportError) -> Bool {
        guard try rows.next(&row) else {
            atEnd()
            return false
        }
        guard row.problem == nil else { return true }
        let id = row.cells[idPosition]
        let event: Row
        try events.use(row.bytes[id.range])
        switch try events.event(row.bytes[id.range]) {
        case .row(let found): event = found
        case .missing(let reason):
            row.problem = "its event '\(Row.shown(row.text(id), atMost: 40))' \(reason)"
            return true
        }
        while row.cells.count < width { row.cells.append(.empty) }
        for (index, cell) in event.cells.enumerated() where index < positions.count {
            let position = positions[index]
            // The occurrence takes precedence.
            if row.cells[position].isEmpty { row.cells[position] = row.compose(event.bytes[cell.range]) }
        }
        return true
    }
}

/// The occurrences and the events of an archive. The events are read when they are first needed.
final class JoinedFiles {
    typealias File = (table: ArchiveDescription.Table, file: SourceFile, encoding: TextEncoding)

    private let occurrences: File
    private let core: File
    private var events: EventRows?
    /// Whether all occurrences were read, so that it is known which events have none.
    private var isComplete = false

    init(occurrences: File, events: File) { (self.occurrences, core) = (occurrences, events) }

    private func readEvents() throws(ImportError) -> EventRows {
        if let events { return events }
        let new = try EventRows(
            ArchiveRows(core.table, core.file, core.encoding), ArchiveRows.header(core.table), name: core.table.location
        )
        events = new
        return new
    }

    func openOccurrences() throws(ImportError) -> any RowSource {
        JoinedRows(
            occurrences.table, core.table, ArchiveRows(occurrences.table, occurrences.file, occurrences.encoding),
            try readEvents()
        ) { self.isComplete = true }
    }

    /// The events without occurrences, which are checklists without a record.
    func openEmptyEvents() throws(ImportError) -> any RowSource {
        if !isComplete {
            let rows = try openOccurrences()
            var row = Row()
            while try rows.next(&row) {}
        }
        return try EmptyEventRows(try readEvents())
    }
}

/// Reads the events that have no occurrence and are no other event's parent: a survey is not a visit.
final class EmptyEventRows: RowSource {
    private let events: EventRows
    private let select: Statement
    private(set) var consumed = 0

    fileprivate init(_ events: EventRows) throws(ImportError) {
        self.events = events
        select = try events.selectUnused()
    }

    func next(_ row: inout Row) throws(ImportError) -> Bool {
        let id: [UInt8]
        let line: Int
        do throws(StoreError) {
            guard try select.step() else { return false }
            (id, line) = (select.bytes(0), Int(select.int64(1)))
        } catch {
            throw ImportError(error, path: "the temporary files")
        }
        switch try events.event(id[...]) {
        case .row(let event): row = event
        case .missing(let reason):
            row = Row()
            row.problem = "the event '\(Row.shown(String(decoding: id, as: UTF8.self), atMost: 40))' \(reason)"
        }
        row.line = line
        if row.problem == nil { row.append(id[...]) }
        return true
    }
}

/// The rows of an event core, by their ids. An event without a date or a place has that of its parent
/// (`parentEventID`), as a visit to a plot has the date of the survey. Of two rows with one id, the first counts that
/// can be used. If none can, the occurrences of the event are in error, and those of its descendants.
///
/// They are kept in a temporary database, so that memory does not limit their number. A row is stored as one text: for
/// each cell its size (`UInt32`, in the byte order of the machine) and its bytes.
final class EventRows {
    /// The memory of the temporary database, in KiB. Pages beyond it are on disk.
    private static let cacheKilobytes = 32 * 1024

    private let database: Database
    private let select: Statement
    private let insert: Statement
    private let noteUse: Statement
    // The event that was asked for last. In most files the occurrences of an event follow one another.
    private var lastID: [UInt8] = []
    private var last: Event?
    /// The position of `parentEventID`; nil if there is no such term.
    private let parent: Int?
    /// The positions of the cells that are inherited together, so that no date or place is composed of two.
    private let inherited: [[Int]]

    private static let inheritedTerms = [
        ["eventdate", "year", "month", "day"], ["locationid", "locality", "decimallatitude", "decimallongitude"],
        ["countrycode"],
    ]
    /// An event, or why it can't be used, as the end of a sentence about it.
    fileprivate enum Event {
        case row(Row)
        case missing(String)
    }

    /// The name of the file, for errors.
    private let name: String
    /// What is wrong with the first row without an id that can't be used.
    private var firstProblem = ""

    /// The most ancestors of an event that are looked at; two that are each other's parent have no end.
    private static let mostAncestors = 16

    /// Reads all events.
    /// - Parameters:
    ///   - header: The names of the cells, in lower case.
    ///   - name: The name of their file, for errors.
    init(_ rows: ArchiveRows, _ header: [String], name: String) throws(ImportError) {
        self.name = name
        parent = header.firstIndex(of: "parenteventid")
        inherited = Self.inheritedTerms.map { $0.compactMap { header.firstIndex(of: $0) } }
        do throws(StoreError) {
            database = try .temporary(
                """
                CREATE TABLE event (id TEXT PRIMARY KEY, cells TEXT, problem TEXT, line INTEGER) WITHOUT ROWID;
                CREATE TABLE used (id TEXT PRIMARY KEY) WITHOUT ROWID; -- those with occurrences, and parents of others
                """, cacheKilobytes: Self.cacheKilobytes)
            insert = try database.prepare(
                """
                INSERT INTO event VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET cells = ?2, problem = NULL
                WHERE problem IS NOT NULL AND ?3 IS NULL
                """)
            noteUse = try database.prepare("INSERT INTO used VALUES (?1) ON CONFLICT DO NOTHING")
            select = try database.prepare("SELECT cells, problem FROM event WHERE id = ?1")
        } catch {
            throw ImportError(error, path: "the temporary files")
        }
        try fill(rows)
    }

    private func fill(_ rows: ArchiveRows) throws(ImportError) {
        var row = Row()
        var packed: [UInt8] = []
        while try rows.next(&row) {
            let id = Array(rows.id)
            let problem = row.problem.map { "is in error (\(name), line \(row.line): \($0))" }
            // Nothing can refer to an event without an id.
            guard !id.isEmpty else {
                if let problem = row.problem, firstProblem.isEmpty {
                    firstProblem = "; line \(row.line) of it is in error: \(problem)"
                }
                continue
            }
            packed.removeAll(keepingCapacity: true)
            for cell in row.cells.dropLast() {
                withUnsafeBytes(of: UInt32(cell.range.count)) { packed.append(contentsOf: $0) }
                packed.append(contentsOf: row.bytes[cell.range])
            }
            do throws(StoreError) {
                insert.bind(1, utf8: id, 0..<id.count)
                insert.bind(2, utf8: packed, 0..<packed.count)
                insert.bind(3, problem)
                insert.bind(4, row.line)
                try insert.run()
            } catch {
                throw ImportError(error, path: "the temporary files")
            }
            if let parent, row.problem == nil { try use(row.bytes[row.trimmed(parent).range]) }
        }
    }

    /// The names of the cells of an event: its terms, and `eventid` at the end.
    static func header(_ core: ArchiveDescription.Table) -> [String] {
        ArchiveRows.header(core).dropLast().map { $0 == "eventid" ? "own eventid" : $0 } + ["eventid"]
    }

    /// Notes that an event has an occurrence.
    fileprivate func use(_ id: ArraySlice<UInt8>) throws(ImportError) {
        if id.isEmpty || last != nil && lastID.elementsEqual(id) { return }
        do throws(StoreError) {
            let id = Array(id)
            noteUse.bind(1, utf8: id, 0..<id.count)
            try noteUse.run()
        } catch {
            throw ImportError(error, path: "the temporary files")
        }
    }

    /// A query for the ids and lines of the events that have no occurrence and are no other event's parent, in the order
    /// of the file.
    fileprivate func selectUnused() throws(ImportError) -> Statement {
        do throws(StoreError) {
            return try database.prepare(
                "SELECT id, line FROM event WHERE id NOT IN (SELECT id FROM used) ORDER BY line")
        } catch {
            throw ImportError(error, path: "the temporary files")
        }
    }

    /// An event, with what it inherits.
    fileprivate func event(_ id: ArraySlice<UInt8>) throws(ImportError) -> Event {
        if let last, lastID.elementsEqual(id) { return last }
        lastID = Array(id)
        var event = try ownEvent(lastID) ?? .missing("is not in \(name)\(firstProblem)")
        if let parent, case .row(let row) = event { event = try inherit(into: row, parent) }
        last = event
        return event
    }

    /// Fills dates and places that are missing from the nearest ancestor that has them. An ancestor that can't be used
    /// might have them.
    private func inherit(into event: Row, _ parent: Int) throws(ImportError) -> Event {
        var row = event
        var missing = inherited.filter { group in group.allSatisfy { row.trimmed($0).isEmpty } }
        var id = Array(row.bytes[row.trimmed(parent).range])
        for _ in 0..<Self.mostAncestors where !missing.isEmpty && !id.isEmpty {
            let ancestor: Row
            switch try ownEvent(id) {
            case .row(let found): ancestor = found
            case .missing(let reason):
                return .missing(
                    "has a parent '\(Row.shown(String(decoding: id, as: UTF8.self), atMost: 40))' that \(reason)")
            case nil: return .row(row)
            }
            missing.removeAll { group in
                guard group.contains(where: { !ancestor.trimmed($0).isEmpty }) else { return false }
                for position in group where position < row.cells.count {
                    row.cells[position] = row.compose(ancestor.bytes[ancestor.trimmed(position).range])
                }
                return true
            }
            id = Array(ancestor.bytes[ancestor.trimmed(parent).range])
        }
        return .row(row)
    }

    /// An event as it is in its file; nil if there is no such event.
    private func ownEvent(_ id: [UInt8]) throws(ImportError) -> Event? {
        var packed: [UInt8]?
        var problem: String?
        do throws(StoreError) {
            select.bind(1, utf8: id, 0..<id.count)
            while try select.step() { (packed, problem) = (select.bytes(0), select.text(1)) }
        } catch {
            throw ImportError(error, path: "the temporary files")
        }
        if let problem { return .missing(problem) }
        guard let packed else { return nil }
        var row = Row()
        var position = 0
        while position + 4 <= packed.count {
            let count = Int(packed.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: position, as: UInt32.self) })
            let end = min(position + 4 + count, packed.count)
            row.append(packed[(position + 4)..<end])
            position = end
        }
        return .row(row)
    }
}
