import Birds

/// Stores the staged records of an import in a database. The steps of `write`:
///
/// 1. Data sets, species and locations get their ids.
/// 2. With `--append`, stored records are removed if the import has a record with the same code (`RepeatedRecords`).
///    Detections without a place are left out if they are there with one. Records that will be there twice are found
///    (`RecordsAgain`). Copies of a shared checklist become one (`SharedCopies`).
/// 3. If the change is large, indexes are dropped: making them again costs less than updating them for each row.
/// 4. Without `--append`, all records and checklists of the data sets are removed.
/// 5. The records are sorted into the default order and inserted, each with its checklist.
/// 6. Missing indexes are made.
/// 7. Checklists, locations and species without records are removed, and the derived tables and counts updated.
///
/// Invariants:
/// - SQLite writes every row, so its own rules hold: STRICT, NOT NULL and UNIQUE, and indexes that agree with tables.
/// - Rows of other data sets keep their values, except for the ids of species and locations (`OrderedIDs`).
/// - All happens in the transaction of the caller, on a copy of the file (`Generation`). So after an error nothing
///   needs to be undone.
struct DataSetWriter {
    /// A data set of the import. Staged records name it by its position in `targets`.
    struct Target {
        let name: String
        /// The name of the format, as `--format` takes it.
        var format: String
        /// Whether a data set of that name keeps the format that it has.
        var keepsFormat: Bool
        // Nil keeps what the database has.
        let source: String?
        let licence: String?
        let citation: String?
        /// UTC, ISO 8601.
        let importedAt: String
    }

    let database: Database
    let catalogue: Catalogue
    let targets: [Target]
    /// Whether records are added to the data sets instead of replacing what they have.
    let appends: Bool
    /// The time of the import, in seconds since 1970.
    let now: Int64
    /// The most unknown species for which the nearest name is sought. Each takes about 15 ms where there is a taxonomy.
    var mostCompared = ImportReport.mostNamed

    /// The formats in which a code identifies a checklist.
    private static let identifyingFormats = [Format.eBird.name, Format.eBirdSampling.name, Format.archive]

    /// The numbers for the report: see `ImportReport`.
    struct Outcome {
        var stored = 0
        var replaced = 0
        /// Records on other copies of a shared checklist, and detections that are there with their places.
        var leftOut: [LeftOut] = []
        /// Those that are replaced by a record with the same code, by the number of its file.
        var repeated: [Int: RepeatedRecords.Replaced] = [:]
        var again: [RecordsAgain.Found] = []
        var checklists = 0
        /// Checklists whose rows contradict one another, and stored ones whose details were replaced.
        var contradicted = NotedRows()
        var corrected = NotedRows()
        var locations = 0
        /// Species without names among those of the records, up to `ImportReport.mostListed`.
        var unknownSpecies: [ImportReport.UnknownSpecies] = []
        /// The number of the others.
        var moreUnknownSpecies = 0
    }

