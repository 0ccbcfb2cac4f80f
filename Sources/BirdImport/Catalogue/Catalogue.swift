import Birds

/// Gives species, locations and data sets their rows and ids in a database.
///
/// Invariant: ids ascend with keys, the codes of species, the keys of `LocationKey` and the names of data sets. So
/// indexes with ids are in the default order of records (`Schema`), whatever was imported first.
final class Catalogue {
    let database: Database
    /// Whether existing rows have got new ids, so that summaries and boxes must be made again.
    var hasMovedIDs = false
    /// Whether records have got another species, so that checklists may have another number of species.
    var hasMovedRecords = false
    /// The codes that have given way to others in this import, as UTF-8, for the report.
    var retiredCodes: [[UInt8]: [UInt8]] = [:]
    /// The number of names in place of codes that gave way too and are not in `retiredCodes`, which is bounded.
    var moreRetiredCodes = 0
    /// The codes that stood beside names of other species, up to `ImportReport.mostListed`.
    var contradictedCodes: [[UInt8]: ImportReport.ContradictedCode] = [:]
    /// The codes of stored records that a taxonomy has given another meaning.
    var changedCodes: [ImportReport.ChangedCode] = []
    /// All rows of the table of codes that have given way; nil when they are to be read again.
    var storedRetiredCodes: [[UInt8]: [UInt8]]?

    init(_ database: Database) { self.database = database }

    /// A table whose ids ascend with keys.
    private enum Table: String, CaseIterable, CustomStringConvertible {
        case species, location, dataset

        var description: String { rawValue }

        /// A query for the id and the parts of the key of each row, in the order of ids.
        var rows: String {
            switch self {
            case .species: "SELECT id, code FROM species ORDER BY id"
            case .location: "SELECT id, code, latitude, longitude, region FROM location ORDER BY id"
            case .dataset: "SELECT id, name FROM dataset ORDER BY id"
            }
        }

        /// The key of a row of that query.
        func key(_ row: Statement) -> [UInt8] {
            switch self {
            case .species, .dataset: row.bytes(1)
            case .location: LocationKey(row).key
            }
        }

        /// The large tables that refer to rows of this one, each with the index that begins with the reference, if
        /// there is one.
        var referring: [(table: Schema.FilledTable, index: String?)] {
            switch self {
            case .species: [(.observation, "observation_by_species")]
            case .location: [(.observation, "observation_by_location"), (.checklist, "checklist_by_location")]
            case .dataset: [(.observation, nil), (.checklist, nil)]
            }
        }

        /// See `OrderedIDs`. There are few data sets, and each record has the id of its own in every index.
        var step: Int64? { self == .dataset ? 8 : nil }

        var ids: ClosedRange<Int64> { (step == nil ? 1 : -OrderedIDs.last)...OrderedIDs.last }

        /// Ids with another meaning.
        var reserved: Set<Int64> { self == .dataset ? [0, HoldingColumn.speciesTables] : [] }
    }

    /// The ids of species, by the numbers of their codes. New species get a row without names.
    /// - Parameter codes: In the order of their numbers.
    func speciesIDs(_ codes: Spool) throws(StoreError) -> [Int64] {
        let insert = try RowWriter<SpeciesColumn>(in: database)
        return try assign(codes, table: .species) { (id, code) throws(StoreError) in
            insert.bind(.isListed, 0)
            insert.bind(.id, id)
            insert.bind(.code, text: code[...])
            try insert.run()
        }
    }

    /// The ids of locations, by the numbers of their keys. New locations get a row.
    /// - Parameter locations: In the order of their numbers.
    func locationIDs(_ locations: Spool) throws(StoreError) -> [Int64] {
        let insert = try RowWriter<LocationColumn>(in: database)
        return try assign(locations, table: .location) { (id, key) throws(StoreError) in
            let location = LocationKey(key[...])
            insert.bind(.id, id)
            insert.bind(.code, text: location.code[...])
            insert.bind(.latitude, location.latitude)
            insert.bind(.longitude, location.longitude)
            insert.bind(.region, text: location.region[...])
            try insert.run()
        }
    }

    /// The ids of data sets, by the numbers of their names. New ones get a row.
    /// - Parameters:
    ///   - names: Distinct, in the order of their numbers.
    ///   - insert: Inserts a row with this id and name.
    func dataSetIDs(
        _ names: Spool, insert: (Int64, [UInt8]) throws(StoreError) -> Void
    ) throws(StoreError) -> [Int64] {
        // In files of earlier versions they have the order in which they were imported first.
        if try !isInOrder(.dataset) { try putInOrder(.dataset) }
        let ids = try assign(names, table: .dataset, insert: insert)
        // New ids drop indexes.
        if hasMovedIDs { try Schema.makeIndexes(in: database) }
        return ids
    }

