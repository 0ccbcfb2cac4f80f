import Birds
import FileSystem

/// Imports files into a database. All files are read first (`Reading`). Then the database is changed as a whole
/// (`Generation`), or stays as it is.
public enum Importer {
    /// The names of the formats that can be imported.
    public static var formats: [String] { Detection.names }

    /// Imports files.
    /// - Parameter progress: Called after every few thousand rows.
    /// - Returns: A report. Nothing was stored (`isStored`) if rows are in error and `skipErrors` is not set, or if all
    ///   rows of a file are in error.
    /// - Throws: `ChangeError`; the database is then unchanged. The file of `ImportOptions.report` then has the error.
    public static func run(
        _ options: ImportOptions, progress: (ImportProgress) -> Void = { _ in }
    ) throws(ChangeError) -> ImportReport {
        let database = (try? resolvedPath(options.database, of: "a database")) ?? options.database
        let reportFile = Result { () throws(ChangeError) -> ResultFile? in
            guard let path = options.report else { return nil }
            return try ResultFile(
                path: path, option: "--report", database: database,
                others: options.files + [options.rejects].compactMap { $0 })
        }
        var report = ImportReport()
        report.isDryRun = options.dryRun
        let reading: Reading
        do throws(ChangeError) {
            reading = try change(options, reportFile, &report, progress)
        } catch {
            // The report of an earlier import would look like a success of this one.
            var refused = ImportReport()
            (refused.isDryRun, refused.error) = (options.dryRun, error)
            do throws(ChangeError) {
                _ = try reportFile.get()?.write(refused.json)
            } catch let second where second != error {
                throw ChangeError(kind: error.kind, message: "\(error.message) And the report: \(second.message)")
            }
            throw error
        }
        // From here on, other imports may run: a pipe may be read slowly.
        func write(_ result: () throws(ChangeError) -> LostAccess?) {
            do throws(ChangeError) {
                if let lost = try result() { report.lostAccess.append(lost) }
            } catch {
                let isStored = report.isStored && !report.isDryRun
                report.unwritten.append(error.message + (isStored ? " The records were stored all the same." : ""))
            }
        }
        write { () throws(ChangeError) in try reading.publish() }
        write { () throws(ChangeError) in try reportFile.get()?.write(report.json) }
        return report
    }

    /// Reads the files and stores the records, with the lock of the database.
    /// - Parameter reportFile: Checked when the lock is held: whoever may not change the database is told that first.
    private static func change(
        _ options: ImportOptions, _ reportFile: Result<ResultFile?, ChangeError>, _ report: inout ImportReport,
        _ progress: (ImportProgress) -> Void
    ) throws(ChangeError) -> Reading {
        if let refusal = options.refusal { throw .refused(refusal) }
        guard !options.files.isEmpty else { throw .refused("There is no file to import; name at least one.") }
        if let format = options.format, !formats.contains(format) {
            throw .refused("There is no format '\(format)'; the formats are \(formats.joined(separator: ", ")).")
        }
        if let dataset = options.dataset { try DataSets.checkName(dataset) }
        // The lock is taken first, so that an import is not refused after it has read large files.
        let generation = try Generation(
            path: options.database, now: options.stamp, waitsForClock: options.waitsForClock,
            options.acceptsUnprotected ? .accepted : .keeping)
        let reportFile = try reportFile.get()
        var list: [SensitiveEntry]?
        if let path = options.sensitive { list = try SensitiveListFile.read(path: path) }
        var reading = try Reading(options, database: generation.path)
        for file in options.files { try reading.read(file, progress: progress) }
        try reading.finish()
        report = reading.report
        (report.isDryRun, report.database) = (options.dryRun, options.database)
        report.usesStandardOutput = reading.rejectsToStandardOutput || reportFile?.isStandardOutput ?? false
        if report.rowsInError == 0 || options.skipErrors && report.pathOfErrors == nil {
            if reading.staging.isEmpty, !options.append {
                try keepRecords(of: reading.targets.map(\.name), in: generation.path)
            }
            try store(reading, list, into: generation, options, &report, progress)
            report.isStored = true
        }
        report.lostAccess = [generation.lostAccess].compactMap { $0 }
        return reading
    }

