import Birds

/// Gives species and places their rows and ids in a database, so that ids ascend with keys (`Schema`).
final class Catalogue {
    let database: Database
    /// Whether rows that were there have other ids now, so that the summaries and boxes must be rebuilt.
    private(set) var hasMovedIDs = false

    init(_ database: Database) { self.database = database }

    /// A table whose ids ascend with keys.
    private enum Table: String, CaseIterable, CustomStringConvertible {
        case species, location

        var description: String { rawValue }

        /// Its ids, and what its keys are made of, in the order of ids.
        var rows: String {
            switch self {
            case .species: "SELECT id, code FROM species ORDER BY id"
            case .location: "SELECT id, code, latitude, longitude, region FROM location ORDER BY id"
            }
        }

        /// The key of one of `rows`.
        func key(_ row: Statement) -> [UInt8] {
            switch self {
            case .species: row.bytes(1)
            case .location: LocationKey(row).key
            }
        }

        /// The tables that name its rows, and the indexes that begin with that.
        var referring: [(table: Schema.FilledTable, index: String)] {
            switch self {
            case .species: [(.observation, "observation_by_species")]
            case .location: [(.observation, "observation_by_location"), (.checklist, "checklist_by_location")]
            }
        }
    }

    /// Ids for codes of species, by their numbers in `codes`; those that are new get a row without names.
    func speciesIDs(_ codes: ByteTable) throws(StoreError) -> [Int64] {
        let insert = try Insert<SpeciesColumn>(in: database)
        return try assign(codes, table: .species) { (id, code) throws(StoreError) in
            insert.bind(.id, id)
            insert.bind(.code, text: code)
            try insert.run()
        }
    }

    /// Ids for places, by the numbers of their keys; those that are new get a row.
    func locationIDs(_ locations: ByteTable) throws(StoreError) -> [Int64] {
        let insert = try Insert<LocationColumn>(in: database)
        return try assign(locations, table: .location) { (id, key) throws(StoreError) in
            let location = LocationKey(key)
            insert.bind(.id, id)
            insert.bind(.code, text: location.code[...])
            insert.bind(.latitude, location.latitude)
            insert.bind(.longitude, location.longitude)
            insert.bind(.region, text: location.region[...])
            try insert.run()
        }
    }

    /// Merges keys with those of existing rows, which come in ascending order, so that only ids of those are held.
    private func assign(
        _ keys: ByteTable, table: Table, insert: (Int64, ArraySlice<UInt8>) throws(StoreError) -> Void
    ) throws(StoreError) -> [Int64] {
        let order = keys.ordered()
        var existingIDs: [Int64] = []
        // The rank of a known key's row, until the ids are known.
        var known = [Int?](repeating: nil, count: keys.count)
        var ranks: [Int] = []
        var next = 0
        let existing = try database.prepare(table.rows)
        while try existing.step() {
            let rank = existingIDs.count
            existingIDs.append(existing.int64(0))
            let present = table.key(existing)
            while next < order.count, keys.key(Int(order[next])).lexicographicallyPrecedes(present) {
                ranks.append(rank)
                next += 1
            }
            if next < order.count, keys.key(Int(order[next])).elementsEqual(present) {
                known[Int(order[next])] = rank
                next += 1
            }
        }
        let newCount = known.count { $0 == nil }
        ranks.append(contentsOf: repeatElement(existingIDs.count, count: order.count - next))
        let taken = newCount > 0 ? try danglingIDs(of: table) : []
        guard let assignment = OrderedIDs.assign(existing: existingIDs, ranks: ranks, taken: taken) else {
            throw .unusable(path: "The database", reason: "it has no more ids for rows of \(table)")
        }
        if let renumbered = assignment.renumbered {
            try renumber(table, from: existingIDs, to: renumbered)
            existingIDs = renumbered
        }
        var ids = [Int64](repeating: 0, count: keys.count)
        var new = assignment.new.makeIterator()
        for number in order {
            let number = Int(number)
            if let rank = known[number] {
                ids[number] = existingIDs[rank]
            } else if let id = new.next() {
                try insert(id, keys.key(number))
                ids[number] = id
            }
        }
        return ids
    }