    /// Finds the ids of keys, and inserts rows for new ones.
    ///
    /// The keys are sorted and merged with those of the existing rows. So only ids are held in memory, and no keys.
    /// - Parameters:
    ///   - keys: Distinct keys, in the order of their numbers.
    ///   - insert: Inserts a row with this id and key.
    /// - Returns: The ids, by the numbers of the keys.
    /// - Throws: `StoreError.unusable` if there are more rows than ids.
    private func assign(
        _ keys: Spool, table: Table, insert: (Int64, [UInt8]) throws(StoreError) -> Void
    ) throws(StoreError) -> [Int64] {
        let sorted = try self.sorted(keys)
        var existingIDs: [Int64] = []
        // For each key in ascending order, the position of its row in `existingIDs`, whose ids may still change; nil if
        // it has no row yet.
        var known: [Int?] = []
        // For each new key in ascending order, the number of rows with a lesser key.
        var ranks: [Int] = []
        var reader = sorted
        var (item, key) = (SortItem(), [UInt8]())
        var hasKey = try reader.next(&item, &key)
        let existing = try database.prepare(table.rows)
        while try existing.step() {
            let rank = existingIDs.count
            existingIDs.append(existing.int64(0))
            guard hasKey else { continue }
            let present = table.key(existing)
            while hasKey, key.lexicographicallyPrecedes(present) {
                known.append(nil)
                ranks.append(rank)
                hasKey = try reader.next(&item, &key)
            }
            if hasKey, key == present {
                known.append(rank)
                hasKey = try reader.next(&item, &key)
            }
        }
        let greatest = keys.count - known.count
        known.append(contentsOf: repeatElement(nil, count: greatest))
        ranks.append(contentsOf: repeatElement(existingIDs.count, count: greatest))
        let taken = ranks.isEmpty ? [] : try danglingIDs(of: table)
        guard
            let assignment = OrderedIDs.assign(
                existing: existingIDs, ranks: ranks, taken: taken, step: table.step)
        else {
            throw .unusable(
                path: "The database", reason: "it has no ids left for rows of \(table); import into a new file")
        }
        if let renumbered = assignment.renumbered {
            try renumber(table, from: existingIDs, to: renumbered)
            existingIDs = renumbered
        }
        var ids = [Int64](repeating: 0, count: keys.count)
        var new = assignment.new.makeIterator()
        reader = sorted
        for rank in known where try reader.next(&item, &key) {
            if let rank {
                ids[Int(item.tag)] = existingIDs[rank]
            } else if let id = new.next() {
                try insert(id, key)
                ids[Int(item.tag)] = id
            }
        }
        return ids
    }

    /// The keys in ascending order, with their numbers as tags. A key comes before a longer one that begins with it.
    private func sorted(_ keys: Spool) throws(StoreError) -> Sorter.Sorted {
        let sorter = Sorter(in: database.folder)
        var reader = keys.reader()
        var (item, key) = (SortItem(), [UInt8]())
        while try reader.next(&item, &key) { try sorter.add(item, key[...]) }
        return try sorter.sorted()
    }

    /// Gives new ids to tables whose ids do not ascend with the keys or are out of range, because another program has
    /// edited them.
    func putInOrder() throws(StoreError) {
        for table in Table.allCases where try !isInOrder(table) { try putInOrder(table) }
    }

    private func putInOrder(_ table: Table) throws(StoreError) {
        let existing = try database.prepare(table.rows)
        var rows: [(id: Int64, key: [UInt8])] = []
        while try existing.step() { rows.append((existing.int64(0), table.key(existing))) }
        rows.sort { $0.key == $1.key ? $0.id < $1.id : $0.key.lexicographicallyPrecedes($1.key) }
        let ranks = [Int](repeating: 0, count: rows.count)
        guard
            let assignment = OrderedIDs.assign(
                existing: [], ranks: ranks, taken: try danglingIDs(of: table), step: table.step)
        else {
            throw .unusable(
                path: "The database", reason: "it has no ids left for rows of \(table); import into a new file")
        }
        try renumber(table, from: rows.map(\.id), to: assignment.new)
    }

