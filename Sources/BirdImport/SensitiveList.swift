import Birds
import FileSystem
import Glibc

/// Gives a database a list of sensitive species and places, shows it, and removes it.
public enum SensitiveList {
    /// How a list is changed.
    public struct Options: Sendable {
        /// Whether to report what would be, and change nothing.
        public var dryRun = false
        /// The time of the change, in seconds since 1970.
        public var now: Int = time(nil)
        /// See `ImportOptions`.
        public var waitsForClock = false
        /// The longest time to wait for servers that still read the old file, in seconds.
        public var patience = 25

        public init() {}
    }

    /// Replaces the list of a database, which is created if it does not exist.
    /// - Parameters:
    ///   - file: The path of the list.
    ///   - warn: Called if the file could not keep its owner, group or rights.
    /// - Throws: `ChangeError`; the database is then unchanged.
    public static func replace(
        with file: String, in path: String, _ options: Options, warn: (LostAccess) -> Void = { _ in }
    ) throws(ChangeError) -> SensitiveReport {
        let entries = try SensitiveListFile.read(path: file)
        return try change(to: entries, in: path, options, warn: warn)
    }

    /// Removes the list of a database: everybody then reads everything exactly.
    public static func remove(
        from path: String, _ options: Options, warn: (LostAccess) -> Void = { _ in }
    ) throws(ChangeError) -> SensitiveReport {
        guard try !entries(of: path).isEmpty else {
            throw .refused("\(path) has no list of sensitive species and places.")
        }
        return try change(to: [], in: path, options, warn: warn)
    }

    private static func change(
        to entries: [SensitiveEntry], in path: String, _ options: Options, warn: (LostAccess) -> Void
    ) throws(ChangeError) -> SensitiveReport {
        let today = day(options.now)
        var refusal: String?
        var report = SensitiveReport()
        var isEmpty = true
        func inspect(_ database: Database) throws(StoreError) {
            // What can't be read protects nothing.
            let old = try SensitiveTable.read(from: database, passesUnreadable: true).map(\.entry)
            try SensitiveMarks(old, in: database).make()
            try SensitiveReporter.keepOld(in: database)
            let marks = try SensitiveMarks(entries, in: database)
            // A list may be given before there is any record.
            isEmpty = try database.integer("SELECT 1 FROM observation LIMIT 1") == nil
            let unknown = isEmpty ? [] : try marks.unknown()
            if !unknown.isEmpty { refusal = try self.refusal(of: unknown, in: database, path) }
            var reporter = try SensitiveReporter(entries, in: database, today: today)
            try marks.make { (entry, species) throws(StoreError) in try reporter.add(entry, species: species) }
            try reporter.finish(marks)
            report = reporter.report
            report.isTrial = options.dryRun
            try SensitiveMarks.drop(in: database)
            try database.execute("DROP TABLE old_location; DROP TABLE old_checklist; DROP TABLE old_record")
        }
        if options.dryRun {
            if FileIdentity(path: path) != nil {
                try withDatabase(path, inspect)
            } else {
                report.entries = entries.map { SensitiveReport.Entry($0, today: today) }
            }
            if let refusal { throw .refused(refusal) }
            report.outcome = (isEmpty ? "\(path) has no records yet. " : "") + "Nothing was changed (--dry-run)."
            return report
        }
        let generation = try Generation(path: path, now: options.now, waitsForClock: options.waitsForClock, .ofList)
        generation.patience = options.patience
        let inspectAndWrite = { (database: Database) throws(StoreError) in
            try inspect(database)
            try SensitiveTable.write(entries, to: database)
        }
        try generation.change(refuse: { refusal }, inspectAndWrite)
        if let lost = generation.lostAccess { warn(lost) }
        report.outcome =
            entries.isEmpty
            ? "The list was removed: everybody who may read the records sees them as they came."
            : "The list is in force." + (isEmpty ? " \(path) has no records yet; import them into this file." : "")
        report.hasReaders = generation.summary?.hasReaders ?? false
        if report.hasReaders {
            report.outcome = "Warning: the list is stored, but " + SensitiveSummary.readers
        }
        return report
    }

    /// Why a list is refused that names what a database does not have.
    private static func refusal(
        of unknown: [SensitiveEntry], in database: Database, _ path: String
    ) throws(StoreError) -> String {
        let names = try SpeciesNames(database).spellings(listedOnly: false)
        var named: [String] = []
        for entry in unknown.prefix(mostNamed) {
            var text = entry.subject.text
            if case .species(let name) = entry.subject, let nearest = names.nearest(to: name) {
                text += " (the nearest name is '\(Row.shown(nearest, atMost: 60))')"
            }
            named.append(text)
        }
        let more = unknown.count > named.count ? ", and \(unknown.count - named.count) more" : ""
        let advice =
            unknown.contains { if case .species = $0.subject { true } else { false } }
            ? "Correct the list, or import a taxonomy that has the species first." : "Correct the list."
        return "\(path) has no \(named.joined(separator: ", no "))\(more). Nothing was changed. \(advice)"
    }

    /// The most unknown species and places that a refusal names.
    private static let mostNamed = 10

    /// What the list of a database protects. Nothing is changed.
    public static func check(_ path: String, now: Int = time(nil)) throws(ChangeError) -> SensitiveReport {
        try withDatabase(path) { (database) throws(StoreError) in
            let entries = try SensitiveTable.read(from: database).map(\.entry)
            // All of it is protected already.
            let marks = try SensitiveMarks(entries, in: database)
            try marks.make()
            try SensitiveReporter.keepOld(in: database)
            var reporter = try SensitiveReporter(entries, in: database, today: day(now))
            try marks.make { (entry, species) throws(StoreError) in try reporter.add(entry, species: species) }
            try reporter.finish(marks)
            return reporter.report
        }
    }

    /// The list of a database.
    public static func list(_ path: String, now: Int = time(nil)) throws(ChangeError) -> SensitiveReport {
        var report = SensitiveReport()
        report.entries = try entries(of: path).map { SensitiveReport.Entry($0, today: day(now)) }
        return report
    }

    /// The list of a database as a file for `replace`.
    public static func csv(_ path: String) throws(ChangeError) -> String {
        SensitiveListFile.text(of: try entries(of: path))
    }

    private static func entries(of path: String) throws(ChangeError) -> [SensitiveEntry] {
        try withDatabase(path) { (database) throws(StoreError) in try SensitiveTable.read(from: database).map(\.entry) }
    }

    private static func withDatabase<Value>(
        _ path: String, _ body: (Database) throws(StoreError) -> Value
    ) throws(ChangeError) -> Value {
        guard let identity = FileIdentity(path: path) else { throw .refused("\(path) does not exist.") }
        guard identity.isRegular else { throw .refused("\(path) is not a file; give the path of a database.") }
        do throws(StoreError) {
            let database = try Database(path: path, mode: .readOnly)
            try Schema.check(database, path: path)
            try Schema.verify(database, path: path)
            guard try !GeneralFile.isPublished(database) else {
                throw .unusable(
                    path: path,
                    reason: "'rookery publish' made it, and it has no list; the database that it was made from has one")
            }
            return try body(database)
        } catch {
            throw ChangeError(error, path: path)
        }
    }

    /// A day in UTC, in ISO 8601.
    private static func day(_ now: Int) -> String {
        var (seconds, utc) = (time_t(now), tm())
        gmtime_r(&seconds, &utc)
        return String(ImportOptions.timestamp(utc).prefix(10))
    }
}
