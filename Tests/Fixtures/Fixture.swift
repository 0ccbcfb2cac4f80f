import BirdImport
import Foundation

@testable import Birds

/// A temporary folder, removed when it is released.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("birds-\(UUID().uuidString)")
        // A test of the mask for new files may run at the same time.
        try FileManager.default.createDirectory(
            at: url, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appendingPathComponent(name).path }
}

/// SplitMix64: the same numbers in every run.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// The contents of a test database. Each record has a checklist of its own or shares that of an earlier one.
/// Species and locations are referred to by their index, and are in the order of their ids.
struct Fixture {
    struct Species {
        var code: String
        var scientificName: String?
        var commonName: String?
        var category: String?
        /// Nil: a species table has those with names.
        var isListed: Bool?
    }

    struct Location {
        var code: String
        var latitude: Double?
        var longitude: Double?
        var region: String?
        var name: String?
    }

    struct Record {
        var date: Int
        var location: Int
        var species: Int
        var num: Int? = nil
        var dataset = 0
        /// The index of an earlier record whose checklist it shares, with the same date, location and data set.
        var with: Int? = nil
        var checklistCode: String? = nil
        var time: String? = nil
        var minutes: Int? = nil
        var distanceKilometres: Double? = nil
        var observers: Int? = nil
        var complete: Int? = nil
        var halfDays: Int? = nil
        var effortHours: Double? = nil
        var snowDepth: Double? = nil
        var sourceID: String? = nil
        var valid: Int? = nil
        var reviewed: Int? = nil
    }

    var datasets = ["garden"]
    var species: [Species] = []
    var locations: [Location] = []
    var records: [Record] = []

    /// Ids have gaps, like those of an import.
    static func id(ofSpecies index: Int) -> Int { (index + 1) * 1_048_576 }
    static func id(ofLocation index: Int) -> Int { (index + 1) * 65_536 }

    /// The ids of the records in the default order.
    var ordered: [Int] {
        records.indices.sorted { a, b in
            let (one, other) = (records[a], records[b])
            let key = { (record: Record, index: Int) in
                [record.date, record.location, record.species, record.num ?? -1, record.dataset, index]
            }
            return key(one, a).lexicographicallyPrecedes(key(other, b))
        }.map { $0 + 1 }
    }

    func write(to path: String) throws {
        let database = try Database(path: path, mode: .readWrite)
        try Schema.create(in: database)
        try database.execute("BEGIN")
        for (index, name) in datasets.enumerated() {
            let count = records.count { $0.dataset == index }
            let insert = try database.prepare(
                "INSERT INTO dataset VALUES (?1, ?2, 'plain', 'a \"source\"', NULL, NULL, '2024-05-06T07:08:09Z', ?3, ?3, 0, 0, 0)"
            )
            insert.bind(1, index + 1)
            insert.bind(2, name)
            insert.bind(3, count)
            try insert.run()
        }
        for (index, species) in species.enumerated() {
            let insert = try database.prepare("INSERT INTO species VALUES (?1, ?2, ?3, ?4, ?5, NULL, ?6)")
            insert.bind(1, Fixture.id(ofSpecies: index))
            insert.bind(2, species.code)
            insert.bind(3, species.scientificName)
            insert.bind(4, species.commonName)
            insert.bind(5, species.category)
            let isListed = species.isListed ?? (species.scientificName != nil || species.commonName != nil)
            insert.bind(6, isListed ? 1 : 0)
            try insert.run()
        }
        for (index, location) in locations.enumerated() {
            let insert = try database.prepare("INSERT INTO location VALUES (?1, ?2, ?3, ?4, ?5)")
            insert.bind(1, Fixture.id(ofLocation: index))
            insert.bind(2, location.code)
            insert.bind(3, location.latitude)
            insert.bind(4, location.longitude)
            insert.bind(5, location.region)
            try insert.run()
            let name = try database.prepare(
                "INSERT INTO location_name SELECT ?1, id, ?2 FROM dataset WHERE ?2 IS NOT NULL")
            name.bind(1, Fixture.id(ofLocation: index))
            name.bind(2, location.name)
            try name.run()
        }
        let checklist = try database.prepare(
            """
            INSERT INTO checklist (id, dataset_id, code, location_id, date, time, minutes, distance_km, observers, complete,
                half_days, effort_hours_atleast, snow_depth_atleast)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
            """)
        let observation = try database.prepare(
            "INSERT INTO observation VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")
        for (index, record) in records.enumerated() {
            checklist.bind(1, index + 1001)
            checklist.bind(2, record.dataset + 1)
            checklist.bind(3, record.checklistCode)
            checklist.bind(4, Fixture.id(ofLocation: record.location))
            checklist.bind(5, record.date)
            checklist.bind(6, record.time)
            checklist.bind(7, record.minutes)
            checklist.bind(8, record.distanceKilometres)
            checklist.bind(9, record.observers)
            checklist.bind(10, record.complete)
            checklist.bind(11, record.halfDays)
            checklist.bind(12, record.effortHours)
            checklist.bind(13, record.snowDepth)
            if record.with == nil { try checklist.run() }
            observation.bind(1, index + 1)
            observation.bind(2, (record.with ?? index) + 1001)
            observation.bind(3, record.dataset + 1)
            observation.bind(4, record.date)
            observation.bind(5, Fixture.id(ofLocation: record.location))
            observation.bind(6, Fixture.id(ofSpecies: record.species))
            observation.bind(7, record.num)
            observation.bind(8, record.sourceID)
            observation.bind(9, record.valid)
            observation.bind(10, record.reviewed)
            try observation.run()
        }
        try DerivedTables.rebuild(in: database)
        try RecordCounts.mend(in: database)
        // So that equal fixtures have equal ids and tokens.
        try database.execute("UPDATE secret SET key = zeroblob(length(key))")
        // 2024-05-06T07:08:09Z, as the data sets have it.
        try Holdings.update(in: database, of: nil, now: 1_714_979_289)
        try Holdings.updateSpecies(in: database, now: 1_714_979_289)
        _ = try PublishedGeneration.renew(in: database, now: Int64(time(nil)))
        try database.execute("COMMIT")
        try Seal.set(in: database)
    }

