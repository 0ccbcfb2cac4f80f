import Birds

/// Makes `holding` and `record_run` agree with the records of some data sets: which one has something in which region,
/// what its content is, when that changed, and how its records are numbered. It is given all their checklists and
/// records: while they are inserted, or read again (`HoldingScan`).
///
/// A content is the sum of the keyed hashes of all rows, without their ids. So it depends on what the rows say, and not
/// on their order or on what other holdings have.
package final class Holdings {
    private struct Key: Hashable {
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
        let records: Int64
        let sequence: Int64
        let content: UInt128
        let changedAt: Int64
    }

    /// A holding as the records have it.
    private struct Holding {
        let key: Key
        let id: Int64
        let stored: Stored?
        var content: UInt128 = 0
        var checklists: Int64 = 0
        var records = RecordRuns.Builder()
        /// A digest of the records in their order.
        private(set) var sequence: Int64 = 0
        /// Whether the stored records have the numbers that they had. Others may follow them.
        private(set) var keepsNumbers: Bool

        init(_ key: Key, _ stored: Stored?, newID: Int64) {
            (self.key, self.stored, id) = (key, stored, stored?.id ?? newID)
            keepsNumbers = stored?.records == 0
        }

        /// - Returns: A row of `record_run` that is full.
        mutating func add(record id: Int64, _ content: UInt128) -> RecordRuns? {
            self.content &+= content
            // Any odd factor makes a sum that depends on the order.
            sequence = sequence &* 0x5851_f42d_4c95_7f2d &+ Int64(truncatingIfNeeded: content)
            let full = records.add(id)
            if let stored, records.count == stored.records { keepsNumbers = sequence == stored.sequence }
            return full
        }
    }

    /// A location as it goes into hashes.
    struct Place {
        /// The position of its region in `regions`.
        fileprivate let region: Int
        fileprivate let hash: UInt64
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

    let database: Database
    private let key: KeyedHash.Key
    /// Which rows of tables with a `dataset_id` are those of the data sets, in SQL.
    let condition: String
    private let stored: [Key: Stored]
    private var regions: Regions
    private var nextID: Int64
    // Without the check for exclusive access at run time, since each record is added. Nothing here calls code that
    // could reach it again.
    @exclusivity(unchecked) private var holdings: [Holding] = []
    private var positions: [Key: Int] = [:]
    /// The holding of each region that was found last, by the position of the region.
    @exclusivity(unchecked) private var latest: [(dataset: Int64, position: Int)] = []
    @exclusivity(unchecked) private var places = DirectCache<Place>(slots: 1 << 16)
    @exclusivity(unchecked) private var species = DirectCache<UInt64>(slots: 1 << 12)
    private let placeByID: Statement
    private let speciesByID: Statement
    private let rows: RowWriter<RecordRunColumn>
    /// Whether all checklists and records were added as the tables have them. If not, they must be read again.
    private(set) var isComplete = true
    /// The most holdings.
    private let most: Int

    /// The most of them while rows are inserted, when other memory is needed too.
    static let mostWhileInserting = 4096

    /// - Parameters:
    ///   - datasets: Their ids; nil for all.
    ///   - most: With more holdings it is not complete.
    convenience init(_ database: Database, of datasets: [Int64]?, most: Int = .max) throws(StoreError) {
        let condition =
            datasets.map { Schema.isOf(datasets: $0) } ?? "dataset_id <> \(HoldingColumn.speciesTables)"
        try self.init(database, condition, most: most)
        // Those of no holding are from one that was given up.
        try database.execute(
            """
            DELETE FROM record_run WHERE holding_id NOT IN (SELECT id FROM holding)
                OR holding_id IN (SELECT id FROM holding WHERE \(condition))
            """)
    }

    private init(_ database: Database, _ condition: String, most: Int = .max) throws(StoreError) {
        (self.database, self.condition, self.most) = (database, condition, most)
        key = try Secret(database, path: "The database").contents
        placeByID = try database.prepare(
            "SELECT code, latitude, longitude, region FROM location WHERE id = ?1")
        speciesByID = try database.prepare("SELECT code FROM species WHERE id = ?1")
        rows = try RowWriter(in: database)
        // No import gives them: another program has.
        try database.execute("DELETE FROM holding WHERE id < 1 OR id > \(1 << 52)")
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
                id: value(.id), mark: value(.mark), records: value(.records), sequence: value(.sequence),
                content: content | UInt128(UInt64(bitPattern: value(.contentLow))),
                changedAt: value(.changedAt))
        }
        (self.stored, self.regions) = (stored, regions)
    }

    /// Makes the hash of the species tables right again.
    /// - Parameter now: The time of the change, in seconds since 1970.
    package static func updateSpecies(in database: Database, now: Int64) throws(StoreError) {
        let holdings = try Holdings(database, "dataset_id = \(HoldingColumn.speciesTables)")
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

    /// Removes the holdings of a data set.
    static func remove(dataset: Int64, from database: Database) throws(StoreError) {
        try database.execute(
            """
            DELETE FROM record_run WHERE holding_id IN (SELECT id FROM holding WHERE dataset_id = \(dataset));
            DELETE FROM holding WHERE dataset_id = \(dataset);
            """)
    }

    private func hash(_ kind: ContentHash.Kind) -> ContentHash { ContentHash(kind, key) }

    /// Begins the hash of a record.
    @inline(__always)
    func hash(
        ofRecordAt place: Place, date: Int64, species: Int64, num: Int64?
    ) throws(StoreError) -> ContentHash {
        var hash = hash(.record)
        hash.add(place.hash)
        hash.add(UInt64(bitPattern: date))
        hash.add(try self.hash(ofSpecies: species))
        hash.add(num)
        return hash
    }

    /// The hash of a record that is inserted.
    /// - Parameter bytes: The bytes of its details; empty if it has none.
    @inline(__always)
    func content(
        at place: Place, date: Int64, species: Int64, num: Int64?, _ details: RecordDetails, _ bytes: [UInt8]
    ) throws(StoreError) -> UInt128 {
        var hash = try hash(ofRecordAt: place, date: date, species: species, num: num)
        if !bytes.isEmpty { hash.addPresent(record: details, in: bytes) }
        hash.endPresent()
        let code = details.storedCode(in: bytes)
        if !code.isEmpty { hash.add(text: code) }
        return hash.finish()
    }

    /// Adds a checklist that is inserted.
    /// - Parameter bytes: The bytes of its details; empty if it has none.
    func add(
        checklistOf dataset: Int64, at location: Int64, date: Int64, _ bytes: [UInt8]
    ) throws(StoreError) {
        guard isComplete else { return }
        let place = try place(location)
        var hash = hash(ofChecklistAt: place, date: date)
        if !bytes.isEmpty { hash.addPresent(checklist: RecordDetails(bytes), in: bytes) }
        hash.endPresent()
        add(checklist: hash, of: dataset, at: place)
    }

    /// Begins the hash of a checklist.
    func hash(ofChecklistAt place: Place, date: Int64) -> ContentHash {
        var hash = hash(.checklist)
        hash.add(place.hash)
        hash.add(UInt64(bitPattern: date))
        return hash
    }

    /// Adds a record. They must come in the order of their ids.
    /// - Parameter content: Its hash.
    @inline(__always)
    func add(record id: Int64, of dataset: Int64, at place: Place, _ content: UInt128) throws(StoreError) {
        guard isComplete else { return }
        let position = position(of: Key(dataset: dataset, region: place.region))
        if let runs = holdings[position].add(record: id, content) { try write(runs, of: holdings[position].id) }
        if holdings.count > most { giveUp() }
    }

    /// Adds the time of a record, in minutes after midnight, if it is not that of its checklist.
    /// - Parameter content: The hash of the record.
    func add(time: Int64, of content: UInt128, in dataset: Int64, at location: Int64) throws(StoreError) {
        guard isComplete else { return }
        add(time: timeOfDay(time).utf8, of: content, in: dataset, at: try place(location))
    }

    func add(time: some Collection<UInt8>, of content: UInt128, in dataset: Int64, at place: Place) {
        var hash = hash(.time)
        for part in [content >> 64, content] { hash.add(UInt64(truncatingIfNeeded: part)) }
        hash.add(text: time)
        add(hash, to: Key(dataset: dataset, region: place.region))
    }

    /// Adds a checklist.
    func add(checklist hash: ContentHash, of dataset: Int64, at place: Place) {
        guard isComplete else { return }
        let position = position(of: Key(dataset: dataset, region: place.region))
        holdings[position].content &+= hash.finish()
        holdings[position].checklists += 1
        if holdings.count > most { giveUp() }
    }

    /// Adds what describes the data sets and the names of their locations, which it reads, and writes all.
    /// - Parameter now: The time of the change, in seconds since 1970.
    func finish(now: Int64) throws(StoreError) {
        try addDescriptions()
        try addNames()
        try store(now: now)
    }

    private func addDescriptions() throws(StoreError) {
        let rows = try database.prepare(
            "SELECT id, licence, citation FROM (SELECT *, id AS dataset_id FROM dataset) WHERE \(condition)")
        while try rows.step() {
            var hash = hash(.description)
            for column: Int32 in 1...2 { hash.add(rows, column) }
            add(hash, to: Key(dataset: rows.int64(0), region: nil))
        }
    }

    private func addNames() throws(StoreError) {
        let rows = try database.prepare("SELECT dataset_id, location_id, name FROM location_name WHERE \(condition)")
        while try rows.step() {
            let place = try place(rows.int64(1))
            var hash = hash(.name)
            hash.add(place.hash)
            hash.add(rows, 2)
            add(hash, to: Key(dataset: rows.int64(0), region: place.region))
        }
    }

    private func add(_ hash: ContentHash, to key: Key) { holdings[position(of: key)].content &+= hash.finish() }

    /// The position of a holding in `holdings`, which is made if there is none.
    @inline(__always)
    private func position(of key: Key) -> Int {
        // Records of one region and data set mostly follow each other, or alternate with those of other regions.
        if let region = key.region, region < latest.count, latest[region].dataset == key.dataset {
            return latest[region].position
        }
        return find(key)
    }

    @inline(never)
    private func find(_ key: Key) -> Int {
        let position: Int
        if let known = positions[key] {
            position = known
        } else {
            position = holdings.count
            positions[key] = position
            holdings.append(Holding(key, stored[key], newID: nextID))
            if stored[key] == nil { nextID += 1 }
        }
        if let region = key.region {
            while latest.count <= region { latest.append((.min, 0)) }
            latest[region] = (key.dataset, position)
        }
        return position
    }

    /// Gives up: what is added from now on does not count.
    func giveUp() {
        isComplete = false
        (holdings, positions, latest, regions) = ([], [:], [], Regions())
        (places, species) = (DirectCache(slots: 1), DirectCache(slots: 1))
    }

    /// A location by its id.
    @inline(__always)
    func place(_ id: Int64) throws(StoreError) -> Place {
        if let place = places[id] { return place }
        return try readPlace(id)
    }

    private func readPlace(_ id: Int64) throws(StoreError) -> Place {
        placeByID.bind(1, id)
        var place = Place(region: regions.position(of: nil), hash: 0)
        while try placeByID.step() {
            var hash = ContentHash(.place, key, isWide: false)
            for column: Int32 in 0...3 { hash.add(placeByID, column) }
            place = Place(
                region: regions.position(of: placeByID.optionalBytes(3)),
                hash: UInt64(truncatingIfNeeded: hash.finish()))
        }
        places[id] = place
        return place
    }

    @inline(__always)
    private func hash(ofSpecies id: Int64) throws(StoreError) -> UInt64 {
        if let hash = species[id] { return hash }
        return try readSpecies(id)
    }

    private func readSpecies(_ id: Int64) throws(StoreError) -> UInt64 {
        speciesByID.bind(1, id)
        var result: UInt64 = 0
        while try speciesByID.step() {
            var hash = ContentHash(.code, key, isWide: false)
            hash.add(speciesByID, 0)
            result = UInt64(truncatingIfNeeded: hash.finish())
        }
        species[id] = result
        return result
    }

    private func write(_ runs: RecordRuns, of holding: Int64) throws(StoreError) {
        rows.bind(.holdingID, holding)
        rows.bind(.firstID, runs.firstID)
        rows.bind(.firstNumber, runs.firstNumber)
        rows.bind(.runs, blob: runs.bytes)
        try rows.run()
    }

    /// Writes the rows of the table, and removes those of holdings that are not there any more.
    private func store(now: Int64) throws(StoreError) {
        let remove = try database.prepare("DELETE FROM holding WHERE id = ?1")
        for (key, stored) in stored where positions[key] == nil {
            remove.bind(1, stored.id)
            try remove.run()
        }
        let replace = try database.prepare(
            "INSERT OR REPLACE INTO holding (\(HoldingColumn.selected)) VALUES (\(HoldingColumn.allCases.map { "?\($0.rawValue + 1)" }.joined(separator: ", ")))"
        )
        for index in holdings.indices {
            if let runs = holdings[index].records.finish() { try write(runs, of: holdings[index].id) }
            let holding = holdings[index]
            let (key, old) = (holding.key, holding.stored)
            guard holding.records.count <= RecordID.mostRecords else {
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
            let mark: Int64 =
                if key.region == nil {
                    -holding.id
                } else if let old, holding.keepsNumbers,
                    RecordID.isMark(old.mark, forRecords: holding.records.count)
                {
                    old.mark
                } else {
                    try newMark(of: holding)
                }
            bind(.mark, mark)
            bind(.checklists, holding.checklists)
            bind(.records, holding.records.count)
            bind(.sequence, holding.sequence)
            bind(.contentHigh, Int64(truncatingIfNeeded: holding.content >> 64))
            bind(.contentLow, Int64(truncatingIfNeeded: holding.content))
            // The ids of the same records may be other ones.
            let isChanged = old?.content != holding.content || old?.mark != mark
            // Dates in HTTP have whole seconds, so two changes within one must differ too.
            bind(.changedAt, isChanged ? max(now, (old?.changedAt ?? -1).addingSaturated(1)) : old?.changedAt ?? now)
            try replace.run()
        }
    }

    /// The code of the region of a holding.
    private func code(of key: Key) -> [UInt8]? { key.region.flatMap { regions.codes[$0] } }

    /// A mark that no holding has, so that ids of records that had other numbers name none. It follows from the names
    /// of data set and region and from the records, not from what else is there, unless another holding has it.
    private func newMark(of holding: Holding) throws(StoreError) -> Int64 {
        let key = holding.key
        let names = try database.prepare("SELECT name FROM dataset WHERE id = ?1")
        let isTaken = try database.prepare("SELECT 1 FROM holding WHERE mark = ?1")
        var hash = ContentHash(.mark, self.key, isWide: false)
        names.bind(1, key.dataset)
        while try names.step() { hash.add(names, 0) }
        hash.add(UInt64(bitPattern: holding.sequence))
        if let code = code(of: key) { hash.add(text: code) }
        let first = UInt64(truncatingIfNeeded: hash.finish())
        for step in 0..<UInt64(1 << 20) {
            let mark = RecordID.mark(forRecords: holding.records.count, choice: first &+ step)
            isTaken.bind(1, mark)
            guard try isTaken.step() else { return mark }
            isTaken.reset()
        }
        throw .unusable(
            path: "The database", reason: "it has too many regions and data sets; import into a new file")
    }
}
