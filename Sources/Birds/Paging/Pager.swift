/// Cuts one page out of the rows of any resource: skips the rows of earlier pages, ends the page, and makes the
/// token of the next.
///
/// Invariants:
/// - `judge` is asked about the rows in their order, beginning at or before `start`.
/// - Resources whose rows have no species pass them as observations of species 0 and count 0.
final class Pager {
    /// What to do with a row.
    enum Verdict {
        /// It was on an earlier page.
        case skip
        /// It is on this page.
        case take
        /// It comes after this page, as do all later rows.
        case end
    }

    /// Where the page begins; nil for the first page.
    var start: PageStart? { position.start }
    /// The token of the next page; nil until this page has ended, and if it is the last.
    private(set) var next: String?

    private let position: PagePosition
    private let records: Records
    private let limit: Int
    private let seal: TokenSeal
    /// Ties tokens to this query and view.
    private let purpose: [UInt8]
    private var taken = 0

    /// The layout of tokens. Raise it when that of `PageToken` changes: older tokens are then refused.
    private static let version: UInt8 = 3

    /// Nil if all rows are asked for.
    /// - Parameters:
    ///   - sort: The keys of the request.
    ///   - order: The order that they correspond to.
    /// - Throws: `.unknownPage` if `after` is not a token of this query, and `.lostPage` if its position can't be
    ///   found any more.
    init?(
        _ page: PageRequest, of resource: PagedResource, _ selection: Selection, sort: [SortKey] = [], order: RowOrder,
        _ resolver: Resolver, _ records: Records, _ seal: TokenSeal, _ database: Database
    ) throws(StoreError) {
        guard page.limit != nil || page.after != nil else { return nil }
        (self.records, self.seal) = (records, seal)
        limit = page.limit ?? .max
        purpose = Self.purpose(selection.identity(of: resource.rawValue, sort: sort))
        var start: PageStart?
        if let after = page.after {
            guard let bytes = Self.open(after, for: purpose, seal), let token = PageToken(bytes) else {
                throw .unknownPage
            }
            start = try KnownRows(resolver: resolver, scope: selection.scope, database: database).start(
                token, of: resource, order)
        }
        position = PagePosition(start, order)
    }

    /// Decides about the next row.
    func judge(_ row: ObservationRow) throws(StoreError) -> Verdict {
        if position.isSkipping, position.skips(row) { return .skip }
        if taken >= limit {
            if taken > 0 { next = try Self.seal(try position.token(records).bytes, for: purpose, seal) }
            return .end
        }
        taken += 1
        position.pass(row)
        return .take
    }

    /// What ties tokens to a query, by its identity.
    static func purpose(_ identity: [UInt8]) -> [UInt8] { [version] + identity }

    /// The value of `after` for a token.
    /// - Throws: As `TokenSeal.seal`.
    static func seal(_ token: [UInt8], for purpose: [UInt8], _ seal: TokenSeal) throws(StoreError) -> String {
        Base64URL.encode(try seal.seal(token, for: purpose))
    }

    /// The token in a value of `after`; nil if it is not one of this purpose.
    static func open(_ after: String, for purpose: [UInt8], _ seal: TokenSeal) -> [UInt8]? {
        Base64URL.decode(after).flatMap { seal.open($0, for: purpose) }
    }
}

/// What a view shows of what a token names. What is there and hidden is as if it were gone.
struct KnownRows {
    let resolver: Resolver
    let scope: Scope
    let database: Database

    /// Finds where a page begins, in the ids of this generation. Ids ascend with codes, so if the location or
    /// species of the token is gone, the page begins in the gap that it left: right before the next one.
    /// - Throws: `.lostPage` if it is gone and the order does not follow its id.
    func start(_ token: PageToken, of resource: PagedResource, _ order: RowOrder) throws(StoreError) -> PageStart {
        let species = resource.hasSpecies ? try find(species: token.species) : (id: 0, isThere: true)
        let location = try find(location: token)
        var row = ObservationRow(date: token.date, location: location.id, species: species.id, num: token.num)
        // The least id if it is gone.
        row.dataset = token.dataset.isEmpty ? 0 : try resolver.id(ofDataset: token.dataset, scope) ?? .min
        var locations: Set<Int64> = []
        // If one is gone, its id is that of a gap: the greatest values in the columns after it make the page begin
        // after all rows before the gap.
        switch order {
        case .date:
            if !location.isThere { (row.species, row.num, row.dataset) = (.max, .greatest, .max) }
            if !species.isThere { row.num = .greatest }
        case .location:
            locations = try self.locations(of: token.location)
            if !location.isThere { (row.species, row.num, row.dataset) = (.max, .greatest, .max) }
            if !species.isThere { row.num = .greatest }
        case .species:
            if !species.isThere { (row.date, row.location, row.num) = (.max, .max, .greatest) }
            if !location.isThere { row.num = .greatest }
        case .keys(let keys):
            let needsDataset = keys.contains { $0.field == .dataset || $0.field == .locationName }
            guard species.isThere, location.isThere, row.dataset != .min || !needsDataset else { throw .lostPage }
        }
        return PageStart(row: row, ordinal: token.ordinal, code: token.location, locations: locations)
    }

