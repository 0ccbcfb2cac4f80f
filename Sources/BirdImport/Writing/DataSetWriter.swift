import Birds

/// Puts staged records into a database: makes room for them, gives them ids and checklists, and keeps what follows from them.
///
/// SQLite writes every row, so that its own rules hold: STRICT, NOT NULL and UNIQUE, and indexes that agree with their tables.
/// Records come in the default order. Where many change, the indexes are dropped first and made again at the end, but for those
/// that are filled in their order.
///
/// Invariant: rows of other data sets than the targets stay as they are, but for ids of species and places that had to move
/// (`OrderedIDs`).
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
    let catalogue: Catalogue
    let targets: [Target]
    let appends: Bool

    struct Outcome {
        var stored = 0
        var replaced = 0
        var checklists = 0
        var locations = 0
        var unknownSpecies: [(code: String, records: Int)] = []
    }

    /// - Parameter progress: how many records have been stored; nil while indexes are made.
    func write(_ staging: Staging, progress: (Int?) -> Void) throws(StoreError) -> Outcome {
        let removal = RecordRemoval(database: database)
        let before = try removal.count()
        let ids = try dataSetIDs()
        let total = staging.count
        let names = staging.takeNames()
        // Indexes tell which ids are free, so this comes before they are dropped.
        let species = Ranks(try catalogue.speciesIDs(taxa: names.species))
        let locationIDs = try catalogue.locationIDs(names.locations)
        try catalogue.nameLocations(names.locationNames, ids: locationIDs)
        let locations = Ranks(locationIDs)
        let datasets = Ranks(ids)
        let touched = TouchedChecklists(in: database.folder)
        var change = RecordChange()
        var outcome = Outcome()
        // Records with the code of a new one are found by an index, and so are removed before all else.
        if appends { outcome.replaced = try removal.removeRepeated(staging, ids, touched, &change) }
        let isLarge = removal.isLarge(
            staging.count + (appends ? outcome.replaced : try removal.count(of: ids)), of: before)
        if isLarge { try Schema.dropIndexes(of: appends ? [.observation] : [.observation, .checklist], in: database) }
        if !appends { outcome.replaced = try removal.removeAll(of: ids) }
        if !appends || isLarge { change.isKnown = false }

        let sorter = Sorter(in: database.folder)
        try staging.add(
            to: sorter, locations: locations.ofNumber, species: species.ofNumber, datasets: datasets.ofNumber)
        let none = try database.integer("SELECT id FROM species WHERE code = 'nobird'")
        let summaries = try SummaryTable(database)
        let isFirst = before == outcome.replaced
        if isFirst {
            try Schema.makeIndexesInOrder(in: database, hasSources: staging.hasSources)
            try DerivedTables.clear(in: database)
        }
        var inserter = try RecordInserter(
            database, locations: locations.ids, species: species.ids, datasets: datasets.ids,
            none: none.flatMap { species.rank(of: $0) }, touched: appends ? touched : nil,
            summaries: isFirst
                ? RecordSummaries(
                    database, locations: locations.ids, species: species.ids, datasets: datasets.ids, to: summaries)
                : nil)
        try inserter.insert(try sorter.sorted(), &change, progress)
        progress(nil)
        try inserter.finishSummaries()
        try summaries.finish()
        try Schema.makeIndexes(in: database)
        try touched.settle(in: database, of: ids)
        if outcome.replaced > 0 { try removal.removeUnused() }
        if isFirst {
            try DerivedTables.updateLocations(in: database)
        } else if catalogue.hasMovedIDs {
            try DerivedTables.rebuild(in: database, isKnown: false)
        } else if change.isKnown {
            try DerivedTables.update(in: database, of: ids, after: change)
        } else {
            try DerivedTables.rebuild(in: database)
        }
        try RecordCounts.updateRecords(in: database)
        try addChecklists(inserter.checklists.new, to: datasets.ids)

        outcome.stored = inserter.records
        guard outcome.stored == total, try removal.count() == before - outcome.replaced + outcome.stored else {
            throw .unusable(path: "The database", reason: "it has not as many records now as it should have")
        }
        outcome.checklists = inserter.checklists.count
        outcome.locations = locations.ids.count
        outcome.unknownSpecies = try unknownSpecies(species.ids)
        return outcome
    }

    /// Ids of the data sets, new ones where they are new, with what is known of them brought up to date.
    private func dataSetIDs() throws(StoreError) -> [Int64] {
        let find = try database.prepare("SELECT id FROM dataset WHERE name = ?1")
        let insert = try Insert<DatasetColumn>(in: database)
        let update = try database.prepare(
            """
            UPDATE dataset SET format = ?2, source = coalesce(?3, source), licence = coalesce(?4, licence),
                citation = coalesce(?5, citation), imported_at = ?6
            WHERE id = ?1
            """)
        var new: RowIDs?
        var ids: [Int64] = []
        for target in targets {
            var known: Int64?
            find.bind(1, target.name)
            while try find.step() { known = find.int64(0) }
            let id: Int64
            if let known {
                id = known
            } else {
                var free: RowIDs
                if let new {
                    free = new
                } else {
                    free = try RowIDs(
                        of: ["dataset"], namedBy: "dataset_id", in: ["observation", "checklist", "summary"], database)
                }
                id = try free.next()
                new = free
                insert.bind(.id, id)
                insert.bind(.name, target.name)
                // The rest is brought up to date below.
                for column in [DatasetColumn.format, .importedAt] { insert.bind(column, "") }
                for column in [DatasetColumn.checklists, .records] { insert.bind(column, 0) }
                try insert.run()
            }
            update.bind(1, id)
            update.bind(2, target.format)
            update.bind(3, target.source)
            update.bind(4, target.licence)
            update.bind(5, target.citation)
            update.bind(6, target.importedAt)
            try update.run()
            ids.append(id)
        }
        return ids
    }

    private func addChecklists(_ counts: [Int], to datasets: [Int64]) throws(StoreError) {
        let update = try database.prepare(
            "UPDATE dataset SET checklists = \(appends ? "checklists +" : "") ?2 WHERE id = ?1")
        for (id, count) in zip(datasets, counts) {
            update.bind(1, id)
            update.bind(2, count)
            try update.run()
        }
    }

    /// Those among these species that have no name, with their records, by code. `nobird` is none, and needs no name.
    private func unknownSpecies(_ ids: [Int64]) throws(StoreError) -> [(code: String, records: Int)] {
        let select = try database.prepare(
            """
            SELECT code, (SELECT total(records) FROM summary WHERE kind = \(SummaryKind.species.rawValue) AND first_key = id)
            FROM species
            WHERE id = ?1 AND scientific_name IS NULL AND common_name IS NULL AND code <> 'nobird'
            """)
        var unknown: [(code: String, records: Int)] = []
        for id in ids {
            select.bind(1, id)
            while try select.step() { unknown.append((select.text(0) ?? "", Int(select.int64(1)))) }
        }
        return unknown
    }
}
