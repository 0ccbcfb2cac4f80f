/// The records of one generation of a database, and all that can be asked about them.
///
/// It is one connection to SQLite, for one thread at a time. A read transaction stays open for its whole life: so
/// the file can't be changed in place, and a query takes no lock.
///
/// Invariants:
/// - Every function takes a view, and shows nothing that the view does not show, whatever is asked for and in
///   whatever way.
/// - Rows come in the order of an index or are sorted in bounded memory, so memory does not grow with the size of
///   an answer.
/// - Everything that is kept between queries is true of this generation only, and bounded by the constants below.
public final class ObservationStore {
    /// The file that is open.
    public let file: FileIdentity
    /// The generation that is in the file.
    public let generation: PublishedGeneration

    /// Whether another program has changed the file since it was published, or an earlier version of Rookery
    /// published it. Then summaries, regions and the order of ids may not agree with the records, until the next
    /// import corrects them (`Mending`).
    public let isEdited: Bool

    let database: Database
    let records: Records
    let resolver: Resolver
    let planner: Planner
    /// The memory in which all cursors gather rows.
    let memory: RowMemory
    /// The encoders of recent queries, the latest first: their rendered members are worth keeping.
    private var encoders: [RowEncoder] = []
    /// The sizes of the data sets for recent views. Each took a scan of all records of the view.
    private var visibleCounts: [View: VisibleCounts] = [:]

    /// SQLite's page cache, in KiB. It is small, since the system caches the file too.
    private static let pageCache = 2000
    /// The greatest number of encoders: the one that was used least recently is dropped.
    private static let keptEncoders = 4
    /// The rendered members that each encoder keeps, in bytes.
    private static let fragmentBound = 1 << 21
    /// The greatest number of views whose sizes are kept. When it is reached, all are dropped.
    private static let keptVisibleCounts = 8
    /// How often to try to open the file while it is being replaced.
    private static let attempts = 5

    /// Opens the file that the path leads to now.
    /// - Throws: `.missing`, `.unusable` or `.sqlite`.
    public convenience init(path: String) throws(StoreError) {
        try self.init(path: path, fragmentBound: ObservationStore.fragmentBound)
    }

    /// How many bytes of rendered members each encoder keeps; tests choose less.
    private let fragmentBound: Int

    init(path: String, fragmentBound: Int) throws(StoreError) {
        self.fragmentBound = fragmentBound
        (database, file) = try ObservationStore.open(path)
        generation = try PublishedGeneration(database, path: path)
        let header = FileHeader(database)
        isEdited = if let header { try !Seal.isIntact(header, in: database) } else { true }
        records = Records(database)
        let numbers = try RecordNumbers(database)
        resolver = try Resolver(database, records: records, numbers: numbers)
        planner = try Planner(database, numbers: numbers)
        memory = RowMemory(database.budget)
    }

    /// Opens the file, and makes sure that it is still the one at the path. SQLite opens by path, so a rename just
    /// before could have put another file there.
    private static func open(_ path: String) throws(StoreError) -> (Database, FileIdentity) {
        for _ in 0..<attempts {
            guard let before = FileIdentity(path: path) else { throw .missing(path: path) }
            // Opening a named pipe would wait for a writer.
            guard before.isRegular else {
                throw .unusable(path: path, reason: "it is not a file; give the path of a database")
            }
            let database = try Database(path: path, mode: .readOnly)
            try Schema.check(database, path: path)
            // No memory map: if the file were truncated under one, SIGBUS would end the process.
            try database.execute(
                """
                PRAGMA query_only = 1;
                PRAGMA mmap_size = 0;
                PRAGMA cache_size = -\(pageCache);
                BEGIN;
                """)
            // BEGIN is deferred: only the first read takes the lock.
            _ = try database.integer("SELECT count(*) FROM sqlite_schema")
            if FileIdentity(path: path) == before { return (database, before) }
        }
        throw .unusable(path: path, reason: "it was replaced several times while it was being opened; try again")
    }

    /// Ends whatever runs on this store, from any thread. Set a new one for each answer, since a canceller stays
    /// cancelled.
    public var canceller: Canceller {
        get { database.budget.canceller }
        set { database.budget.canceller = newValue }
    }