    /// The ids of all locations with a `loc_id`.
    private func locations(of code: [UInt8]) throws(StoreError) -> Set<Int64> {
        let statement = try database.prepare("SELECT id FROM location INDEXED BY location_by_code WHERE code = ?1")
        statement.bind(1, utf8: code, 0..<code.count)
        var ids: Set<Int64> = []
        while try statement.step() { ids.insert(statement.int64(0)) }
        return ids
    }

    /// The id of the species with a code. If there is none, an id before that of the next code.
    private func find(species code: [UInt8]) throws(StoreError) -> (id: Int64, isThere: Bool) {
        let statement = try database.prepare(
            "SELECT id, code = ?1, listed FROM species WHERE code >= ?1 ORDER BY code LIMIT 1")
        statement.bind(1, utf8: code, 0..<code.count)
        guard try statement.step() else { return (.max - 1, false) }
        let id = statement.int64(0)
        guard statement.int64(1) == 1 else { return (id.addingSaturated(-1), false) }
        return (id, try resolver.shows(SpeciesNames.Match(id: id, isListed: statement.int64(2) != 0), scope))
    }

    /// The id of the token's location. If there is none, an id before that of the next one.
    private func find(location token: PageToken) throws(StoreError) -> (id: Int64, isThere: Bool) {
        let columns = "SELECT id, code, latitude, longitude, region FROM location INDEXED BY location_by_code"
        let ofCode = try database.prepare("\(columns) WHERE code = ?1 ORDER BY id")
        ofCode.bind(1, utf8: token.location, 0..<token.location.count)
        var twins: Int64 = 0
        var last: Int64?
        while try ofCode.step() {
            // The same comparison as in `Records.twins`. An empty region differs from none.
            guard ofCode.optionalDouble(2) == token.latitude, ofCode.optionalDouble(3) == token.longitude,
                ofCode.isNull(4) == (token.region == nil), ofCode.bytes(4) == token.region ?? [],
                try resolver.shows(location: ofCode.int64(0), scope)
            else { continue }
            last = ofCode.int64(0)
            if twins == token.twin { return (ofCode.int64(0), true) }
            twins += 1
        }
        // There are fewer equal locations than before: begin after the last of them.
        if let last { return (last, false) }
        let wanted = LocationKey(
            code: token.location, latitude: token.latitude, longitude: token.longitude, region: token.region ?? []
        ).key
        let following = try database.prepare("\(columns) WHERE code >= ?1 ORDER BY code, id")
        following.bind(1, utf8: token.location, 0..<token.location.count)
        while try following.step() {
            guard wanted.lexicographicallyPrecedes(LocationKey(following).key) else { continue }
            return (following.int64(0).addingSaturated(-1), false)
        }
        return (.max - 1, false)
    }
}

extension Int64 {
    /// The sum, clamped to 64 bits.
    @inline(__always)
    package func addingSaturated(_ other: Int64) -> Int64 {
        let (sum, isTooLarge) = addingReportingOverflow(other)
        return isTooLarge ? (other < 0 ? .min : .max) : sum
    }
}

extension RowFinder {
    /// Goes to the next row of a page, or of all rows without a pager; false at the end.
    /// - Parameter key: The row as an observation, with the columns by which pages distinguish rows.
    @inline(__always)
    func next(
        _ row: inout Row, on pager: Pager?, as key: (Row) -> ObservationRow
    ) throws(StoreError) -> Bool {
        guard let pager else { return try next(&row) }
        while try next(&row) {
            switch try pager.judge(key(row)) {
            case .skip: continue
            case .take: return true
            case .end: return false
            }
        }
        return false
    }
}
