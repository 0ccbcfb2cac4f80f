import Birds
import FileSystem

/// The rows of an event core, by their ids. An event without a date or a place has that of its parent
/// (`parentEventID`), as a visit to a plot has the date of the survey; and one with a part of it has the rest, where
/// both agree (`EventCells`). Of two rows with one id, the first counts that can be used. If none can, the occurrences
/// of the event are in error, and those of its descendants. A later row that says something else is counted, and so is
/// an event that finds no date or place since the line of its parents ends at an event that is not there, or has no
/// end.
///
/// They are kept in a temporary database, so that memory does not limit their number. A row is stored as one text: for
/// each cell its size (`UInt32`, in the byte order of the machine) and its bytes.
final class EventRows {
    /// The memory of the temporary database, in KiB. Pages beyond it are on disk.
    private static let cacheKilobytes = 32 * 1024

    private let database: Database
    private let select: Statement
    private let insert: Statement
    private let insertOccurrence: Statement
    private let insertParent: Statement
    private let insertOrphan: Statement
    private let selectParent: Statement
    private let selectHolder: Statement
    private let insertHolder: Statement
    // The event that was asked for last. In most files the occurrences of an event follow one another.
    private var lastID: [UInt8] = []
    private var last: Event?
    /// Whether it is a visit, once that was asked for.
    private var lastIsVisit: Bool?
    /// The occurrence that was noted last.
    private var lastNoted: (id: [UInt8], occurrence: Occurrence)?
    /// The position of `parentEventID`; nil if there is no such term.
    private let parent: Int?
    /// The position of `samplingProtocol`; nil if there is no such term.
    private let sampling: Int?
    /// The cells that are inherited together.
    private let inherited: [EventCells]

    /// A number of rows, and the first of them.
    typealias Noted = (count: Int, first: (line: Int, row: String)?)

    /// An event, or why it can't be used, as the end of a sentence about it.
    enum Event {
        case row(Row)
        case missing(String)
    }

    /// What an occurrence of an event is. The greatest decides about the event.
    enum Occurrence: Int {
        case otherAnimal
        /// Its row is in error, so it may be a bird.
        case unknown
        case bird
    }

    /// The name of the file, for errors.
    private let name: String
    /// What is wrong with the first row without an id that can't be used.
    private var firstProblem = ""

    /// The positions of the cells that an import reads.
    private let used: [Int]
    /// The rows that repeat an event with other cells.
    private(set) var differing: Noted = (0, nil)
    /// Whether there are any rows in `holder`.
    private var hasHolders = false
    /// The event that was read last. In most files, events that follow one another have the same parent.
    private var lastRead: (id: [UInt8], event: Event?)?

    /// The most ancestors that are looked at again and again. For a longer line, it is noted where each of its events
    /// finds what it lacks, so that the time grows only with the number of events.
    private static let longestLine = 16

    /// The most ancestors from which a date or a place is put together. Surveys have a few levels.
    private static let mostHolders = 16

