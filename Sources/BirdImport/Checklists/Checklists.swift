import Birds

/// Finds or makes the checklist of each record that is inserted.
///
/// A checklist is identified by its data set, code, location and date. So a code that a file uses at two locations
/// gives two checklists, and every record keeps its own location and date. Records without a code share the checklist
/// with an empty code of their data set, location and date.
///
/// Its rows tell together what is known of it (`ChecklistDetails`). If they differ in its time, each record keeps its
/// own (`ChecklistTimes`). Where a stored checklist with a code gets other details, these are taken for a correction.
///
/// Invariants:
/// - Records come in the default order, so all records of a date and location (a group here) come together. Only the
///   checklists of one group are held; their rows are written when the next group begins.
/// - Within a group, records come in the order of species. So a species is new to a checklist if it differs from the
///   last one, and counting needs no set.
/// - Memory: a group with more than `mostHeld` checklists or `mostBytes` moves to a temporary database
///   (`CrowdedChecklists`).
/// - New rows are inserted in the order of their ids, which is the cheapest order for SQLite.
struct Checklists {
    private struct Key: Hashable {
        let dataset: Int
        let code: ArraySlice<UInt8>
    }

    /// Ids, by rank.
    private let datasets: [Int64]
    /// The rank of `nobird`; nil if no record has it.
    private let none: Int?
    private let touched: TouchedChecklists?
    private let holdings: Holdings?
    /// Finds the stored checklists of a group.
    private let existing: Statement
    /// Inserts checklists without details, which are most of them in plain files.
    private var plain: IntegerRows<5>
    private let detailed: RowWriter<ChecklistColumn>
    private var ids: RowIDs
    /// The first id of a new checklist.
    private let firstNew: Int64
    /// The ids of the new checklists.
    var newIDs: Range<Int64> { firstNew..<max(firstNew, ids.following) }
    /// The checklists of the current group.
    private var group: [HeldChecklist] = []
    /// The positions of checklists in `group`, once it has more than `fewest`.
    private var positions: [Key: Int] = [:]
    /// The bytes of the details in `group`.
    private var held = 0
    /// Has the checklists of the current group, in place of `group`, if there are too many.
    private var crowd: CrowdedChecklists?
    private let setCount: Statement
    /// Sets the details of checklists that have a row.
    private let update: RowWriter<ChecklistColumn>
    private let stored: StoredChecklists
    let times: ChecklistTimes
    /// The records of the current group that have the time of their checklist, by its position in `group`.
    private var timed: [(checklist: Int, record: Record)] = []
    /// Checklists whose rows contradict one another, and stored ones whose details were replaced.
    private(set) var contradicted = NotedRows()
    private(set) var corrected = NotedRows()
    private let mostHeld: Int
    /// The date and location of the current group; no date before the first one.
    private var date: Int64?
    private var location: Int64 = 0
    /// The position in `group` of the last record's checklist. The next record often has the same.
    private var last = 0
    /// The number of checklists of the import.
    private(set) var count = 0
    /// The number of new checklists, by the rank of the data set.
    private(set) var new: [Int]

    /// Up to this number, comparing all checklists of a group is faster than hashing a code.
    private static let fewest = 8
    /// The most checklists of a group in memory.
    static let mostHeld = 1 << 14
    /// The most bytes of their details in memory.
    private static let mostBytes = 8 << 20
    /// The most records in `timed`. The others get times of their own.
    private static let mostTimed = 1 << 16

    /// - Parameters:
    ///   - datasets: The ids of the data sets, by rank.
    ///   - none: The rank of `nobird` among the species; nil if no record has it.
    ///   - touched: Receives the ids of stored checklists that get a record; nil if records go to new checklists only.
    ///   - holdings: Receives the checklists, and times of records that are not given with these; nil if it reads them.
    ///   - mostHeld: The most checklists of a group in memory.
    init(
        _ database: Database, datasets: [Int64], none: Int?, touched: TouchedChecklists?, holdings: Holdings? = nil,
        mostHeld: Int = Checklists.mostHeld
    ) throws(StoreError) {
        (self.datasets, self.none, self.touched, self.mostHeld) = (datasets, none, touched, mostHeld)
        self.holdings = holdings
        new = [Int](repeating: 0, count: datasets.count)
        ids = try RowIDs(of: ["checklist"], namedBy: "checklist_id", in: ["observation"], database)
        firstNew = ids.following
        existing = try database.prepare(
            """
            SELECT id, dataset_id, code FROM checklist WHERE location_id = ?1 AND date = ?2 AND \(Schema.isOf(datasets: datasets))
            ORDER BY dataset_id, id
            """)
        setCount = try database.prepare("UPDATE checklist SET species_count = ?2 WHERE id = ?1")
        update = try RowWriter(updating: RecordDetails.ofChecklist.map(\.column), in: database)
        stored = try StoredChecklists(database)
        times = try ChecklistTimes(database)
        plain = try IntegerRows<5>(
            [ChecklistColumn.id, .datasetID, .locationID, .date, .speciesCount], in: database)
        detailed = try RowWriter(in: database)
    }