    /// Stores the records.
    /// - Parameter progress: Called with the number of records stored so far, and with nil when indexes are made.
    /// - Throws: `StoreError.unusable` if the database has no ids left or its number of records is wrong at the end,
    ///   `.sqlite` for an error of SQLite.
    func write(_ staging: Staging, progress: (Int?) -> Void) throws(StoreError) -> Outcome {
        let removal = RecordRemoval(database: database)
        let before = try removal.count()
        let ids = try dataSetIDs()
        var outcome = Outcome()
        if !appends {
            outcome.leftOut.append(try staging.settleUnplaced { (_) in false })
            staging.forgetSources()
        }
        // Finding free ids needs the indexes, so this precedes dropping them.
        let (taxa, locationIDs) = try identify(staging.takeNames(), of: ids)
        var species = Ranks(taxa.ids)
        let locations = Ranks(locationIDs)
        let datasets = Ranks(ids)
        let touched = TouchedChecklists(in: database.folder)
        var change = RecordChange()
        // Records with the same code are found by an index, so this precedes dropping it too.
        if appends {
            var repeated = try RepeatedRecords(database, datasets: ids, touched: touched)
            let leftOut = try staging.settleUnplaced { (detection) throws(StoreError) in
                try !repeated.remove(detection, &change)
            }
            outcome.leftOut.append(leftOut)
            try repeated.remove(staging, &change)
            outcome.repeated = repeated.byFile
            outcome.replaced = repeated.removed
        }
        // Whether the import has locations and species of which no record is staged. They may be those of what is left
        // out.
        let mayHaveUnused = staging.shared != nil || outcome.leftOut.contains { !$0.rows.byFile.isEmpty }
        outcome.again = try RecordsAgain(
            database: database, species: species, locations: locations, datasets: ids
        ).find(in: staging, appends: appends)
        if let groups = staging.toldGroups {
            let hiding = try SensitiveTable.read(from: database, passesUnreadable: true).map(\.entry).filter {
                $0.protection.size == nil
            }
            try groups.store(
                in: database, of: ids, species: taxa.ids, locations: locationIDs,
                findWithheld: hiding.isEmpty
                    ? nil
                    : { (table) throws(StoreError) in
                        try SensitiveMarks(hiding, in: database).findWithheld(in: table)
                    })
        }
        if let shared = staging.shared {
            var copies = try SharedCopies(database, staging, species: taxa.ids, touched)
            try copies.stage(shared, with: appends ? ids : nil, &change)
            species = Ranks(copies.species)
            outcome.leftOut.append(copies.leftOut)
            outcome.replaced += copies.removed
        }
        let total = staging.count
        let isLarge = removal.isLarge(
            staging.count + (appends ? outcome.replaced : try removal.count(of: ids)), of: before)
        // Adding to a data set looks up its checklists by their index, so that one stays.
        if isLarge { try Schema.dropIndexes(of: appends ? [.observation] : [.observation, .checklist], in: database) }
        var mayBeUnused = outcome.replaced > 0 || mayHaveUnused
        if !appends {
            let removed = try removal.removeAll(of: ids)
            outcome.replaced = removed.records
            mayBeUnused = mayBeUnused || removed.checklists > 0
        }
        if !appends || isLarge { change.isKnown = false }

        let sorter = Sorter(in: database.folder)
        try staging.add(
            to: sorter, locations: locations.ofNumber, species: species.ofNumber, datasets: datasets.ofNumber,
            remarks: taxa.remarks)
        let none = try database.integer("SELECT id FROM species WHERE code = 'nobird'")
        let summaries = try SummaryTable(database)
        // No records of other data sets are left. Then indexes in the default order are filled as records are inserted,
        // and the summaries are made from the same records.
        let isFirst = before == outcome.replaced
        if isFirst {
            try Schema.makeIndexesInOrder(in: database, hasSources: staging.hasSources)
            try DerivedTables.clear(in: database)
        }
        let holdings =
            appends || catalogue.hasMovedRecords
            ? nil : try Holdings(database, of: ids, most: Holdings.mostWhileInserting)
        let hasNone = try database.integer("SELECT 1 FROM checklist LIMIT 1") == nil
        var inserter = try RecordInserter(
            database, locations: locations.ids, species: species.ids, datasets: datasets.ids,
            none: none.flatMap { species.rank(of: $0) }, touched: appends ? touched : nil,
            summaries: isFirst
                ? RecordSummaries(
                    database, locations: locations.ids, species: species.ids, datasets: datasets.ids, to: summaries)
                : nil,
            holdings: holdings,
            visits: isFirst && hasNone ? VisitedLocations(locations: locations.ids, datasets: datasets.ids) : nil)
        try inserter.insert(try sorter.sorted(), &change, progress)
        progress(nil)
        try inserter.finishSummaries()
        try summaries.finish()
        try Schema.makeIndexes(in: database)
        try inserter.settleTimes()
        let identified = zip(ids, targets).filter { Self.identifyingFormats.contains($1.format) }.map(\.0)
        try staging.toldGroups?.settle(in: database)
        try touched.settle(
            in: database, of: ids, identified: appends ? identified : [], new: inserter.checklists.newIDs)
        if mayBeUnused { try removal.removeUnused() }
        if isFirst {
            // Checklists that were removed are not among the visits any more.
            try DerivedTables.updateLocations(in: database, visits: mayBeUnused ? nil : inserter.visits)
        } else if catalogue.hasMovedIDs {
            try DerivedTables.rebuild(in: database, isKnown: false)
        } else if change.isKnown {
            try DerivedTables.update(in: database, of: ids, after: change)
        } else {
            try DerivedTables.rebuild(in: database)
        }
        if mayBeUnused { try DatasetLocations.removeNames(from: database) }
        if let holdings, holdings.isComplete {
            try holdings.finish(now: now)
        } else {
            try Holdings.update(in: database, of: catalogue.hasMovedRecords ? nil : ids, now: now)
        }
        try RecordCounts.updateRecords(in: database)
        try addChecklists(inserter.checklists.new, to: datasets.ids)

        outcome.stored = inserter.records
        guard outcome.stored == total, try removal.count() == before - outcome.replaced + outcome.stored else {
            throw .unusable(
                path: "The database", reason: "its number of records is not as expected; import into a new file")
        }
        outcome.checklists = inserter.checklists.count
        (outcome.contradicted, outcome.corrected) = (inserter.checklists.contradicted, inserter.checklists.corrected)
        if !appends { try RecordCounts.check(checklists: outcome.checklists, of: datasets.ids, in: database) }
        outcome.locations = try mayHaveUnused ? removal.countPresent(locations.ids) : locations.ids.count
        // Those of records that are all left out may be stored with others.
        if outcome.stored == 0, outcome.checklists == 0 { outcome.locations = 0 }
        try findUnknownSpecies(species.ids, &outcome)
        return outcome
    }

