import Birds

/// Which places, checklists and records of a database the entries of a list protect, and how.
///
/// Rules:
/// - An entry matches the records of its species or at its place that may be in its region and season. What is not
///   known of a record may be anything. A number of 0 is no record of the species; it is hidden with the others.
/// - With the scope `cell`, all places in the cell of a matching record are marked, whatever else is there. With
///   `place`, all places at its point are, and with `checklist` only the checklist is.
/// - The coarsest mark counts.
///
/// The marks are in temporary tables of the connection, since there may be many: `marked_location (id, size)`,
/// `marked_checklist (id, size)` and `withheld_record (id, has_year)`. A size is in millionths of a degree.
struct SensitiveMarks {
    private let database: Database
    /// The entries, and the ids of the species that each covers; empty for one of a place.
    private let entries: [(entry: SensitiveEntry, species: [Int64])]

    /// - Parameter database: A database with all its indexes.
    init(_ entries: [SensitiveEntry], in database: Database) throws(StoreError) {
        self.database = database
        var names: [String] = []
        for entry in entries { if case .species(let name) = entry.subject { names.append(name) } }
        var found = try SensitiveSpecies(database).ids(of: names)[...]
        var all: [(entry: SensitiveEntry, species: [Int64])] = []
        for entry in entries {
            if case .species = entry.subject {
                all.append((entry, found.popFirst() ?? []))
            } else {
                all.append((entry, []))
            }
        }
        self.entries = all
    }

    /// The entries that match nothing that the database knows.
    func unknown() throws(StoreError) -> [SensitiveEntry] {
        let place = try database.prepare("SELECT 1 FROM location INDEXED BY location_by_code WHERE code = ?1")
        let point = try database.prepare("SELECT 1 FROM location WHERE latitude = ?1 AND longitude = ?2 LIMIT 1")
        var unknown: [SensitiveEntry] = []
        for (entry, species) in entries {
            switch entry.subject {
            case .species: if species.isEmpty { unknown.append(entry) }
            case .location(let code):
                place.bind(1, code)
                var isThere = try place.step()
                place.reset()
                for known in entry.points where !isThere {
                    point.bind(1, known.latitude)
                    point.bind(2, known.longitude)
                    isThere = try point.step()
                    point.reset()
                }
                if !isThere { unknown.append(entry) }
            }
        }
        return unknown
    }

    /// Makes the temporary tables.
    /// - Parameter look: Called for each entry with the ids of the species that it covers, while its records are in the
    ///   temporary table `matching (id, checklist_id, location_id, num)`.
    /// - Returns: How many records each entry matches.
    @discardableResult
    func make(
        look: (SensitiveEntry, _ species: [Int64]) throws(StoreError) -> Void = { (_, _) in }
    ) throws(StoreError) -> [Int64] {
        try database.execute(
            """
            CREATE TEMP TABLE marked_location (id INTEGER PRIMARY KEY, size INTEGER NOT NULL);
            CREATE TEMP TABLE marked_checklist (id INTEGER PRIMARY KEY, size INTEGER NOT NULL);
            CREATE TEMP TABLE withheld_record (id INTEGER PRIMARY KEY, has_year INTEGER NOT NULL);
            CREATE TEMP TABLE entry_point (latitude REAL, longitude REAL);
            CREATE TEMP TABLE matching (id INTEGER PRIMARY KEY, checklist_id INTEGER, location_id INTEGER, num INTEGER);
            """)
        var cells: [GridSize: Set<GridCell>] = [:]
        var points: [PlacePoint: GridSize] = [:]
        var without: [Int64: GridSize] = [:]
        var counts: [Int64] = []
        for (entry, species) in entries {
            try match(entry, species)
            counts.append(try database.integer("SELECT count(*) FROM matching") ?? 0)
            try look(entry, species)
            guard case .cell(let size) = entry.protection else {
                try withhold(hasYear: entry.protection == .withoutPlace)
                continue
            }
            if entry.scope == .checklist {
                try mark(checklists: size)
                continue
            }
            let places = try database.prepare(
                """
                SELECT DISTINCT l.id, latitude, longitude FROM matching JOIN location l ON l.id = location_id
                WHERE num IS NOT 0
                """)
            while try places.step() {
                guard let point = PlacePoint(places, from: 1),
                    let cell = GridCell(latitude: point.latitude, longitude: point.longitude, size)
                else {
                    without[places.int64(0)] = max(size, without[places.int64(0)] ?? size)
                    continue
                }
                if entry.scope == .cell {
                    cells[size, default: []].insert(cell)
                } else {
                    points[point] = max(size, points[point] ?? size)
                }
            }
        }
        try mark(cells, points, without)
        try database.execute("DROP TABLE matching; DROP TABLE entry_point")
        return counts
    }

