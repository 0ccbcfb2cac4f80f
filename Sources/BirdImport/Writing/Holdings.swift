import Birds

/// Makes `holding` and `record_run` agree with the records: which data set has something in which region, what its
/// content is, when that changed, and how its records are numbered.
///
/// A content is the sum of the keyed digests of all rows, without their ids. So it depends on what the rows say, and
/// not on their order or on what other holdings have.
package struct Holdings {
    fileprivate struct Key: Hashable {
        let dataset: Int64
        /// The position of the region in `regions`; nil for the description.
        let region: Int?

        /// What anybody may know of species.
        static let species = Key(dataset: HoldingColumn.speciesTables, region: nil)
    }

    /// A row of the table.
    private struct Stored {
        let id: Int64
        let mark: Int64
        let content: UInt128
        let changedAt: Int64
    }

    /// A holding as the records have it.
    fileprivate struct Holding {
        let key: Key
        let id: Int64
        var content: UInt128 = 0
        var checklists: Int64 = 0
        /// The number of its records so far.
        var records: Int64 = 0
        /// The id of the last of them.
        var lastID: Int64?
    }

    /// What a digest is of.
    private enum Content: UInt64 {
        case description, checklist, name, record, species, retiredCode
    }

    /// A location as it goes into digests.
    private struct Place {
        /// The position of its region in `regions`.
        let region: Int
        let digest: UInt64
    }

    /// The codes of regions as UTF-8; nil for none.
    private struct Regions {
        private(set) var codes: [[UInt8]?] = []
        private var positions: [[UInt8]?: Int] = [:]

        mutating func position(of code: [UInt8]?) -> Int {
            if let known = positions[code] { return known }
            positions[code] = codes.count
            codes.append(code)
            return codes.count - 1
        }
    }

    private let database: Database
    private let key: KeyedHash.Key
    private let stored: [Key: Stored]
    private var regions: Regions
    private var nextID: Int64
    private var holdings: [Holding] = []
    private var positions: [Key: Int] = [:]
    /// The holding of each region that was found last, by the position of the region.
    private var latest: [(dataset: Int64, position: Int)] = []
    private var places: [Int64: Place] = [:]
    private var species: [Int64: UInt64] = [:]
    private let placeByID: Statement
    private let speciesByID: Statement

    /// The greatest number of locations that are remembered.
    private static let keptPlaces = 1 << 16

    /// - Parameter condition: Which rows of the table are to be made right, in SQL.
    private init(_ database: Database, _ condition: String) throws(StoreError) {
        self.database = database
        key = try Secret(database, path: "The database").contents
        placeByID = try database.prepare(
            "SELECT code, latitude, longitude, region FROM location WHERE id = ?1")
        speciesByID = try database.prepare("SELECT code FROM species WHERE id = ?1")
        nextID = (try database.integer("SELECT max(id) FROM holding") ?? 0) + 1
        let rows = try database.prepare("SELECT \(HoldingColumn.selected) FROM holding WHERE \(condition)")
        var stored: [Key: Stored] = [:]
        var regions = Regions()
        while try rows.step() {
            func value(_ column: HoldingColumn) -> Int64 { rows.int64(column.rawValue) }
            let content = UInt128(UInt64(bitPattern: value(.contentHigh))) << 64
            let region = rows.optionalBytes(HoldingColumn.region.rawValue)
            let position = value(.isDescription) == 0 ? regions.position(of: region) : nil
            stored[Key(dataset: value(.datasetID), region: position)] = Stored(
                id: value(.id), mark: value(.mark), content: content | UInt128(UInt64(bitPattern: value(.contentLow))),
                changedAt: value(.changedAt))
        }
        (self.stored, self.regions) = (stored, regions)
    }

    /// Makes the holdings of some data sets right again. It reads all their rows.
    /// - Parameters:
    ///   - datasets: Their ids; nil for all.
    ///   - now: The time of the change, in seconds since 1970.
    package static func update(in database: Database, of datasets: [Int64]?, now: Int64) throws(StoreError) {
        let condition = datasets.map { Schema.isOf(datasets: $0) } ?? "dataset_id <> \(HoldingColumn.speciesTables)"
        var holdings = try Holdings(database, condition)
        try database.execute(
            "DELETE FROM record_run WHERE holding_id IN (SELECT id FROM holding WHERE \(condition))")
        try holdings.addDescriptions(condition)
        try holdings.addChecklists(condition)
        try holdings.addNames(condition)
        try holdings.addRecords(condition)
        try holdings.store(now: now)
    }

    /// Removes the holdings of a data set.
    static func remove(dataset: Int64, from database: Database) throws(StoreError) {
        try database.execute(
            """
            DELETE FROM record_run WHERE holding_id IN (SELECT id FROM holding WHERE dataset_id = \(dataset));
            DELETE FROM holding WHERE dataset_id = \(dataset);
            """)
    }

    /// Makes the digest of the species tables right again.
    /// - Parameter now: The time of the change, in seconds since 1970.
    package static func updateSpecies(in database: Database, now: Int64) throws(StoreError) {
        var holdings = try Holdings(database, "dataset_id = \(HoldingColumn.speciesTables)")
        let rows = try database.prepare(
            "SELECT code, scientific_name, common_name, category, taxon_order FROM species WHERE listed <> 0")
        while try rows.step() {
            var hash = holdings.hash(.species)
            for column: Int32 in 0...4 { hash.add(rows, column) }
            holdings.add(hash, to: .species)
        }
        let retired = try database.prepare("SELECT code, new_code FROM retired_code")
        while try retired.step() {
            var hash = holdings.hash(.retiredCode)
            for column: Int32 in 0...1 { hash.add(retired, column) }
            holdings.add(hash, to: .species)
        }
        try holdings.store(now: now)
    }

    private func hash(_ content: Content) -> KeyedHash {
        var hash = KeyedHash(key)
        hash.add(content.rawValue)
        return hash
    }

    private mutating func addDescriptions(_ condition: String) throws(StoreError) {
        let rows = try database.prepare(
            "SELECT id, licence, citation FROM (SELECT *, id AS dataset_id FROM dataset) WHERE \(condition)")
        while try rows.step() {
            var hash = hash(.description)
            for column: Int32 in 1...2 { hash.add(rows, column) }
            add(hash, to: Key(dataset: rows.int64(0), region: nil))
        }
    }

    private mutating func addChecklists(_ condition: String) throws(StoreError) {
        // No answer shows the group of a copy, or where a checklist was listed; the number of species follows from
        // records.
        let other: [ChecklistColumn] = [.id, .datasetID, .locationID, .date, .speciesCount, .groupCode, .isListed]
        let columns = ChecklistColumn.allCases.filter { !other.contains($0) }
        let rows = try database.prepare(
            """
            SELECT dataset_id, location_id, date, \(columns.map(\.name).joined(separator: ", ")) FROM checklist
            WHERE \(condition) ORDER BY id
            """)
        while try rows.step() {
            let place = try place(rows.int64(1))
            var hash = hash(.checklist)
            hash.add(place.digest)
            hash.add(UInt64(bitPattern: rows.int64(2)))
            hash.addPresent(rows, 3..<Int32(3 + columns.count))
            let content = hash.finish()
            let position = position(of: Key(dataset: rows.int64(0), region: place.region))
            holdings[position].content &+= content
            holdings[position].checklists += 1
        }
    }

    private mutating func addNames(_ condition: String) throws(StoreError) {
        let rows = try database.prepare("SELECT dataset_id, location_id, name FROM location_name WHERE \(condition)")
        while try rows.step() {
            let place = try place(rows.int64(1))
            var hash = hash(.name)
            hash.add(place.digest)
            hash.add(rows, 2)
            add(hash, to: Key(dataset: rows.int64(0), region: place.region))
        }
    }

    /// Adds the records, and writes their runs.
    private mutating func addRecords(_ condition: String) throws(StoreError) {
        let hasDetails = try database.integer("SELECT 1 FROM observation_detail LIMIT 1") != nil
        let hasCodes = try database.integer("SELECT 1 FROM checklist WHERE code IS NOT NULL LIMIT 1") != nil
        let indexed: [ObservationColumn] = [.id, .checklistID, .datasetID, .date, .locationID, .speciesID, .num]
        let others = ObservationColumn.allCases.filter { !indexed.contains($0) }.map(\.name)
        let details = ObservationDetailColumn.allCases.filter { $0 != .id }.map { "d." + $0.name }
        let columns =
            ["o.id, dataset_id, location_id, date, species_id, num, checklist_id"] + others
            + (hasDetails ? details : [])
        // In the digest every column has a place of its own, whether or not there are details.
        let last = Int32(7 + others.count + (hasDetails ? details.count : 0))
        let rows = try database.prepare(
            """
            SELECT \(columns.joined(separator: ", "))
            FROM observation o \(hasDetails ? "LEFT JOIN observation_detail d ON d.id = o.id" : "")
            WHERE \(condition) ORDER BY o.id
            """)
        let codes = try database.prepare("SELECT code FROM checklist WHERE id = ?1")
        var runs = try IntegerRows<3>([RecordRunColumn.holdingID, .firstID, .firstNumber], in: database)
        var checklist: (id: Int64, code: [UInt8]?) = (.min, nil)
        var location: (id: Int64, place: Place) = (.min, Place(region: 0, digest: 0))
        while try rows.step() {
            if rows.int64(2) != location.id { location = (rows.int64(2), try place(rows.int64(2))) }
            if hasCodes, rows.int64(6) != checklist.id {
                codes.bind(1, rows.int64(6))
                checklist = (rows.int64(6), nil)
                while try codes.step() { checklist.code = codes.optionalBytes(0) }
            }
            var hash = hash(.record)
            hash.add(location.place.digest)
            hash.add(UInt64(bitPattern: rows.int64(3)))
            hash.add(try digest(ofSpecies: rows.int64(4)))
            hash.add(rows.optionalInt64(5))
            hash.addPresent(rows, 7..<last)
            // What is not there adds nothing, so that codes in other holdings change nothing.
            if let code = checklist.code { hash.add(code) }
            let content = hash.finish()
            let position = position(of: Key(dataset: rows.int64(1), region: location.place.region))
            let id = rows.int64(0)
            if let start = holdings[position].add(record: id, content) {
                try runs.add([start.holding, id, start.number])
            }
        }
        try runs.finish()
    }

    private mutating func add(_ hash: KeyedHash, to key: Key) {
        let content = hash.finish()
        holdings[position(of: key)].content &+= content
    }

    /// The position of a holding in `holdings`, which is made if there is none.
    @inline(__always)
    private mutating func position(of key: Key) -> Int {
        // Records of one region and data set mostly follow each other, or alternate with those of other regions.
        if let region = key.region, region < latest.count, latest[region].dataset == key.dataset {
            return latest[region].position
        }
        return find(key)
    }

    @inline(never)
    private mutating func find(_ key: Key) -> Int {
        let position: Int
        if let known = positions[key] {
            position = known
        } else {
            position = holdings.count
            positions[key] = position
            holdings.append(Holding(key: key, id: stored[key]?.id ?? nextID))
            if stored[key] == nil { nextID += 1 }
        }
        if let region = key.region {
            while latest.count <= region { latest.append((.min, 0)) }
            latest[region] = (key.dataset, position)
        }
        return position
    }

    private mutating func place(_ id: Int64) throws(StoreError) -> Place {
        if let place = places[id] { return place }
        placeByID.bind(1, id)
        var place = Place(region: regions.position(of: nil), digest: 0)
        while try placeByID.step() {
            var hash = KeyedHash(key, isWide: false)
            for column: Int32 in 0...3 { hash.add(placeByID, column) }
            place = Place(
                region: regions.position(of: placeByID.optionalBytes(3)),
                digest: UInt64(truncatingIfNeeded: hash.finish()))
        }
        if places.count >= Self.keptPlaces { places.removeAll(keepingCapacity: true) }
        places[id] = place
        return place
    }

    private mutating func digest(ofSpecies id: Int64) throws(StoreError) -> UInt64 {
        if let digest = species[id] { return digest }
        speciesByID.bind(1, id)
        var digest: UInt64 = 0
        while try speciesByID.step() {
            var hash = KeyedHash(key, isWide: false)
            hash.add(speciesByID, 0)
            digest = UInt64(truncatingIfNeeded: hash.finish())
        }
        species[id] = digest
        return digest
    }

    /// Writes the rows of the table, and removes those of holdings that are not there any more.
    private func store(now: Int64) throws(StoreError) {
        let remove = try database.prepare("DELETE FROM holding WHERE id = ?1")
        for (key, stored) in stored where positions[key] == nil {
            remove.bind(1, stored.id)
            try remove.run()
        }
        let replace = try database.prepare(
            "INSERT OR REPLACE INTO holding (\(HoldingColumn.selected)) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
        )
        for holding in holdings {
            let key = holding.key
            let old = stored[key]
            guard holding.records <= 1 << RecordID.numberBits else {
                throw .unusable(
                    path: "The database", reason: "a data set has too many records in one region; import fewer of them")
            }
            func bind(_ column: HoldingColumn, _ value: Int64) { replace.bind(column.rawValue + 1, value) }
            bind(.id, holding.id)
            bind(.datasetID, key.dataset)
            bind(.isDescription, key.region == nil ? 1 : 0)
            if let code = code(of: key) {
                replace.bind(HoldingColumn.region.rawValue + 1, utf8: code, code.indices)
            } else {
                replace.bindNull(HoldingColumn.region.rawValue + 1)
            }
            if let old { bind(.mark, old.mark) } else { bind(.mark, try newMark(of: key)) }
            bind(.checklists, holding.checklists)
            bind(.records, holding.records)
            bind(.contentHigh, Int64(truncatingIfNeeded: holding.content >> 64))
            bind(.contentLow, Int64(truncatingIfNeeded: holding.content))
            let isChanged = old?.content != holding.content
            // Dates in HTTP have whole seconds, so two changes within one must differ too.
            bind(.changedAt, isChanged ? max(now, (old?.changedAt ?? -1) + 1) : old?.changedAt ?? now)
            try replace.run()
        }
    }

    /// The code of the region of a holding.
    private func code(of key: Key) -> [UInt8]? { key.region.flatMap { regions.codes[$0] } }

    /// A mark for a new holding that no other one has. It follows from the names of data set and region, not from what
    /// else is there, as long as there are few holdings.
    private func newMark(of key: Key) throws(StoreError) -> Int64 {
        let names = try database.prepare("SELECT name FROM dataset WHERE id = ?1")
        let isTaken = try database.prepare("SELECT 1 FROM holding WHERE mark = ?1")
        let count: Int64 = 1 << RecordID.markBits
        var hash = KeyedHash(self.key, isWide: false)
        names.bind(1, key.dataset)
        while try names.step() { hash.add(names, 0) }
        hash.add(key.region == nil ? 1 : 0)
        hash.add(code(of: key))
        let first = Int64(truncatingIfNeeded: hash.finish() & UInt128(count - 1))
        for step in 0..<count {
            let mark = (first + step) % count
            isTaken.bind(1, mark)
            guard try isTaken.step() else { return mark }
            isTaken.reset()
        }
        throw .unusable(
            path: "The database", reason: "it has too many regions and data sets; import into a new file")
    }
}

