/// Gives species and places their rows and ids in a database, so that ids ascend with keys (`Schema`).
struct Catalogue {
    let database: Database

    /// Ids for codes of species, by their numbers in `codes`; those that are new get a row without names.
    func speciesIDs(_ codes: ByteTable) throws(StoreError) -> [Int64] {
        let insert = try database.prepare("INSERT INTO species (id, code) VALUES (?1, ?2)")
        return try assign(
            codes, table: "species", existing: try database.prepare("SELECT id, code FROM species ORDER BY id"),
            key: { $0.bytes(1) },
            insert: { (id, code) throws(StoreError) in
                insert.bind(1, id)
                insert.bind(2, utf8: Array(code), 0..<code.count)
                try insert.run()
            })
    }

    /// Ids for places, by the numbers of their keys; those that are new get a row.
    func locationIDs(_ places: ByteTable) throws(StoreError) -> [Int64] {
        let insert = try database.prepare(
            "INSERT INTO location (id, code, latitude, longitude, region) VALUES (?1, ?2, ?3, ?4, ?5)")
        return try assign(
            places, table: "location",
            existing: try database.prepare(
                "SELECT id, code, latitude, longitude, region FROM location ORDER BY id"),
            key: { Place($0).key },
            insert: { (id, key) throws(StoreError) in
                let place = Place(key)
                insert.bind(1, id)
                insert.bind(2, utf8: place.code, 0..<place.code.count)
                insert.bind(3, place.latitude)
                insert.bind(4, place.longitude)
                if place.region.isEmpty {
                    insert.bindNull(5)
                } else {
                    insert.bind(5, utf8: place.region, 0..<place.region.count)
                }
                try insert.run()
            })
    }

    /// Merges keys with those of existing rows, which come in ascending order, so that only ids of those are held.
    private func assign(
        _ keys: ByteTable, table: String, existing: Statement, key: (Statement) -> [UInt8],
        insert: (Int64, ArraySlice<UInt8>) throws(StoreError) -> Void
    ) throws(StoreError) -> [Int64] {
        let order = keys.ordered()
        var existingIDs: [Int64] = []
        // A known key has -1 less the rank of its row, until the ids are known.
        var ids = [Int64](repeating: 0, count: keys.count)
        var ranks: [Int] = []
        var next = 0
        while try existing.step() {
            let rank = existingIDs.count
            existingIDs.append(existing.int64(0))
            let known = key(existing)
            while next < order.count, keys.key(Int(order[next])).lexicographicallyPrecedes(known) {
                ranks.append(rank)
                next += 1
            }
            if next < order.count, keys.key(Int(order[next])).elementsEqual(known) {
                ids[Int(order[next])] = Int64(-1 - rank)
                next += 1
            }
        }
        ranks.append(contentsOf: repeatElement(existingIDs.count, count: order.count - next))
        guard let assignment = OrderedIDs.assign(existing: existingIDs, ranks: ranks) else {
            throw .unusable(path: "The database", reason: "it has no more ids for rows of \(table)")
        }
        if let renumbered = assignment.renumbered {
            try renumber(table, from: existingIDs, to: renumbered)
            existingIDs = renumbered
        }
        var new = assignment.new.makeIterator()
        for number in order {
            let number = Int(number)
            if ids[number] < 0 {
                ids[number] = existingIDs[Int(-1 - ids[number])]
            } else if let id = new.next() {
                try insert(id, keys.key(number))
                ids[number] = id
            }
        }
        return ids
    }

    /// Gives every row of `species` or `location` another id, wherever it stands.
    private func renumber(_ table: String, from old: [Int64], to new: [Int64]) throws(StoreError) {
        try database.execute("CREATE TEMP TABLE renumbered (old INTEGER PRIMARY KEY, new INTEGER NOT NULL)")
        let insert = try database.prepare("INSERT INTO renumbered VALUES (?1, ?2)")
        for (old, new) in zip(old, new) {
            insert.bind(1, old)
            insert.bind(2, new)
            try insert.run()
        }
        // Negative ids in between, since a new id may be another row's old one.
        try database.execute(
            """
            UPDATE \(table) SET id = -(SELECT new FROM renumbered WHERE old = \(table).id);
            UPDATE \(table) SET id = -id;
            UPDATE observation SET \(table)_id = (SELECT new FROM renumbered WHERE old = observation.\(table)_id);
            """)
        if table == "location" {
            try database.execute(
                "UPDATE checklist SET location_id = (SELECT new FROM renumbered WHERE old = checklist.location_id)")
        }
        try database.execute("DROP TABLE renumbered")
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
