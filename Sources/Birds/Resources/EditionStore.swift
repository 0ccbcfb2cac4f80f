/// The records of one edition, and all that can be asked about them. It is one connection to SQLite.
///
/// Invariants:
/// - Every function takes a scope, and shows nothing that the scope does not show, whatever is asked for and in
///   whatever way.
/// - Rows come in the order of an index or are sorted in bounded memory, so memory does not grow with the size of
///   an answer.
/// - Everything that is kept between queries is true of this generation only, and bounded by the constants below.
final class EditionStore {
    let edition: Edition
    let generation: PublishedGeneration

    /// Whom to ask for exact places, where this is a general edition; nil if it is the exact one.
    let contacts: [String]?
    let database: Database
    let secret: Secret
    let seal: TokenSeal
    let holdings: HoldingList
    let records: Records
    /// Shows species as a part of an edition does.
    let limitedRecords: Records
    /// What rows show as parts of an edition, to be compared with another edition.
    let shownValues: ShownValues
    let resolver: Resolver
    let planner: Planner
    /// The memory in which all cursors gather rows.
    let memory: RowMemory
    /// The encoders of recent queries, the latest first: their rendered members are worth keeping.
    private var encoders: [RowEncoder] = []
    /// How many bytes of rendered members each encoder keeps.
    private let fragmentBound: Int

    /// The greatest number of encoders: the one that was used least recently is dropped.
    private static let keptEncoders = 4

    /// - Parameters:
    ///   - database: A connection that reads the edition (`Database.beginReading`).
    ///   - file: The file that it has open.
    ///   - fragmentBound: How many bytes of rendered members each encoder keeps.
    /// - Throws: `.unusable`, `.overBudget`, `.cancelled` or `.sqlite`.
    init(
        _ edition: Edition, _ database: Database, in file: FileIdentity, memory: RowMemory, fragmentBound: Int
    ) throws(StoreError) {
        (self.edition, self.database, self.memory, self.fragmentBound) = (edition, database, memory, fragmentBound)
        generation = try PublishedGeneration(database, path: database.path)
        secret = try Secret(database, path: database.path)
        seal = try TokenSeal(secret)
        holdings = try HoldingList.list(of: edition, in: file, database, secret)
        contacts = try database.text("SELECT contacts FROM general_edition").map { text in
            text.split(separator: "\n").map(String.init)
        }
        let isGeneral = contacts != nil
        let ids = RecordIDs(database, secret, holdings)
        records = Records(database, ids, showsAllNames: true, isGeneral: isGeneral)
        limitedRecords = Records(database, ids, showsAllNames: false, isGeneral: isGeneral)
        shownValues = ShownValues(limitedRecords)
        let numbers = try RecordNumbers(database)
        resolver = try Resolver(database, records: records, numbers: numbers, holdings: holdings)
        planner = try Planner(database, numbers: numbers, holdings: holdings)
    }

    /// Whether another program has changed the edition since it was published.
    func isEdited() throws(StoreError) -> Bool {
        guard let header = FileHeader(database) else { return true }
        return try !Seal.isIntact(header, in: database)
    }

    /// The encoder for a format and members, from the recent ones if possible.
    /// - Parameter showsExactness: As in `ObservationQuery`.
    func encoder(
        _ format: RowFormat, _ fields: [Field], _ scope: Scope, showsExactness: Bool = false
    ) -> RowEncoder {
        let shows = showsExactness && format == .geojson
        let records = scope.showsAllNames ? records : limitedRecords
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
        if encoders.count >= Self.keptEncoders { encoders.removeLast() }
        encoders.insert(encoder, at: 0)
        return encoder
    }
}

extension EditionStore {
    /// As `ObservationStore.rows`.
    func rows(_ request: RecordRequest.Rows, _ scope: Scope, format: RowFormat) throws(StoreError) -> RowCursor {
        switch request {
        case .observations(let query): try observations(query, scope, format: format)
        case .zeroFilled(let query): try zeroFilled(query, scope, format: format)
        case .checklists(let query, let fields): try checklists(query, fields: fields, scope, format: format)
        case .locations(let query): try locations(query, scope, format: format)
        case .regions: try regions(scope, format: format)
        case .summary(let keys, let query): try summary(by: keys, query, scope, format: format)
        case .species: try species(scope, format: format)
        case .datasets: try datasets(scope, format: format)
        }
    }

    /// As `ObservationStore.document`, without a line feed.
    func document(_ request: RecordRequest.Document, _ scope: Scope) throws(StoreError) -> [UInt8]? {
        switch request {
        case .observation(let id, let fields): try observation(id: id, fields: fields, scope)
        case .location(let code): try location(code, scope)
        case .species(let code): try species(code, scope)
        }
    }
}