    /// Limits the time of what follows: a query that runs longer after this call ends with `.overBudget`. If it is
    /// set before each `fill`, the time between two of them does not count.
    /// - Parameters:
    ///   - nanoseconds: Nil for no limit.
    ///   - now: The monotonic clock, in nanoseconds, if the caller has just read it.
    public func setBudget(nanoseconds: UInt64?, now: UInt64? = nil) {
        database.budget.set(nanoseconds: nanoseconds, now: now)
    }

    /// The observations of a query, in its order.
    /// - Throws: `.unknownSpecies`, `.malformedList`, `.unknownPage`, `.lostPage`, `.overBudget`, `.cancelled` or
    ///   `.sqlite`.
    func observations(_ query: ObservationQuery, view: View, format: RowFormat) throws(StoreError) -> RowCursor {
        let selection = try resolver.select(query.filter, view)
        let encoder = encoder(format, query.fields)
        let order = try planner.order(query.sort)
        let pager = try Pager(
            query.page, of: .observations, selection, sort: query.sort, order: order, records, database)
        let scan = try planner.rowScan(
            selection, order, pager?.start, limit: query.page.limit, isWide: encoder.needsIdentity || pager != nil)
        let total = query.page.countsAll ? try count(selection) : nil
        return RowCursor(
            .observations(scan, encoder), limit: query.page.limit ?? .max, pager: pager, total: total, memory: memory)
    }

    /// The number of matching observations on all pages. It reads them all.
    private func count(_ selection: Selection) throws(StoreError) -> Int {
        try planner.anyScan(selection, isWide: false).count(ObservationRow(), database.budget)
    }

    /// One observation as a JSON object with the given members; nil if there is none or the view does not show it.
    /// - Throws: `.overBudget`, `.cancelled` or `.sqlite`.
    func observation(id: Int64, fields: [Field], view: View) throws(StoreError) -> [UInt8]? {
        if let refusal = database.budget.refusal { throw refusal }
        guard let row = try records.row(id) else { return nil }
        guard try resolver.select(view).rowFilter().matches(row) else { return nil }
        let encoder = encoder(.json, fields)
        var buffer = RowBuffer()
        try encoder.append(row, isFirst: true, to: &buffer)
        return buffer.bytes
    }
}

// MARK: Observations

extension ObservationStore {
    /// The encoder for a format and members, from the recent ones if possible.
    func encoder(_ format: RowFormat, _ fields: [Field]) -> RowEncoder {
        if let first = encoders.first, first.format == format, first.fields == fields { return first }
        if let index = encoders.firstIndex(where: { $0.format == format && $0.fields == fields }) {
            let encoder = encoders.remove(at: index)
            encoders.insert(encoder, at: 0)
            return encoder
        }
        let encoder = RowEncoder(format: format, fields: fields, records: records, cacheBound: fragmentBound)
        if encoders.count >= ObservationStore.keptEncoders { encoders.removeLast() }
        encoders.insert(encoder, at: 0)
        return encoder
    }
}

// MARK: Species and data sets

extension ObservationStore {
    /// The members of a species in a list, in order.
    public static let speciesNames = ["species_id", "scientific_name", "common_name", "category"]
    /// The additional members of a single species, in order.
    public static let speciesNumbers = ["records", "total", "first", "last", "months"]
    /// Selects the id and the members of a list.
    private static let speciesColumns = "SELECT id, code, scientific_name, common_name, category FROM species"

    /// All species that the view shows, by code, with the members `speciesNames`.
    /// - Throws: `.overBudget`, `.cancelled` or `.sqlite`.
    func species(format: RowFormat, view: View) throws(StoreError) -> RowCursor {
        // Ids ascend with codes (`Schema`).
        let statement = try database.prepare(ObservationStore.speciesColumns + " ORDER BY id")
        let table = TableRows(statement, names: ObservationStore.speciesNames, format: format, edit: speciesEdit(view))
        return RowCursor(.other(table), memory: memory)
    }

