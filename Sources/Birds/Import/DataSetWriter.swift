/// Puts staged records into a database: makes room for them, gives them ids and checklists, and keeps the counts.
struct DataSetWriter {
    /// One data set of the import, as staged records number it.
    struct Target {
        let name: String
        let format: String
        let source: String?
        let licence: String?
        let citation: String?
        /// UTC, ISO 8601.
        let importedAt: String
    }

    let database: Database
    let targets: [Target]
    let appends: Bool

    struct Outcome {
        var stored = 0
        var replaced = 0
        var checklists = 0
        var unknownSpecies: [(code: String, records: Int)] = []
    }

    /// Indexes are made afresh where this part of the records changes, since that is faster than changing them.
    private static let rebuildFraction = 0.1

    /// - Parameter progress: how many records have been stored; nil while indexes are made.
    func write(_ staging: Staging, progress: (Int?) -> Void) throws(StoreError) -> Outcome {
        var outcome = Outcome()
        let ids = try dataSetIDs()
        let before = Int(try database.integer("SELECT total(records) FROM dataset") ?? 0)
        let old = try records(of: ids)
        let removed = appends ? 0 : old
        let rebuilds = Double(staging.count + removed) > Double(before) * Self.rebuildFraction
        if rebuilds { try dropIndexes(keeping: appends ? ["observation_by_source_id"] : []) }

        if appends {
            outcome.replaced = try removeRepeated(staging, ids)
            if rebuilds { try dropIndexes(keeping: []) }
        } else {
            try remove(ids, all: before == removed)
            outcome.replaced = removed
        }

        let catalogue = Catalogue(database: database)
        let taxa = (0..<staging.species.count).map { Taxon(staging.species.key($0)) }
        let places = (0..<staging.places.count).map { Place(staging.places.key($0)) }
        let speciesIDs = try catalogue.speciesIDs(taxa)
        let locationIDs = try catalogue.locationIDs(places)
        try catalogue.nameLocations(staging.placeNames, ids: locationIDs)
        try staging.setIDs(places: locationIDs, species: speciesIDs)
        try insert(staging, ids, progress: progress, into: &outcome)

        progress(nil)
        if rebuilds { for index in Schema.indexes { try database.execute(index.sql) } }
        if appends, outcome.replaced > 0 { try Self.removeEmptyChecklists(database) }
        try Self.removeUnused(database)
        for id in ids { try Self.count(id, in: database) }
        outcome.unknownSpecies = try unknownSpecies(speciesIDs)
        return outcome
    }

    /// Ids of the data sets, new ones where they are new, with what is known of them brought up to date.
    private func dataSetIDs() throws(StoreError) -> [Int64] {
        let upsert = try database.prepare(
            """
            INSERT INTO dataset (name, format, source, licence, citation, imported_at, checklists, records)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, 0)
            ON CONFLICT (name) DO UPDATE SET format = ?2, source = coalesce(?3, source),
                licence = coalesce(?4, licence), citation = coalesce(?5, citation), imported_at = ?6
            RETURNING id
            """)
        var ids: [Int64] = []
        for target in targets {
            upsert.bind(1, target.name)
            upsert.bind(2, target.format)
            upsert.bind(3, target.source)
            upsert.bind(4, target.licence)
            upsert.bind(5, target.citation)
            upsert.bind(6, target.importedAt)
            while try upsert.step() { ids.append(upsert.int64(0)) }
        }
        return ids
    }

    private func records(of ids: [Int64]) throws(StoreError) -> Int {
        let select = try database.prepare("SELECT records FROM dataset WHERE id = ?1")
        var sum = 0
        for id in ids {
            select.bind(1, id)
            while try select.step() { sum += Int(select.int64(0)) }
        }
        return sum
    }

    private func dropIndexes(keeping kept: [String]) throws(StoreError) {
        for index in Schema.indexes where !kept.contains(index.name) {
            try database.execute("DROP INDEX IF EXISTS \(index.name)")
        }
    }

    private func remove(_ ids: [Int64], all: Bool) throws(StoreError) {
        // Without WHERE, SQLite gives up whole tables at once.
        if all {
            return try database.execute(
                "DELETE FROM observation; DELETE FROM observation_detail; DELETE FROM checklist")
        }
        for id in ids { try Self.removeRecords(of: id, in: database) }
    }

    static func removeRecords(of id: Int64, in database: Database) throws(StoreError) {
        try database.execute(
            "DELETE FROM observation WHERE dataset_id = \(id); DELETE FROM checklist WHERE dataset_id = \(id)")
        try removeDetailsAlone(database)
    }

    /// Removes the details of observations that are gone, whose ids new ones may get.
    private static func removeDetailsAlone(_ database: Database) throws(StoreError) {
        try database.execute(
            "DELETE FROM observation_detail WHERE NOT EXISTS (SELECT 1 FROM observation o WHERE o.id = observation_detail.id)"
        )
    }

