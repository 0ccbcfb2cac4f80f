/// Pages of observations: where one begins, and the name of the next.
struct Paging {
    let order: RowOrder
    /// Nil for the first page.
    let start: PageStart?
    /// Tells one query from another, whatever its pages.
    let query: UInt64

    /// - Parameters:
    ///   - resource: What the pages are of.
    ///   - sort: As it was asked for.
    /// - Throws: `.unknownPage` or `.lostPage`.
    init(
        _ page: PageRequest, of resource: String, _ selection: Selection, sort: [SortKey] = [], order: RowOrder,
        database: Database
    ) throws(StoreError) {
        self.order = order
        query = selection.fingerprint(of: resource, sort: sort)
        guard let after = page.after else {
            start = nil
            return
        }
        guard let token = PageToken(after), token.query == self.query else { throw .unknownPage }
        start = try Paging.start(token, order, database)
    }

    /// The name of the page behind a row.
    /// - Parameter ordinal: How many rows like it have been sent.
    func token(_ row: ObservationRow, ordinal: Int64, _ records: Records) throws(StoreError) -> String {
        let location = try records.key(ofLocation: row.location)
        return PageToken(
            query: query, date: row.date, location: location.code, latitude: location.latitude,
            longitude: location.longitude, region: location.region,
            place: try records.twins(beforeLocation: row.location),
            // A checklist has none.
            species: row.species == 0 ? [] : try records.code(ofSpecies: row.species),
            num: row.num, dataset: row.dataset, ordinal: ordinal
        ).text
    }

    /// Where a page begins by the ids of now. Ids ascend with names, so that the place of one that is gone is right before the
    /// next.
    private static func start(
        _ token: PageToken, _ order: RowOrder, _ database: Database
    ) throws(StoreError) -> PageStart {
        let species = try find(species: token.species, database)
        let location = try find(location: token, database)
        var row = ObservationRow(date: token.date, location: location.id, species: species.id, num: token.num)
        row.dataset = token.dataset
        var places: Set<Int64> = []
        // Behind all rows of what is before the gap.
        switch order {
        case .date:
            if !location.isThere { (row.species, row.num, row.dataset) = (.max, .max, .max) }
            if !species.isThere { row.num = .max }
        case .location:
            places = try Paging.places(of: token.location, database)
            if !location.isThere { (row.species, row.num, row.dataset) = (.max, .max, .max) }
            if !species.isThere { row.num = .max }
        case .species:
            if !species.isThere { (row.date, row.location, row.num) = (.max, .max, .max) }
            if !location.isThere { row.num = .max }
        case .keys:
            guard species.isThere, location.isThere else { throw .lostPage }
        }
        return PageStart(row: row, ordinal: token.ordinal, code: token.location, places: places)
    }

    /// The ids of the places of a `loc_id`.
    private static func places(of code: [UInt8], _ database: Database) throws(StoreError) -> Set<Int64> {
        let statement = try database.prepare("SELECT id FROM location INDEXED BY location_by_code WHERE code = ?1")
        statement.bind(1, utf8: code, 0..<code.count)
        var ids: Set<Int64> = []
        while try statement.step() { ids.insert(statement.int64(0)) }
        return ids
    }

    private static func find(species code: [UInt8], _ database: Database) throws(StoreError) -> (
        id: Int64, isThere: Bool
    ) {
        let statement = try database.prepare("SELECT id, code = ?1 FROM species WHERE code >= ?1 ORDER BY code LIMIT 1")
        statement.bind(1, utf8: code, 0..<code.count)
        guard try statement.step() else { return (.max - 1, false) }
        let isThere = statement.int64(1) == 1
        return (isThere ? statement.int64(0) : statement.int64(0).addingSaturated(-1), isThere)
    }

    private static func find(
        location token: PageToken, _ database: Database
    ) throws(StoreError) -> (id: Int64, isThere: Bool) {
        let columns = "SELECT id, code, latitude, longitude, region FROM location INDEXED BY location_by_code"
        let ofCode = try database.prepare("\(columns) WHERE code = ?1 ORDER BY id")
        ofCode.bind(1, utf8: token.location, 0..<token.location.count)
        var twins: Int64 = 0
        var last: Int64?
        while try ofCode.step() {
            // As `Records.twins` compares; a region without a name is another one than none.
            guard ofCode.optionalDouble(2) == token.latitude, ofCode.optionalDouble(3) == token.longitude,
                ofCode.isNull(4) == (token.region == nil), ofCode.bytes(4) == token.region ?? []
            else { continue }
            last = ofCode.int64(0)
            if twins == token.place { return (ofCode.int64(0), true) }
            twins += 1
        }
        // Fewer are alike than there were: it comes after those.
        if let last { return (last, false) }
        let place = Place(
            code: token.location, latitude: token.latitude, longitude: token.longitude, region: token.region ?? []
        ).key
        let following = try database.prepare("\(columns) WHERE code >= ?1 ORDER BY code, id")
        following.bind(1, utf8: token.location, 0..<token.location.count)
        while try following.step() {
            guard place.lexicographicallyPrecedes(Place(following).key) else { continue }
            return (following.int64(0).addingSaturated(-1), false)
        }
        return (.max - 1, false)
    }
}

extension Int64 {
    /// The sum, or the number next to it that 64 bits hold.
    @inline(__always)
    func addingSaturated(_ other: Int64) -> Int64 {
        let (sum, isTooLarge) = addingReportingOverflow(other)
        return isTooLarge ? (other < 0 ? .min : .max) : sum
    }
}
