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
    let secret: Secret
    let seal: TokenSeal
    let holdings: HoldingList
    let records: Records
    /// Shows species as a view of less than everything does.
    private let limitedRecords: Records
    let resolver: Resolver
    let planner: Planner
    /// The memory in which all cursors gather rows.
    let memory: RowMemory
    /// The encoders of recent queries, the latest first: their rendered members are worth keeping.
    private var encoders: [RowEncoder] = []

    /// SQLite's page cache, in KiB. It is small, since the system caches the file too.
    private static let pageCache = 2000
    /// The greatest number of encoders: the one that was used least recently is dropped.
    private static let keptEncoders = 4
    /// The rendered members that each encoder keeps, in bytes.
    private static let fragmentBound = 1 << 21
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
        secret = try Secret(database, path: path)
        seal = try TokenSeal(secret)
        let header = FileHeader(database)
        isEdited = if let header { try !Seal.isIntact(header, in: database) } else { true }
        holdings = try HoldingList.list(of: file, database, secret)
        let ids = RecordIDs(database, secret, holdings)
        records = Records(database, ids, showsAllNames: true)
        limitedRecords = Records(database, ids, showsAllNames: false)
        let numbers = try RecordNumbers(database)
        resolver = try Resolver(database, records: records, numbers: numbers, holdings: holdings)
        planner = try Planner(database, numbers: numbers, holdings: holdings)
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
        let encoder = encoder(format, query.fields, selection.scope, showsExactness: query.showsExactness)
        let order = try planner.order(query.sort, selection.scope)
        let pager = try Pager(
            query.page, of: .observations, selection, sort: query.sort, order: order, resolver, records, seal, database)
        let scan = try planner.rowScan(
            selection, order, pager?.start, limit: query.page.limit, isWide: encoder.needsIdentity || pager != nil)
        let total = query.page.countsAll ? try count(selection) : nil
        return RowCursor(
            .observations(scan, encoder), pager: pager, total: total, memory: memory)
    }

    /// The number of matching observations on all pages. It reads them all.
    private func count(_ selection: Selection) throws(StoreError) -> Int {
        try planner.anyScan(selection, isWide: false).count(ObservationRow(), database.budget)
    }

    /// One observation, by the id that it is shown with, as a JSON object with the given members; nil if there is none
    /// or the view does not show it.
    /// - Throws: `.overBudget`, `.cancelled` or `.sqlite`.
    func observation(id: Int64, fields: [Field], view: View) throws(StoreError) -> [UInt8]? {
        if let refusal = database.budget.refusal { throw refusal }
        guard let own = try records.ids.row(shown: id), let row = try records.row(own) else { return nil }
        // The row may have been removed, and what has its id now is shown with another one.
        guard try resolver.select(view).rowFilter().matches(row), try records.ids.shown(row) == id else { return nil }
        let encoder = encoder(.json, fields, try resolver.scope(view))
        var buffer = RowBuffer()
        try encoder.append(row, isFirst: true, to: &buffer)
        return buffer.bytes
    }
}

extension ObservationStore {
    /// The encoder for a format and members, from the recent ones if possible.
    /// - Parameter showsExactness: As in `ObservationQuery`.
    func encoder(
        _ format: RowFormat, _ fields: [Field], _ scope: Scope, showsExactness: Bool = false
    ) -> RowEncoder {
        let shows = showsExactness && format == .geojson
        let records = scope.isEverything ? records : limitedRecords
        func fits(_ encoder: RowEncoder) -> Bool {
            encoder.format == format && encoder.showsExactness == shows && encoder.records === records
                && encoder.fields == fields
        }
        if let first = encoders.first, fits(first) { return first }
        if let index = encoders.firstIndex(where: fits) {
            let encoder = encoders.remove(at: index)
            encoders.insert(encoder, at: 0)
            return encoder
        }
        let encoder = RowEncoder(
            format: format, fields: fields, showsExactness: shows, records: records, cacheBound: fragmentBound)
        if encoders.count >= ObservationStore.keptEncoders { encoders.removeLast() }
        encoders.insert(encoder, at: 0)
        return encoder
    }
}