    /// The id of a record, and its hash for `Holdings`.
    typealias Record = (id: Int64, content: UInt128)

    /// The checklist of a record.
    struct Place {
        let id: Int64
        /// The time of the record, in minutes after midnight, if its checklist does not have it.
        var time: Int64?
    }

    /// Finds a record's checklist, which is made if it does not exist, as is a checklist without a record.
    /// - Parameters:
    ///   - record: The record; nil for a checklist without one.
    ///   - key: The key of the record or checklist. Keys must come in the default order.
    ///   - location: The id of its location.
    ///   - bytes: The bytes of its details.
    @inline(__always)
    mutating func place(
        _ record: Record?, _ key: RecordKey, at location: Int64, _ details: RecordDetails, _ bytes: [UInt8]
    ) throws(StoreError) -> Place {
        if key.date != date || location != self.location { try begin(key.date, location) }
        let code = bytes[details.checklist]
        if let crowd { return try place(in: crowd, key, details, bytes) }
        let position: Int
        if last < group.count, group[last].dataset == key.dataset, group[last].code == code {
            position = last
        } else if let known = find(key.dataset, code) {
            position = known
        } else if hasRoom(for: bytes.count) {
            position = group.count
            append(
                HeldChecklist(
                    id: try ids.next(), dataset: key.dataset, told: ChecklistDetails(details, bytes), exists: false,
                    isMet: false))
        } else {
            return try place(in: try moveToCrowd(), key, details, bytes)
        }
        last = position
        group[position].isMet = true
        if key.species == nil || details.isListed { group[position].isListed = true }
        var place = Place(id: group[position].id)
        if details.describesChecklist {
            place.time = tell(position, details, bytes, record)
        }
        // The records of a checklist come in the order of species.
        if counts(key), group[position].lastSpecies != key.species {
            group[position].lastSpecies = key.species
            group[position].speciesCount += 1
        }
        return place
    }

    /// Tells a checklist what a row says of it.
    /// - Parameter record: The record; nil for a checklist without one.
    /// - Returns: The time of the record, if it must keep it itself.
    private mutating func tell(
        _ position: Int, _ details: RecordDetails, _ bytes: [UInt8], _ record: Record?
    ) -> Int64? {
        held -= group[position].told.bytes.count
        _ = group[position].told.add(details, bytes)
        held += group[position].told.bytes.count
        guard let record, let time = details.integer(.time, in: bytes) else { return nil }
        guard time == group[position].time, timed.count < Self.mostTimed else { return time }
        timed.append((position, record))
        return nil
    }

    /// Gives the records that have the time of their checklist times of their own.
    private func giveTimes(_ isMeant: (Int) -> Bool) throws(StoreError) {
        for (position, record) in timed where isMeant(position) {
            guard let time = group[position].time else { continue }
            try times.give(time, to: record.id)
            try holdings?.add(time: time, of: record.content, in: datasets[group[position].dataset], at: location)
        }
    }

    /// Gives a stored checklist what the import tells of it. What it does not tell stays.
    /// - Returns: Whether its records may have several times now.
    @discardableResult
    private mutating func update(_ id: Int64, _ told: ChecklistDetails) throws(StoreError) -> Bool {
        guard let before = try stored.checklist(id) else { return false }
        let old = RecordDetails(before.details)
        var both = ChecklistDetails(old, before.details)
        _ = both.add(told.details, told.bytes)
        let hasCode = !told.bytes[told.details.checklist].isEmpty
        let lost = told.lost | (hasCode ? 0 : both.lost)
        if lost != 0, let origin = told.origin ?? both.origin {
            try note(lost, told, origin, in: \.contradicted)
        } else if both.lost != 0, let origin = both.origin {
            try note(both.lost, told, origin, in: \.corrected)
        }
        let time = old.integer(.time, in: before.details)
        let mayChange = mayChangeTime(told, time)
        if mayChange {
            try times.note(
                stored: id, time: time, told: told.hasSeveralTimes ? nil : told.details.integer(.time, in: told.bytes))
        }
        try set(id, told.known(besides: before.details, without: lost), time: time)
        return mayChange
    }

