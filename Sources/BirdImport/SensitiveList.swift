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
        guard try !entries(of: path).isEmpty else { throw .refused("\(path) has no list of sensitive species.") }
        return try change(to: [], in: path, options, warn: warn)
    }

    private static func change(
        to entries: [SensitiveEntry], in path: String, _ options: Options, warn: (LostAccess) -> Void
    ) throws(ChangeError) -> SensitiveReport {
        let today = day(options.now)
        var refusal: String?
        var report = SensitiveReport()
        func inspect(_ database: Database) throws(StoreError) {
            let old = try SensitiveTable.read(from: database).map(\.entry)
            try SensitiveMarks(old, in: database).make()
            try SensitiveReporter.keepOld(in: database)
            let marks = try SensitiveMarks(entries, in: database)
            // A list may be given before there is any record.
            if try database.integer("SELECT 1 FROM observation LIMIT 1") != nil {
                let unknown = try marks.unknown()
                if let first = unknown.first {
                    let others = unknown.count > 1 ? ", and so with \(unknown.count - 1) more" : ""
                    refusal =
                        "\(path) knows no \(first.subject.text)\(others). Nothing was changed. Correct the list, or import a "
                        + "taxonomy that has the species first."
                }
            }
            var reporter = SensitiveReporter(database, today: today)
            try marks.make { (entry, species) throws(StoreError) in try reporter.add(entry, species: species) }
            try reporter.finish(entries)
            report = reporter.report
            try SensitiveMarks.drop(in: database)
            try database.execute("DROP TABLE old_location; DROP TABLE old_checklist; DROP TABLE old_record")
        }
        if options.dryRun {
            if FileIdentity(path: path) != nil { try withDatabase(path, inspect) }
            if let refusal { throw .refused(refusal) }
            report.outcome = "Nothing was changed (--dry-run)."
            return report
        }
        let generation = try Generation(path: path, now: options.now, waitsForClock: options.waitsForClock)
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
            : "The list is in force."
        if generation.hasReaders {
            report.outcome +=
                " But a program still reads the old file after \(options.patience) s: a server with a download of somebody who "
                + "may see exact places, or one that was told to take longer (--grace). Another program should be ended."
        }
        return report
    }

    /// What the list of a database protects. Nothing is changed.
    public static func check(_ path: String, now: Int = time(nil)) throws(ChangeError) -> SensitiveReport {
        try withDatabase(path) { (database) throws(StoreError) in
            let entries = try SensitiveTable.read(from: database).map(\.entry)
            // All of it is protected already.
            try SensitiveMarks(entries, in: database).make()
            try SensitiveReporter.keepOld(in: database)
            var reporter = SensitiveReporter(database, today: day(now))
            try SensitiveMarks(entries, in: database).make { (entry, species) throws(StoreError) in
                try reporter.add(entry, species: species)
            }
            try reporter.finish(entries)
            return reporter.report
        }
    }

    /// The list of a database.
    public static func list(_ path: String, now: Int = time(nil)) throws(ChangeError) -> SensitiveReport {
        var report = SensitiveReport()
        report.entries = try entries(of: path).map { SensitiveReport.Entry($0, today: day(now)) }
        return report
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
