import Birds

/// Rows of a file of an archive, whose columns `meta.xml` names: cells stand where its terms do.
final class ArchiveRows: RowSource {
    private let reader: CSVReader
    private let table: ArchiveDescription.Table
    /// The terms, and `id` last.
    static func header(_ table: ArchiveDescription.Table) -> [String] { table.fields.map(\.term) + ["id"] }

    private var source = Row()
    private var isAtBeginning = true

    init(_ table: ArchiveDescription.Table, _ file: SourceFile, _ encoding: TextEncoding) {
        self.table = table
        file.rewind()
        reader = CSVReader(table.syntax, source: file.text(encoding))
    }

    var consumed: Int { reader.consumed }

    func next(_ row: inout Row) throws(ImportError) -> Bool {
        if isAtBeginning {
            isAtBeginning = false
            for _ in 0..<table.headerLines where try !reader.next(&source) { return false }
        }
        guard try reader.next(&source) else { return false }
        (row.bytes, row.rawCount, row.line, row.problem) = (source.bytes, source.rawCount, source.line, source.problem)
        row.cells.removeAll(keepingCapacity: true)
        guard source.problem == nil else { return true }
        for field in table.fields {
            var cell = field.index.map { source.trimmed($0) } ?? .empty
            if cell.isEmpty, let value = field.value { cell = row.compose(Array(value.utf8)) }
            row.cells.append(cell)
        }
        row.cells.append(table.idIndex.map { source.trimmed($0) } ?? .empty)
        return true
    }
}

/// Rows of an extension, each with the cells of the core's row that it belongs to behind its own: an event's date and place.
final class JoinedRows: RowSource {
    private let rows: ArchiveRows
    private let events: EventRows
    /// Where the event's cells go: behind the row's own, or into one that is empty.
    private let positions: [Int]
    private let width: Int
    private let idPosition: Int
    private let eventFile: String

    static func header(_ table: ArchiveDescription.Table, _ core: ArchiveDescription.Table) -> [String] {
        let own = ownHeader(table)
        return own + ArchiveRows.header(core).dropLast().filter { !own.contains($0) }
    }

    /// The id of an extension's row is that of its event.
    private static func ownHeader(_ table: ArchiveDescription.Table) -> [String] {
        let terms = ArchiveRows.header(table)
        return terms.contains("eventid")
            ? terms.map { $0 == "id" ? "coreid" : $0 } : terms.map { $0 == "id" ? "eventid" : $0 }
    }

    init(
        _ table: ArchiveDescription.Table, _ core: ArchiveDescription.Table, _ rows: ArchiveRows, _ events: EventRows
    ) {
        let header = Self.header(table, core)
        (self.rows, self.events, eventFile) = (rows, events, core.location)
        width = header.count
        idPosition = table.fields.count
        positions = ArchiveRows.header(core).dropLast().map { header.firstIndex(of: $0) ?? 0 }
    }

    var consumed: Int { rows.consumed }

    func next(_ row: inout Row) throws(ImportError) -> Bool {
        guard try rows.next(&row) else { return false }
        guard row.problem == nil else { return true }
        let id = row.cells[idPosition]
        guard let event = try events.row(row.bytes[row.cells[idPosition].range]) else {
            row.problem = "its event '\(Row.shown(row.text(id), atMost: 40))' is not in \(eventFile)"
            return true
        }
        while row.cells.count < width { row.cells.append(.empty) }
        for (index, cell) in event.cells.enumerated() where index < positions.count {
            let position = positions[index]
            // What a row says itself goes before what its event says.
            if row.cells[position].isEmpty { row.cells[position] = row.compose(event.bytes[cell.range]) }
        }
        return true
    }
}

/// The rows of an event core, by their ids. They wait in a temporary database, so that their number is not bounded by memory.
final class EventRows {
    private static let cacheKilobytes = 32 * 1024

    private let database: Database
    private let select: Statement
    /// Rows of one event follow one another in most files.
    private var lastID: [UInt8] = []
    private var last: Row?

    init(_ rows: ArchiveRows, path: String) throws(ImportError) {
        do throws(StoreError) {
            database = try Database(path: "", mode: .readWrite)
            try database.execute(
                """
                PRAGMA journal_mode = OFF;
                PRAGMA synchronous = OFF;
                PRAGMA cache_size = -\(Self.cacheKilobytes);
                CREATE TABLE event (id TEXT PRIMARY KEY, line INTEGER, cells TEXT) WITHOUT ROWID;
                BEGIN
                """)
            select = try database.prepare("SELECT cells FROM event WHERE id = ?1")
        } catch {
            throw ImportError(error, path: "the temporary files")
        }
        try fill(rows, path)
    }

    private func fill(_ rows: ArchiveRows, _ path: String) throws(ImportError) {
        var row = Row()
        var packed: [UInt8] = []
        while try rows.next(&row) {
            if let problem = row.problem { throw .refused("\(path), line \(row.line), can't be read: \(problem).") }
            guard let id = row.cells.last, !id.isEmpty else { continue }
            packed.removeAll(keepingCapacity: true)
            for cell in row.cells.dropLast() {
                withUnsafeBytes(of: UInt32(cell.range.count)) { packed.append(contentsOf: $0) }
                packed.append(contentsOf: row.bytes[cell.range])
            }
            do throws(StoreError) {
                let insert = try insertion()
                insert.bind(1, utf8: row.bytes, id.range)
                insert.bind(2, row.line)
                insert.bind(3, utf8: packed, 0..<packed.count)
                try insert.run()
            } catch {
                throw ImportError(error, path: "the temporary files")
            }
            guard database.changes == 1 else {
                throw .refused(
                    "\(path), line \(row.line), has the event '\(Row.shown(row.text(id), atMost: 40))' a second time.")
            }
        }
    }

    private var insert: Statement?

    private func insertion() throws(StoreError) -> Statement {
        if let insert { return insert }
        let made = try database.prepare("INSERT INTO event VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")
        insert = made
        return made
    }

    /// The cells of an event; nil where there is no such event.
    fileprivate func row(_ id: ArraySlice<UInt8>) throws(ImportError) -> Row? {
        if last != nil, lastID.elementsEqual(id) { return last }
        var packed: [UInt8]?
        do throws(StoreError) {
            lastID = Array(id)
            select.bind(1, utf8: lastID, 0..<lastID.count)
            while try select.step() { packed = select.bytes(0) }
        } catch {
            throw ImportError(error, path: "the temporary files")
        }
        guard let packed else {
            last = nil
            return nil
        }
        var row = Row()
        var position = 0
        while position + 4 <= packed.count {
            let count = Int(packed.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: position, as: UInt32.self) })
            let end = min(position + 4 + count, packed.count)
            row.append(packed[(position + 4)..<end])
            position = end
        }
        last = row
        return row
    }
}
