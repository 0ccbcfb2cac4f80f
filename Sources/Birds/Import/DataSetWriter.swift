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
        var locations = 0
        var unknownSpecies: [(code: String, records: Int)] = []
    }

    /// Indexes are made afresh where this part of the records changes, since that is faster than changing them.
    private static let rebuildFraction = 0.1

    /// - Parameter progress: how many records have been stored; nil while indexes are made.
    func write(_ staging: Staging, progress: (Int?) -> Void) throws(StoreError) -> Outcome {
        let ids = try dataSetIDs()
        let before = Int(try database.integer("SELECT count(*) FROM observation") ?? 0)
        // What is added to a data set may change its checklists; all else is written anew, in order.
        return appends && before > 0
            ? try insert(staging, ids, before: before, progress) : try load(staging, ids, progress)
    }

    private func load(
        _ staging: Staging, _ ids: [Int64], _ progress: (Int?) -> Void
    ) throws(StoreError) -> Outcome {
        let replaced = try records(of: ids)
        let (species, locations) = try names(of: staging)
        try removeUnused(besides: ids, species, locations)
        let names = BulkLoad.Names(
            locations: Ranks(try allIDs("location"), numbered: locations),
            species: Ranks(try allIDs("species"), numbered: species),
            datasets: Ranks(try allIDs("dataset"), numbered: ids))
        let load = try BulkLoad(staging, names, in: database, without: ids)
        // A file of an older layout may have its columns in another order.
        try database.execute(
            "DROP TABLE observation; DROP TABLE observation_detail; DROP TABLE checklist; DROP TABLE summary;")
        try database.execute(Schema.tables)
        for index in Schema.indexes { try database.execute(index.sql) }
        try DerivedTables.describeGeneration(in: database)
        let regions = try regions(names.locations)
        let none = try rankOfNone(names.species)
        try database.execute("COMMIT")
        // Its cache is not needed for what comes now.
        try database.execute("PRAGMA shrink_memory")
        // The pages that were given up would stay in the file; and someone may have changed its layout with SQLite's tools.
        try database.execute("PRAGMA page_size = \(TreePage.size); PRAGMA auto_vacuum = NONE; VACUUM")
        let loaded = try load.run(database, regions: regions, none: none, progress: progress)
        try database.execute("BEGIN")
        let update = try database.prepare("UPDATE dataset SET records = ?2, checklists = ?3 WHERE id = ?1")
        for (id, rank) in zip(ids, names.datasets.ofNumber) {
            update.bind(1, id)
            update.bind(2, loaded.records[rank])
            update.bind(3, loaded.checklists[rank])
            try update.run()
        }
        var outcome = Outcome(
            stored: loaded.stored, replaced: replaced, checklists: loaded.checklists.reduce(0, +),
            locations: Set(locations).count)
        outcome.unknownSpecies = try unknownSpecies(Set(species).sorted()) { id in
            names.species.rank(of: id).map { loaded.ofSpecies[$0] } ?? 0
        }
        return outcome
    }

    private func allIDs(_ table: String) throws(StoreError) -> [Int64] {
        let select = try database.prepare("SELECT id FROM \(table) ORDER BY id")
        var ids: [Int64] = []
        while try select.step() { ids.append(select.int64(0)) }
        return ids
    }

    /// Removes locations, and species without names, that no record will have: neither those of other data sets than these,
    /// nor the staged ones.
    private func removeUnused(
        besides datasets: [Int64], _ species: [Int64], _ locations: [Int64]
    ) throws(StoreError) {
        let kept = "o.dataset_id NOT IN (\(datasets.map(String.init).joined(separator: ",")))"
        try database.execute("CREATE TEMP TABLE used (id INTEGER PRIMARY KEY)")
        let insert = try database.prepare("INSERT OR IGNORE INTO used VALUES (?1)")
        for (table, ids, isNameless) in [
            ("location", locations, "1"), ("species", species, "scientific_name IS NULL AND common_name IS NULL"),
        ] {
            for id in ids {
                insert.bind(1, id)
                try insert.run()
            }
            try database.execute(
                """
                DELETE FROM \(table) WHERE \(isNameless) AND id NOT IN (SELECT id FROM used) AND NOT EXISTS (
                    SELECT 1 FROM observation o INDEXED BY observation_by_\(table) WHERE o.\(table)_id = \(table).id AND \(kept));
                DELETE FROM used;
                """)
        }
        try database.execute("DROP TABLE used")
    }

    /// Adds records to those that are there.
    private func insert(
        _ staging: Staging, _ ids: [Int64], before: Int, _ progress: (Int?) -> Void
    ) throws(StoreError) -> Outcome {
        var outcome = Outcome()
        let rebuilds = Double(staging.count) > Double(before) * Self.rebuildFraction
        if rebuilds { try dropIndexes(keeping: ["observation_by_source_id"]) }
        outcome.replaced = try removeRepeated(staging, ids)
        if rebuilds { try dropIndexes(keeping: []) }
        let names = try names(of: staging)
        let (species, locations, datasets) = (Ranks(names.species), Ranks(names.locations), Ranks(ids))
        let sorter = Sorter(in: database.folder)
        try staging.add(
            to: sorter, places: locations.ofNumber, species: species.ofNumber, datasets: datasets.ofNumber)
        let records = try sorter.sorted()
        let inserter = RecordInserter(
            database, locations: locations.ids, species: species.ids, datasets: datasets, none: try rankOfNone(species))
        outcome.locations = locations.ids.count
        (outcome.stored, outcome.checklists) = try inserter.insert(records) { progress($0) }

        progress(nil)
        if rebuilds { for index in Schema.indexes { try database.execute(index.sql) } }
        if outcome.replaced > 0 { try Self.removeEmptyChecklists(database) }
        try Self.removeUnused(database)
        for id in ids { try Self.count(id, in: database) }
        let count = try database.prepare(
            "SELECT count(*) FROM observation INDEXED BY observation_by_species WHERE species_id = ?1")
        outcome.unknownSpecies = try unknownSpecies(species.ids) { (id) throws(StoreError) in
            count.bind(1, id)
            var records = 0
            while try count.step() { records = Int(count.int64(0)) }
            return records
        }
        try DerivedTables.rebuild(in: database)
        return outcome
    }

    /// The ids of the species and of the places of the staged records, which get rows if they have none.
    private func names(of staging: Staging) throws(StoreError) -> (species: [Int64], locations: [Int64]) {
        let names = staging.takeNames()
        let catalogue = Catalogue(database: database)
        let species = try catalogue.speciesIDs(taxa: names.species)
        let locations = try catalogue.locationIDs(names.places)
        try catalogue.nameLocations(names.placeNames, ids: locations)
        return (species, locations)
    }

    /// The ids of the regions of locations, by rank; 0 for none.
    private func regions(_ locations: Ranks) throws(StoreError) -> [Int64] {
        let select = try database.prepare(
            "SELECT l.id, r.id FROM location l JOIN region r ON r.code = l.region ORDER BY l.id")
        var regions = [Int64](repeating: 0, count: locations.ids.count)
        while try select.step() {
            if let rank = locations.rank(of: select.int64(0)) { regions[rank] = select.int64(1) }
        }
        return regions
    }

    /// The rank of `nobird`, which is no species; -1 where no record has it.
    private func rankOfNone(_ species: Ranks) throws(StoreError) -> Int {
        try database.integer("SELECT id FROM species WHERE code = 'nobird'").flatMap { species.rank(of: $0) } ?? -1
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
        let delete = try database.prepare("DELETE FROM observation WHERE dataset_id = ?1 AND source_id = ?2")
        var removed = 0
        try staging.forEachSource { (dataset, code) throws(StoreError) in
            delete.bind(1, ids[dataset])
            delete.bind(2, code)
            try delete.run()
            removed += Int(database.changes)
        }
        if removed > 0 { try Self.removeDetailsAlone(database) }
        return removed
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
    private func unknownSpecies(
        _ ids: [Int64], records: (Int64) throws(StoreError) -> Int
    ) throws(StoreError) -> [(code: String, records: Int)] {
        let select = try database.prepare(
            """
            SELECT code FROM species
            WHERE id = ?1 AND scientific_name IS NULL AND common_name IS NULL AND code <> 'nobird'
            """)
        var unknown: [(code: String, records: Int)] = []
        for id in ids {
            select.bind(1, id)
            while try select.step() { unknown.append((select.text(0) ?? "", try records(id))) }
        }
        return unknown
    }
}