    /// Removes records that have the source's own code of a staged one; how many.
    private func removeRepeated(_ staging: Staging, _ ids: [Int64]) throws(StoreError) -> Int {
        let select = try staging.database.prepare(
            "SELECT dataset, source_id FROM staged WHERE source_id IS NOT NULL")
        let delete = try database.prepare("DELETE FROM observation WHERE dataset_id = ?1 AND source_id = ?2")
        var removed = 0
        while try select.step() {
            delete.bind(1, ids[Int(select.int64(0))])
            delete.bind(2, select.text(1))
            try delete.run()
            removed += Int(database.changes)
        }
        if removed > 0 { try Self.removeDetailsAlone(database) }
        return removed
    }

    /// Inserts the staged records in the default order. All of one place and date come together, so that only their
    /// checklists need to be known at a time.
    private func insert(
        _ staging: Staging, _ ids: [Int64], progress: (Int?) -> Void, into outcome: inout Outcome
    ) throws(StoreError) {
        let records = try staging.ordered()
        let insert = try database.prepare(
            """
            INSERT INTO observation (checklist_id, dataset_id, date, location_id, species_id, num,
                source_id, valid, reviewed)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            """)
        let detail = try database.prepare(
            """
            INSERT INTO observation_detail (id, time, confidence, breeding_code, comments)
            VALUES (last_insert_rowid(), ?1, ?2, ?3, ?4)
            """)
        var checklists = try Checklists(database, ids: ids, existing: appends)
        while try records.step() {
            let dataset = Int(records.int64(0))
            let (date, location) = (records.int64(1), records.int64(2))
            insert.bind(1, try checklists.id(of: records, dataset: dataset, date: date, location: location))
            // The checklist comes before the observation, whose id is then the last that was made.
            insert.bind(2, ids[dataset])
            insert.bind(3, date)
            insert.bind(4, location)
            insert.bind(5, records.int64(3))
            insert.bind(6, records.optionalInt64(4))
            insert.bind(7, records.text(10))
            insert.bind(8, records.optionalInt64(11))
            insert.bind(9, records.optionalInt64(12))
            try insert.run()
            if staging.holdsDetails, (20...23).contains(where: { !records.isNull($0) }) {
                detail.bind(1, records.optionalInt64(20).map(timeOfDay))
                detail.bind(2, records.optionalDouble(21))
                detail.bind(3, records.text(22))
                detail.bind(4, records.text(23))
                try detail.run()
            }
            outcome.stored += 1
            if outcome.stored % 8192 == 0 { progress(outcome.stored) }
        }
        outcome.checklists = checklists.count
    }

    static func removeEmptyChecklists(_ database: Database) throws(StoreError) {
        try database.execute(
            """
            DELETE FROM checklist WHERE NOT EXISTS (
                SELECT 1 FROM observation o INDEXED BY observation_by_location
                WHERE o.location_id = checklist.location_id AND o.date = checklist.date
                    AND o.checklist_id = checklist.id)
            """)
    }

    /// Removes locations without records, and species that have neither records nor names.
    static func removeUnused(_ database: Database) throws(StoreError) {
        try database.execute(
            """
            DELETE FROM location WHERE NOT EXISTS (
                SELECT 1 FROM observation o INDEXED BY observation_by_location WHERE o.location_id = location.id);
            DELETE FROM species WHERE scientific_name IS NULL AND common_name IS NULL AND NOT EXISTS (
                SELECT 1 FROM observation o INDEXED BY observation_by_species WHERE o.species_id = species.id);
            """)
    }

    /// Brings the counts of a data set up to date.
    private static func count(_ id: Int64, in database: Database) throws(StoreError) {
        try database.execute(
            """
            UPDATE dataset SET
                records = (SELECT count(*) FROM observation WHERE dataset_id = dataset.id),
                checklists = (SELECT count(*) FROM checklist WHERE dataset_id = dataset.id)
            WHERE id = \(id)
            """)
    }

    /// Those among these species that have no name, with their records, by code. `nobird` is none, and needs no name.
    private func unknownSpecies(_ ids: [Int64]) throws(StoreError) -> [(code: String, records: Int)] {
        let select = try database.prepare(
            """
            SELECT code, (SELECT count(*) FROM observation o INDEXED BY observation_by_species
                WHERE o.species_id = species.id)
            FROM species WHERE id = ?1 AND scientific_name IS NULL AND common_name IS NULL AND code <> 'nobird'
            """)
        var unknown: [(code: String, records: Int)] = []
        for id in Set(ids).sorted() {
            select.bind(1, id)
            while try select.step() { unknown.append((select.text(0) ?? "", Int(select.int64(1)))) }
        }
        return unknown
    }
}