    /// One species by its exact code, as a JSON object with the members `speciesNames` and `speciesNumbers`:
    /// `months` lists the number of records in each of the twelve months. Nil if the view shows no such species.
    /// - Throws: `.overBudget`, `.cancelled` or `.sqlite`.
    func species(_ name: String, view: View) throws(StoreError) -> [UInt8]? {
        let statement = try database.prepare(ObservationStore.speciesColumns + " WHERE code = ?1")
        statement.bind(1, name)
        guard try statement.step() else { return nil }
        var cells = (1...4).map { statement.cell($0) }
        let id = statement.int64(0)
        statement.reset()
        if let edit = speciesEdit(view), try !edit(&cells, id) { return nil }
        let visible = try visibleRegions(resolver.select(view).regions)
        let numbers = try database.prepare(
            "SELECT second_key, region_id, records, total, first, last FROM summary WHERE kind = ?1 AND first_key = ?2")
        numbers.bind(1, SummaryKind.speciesMonth.rawValue)
        numbers.bind(2, id)
        var group = SummaryNumbers()
        var months = [Int128](repeating: 0, count: 12)
        while try numbers.step() {
            if let visible, !visible.contains(numbers.int64(1)) { continue }
            group.add(
                SummaryNumbers(
                    records: numbers.int64(2), total: numbers.optionalInt64(3), first: numbers.int64(4),
                    last: numbers.int64(5)))
            let month = numbers.int64(0)
            if (1...12).contains(month) { months[Int(month) - 1] += Int128(numbers.int64(2)) }
        }
        let hasRecords = group.records > 0
        cells += [
            .integer(group.records), RowCell(group.total), .date(hasRecords ? group.first : nil),
            .date(hasRecords ? group.last : nil),
            .json("[" + months.map { String(Int64(clamping: $0)) }.joined(separator: ",") + "]"),
        ]
        return object(ObservationStore.speciesNames + ObservationStore.speciesNumbers, cells)
    }

    /// Leaves out the species that the view does not show; nil if it shows everything. It keeps the store alive, as
    /// the cursor that runs it needs.
    private func speciesEdit(_ view: View) -> TableRows.Edit? {
        if RegionScope(view).isEverywhere { return nil }
        return { [self] (cells, id) throws(StoreError) in
            let isNamed = cells[1] != .nothing || cells[2] != .nothing
            return try resolver.shows(SpeciesNames.Match(id: id, isNamed: isNamed), view)
        }
    }

    /// The members of a data set, in order.
    public static let datasetNames = [
        "name", "format", "source", "licence", "citation", "imported_at", "checklists", "records",
    ]

    /// The data sets, by name, with the members `datasetNames`. If the view shows only a part of one, only that
    /// part is counted; if it shows no checklist of one, that data set is left out.
    /// - Throws: `.overBudget`, `.cancelled` or `.sqlite`.
    func datasets(format: RowFormat, view: View) throws(StoreError) -> RowCursor {
        let columns = ObservationStore.datasetNames.joined(separator: ", ")
        let statement = try database.prepare(
            "SELECT id, \(columns) FROM dataset INDEXED BY sqlite_autoindex_dataset_1 ORDER BY name")
        var edit: TableRows.Edit?
        if let counts = try visibleCounts(view) {
            // The positions of `checklists` and `records` in `datasetNames`.
            edit = { (cells, id) throws(StoreError) in
                guard let checklists = counts.checklists[id] else { return false }
                cells[6] = .integer(checklists)
                cells[7] = .integer(counts.records[id] ?? 0)
                return true
            }
        }
        let table = TableRows(statement, names: ObservationStore.datasetNames, format: format, edit: edit)
        return RowCursor(.other(table), memory: memory)
    }

    /// The size of the part of each data set that a view shows; nil if it shows everything, which the table
    /// `dataset` counts. The first call for a view reads all its records.
    private func visibleCounts(_ view: View) throws(StoreError) -> VisibleCounts? {
        let selection = try resolver.select(view)
        guard let locations = selection.locations else { return nil }
        if let counts = visibleCounts[view] { return counts }
        var counts = VisibleCounts()
        let checklists = try database.prepare("SELECT dataset_id, location_id FROM checklist")
        while try checklists.step() {
            guard try locations.contains(checklists.int64(1)) else { continue }
            counts.checklists[checklists.int64(0), default: 0] += 1
        }
        let scan = try planner.scan(selection, isWide: true)
        var row = ObservationRow()
        while try scan.next(&row) { counts.records[row.dataset, default: 0] += 1 }
        if visibleCounts.count >= ObservationStore.keptVisibleCounts { visibleCounts.removeAll() }
        visibleCounts[view] = counts
        return counts
    }
}

/// How many checklists and records of each data set a view shows, by the id of the data set.
struct VisibleCounts {
    var checklists: [Int64: Int64] = [:]
    var records: [Int64: Int64] = [:]
}