    /// Drops the tables.
    static func drop(in database: Database) throws(StoreError) {
        try database.execute(
            "DROP TABLE temp.marked_location; DROP TABLE temp.marked_checklist; DROP TABLE temp.withheld_record")
    }

    /// Fills the table `matching` with the records that an entry matches.
    private func match(_ entry: SensitiveEntry, _ species: [Int64]) throws(StoreError) {
        try database.execute("DELETE FROM matching")
        var conditions = ["1"]
        switch entry.subject {
        case .species: conditions = ["o.species_id IN \(Schema.list(species))"]
        case .location:
            try insert(entry.points)
            conditions = [
                """
                l.id IN (
                    SELECT id FROM main.location INDEXED BY location_by_code WHERE code = ?1
                    UNION SELECT id FROM main.location JOIN entry_point USING (latitude, longitude))
                """
            ]
        }
        if entry.region != nil {
            conditions.append(
                "(l.region IS NULL OR l.region = ?2 OR l.region >= ?2 || '-' AND l.region < ?2 || '.' OR ?2 >= l.region || '-' AND ?2 < l.region || '.')"
            )
        }
        if let season = entry.season {
            // As `SensitiveSeason.mayContain` has it, with 100 times the month plus the day.
            let (first, last) = ("(o.date % 10000 + (o.date % 100 = 0))", "(o.date % 10000 + (o.date % 100 = 0) * 31)")
            let isIn =
                season.from <= season.to
                ? "\(first) <= \(season.to) AND \(last) >= \(season.from)"
                : "(\(last) >= \(season.from) OR \(first) <= \(season.to))"
            conditions.append("(o.date % 10000 < 100 OR \(isIn))")
        }
        let insert = try database.prepare(
            """
            INSERT INTO matching SELECT o.id, o.checklist_id, o.location_id, o.num
            FROM observation o JOIN location l ON l.id = o.location_id WHERE \(conditions.joined(separator: " AND "))
            """)
        if case .location(let code) = entry.subject { insert.bind(1, code) }
        if let region = entry.region { insert.bind(2, region) }
        try insert.run()
    }

    private func insert(_ points: Set<PlacePoint>) throws(StoreError) {
        try database.execute("DELETE FROM entry_point")
        let insert = try database.prepare("INSERT INTO entry_point VALUES (?1, ?2)")
        for point in points {
            insert.bind(1, point.latitude)
            insert.bind(2, point.longitude)
            try insert.run()
        }
    }

    /// Withholds the matching records.
    private func withhold(hasYear: Bool) throws(StoreError) {
        try database.execute(
            """
            INSERT INTO withheld_record SELECT id, \(hasYear ? 1 : 0) FROM matching
            WHERE true ON CONFLICT DO UPDATE SET has_year = min(has_year, excluded.has_year)
            """)
    }

    private func mark(checklists size: GridSize) throws(StoreError) {
        try database.execute(
            """
            INSERT INTO marked_checklist SELECT DISTINCT checklist_id, \(size.microdegrees) FROM matching
            WHERE num IS NOT 0 ON CONFLICT DO UPDATE SET size = max(size, excluded.size)
            """)
    }

    /// Marks each location with the coarsest of its marks.
    private func mark(
        _ cells: [GridSize: Set<GridCell>], _ points: [PlacePoint: GridSize], _ without: [Int64: GridSize]
    ) throws(StoreError) {
        let sizes = cells.keys.sorted(by: >)
        let insert = try database.prepare("INSERT INTO marked_location VALUES (?1, ?2)")
        let locations = try database.prepare("SELECT id, latitude, longitude FROM location ORDER BY id")
        while try locations.step() {
            var size = without[locations.int64(0)]
            if let point = PlacePoint(locations, from: 1) {
                let ofCell = sizes.first { size in
                    GridCell(latitude: point.latitude, longitude: point.longitude, size).map {
                        cells[size]?.contains($0) == true
                    } ?? false
                }
                size = [ofCell, points[point]].compactMap { $0 }.max()
            }
            guard let size else { continue }
            insert.bind(1, locations.int64(0))
            insert.bind(2, size.microdegrees)
            try insert.run()
        }
    }
}