    /// Reads all events.
    /// - Parameters:
    ///   - header: The names of the cells, in lower case.
    ///   - read: The names of those that an import reads.
    ///   - name: The name of their file, for errors.
    init(
        _ rows: ArchiveRows, _ header: [String], read: Set<String>, name: String, dates: DateChecks
    ) throws(ChangeError) {
        self.name = name
        let parent = header.firstIndex(of: "parenteventid")
        self.parent = parent
        let sampling = header.firstIndex(of: "samplingprotocol")
        self.sampling = sampling
        inherited = EventCells.all(header, dates)
        used = header.indices.dropLast().filter { read.contains(header[$0]) || $0 == parent }
        do throws(StoreError) {
            database = try .temporary(
                """
                CREATE TABLE event (
                    id TEXT PRIMARY KEY, cells TEXT, problem TEXT, part INTEGER, line INTEGER, sampling TEXT
                ) WITHOUT ROWID;
                CREATE TABLE parent (id TEXT PRIMARY KEY) WITHOUT ROWID;
                CREATE TABLE occurrence (id TEXT PRIMARY KEY, kind INTEGER) WITHOUT ROWID; -- the greatest of its event
                CREATE TABLE orphan (id TEXT PRIMARY KEY, parent TEXT) WITHOUT ROWID;
                -- The nearest event, from an event up, that has the cells of a group; empty if none has. Then the line may
                -- be broken.
                CREATE TABLE holder (
                    id TEXT, part INTEGER, holder TEXT, is_broken INTEGER, PRIMARY KEY (id, part)
                ) WITHOUT ROWID;
                """, cacheKilobytes: Self.cacheKilobytes)
            insert = try database.prepare(
                """
                INSERT INTO event VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                ON CONFLICT DO UPDATE SET cells = ?2, problem = NULL, sampling = ?6
                WHERE problem IS NOT NULL AND ?3 IS NULL
                """)
            insertParent = try database.prepare("INSERT INTO parent VALUES (?1) ON CONFLICT DO NOTHING")
            insertOccurrence = try database.prepare(
                "INSERT INTO occurrence VALUES (?1, ?2) ON CONFLICT DO UPDATE SET kind = max(kind, ?2)")
            insertOrphan = try database.prepare("INSERT INTO orphan VALUES (?1, ?2) ON CONFLICT DO NOTHING")
            select = try database.prepare("SELECT cells, problem FROM event WHERE id = ?1")
            selectParent = try database.prepare("SELECT 1 FROM parent WHERE id = ?1")
            selectHolder = try database.prepare("SELECT holder, is_broken FROM holder WHERE id = ?1 AND part = ?2")
            insertHolder = try database.prepare("INSERT INTO holder VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING")
        } catch {
            throw ChangeError(error, path: "the temporary files")
        }
        try fill(rows)
    }

    private func fill(_ rows: ArchiveRows) throws(ChangeError) {
        var row = Row()
        var packed: [UInt8] = []
        while try rows.next(&row) {
            let id = Array(rows.id)
            let problem = row.problem.map { "is in error (\(rows.location), line \(row.line): \($0))" }
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
            let isNew: Bool
            do throws(StoreError) {
                insert.bind(1, utf8: id, 0..<id.count)
                insert.bind(2, utf8: packed, 0..<packed.count)
                insert.bind(3, problem)
                insert.bind(4, row.part)
                insert.bind(5, row.line)
                insert.bind(6, utf8: row.bytes, row.trimmed(sampling ?? -1).range)
                try insert.run()
                isNew = database.changes > 0
                if let parent, row.problem == nil {
                    insertParent.bind(1, utf8: row.bytes, row.trimmed(parent).range)
                    try insertParent.run()
                }
            } catch {
                throw ChangeError(error, path: "the temporary files")
            }
            if !isNew, problem == nil { try compare(row, with: id) }
        }
    }

    /// Counts a row that repeats an event, if it says something else than the first one.
    private func compare(_ row: Row, with id: [UInt8]) throws(ChangeError) {
        guard case .row(let first) = try ownEvent(id) else { return }
        let differs = used.contains { position in
            !row.bytes[row.trimmed(position).range].elementsEqual(first.bytes[first.trimmed(position).range])
        }
        guard differs else { return }
        differing.count += 1
        if differing.first == nil { differing.first = (row.line, row.raw) }
    }

    /// The names of the cells of an event: its terms, and `eventid` at the end. A term `eventID` has no name beside it.
    static func header(_ core: ArchiveDescription.Table) -> [String] {
        ArchiveRows.header(core).dropLast().map { $0 == "eventid" ? "" : $0 } + ["eventid"]
    }

