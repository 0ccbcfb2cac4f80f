import BirdImport
import Birds
import FileSystem
import Glibc

/// A folder for one test, removed when it is released.
final class ImportFixture {
    let folder: String

    init() throws {
        var template = Array("/tmp/rookery-import-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw ChangeError.failed("no temporary folder") }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// A folder with a database that has a taxonomy of eBird.
    /// - Parameter taxonomy: Its rows, each with number, category, code, common name and scientific name.
    convenience init(taxonomy: String) throws {
        try self.init()
        write("taxonomy.csv", "TAXON_ORDER,CATEGORY,SPECIES_CODE,PRIMARY_COM_NAME,SCI_NAME\n" + taxonomy)
        try run("taxonomy.csv")
    }

    deinit {
        for name in names { unlink(path(name)) }
        rmdir(folder)
    }

    func path(_ name: String) -> String { "\(folder)/\(name)" }
    var database: String { path("birds.db") }

    /// The files in the folder, sorted.
    var names: [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    @discardableResult
    func write(_ name: String, _ text: String) -> String { write(name, Array(text.utf8)) }

    @discardableResult
    func write(_ name: String, _ bytes: [UInt8]) -> String {
        if let file = fopen(path(name), "w") {
            fwrite(bytes, 1, bytes.count, file)
            fclose(file)
        }
        return path(name)
    }

    func bytes(_ name: String) -> [UInt8] {
        guard let file = fopen(path(name), "r") else { return [] }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 65536)
        while case let count = fread(&block, 1, block.count, file), count > 0 { bytes += block.prefix(count) }
        return bytes
    }

    func text(_ name: String) -> String { String(decoding: bytes(name), as: UTF8.self) }

    /// Imports files by their names in this folder.
    @discardableResult
    func run(_ files: String..., change: (inout ImportOptions) -> Void = { _ in }) throws(ChangeError)
        -> ImportReport
    {
        try run(files: files, change: change)
    }

    @discardableResult
    func run(files: [String], change: (inout ImportOptions) -> Void = { _ in }) throws(ChangeError) -> ImportReport {
        var options = ImportOptions(files: files.map(path), database: database)
        // 2024-05-06 07:08:09 UTC.
        options.now = 1_714_979_289
        change(&options)
        return try Importer.run(options)
    }

    /// The rows of a query, with cells joined by `|` and NULL as an empty cell.
    func rows(_ sql: String) throws -> [String] {
        try Database(path: database, mode: .readOnly).rows(sql)
    }

    /// All records in the default order.
    func records() throws -> [String] {
        try rows(
            """
            SELECT l.code, l.latitude, l.longitude, l.region, o.date, s.code, o.num
            FROM observation o JOIN location l ON l.id = o.location_id JOIN species s ON s.id = o.species_id
            ORDER BY o.date, o.location_id, o.species_id, o.num, o.id
            """)
    }

    /// Whether the file is intact and keeps the rules of `Schema`.
    /// - Parameter hasVisits: Whether there may be checklists without records.
    func isSound(hasVisits: Bool = false) throws -> Bool {
        let broken = try rows(
            """
            SELECT 'ids of species' FROM species a JOIN species b ON a.code < b.code AND a.id > b.id
            UNION SELECT 'ids of locations' FROM location a JOIN location b ON a.id < b.id
                AND (a.code, coalesce(a.latitude, -91), coalesce(a.longitude, -181), coalesce(a.region, ''))
                >= (b.code, coalesce(b.latitude, -91), coalesce(b.longitude, -181), coalesce(b.region, ''))
            UNION SELECT 'checklist of observation' FROM observation o LEFT JOIN checklist c ON c.id = o.checklist_id
                AND (c.dataset_id, c.date, c.location_id) = (o.dataset_id, o.date, o.location_id) WHERE c.id IS NULL
            UNION SELECT 'empty checklist' FROM checklist WHERE NOT \(hasVisits) AND id NOT IN (SELECT checklist_id FROM observation)
            UNION SELECT 'unused location' FROM location WHERE id NOT IN (SELECT location_id FROM observation)
                AND id NOT IN (SELECT location_id FROM checklist)
            UNION SELECT 'location of checklist' FROM checklist WHERE location_id NOT IN (SELECT id FROM location)
            UNION SELECT 'counts' FROM dataset d WHERE
                records <> (SELECT count(*) FROM observation WHERE dataset_id = d.id)
                OR checklists <> (SELECT count(*) FROM checklist WHERE dataset_id = d.id)
            UNION SELECT 'missing location of data set' FROM (
                SELECT location_id, dataset_id FROM checklist EXCEPT SELECT location_id, dataset_id FROM dataset_location)
            UNION SELECT 'unused location of data set' FROM (
                SELECT location_id, dataset_id FROM dataset_location EXCEPT SELECT location_id, dataset_id FROM checklist)
            UNION SELECT 'unused name' FROM (
                SELECT location_id, dataset_id FROM location_name EXCEPT SELECT location_id, dataset_id FROM dataset_location)
            UNION SELECT 'holding' FROM (
                SELECT dataset_id, region, count(DISTINCT c.id) FROM checklist c JOIN location l ON l.id = location_id GROUP BY 1, 2
                EXCEPT SELECT dataset_id, region, checklists FROM holding WHERE description = 0)
            UNION SELECT 'records of holding' FROM holding h WHERE description = 0 AND records <> (
                SELECT count(*) FROM observation o JOIN location l ON l.id = o.location_id
                WHERE o.dataset_id = h.dataset_id AND l.region IS h.region)
            """)
        let inexact = """
            FROM observation o JOIN observation_detail d ON d.id = o.id JOIN checklist c ON c.id = o.checklist_id
            WHERE coalesce(coordinate_uncertainty_m, generalised) IS NOT NULL GROUP BY
            """
        let worst = "max(coordinate_uncertainty_m), max(generalised)"
        for (columns, table) in [
            ("c.id", "checklist_exactness"), ("c.location_id, c.dataset_id", "dataset_location"),
        ] {
            let right = try rows("SELECT \(columns), \(worst) \(inexact) \(columns) ORDER BY 1, 2")
            let known = "coalesce(coordinate_uncertainty_m, generalised) IS NOT NULL"
            guard try rows("SELECT * FROM \(table) WHERE \(known) ORDER BY 1, 2") == right else { return false }
        }
        let indexes = try rows("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL").count
        guard try hasRightHoldings() else { return false }
        return try broken.isEmpty && indexes == Schema.indexes.count + 4
            && rows("PRAGMA integrity_check") == ["ok"]
    }

    /// Whether holdings are as reading all records makes them, and number their records in the order of ids.
    private func hasRightHoldings() throws -> Bool {
        let database = try Database(path: database, mode: .readWrite)
        func stored() throws -> [String] {
            try database.rows("SELECT * FROM holding ORDER BY id")
                + database.rows("SELECT holding_id, first_id, first_number, hex(runs) FROM record_run ORDER BY 1, 2")
        }
        let before = try stored()
        try database.execute("BEGIN")
        try Holdings.update(in: database, of: nil, now: 0)
        let after = try stored()
        try database.execute("ROLLBACK")
        let records = try database.prepare(
            """
            SELECT h.id, o.id FROM observation o JOIN location l ON l.id = o.location_id
            JOIN holding h ON h.dataset_id = o.dataset_id AND h.region IS l.region AND description = 0 ORDER BY 1, 2
            """)
        let select = try database.prepare(
            """
            SELECT first_id, first_number, runs FROM record_run WHERE holding_id = ?1 AND first_id <= ?2
            ORDER BY first_id DESC LIMIT 1
            """)
        var numbers: [Int64: Int64] = [:]
        while try records.step() {
            let (holding, id) = (records.int64(0), records.int64(1))
            select.bind(1, holding)
            select.bind(2, id)
            guard try select.step() else { return false }
            var runs = RecordRuns(firstID: select.int64(0), firstNumber: select.int64(1), bytes: select.bytes(2))
            select.reset()
            let number = numbers[holding, default: 0]
            guard runs.number(of: id) == number, runs.id(of: number) == id else { return false }
            numbers[holding] = number + 1
        }
        return before == after
    }
}

extension Database {
    /// The rows of a query, with cells joined by `|`.
    func rows(_ sql: String, null: String = "") throws -> [String] {
        let statement = try prepare(sql)
        var rows: [String] = []
        while try statement.step() {
            rows.append(statement.columnNames.indices.map { statement.text(Int32($0)) ?? null }.joined(separator: "|"))
        }
        return rows
    }
}

/// The header of a plain file.
let plainHeader = "loc_id,latitude,longitude,region,year,month,day,species_id,num\n"

/// The header of a raw FeederWatch file.
let feederWatchHeader =
    "LOC_ID,LATITUDE,LONGITUDE,SUBNATIONAL1_CODE,ENTRY_TECHNIQUE,SUB_ID,OBS_ID,Month,Day,Year,PROJ_PERIOD_ID,"
    + "SPECIES_CODE,alt_full_spp_code,HOW_MANY,PLUS_CODE,VALID,REVIEWED,DAY1_AM,DAY1_PM,DAY2_AM,DAY2_PM,"
    + "EFFORT_HRS_ATLEAST,SNOW_DEP_ATLEAST,Data_Entry_Method\n"

/// A row of a raw FeederWatch file.
func feederWatchRow(
    sub: String = "S1", obs: String, species: String = "stejay", count: String = "2", valid: String = "1",
    day: String = "3", halfDays: String = "1,0,NA,1", effort: String = "1.001", snow: String = "0"
) -> String {
    "L1,60.5,-135.25,CA-YT,WEB,\(sub),\(obs),2,\(day),2021,PFW_2021,\(species),NA,\(count),NA,\(valid),0,\(halfDays),"
        + "\(effort),\(snow),PFW Web\n"
}
