import Birds

/// Counts the species of checklists, and finds checklists without records.
///
/// Pairs of a checklist and a species are sorted, and each checklist is counted when its pairs come out. So memory is
/// bounded (`Sorter`), even if thousands of checklists have the same date and location.
///
/// Rules:
/// - A record counts for its checklist if both have the same date, location and data set. They always have, unless
///   another program has edited the file.
/// - A species counts if one of its records has a count other than 0, or no count at all (seen, not counted). `nobird`
///   stands for "no birds were seen" and never counts.
struct ChecklistCounts {
    /// The kind of a sorted item, which is kept in its tag. The item's numbers are the id of the checklist and the id
    /// of the species, or 0 if there is no species.
    private enum Item: UInt64 {
        /// A record that does not add a species to its checklist.
        case record
        /// A record that does.
        case species
        /// The checklist itself, since only those that were added are reported.
        case checklist
    }

    private let items: Sorter
    private let ofGroup: Statement
    private let update: Statement
    /// The id of `nobird`; nil if the database does not have it.
    private let none: Int64?

    init(_ database: Database) throws(StoreError) {
        items = Sorter(in: database.folder)
        none = try database.integer("SELECT id FROM species WHERE code = 'nobird'")
        update = try database.prepare(
            "UPDATE checklist SET species_count = ?2 WHERE id = ?1 AND species_count <> ?2")
        ofGroup = try database.prepare(
            Self.records(indexedBy: "observation_by_location") + " WHERE o.location_id = ?1 AND o.date = ?2")
    }

    /// Selects records that agree with their checklist. CROSS JOIN makes SQLite read the observations first
    /// (https://www.sqlite.org/optoverview.html).
    private static func records(indexedBy index: String?) -> String {
        """
        SELECT o.checklist_id, o.species_id, o.num FROM observation o \(index.map { "INDEXED BY \($0)" } ?? "NOT INDEXED")
        CROSS JOIN checklist c ON c.id = o.checklist_id AND c.location_id = o.location_id AND c.date = o.date AND c.dataset_id = o.dataset_id
        """
    }

    /// Adds a checklist to count.
    func add(_ checklist: Int64) throws(StoreError) { try add(.checklist, checklist, 0) }

    /// Adds all records of a location and date. Call it once for each location and date; the indexes must exist.
    func addRecords(location: Int64, date: Int64) throws(StoreError) {
        ofGroup.bind(1, location)
        ofGroup.bind(2, date)
        try addRecords(ofGroup)
    }

    private func addRecords(_ select: Statement) throws(StoreError) {
        while try select.step() {
            let species = select.int64(1)
            let counts = species != none && select.optionalInt64(2) != 0
            try add(counts ? .species : .record, select.int64(0), species)
        }
    }

    private func add(_ item: Item, _ checklist: Int64, _ species: Int64) throws(StoreError) {
        try items.add(high: checklist.sortable, low: species.sortable, tag: item.rawValue)
    }

    /// Calls `body` with each checklist that was added, by ascending id. No more can be added afterwards.
    func forEachChecklist(
        _ body: (_ checklist: Int64, _ hasRecords: Bool, _ species: Int) throws(StoreError) -> Void
    ) throws(StoreError) {
        var sorted = try items.sorted()
        var item = SortItem()
        var bytes: [UInt8] = []
        var (checklist, isAdded, hasRecords, count): (UInt64?, Bool, Bool, Int) = (nil, false, false, 0)
        /// The species that was counted last. Items of a species follow one another.
        var last: UInt64?
        while true {
            let isMore = try sorted.next(&item, &bytes)
            if !isMore || item.high != checklist {
                if let checklist, isAdded { try body(Int64(sortable: checklist), hasRecords, count) }
                guard isMore else { return }
                (checklist, isAdded, hasRecords, count) = (item.high, false, false, 0)
                last = nil
            }
            guard item.tag != Item.checklist.rawValue else {
                isAdded = true
                continue
            }
            hasRecords = true
            guard item.tag == Item.species.rawValue, item.low != last else { continue }
            last = item.low
            count += 1
        }
    }

    /// Corrects `species_count` of every checklist. Only rows with a wrong count are written.
    static func mend(in database: Database) throws(StoreError) {
        let counts = try ChecklistCounts(database)
        let checklists = try database.prepare("SELECT id FROM checklist")
        while try checklists.step() { try counts.add(checklists.int64(0)) }
        // Reads the table itself: no index contains the checklist of a record, so each would have to look it up.
        try counts.addRecords(try database.prepare(records(indexedBy: nil)))
        try counts.forEachChecklist { (checklist, _, species) throws(StoreError) in
            try counts.store(species, of: checklist)
        }
    }

    /// Writes the count of a checklist if it differs from the stored one.
    func store(_ species: Int, of checklist: Int64) throws(StoreError) {
        update.bind(1, checklist)
        update.bind(2, species)
        try update.run()
    }
}