    /// Renumbers a table whose ids do not ascend with its keys, or are out of range, as another program may have left them.
    func putInOrder() throws(StoreError) {
        for table in Table.allCases where try !isInOrder(table) {
            let existing = try database.prepare(table.rows)
            var rows: [(id: Int64, key: [UInt8])] = []
            while try existing.step() { rows.append((existing.int64(0), table.key(existing))) }
            rows.sort { $0.key == $1.key ? $0.id < $1.id : $0.key.lexicographicallyPrecedes($1.key) }
            let ranks = [Int](repeating: 0, count: rows.count)
            guard
                let assignment = OrderedIDs.assign(existing: [], ranks: ranks, taken: try danglingIDs(of: table))
            else { throw .unusable(path: "The database", reason: "it has no more ids for rows of \(table)") }
            try renumber(table, from: rows.map(\.id), to: assignment.new)
        }
    }

    private func isInOrder(_ table: Table) throws(StoreError) -> Bool {
        let existing = try database.prepare(table.rows)
        var last: [UInt8] = []
        while try existing.step() {
            let key = table.key(existing)
            guard (1...OrderedIDs.last).contains(existing.int64(0)), !key.lexicographicallyPrecedes(last) else {
                existing.reset()
                return false
            }
            last = key
        }
        return true
    }

    /// Ids that records or checklists name and that no row has, since another program removed it. A new row must not get one of them.
    /// Makes the indexes that this needs.
    private func danglingIDs(of table: Table) throws(StoreError) -> Set<Int64> {
        try Schema.makeIndexes(in: database)
        var ids: Set<Int64> = []
        for (referring, index) in table.referring {
            // From each id to the next, since many rows have the same.
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

    /// Gives every row another id, wherever it is used.
    private func renumber(_ table: Table, from old: [Int64], to new: [Int64]) throws(StoreError) {
        hasMovedIDs = true
        // They are made again when all is stored.
        try Schema.dropIndexes(of: table.referring.map(\.table), in: database)
        try database.execute("CREATE TEMP TABLE renumbered (old INTEGER PRIMARY KEY, new INTEGER NOT NULL)")
        let insert = try database.prepare("INSERT INTO renumbered VALUES (?1, ?2)")
        for (old, new) in zip(old, new) {
            insert.bind(1, old)
            insert.bind(2, new)
            try insert.run()
        }
        // A new id may be another row's old one, so the rows go out and come back.
        try database.execute(
            """
            CREATE TEMP TABLE moved AS SELECT * FROM \(table);
            DELETE FROM \(table);
            """)
        // Another program may have added columns, of whatever name.
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
        try database.execute("DROP TABLE renumbered")
        try Schema.makeIndexes(of: [.checklist], in: database)
    }

    /// All but the id, as SQL.
    private func columns(of table: Table) throws(StoreError) -> [String] {
        let select = try database.prepare("SELECT name FROM pragma_table_info('\(table)') WHERE name <> 'id'")
        var columns: [String] = []
        while try select.step() { columns.append("\"" + (select.text(0) ?? "").replacing("\"", with: "\"\"") + "\"") }
        return columns
    }

    /// Adds or changes the names of species; how many are not as they were.
    func name(_ species: [SourceSpecies]) throws(StoreError) -> Int {
        var codes = ByteTable()
        // Each code comes once, so numbers are positions.
        for species in species { _ = Array(species.code.utf8).withUnsafeBytes { codes.number(of: $0) } }
        let ids = try speciesIDs(codes)
        let update = try database.prepare(
            """
            UPDATE species SET scientific_name = ?2, common_name = ?3,
                category = coalesce(?4, category), taxon_order = coalesce(?5, taxon_order)
            WHERE id = ?1 AND (scientific_name IS NOT ?2 OR common_name IS NOT ?3
                OR category IS NOT coalesce(?4, category) OR taxon_order IS NOT coalesce(?5, taxon_order))
            """)
        var changed = 0
        for (id, species) in zip(ids, species) {
            update.bind(1, id)
            update.bind(2, species.scientificName)
            update.bind(3, species.commonName)
            update.bind(4, species.category)
            update.bind(5, species.taxonOrder)
            try update.run()
            changed += Int(database.changes)
        }
        return changed
    }
}
