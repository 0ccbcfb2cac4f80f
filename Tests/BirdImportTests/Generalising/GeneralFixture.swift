import Birds
import Glibc
import Testing

@testable import BirdImport
@testable import Fixtures

extension ImportFixture {
    /// The general edition of the database.
    func general() throws -> Database {
        let file = try #require(FileHeaderOfPath.size(database))
        return try Database(path: database, mode: .readOnlyPart(offset: file))
    }

    /// The records of the general edition in their order, with all that a list leaves.
    func generalRecords(_ more: String = "") throws -> [String] {
        try general().rows(
            """
            SELECT l.code, l.latitude, l.longitude, l.region, o.date, s.code, o.num\(more)
            FROM observation o JOIN location l ON l.id = o.location_id JOIN species s ON s.id = o.species_id
            JOIN dataset d ON d.id = o.dataset_id LEFT JOIN checklist c ON c.id = o.checklist_id
            LEFT JOIN observation_detail t ON t.id = o.id LEFT JOIN general_location g ON g.id = l.id
            ORDER BY o.id
            """)
    }

    /// All rows of all tables of the general edition but those that differ by design.
    func generalDump() throws -> [String] {
        let general = try general()
        var dump: [String] = []
        for table in Schema.recordTables + Schema.derivedTables where !["generation", "seal"].contains(table) {
            let columns = try general.rows("SELECT name FROM pragma_table_info('\(table)')")
                .map { $0 == "runs" || $0 == "key" ? "hex(\($0))" : $0 }.joined(separator: ", ")
            dump += try general.rows("SELECT \(columns) FROM \(table)").sorted().map { "\(table): \($0)" }
        }
        return dump
    }
}

enum FileHeaderOfPath {
    /// The size of the database in a file, in bytes; nil if nothing is behind it.
    static func size(_ path: String) -> Int64? {
        let descriptor = open(path, O_RDONLY)
        defer { close(descriptor) }
        return Edition.offsetOfGeneral(in: descriptor)
    }
}