    /// Gives the records of an edited database ids to be shown with.
    static func number(_ database: Database) throws { try Holdings.update(in: database, of: nil, now: 0) }

    /// A database of many records, locations and species, with unknown months and days, equal counts and shared
    /// codes of locations.
    static func random(seed: UInt64, records count: Int) -> Fixture {
        var random = SplitMix(state: seed)
        var fixture = Fixture(datasets: ["garden", "atlas", "ringing"])
        for index in 0..<60 {
            let isNamed = index % 10 != 9
            fixture.species.append(
                Species(
                    code: "sp\(100 + index)", scientificName: isNamed ? "Avis numero\(index)" : nil,
                    commonName: isNamed ? "Bird \(index)" : nil, category: isNamed ? "species" : nil))
        }
        let regions = ["CA", "CA-BC", "CA-YT", "CA-YT-001", "CAX", "US-AK", "US-CA", nil]
        for index in 0..<90 {
            // Two locations for each code.
            fixture.locations.append(
                Location(
                    code: "L\(100 + index / 2)", latitude: Double(index) / 7, longitude: -Double(index) / 3,
                    region: regions[Int.random(in: 0..<regions.count, using: &random)], name: nil))
        }
        for _ in 0..<count {
            let month = Int.random(in: 0...12, using: &random)
            let day = month == 0 ? 0 : Int.random(in: 0...28, using: &random)
            fixture.records.append(
                Record(
                    date: Int.random(in: 2015...2022, using: &random) * 10_000 + month * 100 + day,
                    location: Int.random(in: 0..<90, using: &random), species: Int.random(in: 0..<60, using: &random),
                    num: Bool.random(using: &random) ? Int.random(in: 0...3, using: &random) : nil,
                    dataset: Int.random(in: 0..<3, using: &random)))
        }
        // Some records differ only in their data set and id.
        for index in 0..<count / 20 {
            var copy = fixture.records[index]
            copy.dataset = (copy.dataset + index) % 3
            fixture.records.append(copy)
        }
        return fixture
    }
}

extension ObservationStore {
    /// The whole answer as text, read in pieces of about this many bytes.
    func text(
        _ query: ObservationQuery, view: View = .everything, format: RowFormat = .json, piece: Int = 65_536
    ) throws -> String {
        try rows(.observations(query), view: view, format: format).text(piece: piece)
    }

    /// The ids of the matching records, in the order of the query.
    func ids(_ query: ObservationQuery, view: View = .everything) throws -> [Int] {
        var query = query
        query.fields = [.id]
        return try text(query, view: view, format: .csv).split(separator: "\r\n").dropFirst().compactMap {
            try row(shown: $0)
        }
    }

    /// The id of the row of the record that is shown with an id.
    func row(shown id: some StringProtocol) throws -> Int? {
        try Int64(id).flatMap { try exact.records.ids.row(shown: $0) }.map(Int.init)
    }

    /// The id that a record is shown with.
    func shown(row id: Int) throws -> Int64? {
        try exact.records.row(Int64(id)).flatMap { try exact.records.ids.shown($0) }
    }
}

extension RowCursor {
    func text(piece: Int = 65_536) throws -> String {
        var bytes: [UInt8] = []
        while try !fill(&bytes, limit: bytes.count + piece) {}
        return String(decoding: bytes, as: UTF8.self)
    }
}