    /// Whether the ids of a table are in range and ascend with the keys. Equal keys may follow one another.
    private func isInOrder(_ table: Table) throws(StoreError) -> Bool {
        let existing = try database.prepare(table.rows)
        var last: [UInt8] = []
        while try existing.step() {
            let key = table.key(existing)
            guard table.ids.contains(existing.int64(0)), !key.lexicographicallyPrecedes(last) else {
                existing.reset()
                return false
            }
            last = key
        }
        return true
    }

    /// The ids that records or checklists refer to, but that have no row: another program has removed it. A new row
    /// must not get such an id, since it would adopt these records. Makes the indexes that it needs.
    private func danglingIDs(of table: Table) throws(StoreError) -> Set<Int64> {
        try Schema.makeIndexes(in: database)
        var ids = table.reserved
        for (referring, index) in table.referring {
            guard let index else {
                let select = try database.prepare(
                    "SELECT DISTINCT \(table)_id FROM \(referring) WHERE \(table)_id NOT IN (SELECT id FROM \(table))")
                while try select.step() { ids.insert(select.int64(0)) }
                continue
            }
            // Jumps in the index from each id to the next: a search for each location or species, not a step for each
            // record.
            let next = "SELECT min(\(table)_id) FROM \(referring) INDEXED BY \(index) WHERE \(table)_id >"
            let select = try database.prepare(
                """
                WITH RECURSIVE named(id) AS (
                    SELECT (\(next) 0) UNION ALL SELECT (\(next) named.id) FROM named WHERE id < \(OrderedIDs.last))
                SELECT id FROM named WHERE id <= \(OrderedIDs.last) AND id NOT IN (SELECT id FROM \(table))
                """)
            while try select.step() { ids.insert(select.int64(0)) }
        }
        return ids
    }

    /// Gives every row a new id, and changes all references to it.
    /// - Parameters:
    ///   - old: The ids of all rows.
    ///   - new: Their new ids, in the same order.
    private func renumber(_ table: Table, from old: [Int64], to new: [Int64]) throws(StoreError) {
        hasMovedIDs = true
        // Changing every entry costs more than making the indexes again when all is stored.
        try Schema.dropIndexes(of: table.referring.map(\.table), in: database)
        try database.execute("CREATE TEMP TABLE renumbered (old INTEGER PRIMARY KEY, new INTEGER NOT NULL)")
        let insert = try database.prepare("INSERT INTO renumbered VALUES (?1, ?2)")
        for (old, new) in zip(old, new) {
            insert.bind(1, old)
            insert.bind(2, new)
            try insert.run()
        }
        // A new id may be the old id of another row, so all rows are taken out before any is put back.
        try database.execute(
            """
            CREATE TEMP TABLE moved AS SELECT * FROM \(table);
            DELETE FROM \(table);
            """)
        // Another program may have added columns, with any name.
        let columns = try columns(of: table)
        let (into, from) = (columns.joined(separator: ", "), columns.map { "moved." + $0 }.joined(separator: ", "))
        try database.execute(
            """
            INSERT INTO \(table) (id, \(into))
                SELECT renumbered.new, \(from) FROM renumbered JOIN moved ON moved.id = renumbered.old ORDER BY 1;
            DROP TABLE moved;
            """)
        for (referring, _) in table.referring {
            try database.execute(
                """
                UPDATE \(referring) SET \(table)_id = (SELECT new FROM renumbered WHERE old = \(table)_id)
                    WHERE \(table)_id IN (SELECT old FROM renumbered)
                """)
        }
        if table != .species {
            let names = LocationNameColumn.table
            let ids = table == .location ? "new, dataset_id" : "location_id, new"
            try database.execute(
                """
                CREATE TEMP TABLE moved AS SELECT * FROM \(names);
                DELETE FROM \(names);
                INSERT INTO \(names) SELECT \(ids), name FROM moved JOIN renumbered ON old = \(table)_id;
                DROP TABLE moved;
                """)
        }
        if table == .dataset {
            try database.execute(
                """
                UPDATE holding SET dataset_id = (SELECT new FROM renumbered WHERE old = dataset_id)
                    WHERE dataset_id IN (SELECT old FROM renumbered)
                """)
        }
        try database.execute("DROP TABLE renumbered")
        // `Checklists` needs these; those of records can wait.
        try Schema.makeIndexes(of: [.checklist], in: database)
    }

    /// The names of all columns except the id, quoted for SQL.
    private func columns(of table: Table) throws(StoreError) -> [String] {
        let select = try database.prepare("SELECT name FROM pragma_table_info('\(table)') WHERE name <> 'id'")
        var columns: [String] = []
        while try select.step() { columns.append("\"" + (select.text(0) ?? "").replacing("\"", with: "\"\"") + "\"") }
        return columns
    }
}
