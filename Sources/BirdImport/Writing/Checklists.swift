import Birds

/// The checklists of records that come in the order of date and location: finds or makes one for each.
///
/// A checklist is known by its data set, code, location and date, so that a record always keeps its own place and date. All
/// records of a date and a location come together, so that only their checklists are held; and where those are too many, they
/// wait in a temporary database.
struct Checklists {
    private struct Key: Hashable {
        let dataset: Int
        let code: ArraySlice<UInt8>
    }

    /// By rank.
    private let datasets: [Int64]
    /// The rank of `nobird`; nil where no record has it.
    private let none: Int?
    private let touched: TouchedChecklists?
    private let existing: Statement
    private var plain: IntegerRows<5>
    private let detailed: Insert<ChecklistColumn>
    private var ids: RowIDs
    /// Those of the present date and location.
    private var group: [HeldChecklist] = []
    /// Where they are in `group`, once there are many.
    private var positions: [Key: Int] = [:]
    /// How many bytes of theirs are held.
    private var held = 0
    /// Has those of the present date and location, and `group` none, where they are too many.
    private var crowd: CrowdedChecklists?
    private let setCount: Statement
    private let mostHeld: Int
    private var date: Int64?
    private var location: Int64 = 0
    private var last = 0
    /// How many were met.
    private(set) var count = 0
    /// How many are new, by ranks of data sets.
    private(set) var new: [Int]

    /// More than these are looked up by their hashes.
    private static let fewest = 8
    /// No more are held, and no more bytes of theirs: about 8 MB each.
    static let mostHeld = 1 << 14
    private static let mostBytes = 8 << 20

    /// - Parameters:
    ///   - datasets: ids, by rank.
    ///   - none: the rank of `nobird` among the species.
    ///   - touched: gets the ids of those that were there before; nil where records go to new ones alone.
    ///   - mostHeld: how many of a date and a location are held in memory.
    init(
        _ database: Database, datasets: [Int64], none: Int?, touched: TouchedChecklists?,
        mostHeld: Int = Checklists.mostHeld
    ) throws(StoreError) {
        (self.datasets, self.none, self.touched, self.mostHeld) = (datasets, none, touched, mostHeld)
        new = [Int](repeating: 0, count: datasets.count)
        ids = try RowIDs(of: ["checklist"], namedBy: "checklist_id", in: ["observation"], database)
        existing = try database.prepare(
            """
            SELECT id, dataset_id, code FROM checklist WHERE location_id = ?1 AND date = ?2 AND \(Schema.isOf(datasets: datasets))
            ORDER BY dataset_id, id
            """)
        setCount = try database.prepare("UPDATE checklist SET species_count = ?2 WHERE id = ?1")
        plain = try IntegerRows<5>(
            [ChecklistColumn.id, .datasetID, .locationID, .date, .speciesCount], in: database)
        detailed = try Insert(in: database)
    }

    /// The id of a record's checklist.
    @inline(__always)
    mutating func id(
        of key: RecordKey, at location: Int64, _ details: RecordDetails, _ bytes: [UInt8]
    ) throws(StoreError) -> Int64 {
        if key.date != date || location != self.location { try begin(key.date, location) }
        let code = bytes[details.checklist]
        if let crowd { return try id(in: crowd, of: key, details, bytes) }
        let position: Int
        if last < group.count, group[last].dataset == key.dataset, group[last].code == code {
            position = last
        } else if let known = find(key.dataset, code) {
            position = known
        } else if hasRoom(for: bytes.count) {
            position = group.count
            append(
                HeldChecklist(
                    id: try ids.next(), dataset: key.dataset, details: details, bytes: bytes, exists: false,
                    isMet: false))
        } else {
            return try id(in: moveToCrowd(), of: key, details, bytes)
        }
        last = position
        group[position].isMet = true
        // A checklist's records come in the order of species.
        if counts(key), group[position].lastSpecies != key.species {
            group[position].lastSpecies = key.species
            group[position].speciesCount += 1
        }
        return group[position].id
    }

    /// Whether its checklist has one species more with it.
    private func counts(_ key: RecordKey) -> Bool { key.num != 0 && key.species != none }

    /// Writes the last of them.
    mutating func finish() throws(StoreError) {
        try write()
        try plain.finish()
    }

    /// Writes those of the present date and location.
    private mutating func write() throws(StoreError) {
        if let crowd { return try write(crowd) }
        for checklist in group {
            if checklist.isMet { count += 1 }
            if !checklist.exists {
                try insert(checklist)
            } else if checklist.isMet {
                try touched?.add(checklist.id)
            }
        }
        clear()
    }