    /// Whether records have another time than their stored checklist.
    private func mayChangeTime(_ told: ChecklistDetails, _ time: Int64?) -> Bool {
        told.hasSeveralTimes || told.details.integer(.time, in: told.bytes).map { $0 != time } ?? false
    }

    /// Sets the details of a checklist.
    private func set(_ id: Int64, _ bytes: [UInt8], time: Int64?) throws(StoreError) {
        update.bind(.id, id)
        update.bind(RecordDetails(bytes), in: bytes, RecordDetails.ofChecklist)
        update.bind(.time, time.map(timeOfDay))
        try update.run()
    }

    /// Notes a checklist for the report.
    private mutating func note(
        _ members: UInt32, _ told: ChecklistDetails, _ origin: RecordDetails.Origin,
        in rows: WritableKeyPath<Checklists, NotedRows>
    ) throws(StoreError) {
        try self[keyPath: rows].add(origin) { () throws(StoreError) in
            let code = String(decoding: told.bytes[told.details.checklist], as: UTF8.self)
            return (code.isEmpty ? "without a code: " : "\(code): ") + ChecklistDetails.names(members)
        }
    }

    /// Whether a record adds its species to its checklist: see the rules of `ChecklistCounts`.
    private func counts(_ key: RecordKey) -> Bool {
        key.species.map { key.num != 0 && $0 != none } ?? false
    }

    /// Writes the checklists of the last group.
    mutating func finish() throws(StoreError) {
        try write()
        try plain.finish()
    }

    /// Writes the new checklists of the current group, and notes the stored ones that got records.
    private mutating func write() throws(StoreError) {
        if let crowd { return try write(crowd) }
        var haveTimes: Set<Int> = []
        for position in group.indices {
            if group[position].isMet { count += 1 }
            if group[position].told.hasSeveralTimes { haveTimes.insert(position) }
            if !group[position].exists {
                try insert(group[position])
            } else if group[position].isMet {
                let checklist = group[position]
                if checklist.told.details.describesChecklist {
                    if try update(checklist.id, checklist.told) { haveTimes.insert(position) }
                }
                try touched?.add(checklist.id, checklist.isListed ? .listed : .moreRecords)
            }
        }
        if !haveTimes.isEmpty { try giveTimes(haveTimes.contains) }
        clear()
    }

    private mutating func clear() {
        group.removeAll(keepingCapacity: true)
        if !positions.isEmpty { positions.removeAll(keepingCapacity: true) }
        if !timed.isEmpty { timed.removeAll(keepingCapacity: true) }
        (last, held) = (0, 0)
    }

    /// Ends the current group and begins another, with the checklists that are stored for it.
    private mutating func begin(_ date: Int64, _ location: Int64) throws(StoreError) {
        try write()
        (self.date, self.location) = (date, location)
        guard touched != nil else { return }
        existing.bind(1, location)
        existing.bind(2, date)
        while try existing.step() {
            guard let dataset = datasets.firstIndex(of: existing.int64(1)) else { continue }
            let code = existing.bytes(2)
            let checklist = HeldChecklist(
                id: existing.int64(0), dataset: dataset,
                told: ChecklistDetails(RecordDetails(checklistCode: code), code), exists: true, isMet: false)
            if crowd == nil, hasRoom(for: code.count) {
                append(checklist)
            } else if let crowd {
                try crowd.add(checklist)
            } else {
                try moveToCrowd().add(checklist)
            }
        }
    }

    /// Whether one more checklist can be held.
    /// - Parameter bytes: The size of its details.
    private func hasRoom(for bytes: Int) -> Bool { group.count < mostHeld && held + bytes <= Self.mostBytes }

    /// Moves the current group to a temporary database. New checklists get their rows now, with the species counted so
    /// far; the counts are corrected at the end of the group.
    private mutating func moveToCrowd() throws(StoreError) -> CrowdedChecklists {
        let crowd = try CrowdedChecklists()
        // What the checklists of a crowd tell is known at its end only.
        holdings?.giveUp()
        for checklist in group {
            if !checklist.exists { try insert(checklist) }
            if checklist.exists, checklist.isListed { try touched?.add(checklist.id, .listed) }
            try crowd.add(checklist)
        }
        // Whether they have several times is not known yet.
        try giveTimes { (_) in true }
        clear()
        self.crowd = crowd
        return crowd
    }

