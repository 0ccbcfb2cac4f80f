/// Gives species and places their rows and ids in a database, so that ids ascend with keys (`Schema`).
struct Catalogue {
    let database: Database

    /// Ids for codes of species, in the order of `codes`; those that are new get a row without names.
    func speciesIDs(_ codes: [[UInt8]]) throws(StoreError) -> [Int64] {
        var existing: [(key: [UInt8], id: Int64)] = []
        let select = try database.prepare("SELECT id, code FROM species ORDER BY id")
        while try select.step() { existing.append((Array((select.text(1) ?? "").utf8), select.int64(0))) }
        let insert = try database.prepare("INSERT INTO species (id, code) VALUES (?1, ?2)")
        func add(_ id: Int64, _ code: [UInt8]) throws(StoreError) {
            insert.bind(1, id)
            insert.bind(2, utf8: code, 0..<code.count)
            try insert.run()
        }
        return try assign(
            codes, existing, table: "species", precedes: { $0.lexicographicallyPrecedes($1) }, insert: add)
    }

    /// Ids for places, in their order; those that are new get a row.
    func locationIDs(_ places: [Place]) throws(StoreError) -> [Int64] {
        var existing: [(key: Place, id: Int64)] = []
        let select = try database.prepare("SELECT id, code, latitude, longitude, region FROM location ORDER BY id")
        while try select.step() {
            let place = Place(
                code: Array((select.text(1) ?? "").utf8), latitude: select.optionalDouble(2),
                longitude: select.optionalDouble(3), region: Array((select.text(4) ?? "").utf8))
            existing.append((place, select.int64(0)))
        }
        let insert = try database.prepare(
            "INSERT INTO location (id, code, latitude, longitude, region) VALUES (?1, ?2, ?3, ?4, ?5)")
        func add(_ id: Int64, _ place: Place) throws(StoreError) {
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
        }
        return try assign(places, existing, table: "location", precedes: <, insert: add)
    }

    private func assign<Key: Equatable>(
        _ keys: [Key], _ existing: [(key: Key, id: Int64)], table: String, precedes: (Key, Key) -> Bool,
        insert: (Int64, Key) throws(StoreError) -> Void
    ) throws(StoreError) -> [Int64] {
        var ids = [Int64](repeating: 0, count: keys.count)
        let order = keys.indices.sorted { precedes(keys[$0], keys[$1]) }
        var existing = existing
        var new: [Int] = []
        var ranks: [Int] = []
        var known: [(index: Int, rank: Int)] = []
        var rank = 0
        for index in order {
            while rank < existing.count, precedes(existing[rank].key, keys[index]) { rank += 1 }
            if rank < existing.count, existing[rank].key == keys[index] {
                known.append((index, rank))
            } else {
                new.append(index)
                ranks.append(rank)
            }
        }
        guard let assignment = OrderedIDs.assign(existing: existing.map(\.id), ranks: ranks) else {
            throw .unusable(path: "The database", reason: "it has no more ids for rows of \(table)")
        }
        if let renumbered = assignment.renumbered {
            try renumber(table, from: existing.map(\.id), to: renumbered)
            for position in existing.indices { existing[position].id = renumbered[position] }
        }
        for (index, rank) in known { ids[index] = existing[rank].id }
        for (index, id) in zip(new, assignment.new) {
            try insert(id, keys[index])
            ids[index] = id
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
        let ids = try speciesIDs(species.map { Array($0.code.utf8) })
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