    private mutating func clear() {
        group.removeAll(keepingCapacity: true)
        if !positions.isEmpty { positions.removeAll(keepingCapacity: true) }
        (last, held) = (0, 0)
    }

    /// Goes on to another date and location.
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
                id: existing.int64(0), dataset: dataset, details: RecordDetails(checklistCode: code), bytes: code,
                exists: true, isMet: false)
            if crowd == nil, hasRoom(for: code.count) {
                append(checklist)
            } else if let crowd {
                try crowd.add(checklist)
            } else {
                try moveToCrowd().add(checklist)
            }
        }
    }

    /// Whether one more can be held.
    private func hasRoom(for bytes: Int) -> Bool { group.count < mostHeld && held + bytes <= Self.mostBytes }

    /// Has those of the present date and location wait outside of memory.
    private mutating func moveToCrowd() throws(StoreError) -> CrowdedChecklists {
        let crowd = try CrowdedChecklists()
        for checklist in group {
            if !checklist.exists { try insert(checklist) }
            try crowd.add(checklist)
        }
        clear()
        self.crowd = crowd
        return crowd
    }

    private mutating func id(
        in crowd: CrowdedChecklists, of key: RecordKey, _ details: RecordDetails, _ bytes: [UInt8]
    ) throws(StoreError) -> Int64 {
        let species = counts(key) ? key.species : nil
        let new = ids.following
        let id = try crowd.id(dataset: key.dataset, code: bytes[details.checklist], new: new, species: species)
        guard id == new else { return id }
        try insert(
            HeldChecklist(
                id: try ids.next(), dataset: key.dataset, details: details, bytes: bytes, exists: false, isMet: true,
                speciesCount: species == nil ? 0 : 1))
        return id
    }

    /// Brings the rows of many up to date.
    private mutating func write(_ crowd: CrowdedChecklists) throws(StoreError) {
        self.crowd = nil
        try plain.finish()
        count += try crowd.countMet()
        try crowd.forEachChanged { (id, species) throws(StoreError) in
            guard let species else {
                try touched?.add(id)
                return
            }
            setCount.bind(1, id)
            setCount.bind(2, species)
            try setCount.run()
        }
    }

    private mutating func insert(_ checklist: HeldChecklist) throws(StoreError) {
        let bytes = checklist.bytes
        new[checklist.dataset] += 1
        if bytes.isEmpty {
            return try plain.add([
                checklist.id, datasets[checklist.dataset], location, date, Int64(checklist.speciesCount),
            ])
        }
        try plain.finish()
        detailed.bind(.id, checklist.id)
        detailed.bind(.datasetID, datasets[checklist.dataset])
        detailed.bind(.locationID, location)
        detailed.bind(.date, date)
        detailed.bind(.speciesCount, checklist.speciesCount)
        detailed.bind(.code, text: checklist.code)
        detailed.bind(checklist.details, in: bytes, RecordDetails.ofChecklist)
        try detailed.run()
    }

    private mutating func append(_ checklist: HeldChecklist) {
        group.append(checklist)
        held += checklist.bytes.count
        guard group.count > Self.fewest else { return }
        for position in (group.count == Self.fewest + 1 ? 0 : group.count - 1)..<group.count {
            let key = Key(dataset: group[position].dataset, code: group[position].code)
            // Another program may have made two of one code; records go to the first one.
            if positions[key] == nil { positions[key] = position }
        }
    }

    private func find(_ dataset: Int, _ code: ArraySlice<UInt8>) -> Int? {
        group.count > Self.fewest
            ? positions[Key(dataset: dataset, code: code)]
            : group.firstIndex { $0.dataset == dataset && $0.code == code }
    }
}

/// A checklist of an import, with what its first record in the default order says of it.
struct HeldChecklist {
    let id: Int64
    /// The rank of its data set.
    let dataset: Int
    let details: RecordDetails
    /// In which the texts of `details` lie.
    let bytes: [UInt8]
    /// Whether it was there before.
    let exists: Bool
    /// Whether a record came to it.
    var isMet: Bool
    /// Distinct species with a number that is not 0, without `nobird`.
    var speciesCount = 0
    /// The rank of its last record's.
    var lastSpecies: Int?

    /// Empty where the file has none.
    var code: ArraySlice<UInt8> { bytes[details.checklist] }
}
