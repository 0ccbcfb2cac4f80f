/// The layout of a database, and its version.
///
/// A data set has checklists (a visit: one place, one date), a checklist has observations (a species and a number).
/// Observations repeat the date, the place and the data set of their checklist, so that every filter has an index that holds
/// all that an answer needs.
///
/// Invariants:
/// - The default order of records is `(date, location_id, species_id, num, dataset_id, id)`, as that of the indexes. So ids of
///   locations ascend with `(code, latitude, longitude, region)`, ids of species with `code`: see `OrderedIDs`.
/// - A date is an integer `yyyymmdd`; month or day are 00 where they are not known. (An edit may leave any number: see `StoredDate`.)
/// - `location.code` with its coordinates and region is one place; the same code elsewhere is another row.
/// - A row of `species` may be unknown to every table of species: then it has no names.
/// - We never change a file once it has its name: see `Generation`. What another program changes, `Mending` puts in order.
package enum Schema {
    /// `application_id` of a database of ours: "Rook".
    package static let applicationID = 0x526F_6F6B

    /// The statements that make what is missing of the tables and their small indexes.
    package static let tables = """
        CREATE TABLE IF NOT EXISTS generation (          -- one row: what tells this file from every other one
            id TEXT NOT NULL,              -- 32 random hexadecimal digits, new with every change
            published_at TEXT NOT NULL     -- UTC, ISO 8601
        ) STRICT;
        CREATE TABLE IF NOT EXISTS seal (                -- one row: see `Seal`
            header BLOB NOT NULL
        ) STRICT;
        \(DatasetColumn.creation)
        \(SpeciesColumn.creation)
        CREATE INDEX IF NOT EXISTS species_by_scientific_name ON species (scientific_name COLLATE NOCASE);
        CREATE INDEX IF NOT EXISTS species_by_common_name ON species (common_name COLLATE NOCASE);
        \(LocationColumn.creation)
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
        """

    /// What a file is about. All else follows from these.
    package static let recordTables = [
        "generation", "dataset", "species", "location", "checklist", "observation", "observation_detail",
    ]
    /// Those of them that an earlier version did not make.
    package static let laterTables = ["generation", "observation_detail"]
    /// What follows from the records: see `DerivedTables` and `Seal`.
    package static let derivedTables = ["location_box", "region", "summary", "seal"]

    /// The tables that an import fills.
    package enum FilledTable: String {
        case observation, checklist
    }

    /// An index of a table that an import fills. It is made after a large one, since sorting once is faster than inserting in
    /// disorder.
    package struct Index {
        let name: String
        let table: FilledTable
        let columns: String
        var isUnique = false
        /// Whether an import inserts rows in its order.
        var isInOrder = false
        /// Whether only records that have a code of their own are in it.
        var isOfSources = false
    }

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

    /// Of earlier files; no query reads it.
    private static let formerIndex = "checklist_by_dataset"

    /// How many bytes SQLite needs to sort an entry, about.
    private static let sortedSize: Int64 = 40
    /// How much it sorts at once, in KiB.
    private static let leastSorted: Int64 = 4096
    private static let mostSorted: Int64 = 48 * 1024

    /// Makes those indexes that are missing.
    package static func makeIndexes(
        of tables: [FilledTable] = [.observation, .checklist], in database: Database
    ) throws(StoreError) {
        try database.execute("DROP INDEX IF EXISTS \(formerIndex)")
        let cache = try database.integer("PRAGMA cache_size") ?? 0
        for index in indexes where tables.contains(index.table) {
            // SQLite sorts as much at once as its cache holds. What fits into that of the processor is sorted in half the time;
            // but more than 16 sorted runs are merged twice.
            let last = try database.integer("SELECT max(id) FROM \(index.table.rawValue)") ?? 0
            let kilobytes = min(max(last / 16 / (1024 / sortedSize), leastSorted), mostSorted)
            try database.execute("PRAGMA cache_size = -\(kilobytes)")
            try make(index, in: database)
        }
        try database.execute("PRAGMA cache_size = \(cache)")
    }

    /// Makes those that an import fills in their order, where it is the first: SQLite adds rows to their ends, which costs less
    /// than to sort them later.
    /// - Parameter hasSources: whether some of the records have a code of their own.
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

    package static func dropIndexes(of tables: [FilledTable], in database: Database) throws(StoreError) {
        for index in indexes where tables.contains(index.table) {
            try database.execute("DROP INDEX IF EXISTS \(index.name)")
        }
    }

    /// Whether a row is of some data sets, as SQL.
    package static func isOf(datasets: [Int64]) -> String { "dataset_id IN \(list(datasets))" }

    /// Ids as SQL.
    package static func list(_ ids: [Int64]) -> String { "(" + ids.map(String.init).joined(separator: ", ") + ")" }

    /// Lays out an empty database.
    package static func create(in database: Database) throws(StoreError) {
        try database.execute(
            """
            PRAGMA page_size = 8192;
            PRAGMA application_id = \(applicationID);
            PRAGMA user_version = \(version);
            """)
        try database.execute(tables)
        try makeIndexes(in: database)
    }

    /// Refuses a file that is not ours, or of another version, with a sentence that says what to do.
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
