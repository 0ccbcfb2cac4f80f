import Birds
import Glibc

/// Imports files into a database: reads all of them, then makes one new generation, or leaves the database as it is.
public enum Importer {
    /// The names of the formats that can be imported.
    public static var formats: [String] { Detection.names }

    /// - Parameter progress: called some thousand times, whenever a stretch of work is done.
    /// - Returns: what happened; where rows are in error and not to be skipped, or all rows of a file are, nothing was
    ///   stored (`isStored`).
    public static func run(
        _ options: ImportOptions, progress: (ImportProgress) -> Void = { _ in }
    ) throws(ImportError) -> ImportReport {
        guard !options.files.isEmpty else { throw .refused("There is no file to import.") }
        if let format = options.format, !formats.contains(format) {
            throw .refused("There is no format '\(format)'; there are \(formats.joined(separator: ", ")).")
        }
        if let dataset = options.dataset { try DataSets.checkName(dataset) }
        // The lock comes first, so that nobody waits for a long file to be read only to be refused.
        let generation = try Generation(path: options.database, waitsForClock: options.waitsForClock)
        var reading = try Reading(options, database: generation.path)
        for file in options.files { try reading.read(file, progress: progress) }
        try reading.finish()
        var report = reading.report
        report.isDryRun = options.dryRun
        guard report.rowsInError == 0 || options.skipErrors && !report.files.contains(where: \.isAllInError) else {
            return report
        }
        try store(reading, into: generation, options, &report, progress)
        report.isStored = true
        return report
    }

    private static func store(
        _ reading: Reading, into generation: Generation, _ options: ImportOptions, _ report: inout ImportReport,
        _ progress: (ImportProgress) -> Void
    ) throws(ImportError) {
        let total = max(1, reading.staging.count)
        let (outcome, named) = try generation.change(publish: !options.dryRun) {
            (database) throws(StoreError) -> (DataSetWriter.Outcome?, Int) in
            // Names come first, so that the species of the records are known.
            let catalogue = Catalogue(database)
            let named = try catalogue.name(reading.species)
            guard !reading.targets.isEmpty else {
                if catalogue.hasMovedIDs {
                    try Schema.makeIndexes(in: database)
                    try DerivedTables.rebuild(in: database, isKnown: false)
                }
                return (nil, named)
            }
            let writer = DataSetWriter(
                database: database, catalogue: catalogue, targets: reading.targets, appends: options.append)
            let outcome = try writer.write(reading.staging) { stored in
                progress(
                    ImportProgress(
                        stage: stored == nil ? .indexing : .storing, records: stored ?? 0,
                        fraction: Double(stored ?? 0) / Double(total)))
            }
            return (outcome, named)
        }
        report.speciesStored = named
        guard let outcome else { return }
        report.stored = outcome.stored
        report.replaced = outcome.replaced
        report.checklists = outcome.checklists
        report.locations = outcome.locations
        report.unknownSpecies = outcome.unknownSpecies
    }
}