    /// The first records of data sets, as the server answers for them: each is a JSON object.
    private static func preview(of datasets: [String], in store: ObservationStore) throws(StoreError) -> [String] {
        guard !datasets.isEmpty else { return [] }
        var query = ObservationQuery()
        query.filter.datasets = datasets
        query.page.limit = ImportReport.mostPreviewed
        let rows = try store.rows(.observations(query), view: .everything, format: .ndjson)
        var bytes: [UInt8] = []
        while try !rows.fill(&bytes, limit: .max) {}
        return bytes.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Refuses to replace the records of a data set with nothing: the file is probably not the right one.
    private static func keepRecords(of names: [String], in path: String) throws(ChangeError) {
        guard !names.isEmpty, FileIdentity(path: path) != nil else { return }
        for dataset in try DataSets.list(path: path) where dataset.records > 0 {
            // Compared by bytes, as SQLite does.
            guard names.contains(where: { $0.utf8.elementsEqual(dataset.name.utf8) }) else { continue }
            throw .refused(
                "No row can be stored, and the data set \(dataset.name) would lose its "
                    + "\(ImportReport.count(dataset.records, "record", "records")); to remove it, use "
                    + "'rookery datasets remove \(dataset.name)'.")
        }
    }

    /// Stores what was read, as one change of the database.
    private static func store(
        _ reading: Reading, _ list: [SensitiveEntry]?, into generation: Generation, _ options: ImportOptions,
        _ report: inout ImportReport, _ progress: (ImportProgress) -> Void
    ) throws(ChangeError) {
        let total = max(1, reading.staging.count)
        var names = ImportReport.NameSources()
        var open: (codes: [String], comments: [String], names: [String]) = ([], [], [])
        let look = { (store: ObservationStore) throws(StoreError) in
            report.preview = try preview(of: reading.targets.map(\.name), in: store)
        }
        let (outcome, named, catalogue, unnamed) = try generation.change(publish: !options.dryRun, look: look) {
            (database) throws(StoreError) -> (DataSetWriter.Outcome?, Int, Catalogue, (species: Int, records: Int)?) in
            let before = try database.prepare(
                """
                SELECT count(*), count(taxon_order) FROM species
                WHERE scientific_name IS NOT NULL OR common_name IS NOT NULL
                """)
            while try before.step() {
                (names.stored, names.storedOfTaxonomy) = (Int(before.int64(0)), Int(before.int64(1)))
            }
            if let list {
                try AlikeNames.keep(in: database)
                try SensitiveTable.write(list, to: database)
            }
            // Names are stored first, since records may name their species by them.
            let catalogue = Catalogue(database)
            let named = try catalogue.name(reading.species)
            if !reading.species.isEmpty { try Holdings.updateSpecies(in: database, now: Int64(options.stamp)) }
            // A checklist may have had both the old species and the new one.
            if catalogue.hasMovedRecords { try ChecklistCounts.mend(in: database) }
            // Only species tables were read.
            guard !reading.targets.isEmpty else {
                if catalogue.hasMovedIDs {
                    try Schema.makeIndexes(in: database)
                    try DerivedTables.rebuild(in: database, isKnown: false)
                }
                if catalogue.hasMovedRecords { try Holdings.update(in: database, of: nil, now: Int64(options.stamp)) }
                return (nil, named, catalogue, try catalogue.countUnnamed())
            }
            let known = try DataSets.names(in: database)
            var writer = DataSetWriter(
                database: database, catalogue: catalogue, targets: reading.targets, appends: options.append,
                now: Int64(options.stamp))
            if options.report != nil { writer.mostCompared = ImportReport.mostCompared }
            let outcome = try writer.write(reading.staging) { stored in
                progress(
                    ImportProgress(
                        stage: stored == nil ? .indexing : .storing, records: stored ?? 0,
                        fraction: min(1, Double(stored ?? 0) / Double(total))))
            }
            generation.similar = Dictionary(
                outcome.unknownSpecies.compactMap { species in species.nearest.map { (species.code, $0) } }
            ) { one, _ in one }
            let new = reading.targets.map(\.name).filter { name in !known.contains(Array(name.utf8)) }
            report.sameData = try DataSetComparison(database: database).pairs(of: new)
            report.sameChecklists = try DataSetComparison(database: database).checklistPairs(of: new)
            open = (
                try SensitiveReporter.dataSets(opening: .opensCodes, in: database),
                try SensitiveReporter.dataSets(opening: .opensComments, in: database),
                try SensitiveReporter.dataSets(opening: .opensNames, in: database)
            )
            return (outcome, named, catalogue, nil)
        }
        report.sensitive = generation.summary
        // Compared by bytes, as SQLite does.
        let imported = Set(reading.targets.map { Array($0.name.utf8) })
        report.sensitive?.openCodes = open.codes.filter { imported.contains(Array($0.utf8)) }
        report.sensitive?.openComments = open.comments.filter { imported.contains(Array($0.utf8)) }
        report.sensitive?.openNames = open.names.filter { imported.contains(Array($0.utf8)) }
        report.names = names
        report.speciesStored = named
        report.contradictedCodes = catalogue.contradictedCodes.values.sorted { $0.code < $1.code }
        report.changedCodes = catalogue.changedCodes
        report.unnamed = unnamed
        report.moreRetiredCodes = catalogue.moreRetiredCodes
        report.retiredCodes = catalogue.retiredCodes.map {
            ImportReport.RetiredCode(
                old: String(decoding: $0.key, as: UTF8.self), new: String(decoding: $0.value, as: UTF8.self))
        }.sorted { $0.old < $1.old }
        guard let outcome else { return }
        for leftOut in outcome.leftOut {
            let reason = leftOut.reason
            for (file, records) in leftOut.rows.byFile {
                report.files[file].leftOut[reason, default: 0] += records.count
                // Others may have been left out while files were read.
                if let first = report.files[file].firstLeftOut[reason], first.line <= records.line { continue }
                report.files[file].firstLeftOut[reason] = ImportReport.Example(
                    line: records.line, row: records.example)
            }
        }
        for (remark, rows) in [
            (ImportReport.Remark.contradictedChecklists, outcome.contradicted),
            (.correctedChecklists, outcome.corrected),
        ] {
            for (file, rows) in rows.byFile {
                report.files[file].note(
                    remark, ImportReport.Example(line: rows.line, row: rows.example), count: rows.count)
            }
        }
        // A correction may change a date. If most records have another one, they are probably other records.
        report.codesAgain = outcome.repeated.sorted { $0.key < $1.key }.compactMap { number, replaced in
            let file = report.files[number]
            guard file.rejects != nil || replaced.otherDates * 2 > replaced.count else { return nil }
            return ImportReport.CodesAgain(
                file: file.path, isCorrected: file.rejects != nil, records: replaced.count,
                otherDates: replaced.otherDates, code: replaced.code)
        }
        report.stored = outcome.stored
        report.replaced = outcome.replaced
        report.recordsAgain = outcome.again.map { again in
            ImportReport.RecordsAgain(
                file: report.files[again.file].path, dataset: reading.targets[again.dataset].name,
                other: again.other.map { report.files[$0].path }, isOfDataset: again.isOfDataset,
                haveSourceIDs: again.haveSourceIDs, records: again.records, isWhole: again.isWhole)
        }
        report.checklists = outcome.checklists
        report.locations = outcome.locations
        report.unknownSpecies = outcome.unknownSpecies
        report.moreUnknownSpecies = outcome.moreUnknownSpecies
    }
}
