import Birds

/// Counts the records and the species of checklists in bounded memory, however many there are of a date and a location: pairs of
/// a checklist and a species are sorted.
///
/// A record counts where its date, location and data set are those of its checklist. (Another program may have changed them.) A species
/// counts where a record of it has a number that is not 0, and it is not `nobird`.
struct ChecklistCounts {
    /// What is sorted by the id of a checklist, the id of a species (or 0), and this.
    private enum Item: UInt64 {
        /// A record whose species does not count.
        case record
        case species
        /// The checklist itself.
        case checklist
    }

    private let items: Sorter
    private let ofGroup: Statement
    private let update: Statement
    /// The id of `nobird`; nil where there is none.
    private let none: Int64?

    init(_ database: Database) throws(StoreError) {
        items = Sorter(in: database.folder)
        none = try database.integer("SELECT id FROM species WHERE code = 'nobird'")
        update = try database.prepare(
            "UPDATE checklist SET species_count = ?2 WHERE id = ?1 AND species_count <> ?2")
        ofGroup = try database.prepare(
            Self.records(indexedBy: "observation_by_location") + " WHERE o.location_id = ?1 AND o.date = ?2")
    }

    private static func records(indexedBy index: String?) -> String {
        """
        SELECT o.checklist_id, o.species_id, o.num FROM observation o \(index.map { "INDEXED BY \($0)" } ?? "NOT INDEXED")
        CROSS JOIN checklist c ON c.id = o.checklist_id AND c.location_id = o.location_id AND c.date = o.date AND c.dataset_id = o.dataset_id
        """
    }

    /// Adds a checklist that is to be counted.
    func add(_ checklist: Int64) throws(StoreError) { try add(.checklist, checklist, 0) }

    /// Adds the records of a date and a location, and so must be called once for each. The indexes must be there.
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

    /// Goes once through the checklists that were added, by ascending ids. Nothing can be added any more.
    func forEachChecklist(
        _ body: (_ checklist: Int64, _ hasRecords: Bool, _ species: Int) throws(StoreError) -> Void
    ) throws(StoreError) {
        var sorted = try items.sorted()
        var item = SortItem()
        var bytes: [UInt8] = []
        var (checklist, isAdded, hasRecords, count): (UInt64?, Bool, Bool, Int) = (nil, false, false, 0)
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

    /// Brings `species_count` of every checklist up to date. Only what differs is written.
    static func mend(in database: Database) throws(StoreError) {
        let counts = try ChecklistCounts(database)
        let checklists = try database.prepare("SELECT id FROM checklist")
        while try checklists.step() { try counts.add(checklists.int64(0)) }
        // In the order of the table, since an index does not hold a record's checklist.
        try counts.addRecords(try database.prepare(records(indexedBy: nil)))
        try counts.forEachChecklist { (checklist, _, species) throws(StoreError) in
            try counts.store(species, of: checklist)
        }
    }

    /// Writes the count of a checklist, where it differs.
    func store(_ species: Int, of checklist: Int64) throws(StoreError) {
        update.bind(1, checklist)
        update.bind(2, species)
        try update.run()
    }
}
