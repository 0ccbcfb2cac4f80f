import Birds
import Glibc

/// Which locations, checklists and records of a database the entries of a list protect, and how.
///
/// Rules:
/// - An entry matches the records of its species, or the records and checklists at its location, that may be in its
///   region and season. What is not known of a record may be anything. A number of 0 is no record of a species; it is
///   hidden with the others.
/// - With the scope `cell`, all locations in the cell of what matches are marked, whatever else is there. With `place`,
///   all locations at its point are, and with `checklist` only the checklist is.
/// - The coarsest mark counts.
///
/// The marks are in temporary tables of the connection, since there may be many: `marked_location (id, size)`,
/// `marked_checklist (id, size)`, `withheld_record (id, has_year)` and `hidden_checklist (id)`, which has those of
/// hidden locations. A size is in millionths of a degree.
struct SensitiveMarks {
    private let database: Database
    /// The entries, and the ids of the species that each covers; empty for one of a location.
    private let entries: [(entry: SensitiveEntry, species: [Int64])]

    /// How far from the point of a location another one is the same, in degrees of latitude: about 50 m.
    static let tolerance = 0.0005

    /// - Parameter database: A database with all its indexes.
    init(_ entries: [SensitiveEntry], in database: Database) throws(StoreError) {
        self.database = database
        var names: [String] = []
        for entry in entries { if case .species(let name) = entry.subject { names.append(name) } }
        var found = try SensitiveSpecies(database).ids(of: names)[...]
        self.entries = entries.map { entry in
            if case .species = entry.subject { (entry, found.popFirst() ?? []) } else { (entry, []) }
        }
    }

    /// What finds the names that are like those of the entries.
    func alikeNames() throws(StoreError) -> AlikeNames { try AlikeNames(entries, in: database) }

    /// The entries that match nothing that the database knows.
    func unknown() throws(StoreError) -> [SensitiveEntry] {
        try database.execute("CREATE TEMP TABLE matching_location (id INTEGER PRIMARY KEY)")
        var unknown: [SensitiveEntry] = []
        for (entry, species) in entries {
            switch entry.subject {
            case .species: if species.isEmpty { unknown.append(entry) }
            case .location(let code):
                try findLocations(code, entry.points)
                if try database.integer("SELECT 1 FROM matching_location LIMIT 1") == nil { unknown.append(entry) }
            }
        }
        try database.execute("DROP TABLE matching_location")
        return unknown
    }

    /// Makes the temporary tables.
    /// - Parameter look: Called for each entry with the ids of the species that it covers, while what it matches is in
    ///   the temporary tables `matching (id, location_id, dataset_id)`, of records, and `matching_visit`, which is the
    ///   same of checklists.
    /// - Returns: How many records each entry matches.
    @discardableResult
    func make(
        look: (SensitiveEntry, _ species: [Int64]) throws(StoreError) -> Void = { (_, _) in }
    ) throws(StoreError) -> [Int64] {
        try makeTablesOfMatches()
        try database.execute(
            """
            CREATE TEMP TABLE marked_location (id INTEGER PRIMARY KEY, size INTEGER NOT NULL);
            CREATE TEMP TABLE marked_checklist (id INTEGER PRIMARY KEY, size INTEGER NOT NULL);
            CREATE TEMP TABLE withheld_record (id INTEGER PRIMARY KEY, has_year INTEGER NOT NULL);
            CREATE TEMP TABLE hidden_checklist (id INTEGER PRIMARY KEY);
            """)
        var marked = MarkedPlaces()
        var counts: [Int64] = []
        for (entry, species) in entries {
            try match(entry, species)
            counts.append(try database.integer("SELECT count(*) FROM matching") ?? 0)
            try look(entry, species)
            switch (entry.protection, entry.scope) {
            case (.hidden, _): try withhold(hasYear: false)
            case (.withoutPlace, _): try withhold(hasYear: true)
            case (.cell(let size), .checklist): try mark(checklists: size)
            case (.cell(let size), let scope): try mark(size, scope, in: &marked)
            }
        }
        try mark(marked)
        try dropTablesOfMatches()
        return counts
    }

    /// Finds which records of a temporary table the entries withhold, and makes the temporary table `withheld (id)` of
    /// them. They need not be stored. A new location is that of an entry if it has its code.
    /// - Parameter table: It has the columns `id`, `location_id`, `dataset_id`, `species_id` and `date`.
    func findWithheld(in table: String) throws(StoreError) {
        try makeTablesOfMatches()
        try database.execute("CREATE TEMP TABLE withheld (id INTEGER PRIMARY KEY)")
        for (entry, species) in entries where entry.protection.size == nil {
            try match(entry, species, in: table)
            try database.execute("INSERT OR IGNORE INTO withheld SELECT id FROM matching")
        }
        try dropTablesOfMatches()
    }

