import BirdImport
import Foundation

@testable import Birds

/// A file with an exact edition and a general one behind it.
enum TwoEditions {
    /// Writes the editions. They have different ids of everything, and different secrets.
    /// - Parameter change: Changes both editions after they were written, such as their details.
    static func write(
        exact: Fixture, general: Fixture, to path: String, change: (Database) throws -> Void = { _ in }
    ) throws {
        let parts = [path + ".exact", path + ".general"]
        try exact.write(to: parts[0])
        try general.write(to: parts[1])
        let database = try Database(path: parts[0], mode: .readWrite)
        try change(database)
        try finish(database)
        let other = try Database(path: parts[1], mode: .readWrite)
        try change(other)
        try renumber(other)
        try copyGeneration(from: database, to: other)
        try other.execute("INSERT INTO general_edition VALUES ('')")
        try finish(other)
        try join(parts, to: path)
    }

    /// Writes one file behind the other into a third.
    static func join(_ parts: [String], to path: String) throws {
        var bytes = Data()
        for part in parts { bytes += try Data(contentsOf: URL(fileURLWithPath: part)) }
        try bytes.write(to: URL(fileURLWithPath: path))
    }

    /// Makes the row in `generation` the same.
    static func copyGeneration(from database: Database, to other: Database) throws {
        try other.execute("DELETE FROM generation")
        let insert = try other.prepare("INSERT INTO generation VALUES (?1, ?2)")
        insert.bind(1, try database.text("SELECT id FROM generation"))
        insert.bind(2, try database.text("SELECT published_at FROM generation"))
        try insert.run()
    }

    /// Makes all that is derived agree with the records.
    private static func finish(_ database: Database) throws {
        try DerivedTables.rebuild(in: database, isKnown: false)
        try RecordCounts.mend(in: database)
        try Holdings.update(in: database, of: nil, now: 1_714_979_289)
        try Holdings.updateSpecies(in: database, now: 1_714_979_289)
        // A change makes them a second later than before.
        try database.execute("UPDATE holding SET changed_at = 1714979289")
        try Seal.set(in: database)
    }

    private static func renumber(_ database: Database) throws {
        try database.execute(
            """
            UPDATE secret SET key = x'\(String(repeating: "5A", count: 112))';
            UPDATE dataset SET id = id + 1000;
            UPDATE species SET id = id + 1000000000;
            UPDATE location SET id = id + 7000000;
            UPDATE location_name SET location_id = location_id + 7000000, dataset_id = dataset_id + 1000;
            UPDATE checklist SET id = id + 50000, location_id = location_id + 7000000, dataset_id = dataset_id + 1000;
            UPDATE observation SET id = id + 70000, checklist_id = checklist_id + 50000, dataset_id = dataset_id + 1000,
                location_id = location_id + 7000000, species_id = species_id + 1000000000;
            UPDATE observation_detail SET id = id + 70000;
            """)
    }
}