    /// Notes that an event has an occurrence.
    func note(_ occurrence: Occurrence, of id: ArraySlice<UInt8>) throws(ChangeError) {
        if let lastNoted, lastNoted.occurrence == occurrence, lastNoted.id.elementsEqual(id) { return }
        let id = Array(id)
        lastNoted = (id, occurrence)
        do throws(StoreError) {
            insertOccurrence.bind(1, utf8: id, 0..<id.count)
            insertOccurrence.bind(2, occurrence.rawValue)
            try insertOccurrence.run()
        } catch {
            throw ChangeError(error, path: "the temporary files")
        }
    }

    /// A query for the ids, parts and lines of the events without a bird that are no other event's parent, in the order
    /// of the files. An event with other animals only tells of birds if an event with the same `samplingProtocol` has
    /// one: where bats are recorded or insects trapped, nobody looks for birds.
    func selectWithoutBirds() throws(ChangeError) -> Statement {
        do throws(StoreError) {
            return try database.prepare(
                """
                SELECT id, part, line FROM event LEFT JOIN occurrence USING (id)
                WHERE id NOT IN (SELECT id FROM parent) AND (kind IS NULL OR kind = \(Occurrence.otherAnimal.rawValue)
                    AND sampling IN (
                        SELECT sampling FROM event JOIN occurrence USING (id) WHERE kind = \(Occurrence.bird.rawValue)))
                ORDER BY part, line
                """)
        } catch {
            throw ChangeError(error, path: "the temporary files")
        }
    }

    /// The events that were asked for and lack a date or a place since the line of their parents is broken.
    func orphans() throws(ChangeError) -> Noted {
        do throws(StoreError) {
            let select = try database.prepare(
                """
                SELECT count(*) OVER (), line, id, orphan.parent FROM orphan JOIN event USING (id) ORDER BY part, line LIMIT 1
                """)
            var orphans: Noted = (0, nil)
            while try select.step() {
                let row = "\(select.text(2) ?? ""), parentEventID \(select.text(3) ?? "")"
                orphans = (Int(select.int64(0)), (Int(select.int64(1)), row))
            }
            return orphans
        } catch {
            throw ChangeError(error, path: "the temporary files")
        }
    }

    /// An event, with what it inherits.
    func event(_ id: ArraySlice<UInt8>) throws(ChangeError) -> Event {
        if let last, lastID.elementsEqual(id) { return last }
        lastID = Array(id)
        lastIsVisit = nil
        var event = try ownEvent(lastID) ?? .missing("is not in \(name)\(firstProblem)")
        if let parent, case .row(let row) = event { event = try inherit(into: row, lastID, parent) }
        last = event
        return event
    }

    /// Whether an event is a visit: no other one names it as its parent.
    func isVisit(_ id: ArraySlice<UInt8>) throws(ChangeError) -> Bool {
        if parent == nil { return true }
        if let lastIsVisit, lastID.elementsEqual(id) { return lastIsVisit }
        var isParent = false
        do throws(StoreError) {
            selectParent.bind(1, utf8: Array(id), 0..<id.count)
            while try selectParent.step() { isParent = true }
        } catch {
            throw ChangeError(error, path: "the temporary files")
        }
        if lastID.elementsEqual(id) { lastIsVisit = !isParent }
        return !isParent
    }

    /// Fills dates and places that are missing, or not whole, from the nearest ancestors that have them. One that can't
    /// be used might have them.
    private func inherit(into event: Row, _ id: [UInt8], _ parent: Int) throws(ChangeError) -> Event {
        var row = event
        let first = Array(row.bytes[row.trimmed(parent).range])
        guard !first.isEmpty else { return .row(row) }
        for (part, group) in inherited.enumerated() {
            var next = first
            holders: for _ in 0..<Self.mostHolders where !next.isEmpty && !group.isWhole(in: row) {
                let holder = try holder(of: group, part, from: next, parent)
                if holder.id.isEmpty {
                    if holder.isBroken, group.isReported, group.isEmpty(in: row) { try noteOrphan(id, first) }
                    break
                }
                switch try ownEvent(holder.id) {
                case .row(let ancestor)?:
                    guard group.fill(&row, from: ancestor, group, isParent: true) else { break holders }
                    next = Array(ancestor.bytes[ancestor.trimmed(parent).range])
                case .missing(let reason)?:
                    guard group.isEmpty(in: row) else { break holders }
                    return .missing(
                        "has a parent '\(Row.shown(String(decoding: holder.id, as: UTF8.self), atMost: 40))' that \(reason)"
                    )
                case nil: break holders
                }
            }
        }
        return .row(row)
    }