    private func makeTablesOfMatches() throws(StoreError) {
        try database.execute(
            """
            CREATE TEMP TABLE matching (id INTEGER, location_id INTEGER, dataset_id INTEGER);
            CREATE TEMP TABLE matching_visit (id INTEGER, location_id INTEGER, dataset_id INTEGER);
            CREATE TEMP TABLE matching_location (id INTEGER PRIMARY KEY);
            CREATE TEMP TABLE matching_region (code TEXT);
            """)
    }

    private func dropTablesOfMatches() throws(StoreError) {
        try database.execute(
            "DROP TABLE matching; DROP TABLE matching_visit; DROP TABLE matching_location; DROP TABLE matching_region")
    }

    /// Drops the tables.
    static func drop(in database: Database) throws(StoreError) {
        try database.execute(
            """
            DROP TABLE temp.marked_location; DROP TABLE temp.marked_checklist; DROP TABLE temp.withheld_record;
            DROP TABLE temp.hidden_checklist
            """)
    }

    /// Finds what an entry matches.
    /// - Parameter table: Has the records; nil for those of the database.
    private func match(
        _ entry: SensitiveEntry, _ species: [Int64], in table: String? = nil
    ) throws(StoreError) {
        try database.execute("DELETE FROM matching; DELETE FROM matching_visit")
        var conditions: [String] = []
        if let region = entry.region {
            try findRegions(region)
            conditions.append(
                """
                location_id IN (
                    SELECT id FROM main.location WHERE region IS NULL OR region IN (SELECT code FROM matching_region))
                """)
        }
        if let season = entry.season { conditions.append(season.mayContain("date")) }
        func insert(into table: String, from source: String, if more: [String]) throws(StoreError) {
            try database.execute(
                """
                INSERT INTO \(table) SELECT id, location_id, dataset_id FROM \(source)
                WHERE \((more + conditions).joined(separator: " AND "))
                """)
        }
        switch entry.subject {
        case .species:
            try insert(
                into: "matching", from: table ?? "main.observation INDEXED BY observation_by_species",
                if: ["species_id IN \(Schema.list(species))"] + (entry.protection.size != nil ? ["num IS NOT 0"] : []))
        case .location(let code):
            try findLocations(code, entry.points)
            let isThere = "location_id IN (SELECT id FROM matching_location)"
            try insert(
                into: "matching", from: table ?? "main.observation INDEXED BY observation_by_location", if: [isThere])
            if table != nil { return }
            try insert(into: "matching_visit", from: "main.checklist INDEXED BY checklist_by_location", if: [isThere])
        }
    }

    /// Finds the locations of an entry: those with its code, and those at the points that it has or had.
    private func findLocations(_ code: String, _ old: Set<PlacePoint>) throws(StoreError) {
        try database.execute("DELETE FROM matching_location")
        let insert = try database.prepare(
            """
            INSERT INTO matching_location SELECT id FROM main.location INDEXED BY location_by_code WHERE code = ?1
            """)
        insert.bind(1, code)
        try insert.run()
        let points = try database.prepare(
            "SELECT latitude, longitude FROM main.location WHERE id IN (SELECT id FROM matching_location)")
        var all = old
        while try points.step() { if let point = PlacePoint(points, from: 0) { all.insert(point) } }
        let near = try database.prepare(
            """
            INSERT OR IGNORE INTO matching_location SELECT l.id FROM main.location_box b JOIN main.location l ON l.id = b.id
            WHERE west <= ?2 + ?4 AND east >= ?2 - ?4 AND south <= ?1 + ?3 AND north >= ?1 - ?3
                AND abs(latitude - ?1) <= ?3 AND abs(longitude - ?2) <= ?4
            """)
        for point in all {
            near.bind(1, point.latitude)
            near.bind(2, point.longitude)
            near.bind(3, Self.tolerance)
            // Degrees of longitude are shorter towards the poles.
            near.bind(4, Self.tolerance / max(cos(point.latitude * .pi / 180), 0.001))
            try near.run()
        }
    }