    /// The ids of species and locations. It consumes their names, which may need much memory.
    private func identify(
        _ names: consuming Staging.Names, of datasets: [Int64]
    ) throws(StoreError) -> (NamedTaxa, locations: [Int64]) {
        let taxa = try catalogue.speciesIDs(taxa: names.species, otherNames: names.otherNames)
        let locations = try catalogue.locationIDs(names.locations)
        if !appends {
            try database.execute("DELETE FROM \(LocationNameColumn.table) WHERE \(Schema.isOf(datasets: datasets))")
        }
        try catalogue.nameLocations(names.locationNames, ids: locations, datasets: datasets)
        return (taxa, locations)
    }

    /// The ids of the targets, in their order. New data sets get a row; the rows of the others are updated.
    private func dataSetIDs() throws(StoreError) -> [Int64] {
        let names = ByteTable(in: database.folder)
        for target in targets {
            _ = try Array(target.name.utf8).withRawBytes { name throws(StoreError) in try names.number(of: name) }
        }
        let insert = try RowWriter<DatasetColumn>(in: database)
        var new: Set<Int64> = []
        let ids = try catalogue.dataSetIDs(names.keys) { (id, name) throws(StoreError) in
            new.insert(id)
            insert.bind(.id, id)
            insert.bind(.name, text: name[...])
            // The columns are NOT NULL; the update below sets the format and the time, later steps the counts.
            for column in [DatasetColumn.format, .importedAt] { insert.bind(column, "") }
            for column in [DatasetColumn.checklists, .records, .opensCodes, .opensComments, .opensNames] {
                insert.bind(column, 0)
            }
            try insert.run()
        }
        let update = try database.prepare(
            """
            UPDATE dataset SET format = coalesce(?2, format), source = coalesce(?3, source), licence = coalesce(?4, licence),
                citation = coalesce(?5, citation), imported_at = ?6
            WHERE id = ?1
            """)
        for (id, target) in zip(ids, targets) {
            update.bind(1, id)
            update.bind(2, !new.contains(id) && target.keepsFormat ? nil : target.format)
            update.bind(3, target.source)
            update.bind(4, target.licence)
            update.bind(5, target.citation)
            update.bind(6, target.importedAt)
            try update.run()
        }
        return ids
    }

    /// Adds the numbers of new checklists to those of the data sets, or sets them if the data sets were replaced.
    private func addChecklists(_ counts: [Int], to datasets: [Int64]) throws(StoreError) {
        let update = try database.prepare(
            "UPDATE dataset SET checklists = \(appends ? "checklists +" : "") ?2 WHERE id = ?1")
        for (id, count) in zip(datasets, counts) {
            update.bind(1, id)
            update.bind(2, count)
            try update.run()
        }
    }

    /// Finds the codes of those species that have no name, and their numbers of records. `nobird` is not a species and
    /// needs no name.
    /// - Parameter ids: Ascending, so that the codes are in order too.
    private func findUnknownSpecies(_ ids: [Int64], _ outcome: inout Outcome) throws(StoreError) {
        let select = try database.prepare(
            """
            SELECT code, (SELECT total(records) FROM summary WHERE kind = \(SummaryKind.species.rawValue) AND first_key = id)
            FROM species
            WHERE id = ?1 AND scientific_name IS NULL AND common_name IS NULL AND code <> 'nobird'
            """)
        for id in ids {
            select.bind(1, id)
            while try select.step() {
                if outcome.unknownSpecies.count == ImportReport.mostListed {
                    outcome.moreUnknownSpecies += 1
                } else {
                    outcome.unknownSpecies.append(
                        ImportReport.UnknownSpecies(code: select.text(0) ?? "", records: Int(select.int64(1))))
                }
            }
        }
        try findNearest(&outcome.unknownSpecies)
    }

    /// Finds the names of species that are spelt most like the first unknown ones.
    private func findNearest(_ unknown: inout [ImportReport.UnknownSpecies]) throws(StoreError) {
        var spellings = unknown.prefix(mostCompared).map { Spelling($0.code) }
        guard !spellings.isEmpty else { return }
        let names = try database.prepare("SELECT scientific_name, common_name FROM species ORDER BY id")
        while try names.step() {
            for name in (0..<2).compactMap({ names.text($0) }) {
                for index in spellings.indices { spellings[index].consider(name) }
            }
        }
        for (index, spelling) in spellings.enumerated() { unknown[index].nearest = spelling.nearest }
    }
}