extension Holdings.Holding {
    /// Adds the next record, in the order of ids.
    /// - Returns: The number with which a run begins; nil if the record continues the run of the one before.
    fileprivate mutating func add(record id: Int64, _ content: UInt128) -> (holding: Int64, number: Int64)? {
        defer {
            self.content &+= content
            records += 1
            lastID = id
        }
        return lastID == id &- 1 ? nil : (self.id, records)
    }
}

extension KeyedHash {
    /// Adds the values that are there, and which of some columns, at most 64, have one.
    fileprivate mutating func addPresent(_ row: Statement, _ columns: Range<Int32>) {
        var present: UInt64 = 0
        for column in columns where !row.isNull(column) {
            present |= 1 << UInt64(column - columns.lowerBound)
            add(row, column)
        }
        add(present)
    }

    /// Adds a value of a row, of whatever type it is: an edit may have left any.
    fileprivate mutating func add(_ row: Statement, _ column: Int32) {
        switch row.type(column) {
        case .nothing: add(0 as UInt64)
        case .integer:
            add(1 as UInt64)
            add(UInt64(bitPattern: row.int64(column)))
        case .real:
            add(2 as UInt64)
            add(row.double(column).bitPattern)
        case .text:
            add(3 as UInt64)
            add(row.bytes(column))
        }
    }
}