    /// Finds the regions that may be in that of an entry.
    private func findRegions(_ region: String) throws(StoreError) {
        try database.execute("DELETE FROM matching_region")
        let codes = try database.prepare("SELECT DISTINCT region FROM main.location WHERE region IS NOT NULL")
        let insert = try database.prepare("INSERT INTO matching_region VALUES (?1)")
        while try codes.step() {
            let code = codes.bytes(0)
            guard SensitiveRegion.mayContain(String(decoding: code, as: UTF8.self), region) else { continue }
            insert.bind(1, utf8: code, code.indices)
            try insert.run()
        }
    }

    /// Withholds the matching records. No checklist of a hidden location is shown.
    private func withhold(hasYear: Bool) throws(StoreError) {
        try database.execute(
            """
            INSERT INTO withheld_record SELECT id, \(hasYear ? 1 : 0) FROM matching
            WHERE true ON CONFLICT DO UPDATE SET has_year = min(has_year, excluded.has_year);
            INSERT OR IGNORE INTO hidden_checklist SELECT id FROM matching_visit;
            """)
    }

    private func mark(checklists size: GridSize) throws(StoreError) {
        try database.execute(
            """
            INSERT INTO marked_checklist SELECT id, \(size.microdegrees) FROM (
                SELECT checklist_id AS id FROM matching m CROSS JOIN main.observation o ON o.id = m.id
                UNION SELECT id FROM matching_visit)
            WHERE true ON CONFLICT DO UPDATE SET size = max(size, excluded.size)
            """)
    }

    /// What is marked by where it is.
    private struct MarkedPlaces {
        var cells: [GridSize: Set<GridCell>] = [:]
        var points: [PlacePoint: GridSize] = [:]
        /// By the ids of locations that are in no cell.
        var locations: [Int64: GridSize] = [:]
    }

    /// Marks the cells or points of what matches. Locations with the same code are one place: the point of one tells
    /// where another is that has none.
    private func mark(
        _ size: GridSize, _ scope: SensitiveEntry.Scope, in marked: inout MarkedPlaces
    ) throws(StoreError) {
        let places = try database.prepare(
            """
            SELECT id, latitude, longitude, code FROM main.location WHERE id IN (
                SELECT location_id FROM matching UNION SELECT location_id FROM matching_visit)
            """)
        let sameCode = try database.prepare(
            """
            SELECT id, latitude, longitude FROM main.location INDEXED BY location_by_code
            WHERE code = ?1 AND code <> '' AND latitude IS NOT NULL AND longitude IS NOT NULL
            """)
        func mark(_ row: Statement) -> Bool {
            guard let point = PlacePoint(row, from: 1),
                let cell = GridCell(latitude: point.latitude, longitude: point.longitude, size)
            else { return false }
            if scope == .cell {
                marked.cells[size, default: []].insert(cell)
            } else {
                marked.points[point] = max(size, marked.points[point] ?? size)
            }
            return true
        }
        while try places.step() {
            if mark(places) { continue }
            let id = places.int64(0)
            marked.locations[id] = max(size, marked.locations[id] ?? size)
            let code = places.bytes(3)
            sameCode.bind(1, utf8: code, code.indices)
            while try sameCode.step() { _ = mark(sameCode) }
            sameCode.reset()
        }
    }

    /// Marks each location with the coarsest of its marks, and then those without a point like others with their code.
    private func mark(_ marked: MarkedPlaces) throws(StoreError) {
        let sizes = marked.cells.keys.sorted(by: >)
        let insert = try database.prepare("INSERT INTO marked_location VALUES (?1, ?2)")
        let locations = try database.prepare("SELECT id, latitude, longitude FROM main.location ORDER BY id")
        while try locations.step() {
            var size = marked.locations[locations.int64(0)]
            if let point = PlacePoint(locations, from: 1) {
                let ofCell = sizes.first { size in
                    GridCell(latitude: point.latitude, longitude: point.longitude, size).map {
                        marked.cells[size]?.contains($0) == true
                    } ?? false
                }
                size = [size, ofCell, marked.points[point]].compactMap { $0 }.max()
            }
            guard let size else { continue }
            insert.bind(1, locations.int64(0))
            insert.bind(2, size.microdegrees)
            try insert.run()
        }
        try database.execute(
            """
            INSERT INTO marked_location SELECT l.id, max(size)
                FROM main.location l JOIN main.location other INDEXED BY location_by_code ON other.code = l.code
                JOIN marked_location m ON m.id = other.id
                WHERE l.code <> '' AND (l.latitude IS NULL OR l.longitude IS NULL) GROUP BY l.id
                ON CONFLICT DO UPDATE SET size = max(size, excluded.size)
            """)
    }
}