    private func noteOrphan(_ id: [UInt8], _ parent: [UInt8]) throws(ChangeError) {
        do throws(StoreError) {
            insertOrphan.bind(1, utf8: id, 0..<id.count)
            insertOrphan.bind(2, utf8: parent, 0..<parent.count)
            try insertOrphan.run()
        } catch {
            throw ChangeError(error, path: "the temporary files")
        }
    }

    /// The nearest event in a line of parents that has the cells of a group or can't be used; empty if there is none.
    /// The line is then broken unless it ends at an event without a parent.
    private typealias Holder = (id: [UInt8], isBroken: Bool)

    /// Finds the holder from an event up. Events that are each other's ancestors have no end, so none is looked at
    /// twice.
    /// - Parameter part: The position of the group.
    private func holder(of group: EventCells, _ part: Int, from first: [UInt8], _ parent: Int) throws(ChangeError)
        -> Holder
    {
        var line: Set<[UInt8]> = []
        var id = first
        var found: Holder?
        while found == nil, !id.isEmpty {
            if line.contains(id) {
                found = ([], true)
                break
            }
            if hasHolders, let known = try knownHolder(of: id, part) {
                found = known
                break
            }
            switch try ownEvent(id) {
            case .row(let event)? where group.isEmpty(in: event):
                line.insert(id)
                id = Array(event.bytes[event.trimmed(parent).range])
            case .row?, .missing?: found = (id, false)
            case nil: found = ([], true)
            }
        }
        let holder = found ?? ([], false)
        guard line.count > Self.longestLine else { return holder }
        do throws(StoreError) {
            for id in line {
                insertHolder.bind(1, utf8: id, 0..<id.count)
                insertHolder.bind(2, part)
                insertHolder.bind(3, utf8: holder.id, 0..<holder.id.count)
                insertHolder.bind(4, holder.isBroken ? 1 : 0)
                try insertHolder.run()
            }
        } catch {
            throw ChangeError(error, path: "the temporary files")
        }
        hasHolders = true
        return holder
    }

    /// What `holder` has noted for an event; nil if nothing.
    private func knownHolder(of id: [UInt8], _ part: Int) throws(ChangeError) -> Holder? {
        var holder: Holder?
        do throws(StoreError) {
            selectHolder.bind(1, utf8: id, 0..<id.count)
            selectHolder.bind(2, part)
            while try selectHolder.step() { holder = (selectHolder.bytes(0), selectHolder.int64(1) == 1) }
        } catch {
            throw ChangeError(error, path: "the temporary files")
        }
        return holder
    }

    /// An event as it is in its file; nil if there is no such event.
    private func ownEvent(_ id: [UInt8]) throws(ChangeError) -> Event? {
        if let lastRead, lastRead.id == id { return lastRead.event }
        let event = try readEvent(id)
        lastRead = (id, event)
        return event
    }

    private func readEvent(_ id: [UInt8]) throws(ChangeError) -> Event? {
        var packed: [UInt8]?
        var problem: String?
        do throws(StoreError) {
            select.bind(1, utf8: id, 0..<id.count)
            while try select.step() { (packed, problem) = (select.bytes(0), select.text(1)) }
        } catch {
            throw ChangeError(error, path: "the temporary files")
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