    /// Finds a record's checklist in a group that is in a temporary database. Each record keeps its own time there.
    private mutating func place(
        in crowd: CrowdedChecklists, _ key: RecordKey, _ details: RecordDetails, _ bytes: [UInt8]
    ) throws(StoreError) -> Place {
        let species = counts(key) ? key.species : nil
        let code = bytes[details.checklist]
        // The id is only used up if the checklist turns out to be new.
        let new = ids.following
        let id = try crowd.id(dataset: key.dataset, code: code, new: new, species: species)
        if id == new {
            let checklist = HeldChecklist(
                id: try ids.next(), dataset: key.dataset, told: ChecklistDetails(details, bytes), exists: false,
                isMet: true, isListed: key.species == nil || details.isListed, speciesCount: species == nil ? 0 : 1)
            try insert(checklist)
            if details.describesChecklist { try crowd.tell(checklist) }
        } else {
            if details.describesChecklist { try crowd.tell(dataset: key.dataset, code: code, details, bytes) }
            if key.species == nil || details.isListed { try touched?.add(id, .listed) }
        }
        return Place(id: id, time: details.integer(.time, in: bytes))
    }

    /// Ends a group that is in a temporary database: corrects the counts and details of new checklists, and notes the
    /// stored ones.
    private mutating func write(_ crowd: CrowdedChecklists) throws(StoreError) {
        self.crowd = nil
        // Rows that still wait could not be updated.
        try plain.finish()
        count += try crowd.countMet()
        try crowd.forEachChanged { (id, species) throws(StoreError) in
            guard let species else {
                try touched?.add(id, .moreRecords)
                return
            }
            setCount.bind(1, id)
            setCount.bind(2, species)
            try setCount.run()
        }
        try crowd.forEachTold { (id, told, exists) throws(StoreError) in
            if exists {
                try update(id, told)
                return
            }
            let known = told.known()
            try set(id, known, time: RecordDetails(known).integer(.time, in: known))
            try noteContradicted(told)
        }
    }

    private mutating func noteContradicted(_ told: ChecklistDetails) throws(StoreError) {
        guard told.lost != 0, let origin = told.origin else { return }
        try note(told.lost, told, origin, in: \.contradicted)
    }

    private mutating func insert(_ checklist: HeldChecklist) throws(StoreError) {
        let bytes = checklist.told.known()
        new[checklist.dataset] += 1
        try holdings?.add(checklistOf: datasets[checklist.dataset], at: location, date: date ?? 0, bytes)
        if bytes.isEmpty, !checklist.isListed {
            return try plain.add([
                checklist.id, datasets[checklist.dataset], location, date, Int64(checklist.speciesCount),
            ])
        }
        // Rows that wait have lower ids, so they go first.
        try plain.finish()
        detailed.bind(.id, checklist.id)
        detailed.bind(.datasetID, datasets[checklist.dataset])
        detailed.bind(.locationID, location)
        detailed.bind(.date, date)
        detailed.bind(.speciesCount, checklist.speciesCount)
        detailed.bind(.code, text: checklist.code.first == RecordDetails.hidden ? [] : checklist.code)
        detailed.bind(RecordDetails(bytes), in: bytes, RecordDetails.ofChecklist)
        detailed.bind(.isListed, checklist.isListed ? 1 : nil as Int64?)
        try detailed.run()
        // Those of a crowd are noted at its end.
        if crowd == nil { try noteContradicted(checklist.told) }
    }

    private mutating func append(_ checklist: HeldChecklist) {
        group.append(checklist)
        held += checklist.told.bytes.count
        guard group.count > Self.fewest else { return }
        // The first time, the ones that were held until now are added too.
        for position in (group.count == Self.fewest + 1 ? 0 : group.count - 1)..<group.count {
            let key = Key(dataset: group[position].dataset, code: group[position].code)
            // Another program may have made two checklists with one code. Records go to the first one.
            if positions[key] == nil { positions[key] = position }
        }
    }

    private func find(_ dataset: Int, _ code: ArraySlice<UInt8>) -> Int? {
        group.count > Self.fewest
            ? positions[Key(dataset: dataset, code: code)]
            : group.firstIndex { $0.dataset == dataset && $0.code == code }
    }
}

/// A checklist of the current group.
struct HeldChecklist {
    let id: Int64
    /// The rank of its data set.
    let dataset: Int
    /// What the rows of the import tell of it; for one that was stored, it begins with its code alone.
    var told: ChecklistDetails
    /// Whether it was stored before the import.
    let exists: Bool
    /// Whether it has got a record, or a file of checklists or events has it.
    var isMet: Bool
    /// Whether a file of checklists or events has it, so that it stays without a record.
    var isListed = false
    /// The number of species, by the rules of `ChecklistCounts`.
    var speciesCount = 0
    /// The rank of the species that was counted last.
    var lastSpecies: Int?

    /// Empty if the file gives no code.
    var code: ArraySlice<UInt8> { told.bytes[told.details.checklist] }
    /// The time that the first row with one tells, in minutes after midnight.
    var time: Int64? { told.details.integer(.time, in: told.bytes) }
}
