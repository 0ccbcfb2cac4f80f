/// The layout of a database, and its version.
///
/// A data set has checklists (each a visit: one location, one date), and a checklist has observations (each a
/// species and a number). Observations repeat the date, location and data set of their checklist, so that every
/// filter has an index that holds all that an answer needs.
///
/// Invariants:
/// - The default order of records is `(date, location_id, species_id, num, dataset_id, id)`, which is also the
///   order of `observation_by_date`. So ids of locations must ascend with `(code, latitude, longitude, region)`,
///   ids of species with `code`, and ids of data sets with `name`: `OrderedIDs` sees to it.
/// - A date is an integer `yyyymmdd`; an unknown month or day is 00. (An edit may leave any number: see
///   `StoredDate`.)
/// - A row of `location` is one code at one point in one region; the same code with other coordinates or another
///   region is another row.
/// - A species that occurs only in records, and in no species table, has a code but no names.
/// - We never change a file once it has its name: see `Generation`. After a change by another program, `Mending`
///   restores these rules.
package enum Schema {
    /// The `application_id` of our databases: "Rook" in ASCII.
    package static let applicationID = 0x526F_6F6B

    /// The statements that create the tables and their small indexes where they are missing.
    package static let tables = """
        CREATE TABLE IF NOT EXISTS generation (          -- one row: what tells this file from every other one
            id TEXT NOT NULL,              -- 32 random hexadecimal digits, new with every change
            published_at TEXT NOT NULL     -- UTC, ISO 8601
        ) STRICT;
        CREATE TABLE IF NOT EXISTS seal (                -- one row: see `Seal`
            header BLOB NOT NULL
        ) STRICT;
        CREATE TABLE IF NOT EXISTS secret (              -- one row: see `Secret`
            key BLOB NOT NULL
        ) STRICT;
        \(DatasetColumn.creation)
        \(SpeciesColumn.creation)
        CREATE INDEX IF NOT EXISTS species_by_scientific_name ON species (scientific_name COLLATE NOCASE);
        CREATE INDEX IF NOT EXISTS species_by_common_name ON species (common_name COLLATE NOCASE);
        \(RetiredCodeColumn.creation)
        \(LocationColumn.creation)
        \(LocationNameColumn.creation)
        CREATE VIRTUAL TABLE IF NOT EXISTS location_box USING rtree (id, west, east, south, north); -- 32-bit floats that hold the point
        CREATE TABLE IF NOT EXISTS region (
            id INTEGER PRIMARY KEY,        -- from 1; 0 in a summary stands for locations without a region
            code TEXT NOT NULL UNIQUE
        ) STRICT;
        CREATE INDEX IF NOT EXISTS location_by_code ON location (code);
        CREATE INDEX IF NOT EXISTS location_by_region ON location (region);
        \(ChecklistColumn.creation)
        \(ObservationColumn.creation)
        \(ObservationDetailColumn.creation)
        \(SummaryColumn.creation)
        \(ChecklistExactnessColumn.creation)
        \(DatasetLocationColumn.creation)
        \(HoldingColumn.creation)
        \(RecordRunColumn.creation)
        \(SensitiveColumn.creation)
        \(SensitivePointColumn.creation)
        \(GeneralisedColumn.creation)
        CREATE TABLE IF NOT EXISTS general_edition (     -- one row in a general edition, none in an exact one
            contacts TEXT NOT NULL         -- whom to ask for exact places, a line for each
        ) STRICT;
        """

    /// The tables that hold what was imported. All others are derived from them.
    package static let recordTables = [
        "generation", "secret", "dataset", "species", "retired_code", "location", "location_name", "checklist",
        "observation", "observation_detail", "sensitive", "sensitive_point", "general_location", "general_edition",
    ]
    /// The record tables that files of an earlier version may lack.
    package static let laterTables = [
        "generation", "secret", "retired_code", "location_name", "observation_detail", "sensitive", "sensitive_point",
        "general_location", "general_edition",
    ]
    /// The tables that are derived from the records: see `DerivedTables` and `Seal`. (`holding` also remembers when
    /// something changed.)
    package static let derivedTables = [
        "location_box", "region", "summary", "checklist_exactness", "dataset_location", "holding", "record_run",
        "seal",
    ]

    /// The large tables that an import fills.
    package enum FilledTable: String {
        case observation, checklist
    }

    /// An index of a large table. After a large import it is created again, since sorting all entries once is
    /// faster than inserting them out of order.
    package struct Index {
        let name: String
        let table: FilledTable
        /// The indexed columns in parentheses, with a WHERE clause for a partial index.
        let columns: String
        var isUnique = false
        /// Whether an import inserts rows in the order of this index.
        var isInOrder = false
        /// Whether it holds only records that have an identifier of their own.
        var isOfSources = false
    }

    /// The indexes of the large tables. The first three hold every column that a plain answer needs; SQLite appends
    /// the id to each.
    package static let indexes = [
        Index(
            name: "observation_by_date", table: .observation,
            columns: "(date, location_id, species_id, num, dataset_id)", isInOrder: true),
        Index(
            name: "observation_by_species", table: .observation,
            columns: "(species_id, date, location_id, num, dataset_id)"),
        Index(
            name: "observation_by_location", table: .observation,
            columns: "(location_id, date, species_id, num, dataset_id)"),
        Index(
            name: "observation_by_source_id", table: .observation,
            columns: "(dataset_id, source_id) WHERE source_id IS NOT NULL", isUnique: true, isOfSources: true),
        Index(
            name: "checklist_by_date", table: .checklist, columns: "(date, location_id, dataset_id)", isInOrder: true),
        Index(name: "checklist_by_location", table: .checklist, columns: "(location_id, date, dataset_id)"),
    ]

    /// An index of earlier files, which no query reads.
    private static let formerIndex = "checklist_by_dataset"

    /// About how many bytes SQLite needs to sort one entry.
    private static let sortedSize: Int64 = 40
    /// The bounds of the memory for sorting, in KiB.
    private static let leastSorted: Int64 = 4096
    private static let mostSorted: Int64 = 48 * 1024

    /// Creates the indexes that are missing, and drops `formerIndex`.
    package static func makeIndexes(
        of tables: [FilledTable] = [.observation, .checklist], in database: Database
    ) throws(StoreError) {
        try database.execute("DROP INDEX IF EXISTS \(formerIndex)")
        let cache = try database.integer("PRAGMA cache_size") ?? 0
        for index in indexes where tables.contains(index.table) {
            // SQLite sorts runs of the size of its page cache. Runs that fit into the processor's cache take half
            // the time, but with more than 16 of them SQLite merges in two passes. So a run is a 16th of the
            // entries, within the bounds.
            let last = try database.integer("SELECT max(id) FROM \(index.table.rawValue)") ?? 0
            let kilobytes = min(max(last / 16 / (1024 / sortedSize), leastSorted), mostSorted)
            try database.execute("PRAGMA cache_size = -\(kilobytes)")
            try make(index, in: database)
        }
        try database.execute("PRAGMA cache_size = \(cache)")
    }

    /// Creates the indexes that the first import of a file fills in order: SQLite appends to them, which costs less
    /// than sorting afterwards. If no record has an identifier of its own, the index of those stays empty, and is
    /// created too.
    /// - Parameter hasSources: Whether some of the records have an identifier of their own.
    package static func makeIndexesInOrder(in database: Database, hasSources: Bool) throws(StoreError) {
        for index in indexes where index.isInOrder || index.isOfSources && !hasSources {
            try make(index, in: database)
        }
    }

    private static func make(_ index: Index, in database: Database) throws(StoreError) {
        try database.execute(
            """
            CREATE \(index.isUnique ? "UNIQUE " : "")INDEX IF NOT EXISTS \(index.name)
            ON \(index.table.rawValue) \(index.columns)
            """)
    }

    /// Drops the indexes of the tables, before many rows are inserted.
    package static func dropIndexes(of tables: [FilledTable], in database: Database) throws(StoreError) {
        for index in indexes where tables.contains(index.table) {
            try database.execute("DROP INDEX IF EXISTS \(index.name)")
        }
    }

    /// An SQL condition: whether a row belongs to one of the data sets.
    package static func isOf(datasets: [Int64]) -> String { "dataset_id IN \(list(datasets))" }

    /// Ids as an SQL list in parentheses.
    package static func list(_ ids: [Int64]) -> String { "(" + ids.map(String.init).joined(separator: ", ") + ")" }

    /// Creates the tables and indexes of an empty database. Pages of 8 KiB must be set before the first table.
    package static func create(in database: Database) throws(StoreError) {
        try database.execute(
            """
            PRAGMA page_size = 8192;
            PRAGMA application_id = \(applicationID);
            PRAGMA user_version = \(version);
            """)
        try database.execute(tables)
        try Secret.make(in: database)
        try makeIndexes(in: database)
    }

    /// Refuses a file that is not ours or has another layout.
    /// - Throws: `.unusable` with a reason that says what to do, also if SQLite can't read the file.
    package static func check(_ database: Database, path: String) throws(StoreError) {
        let application: Int64
        let found: Int64
        do {
            application = try database.integer("PRAGMA application_id") ?? 0
            found = try database.integer("PRAGMA user_version") ?? 0
        } catch .sqlite(_, let message, _) {
            throw .unusable(path: path, reason: "it can't be read as a Rookery database (\(message))")
        }
        guard application == Int64(applicationID) else {
            throw .unusable(
                path: path,
                reason:
                    "it is not a Rookery database; import it into one with 'rookery import FILE --database birds.db'")
        }
        guard found <= Int64(version) else {
            throw .unusable(
                path: path,
                reason: "it was made by a newer Rookery (layout \(found), this one knows \(version)); update Rookery")
        }
        guard found > 0 else {
            throw .unusable(
                path: path, reason: "its layout number is \(found), which no Rookery writes; import into a new file")
        }
        guard found == Int64(version) else {
            throw .unusable(
                path: path,
                reason:
                    "it was made by an older Rookery (layout \(found)); import a file into it to bring it up to date"
            )
        }
    }
}
