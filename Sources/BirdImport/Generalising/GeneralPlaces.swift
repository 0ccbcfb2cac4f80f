import Birds

/// Makes the locations of the general edition: those that are shown as they are, and those that stand for others.
struct GeneralPlaces {
    /// A location of the exact edition and one of the sizes of `GeneralVisits`.
    private struct Origin: Hashable {
        let location: Int64
        let size: Int64
    }

    /// A location of the general edition.
    private struct Place: Equatable {
        var code: String
        var latitude: Double?
        var longitude: Double?
        var region: String?
    }

    /// What is shown for all checklists at a location that are not special.
    private struct Ordinary {
        let size: Int32
        /// Of its place.
        var rank: Int32 = 0
    }

    /// By the ids of locations.
    private var ordinary: [Int64: Ordinary] = [:]
    /// The ranks for special checklists.
    private var others: [Origin: Int] = [:]
    /// The number of places. Their ids count from 1, in the order of ranks.
    private(set) var count = 0
    /// The ranks of the places whose records have no checklist.
    private(set) var withoutChecklists: Set<Int> = []

    /// The rank of the place that is shown for a location, and whether it stands for others; nil if there is none.
    /// - Parameter size: That of a special checklist; nil for all others.
    @inline(__always)
    func place(of location: Int64, size special: Int64?) -> (rank: Int, isMarked: Bool)? {
        if let special, let rank = others[Origin(location: location, size: special)] { return (rank, special != 0) }
        guard let place = ordinary[location], special.map({ $0 == place.size }) ?? true else { return nil }
        return (Int(place.rank), place.size != 0)
    }

    /// Inserts the places in their order, each once, and their names.
    /// - Parameter hasSpecial: Whether there are special checklists.
    init(from exact: Database, to general: Database, contacts: [String], hasSpecial: Bool) throws(StoreError) {
        try exact.execute(
            """
            CREATE TEMP TABLE place (
                location_id INTEGER NOT NULL, size INTEGER NOT NULL, code TEXT NOT NULL, latitude REAL, longitude REAL,
                region TEXT)
            """)
        try choose(exact, hasSpecial: hasSpecial)
        try insert(from: exact, to: general, contacts)
        try exact.execute("DROP TABLE place")
    }

    /// Fills the temporary table `place`, and the sizes of `ordinary`.
    private mutating func choose(_ exact: Database, hasSpecial: Bool) throws(StoreError) {
        let isPointless = "l.latitude IS NULL OR l.longitude IS NULL"
        let rows = try exact.prepare(
            """
            SELECT l.id, CASE WHEN m.size IS NULL THEN \(GeneralVisits.asItIs) WHEN \(isPointless) THEN \(GeneralVisits.unplaced)
                ELSE m.size END, l.code, l.latitude, l.longitude, l.region
            FROM (SELECT DISTINCT location_id FROM main.dataset_location) d CROSS JOIN main.location l ON l.id = d.location_id
            LEFT JOIN marked_location m ON m.id = l.id
            \(hasSpecial ? """
                WHERE l.id NOT IN (SELECT location_id FROM special_visit s CROSS JOIN main.checklist c ON c.id = s.id)
                    OR EXISTS (
                        SELECT 1 FROM main.checklist c INDEXED BY checklist_by_location
                        WHERE c.location_id = l.id AND c.id NOT IN (SELECT id FROM special_visit))
                """ : "")
            """)
        let insert = try exact.prepare("INSERT INTO place VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
        func add(_ row: Statement) throws(StoreError) {
            let own = Place(
                code: row.text(2) ?? "", latitude: row.optionalDouble(3), longitude: row.optionalDouble(4),
                region: row.text(5))
            let place = Self.general(own, size: row.int64(1))
            insert.bind(1, row.int64(0))
            insert.bind(2, row.int64(1))
            insert.bind(3, place.code)
            insert.bind(4, place.latitude)
            insert.bind(5, place.longitude)
            insert.bind(6, place.region)
            try insert.run()
        }
        while try rows.step() {
            ordinary[rows.int64(0)] = Ordinary(size: Int32(clamping: rows.int64(1)))
            try add(rows)
        }
        let others = try exact.prepare(
            """
            SELECT l.id, v.size, l.code, l.latitude, l.longitude, l.region FROM (
                SELECT location_id, size FROM special_visit s CROSS JOIN main.checklist c ON c.id = s.id WHERE size IS NOT NULL
                UNION SELECT location_id, \(GeneralVisits.withheld)
                FROM withheld_record w CROSS JOIN main.observation o ON o.id = w.id WHERE has_year = 1) v
            CROSS JOIN main.location l ON l.id = v.location_id
            """)
        while try others.step() {
            guard Int64(ordinary[others.int64(0)]?.size ?? .min) != others.int64(1) else { continue }
            try add(others)
        }
    }

    /// What stands for a place.
    private static func general(_ place: Place, size: Int64) -> Place {
        if size == GeneralVisits.asItIs { return place }
        let region = place.region.map(SensitiveRegion.ofCell)
        guard let latitude = place.latitude, let longitude = place.longitude,
            let cell = GridSize(microdegrees: size).flatMap({ GridCell(latitude: latitude, longitude: longitude, $0) })
        else {
            let word = size == GeneralVisits.withheld ? "withheld" : "unplaced"
            return Place(code: ([word] + [region].compactMap { $0 }).joined(separator: "_"), region: region)
        }
        return Place(
            code: cell.code(region: region ?? ""), latitude: cell.latitude, longitude: cell.longitude, region: region)
    }

    private mutating func insert(
        from exact: Database, to general: Database, _ contacts: [String]
    ) throws(StoreError) {
        let rows = try exact.prepare(
            """
            SELECT location_id, size, code, latitude, longitude, region FROM place
            ORDER BY code, latitude, longitude, region, size = 0
            """)
        let insert = try RowWriter<LocationColumn>(in: general)
        let generalised = try RowWriter<GeneralisedColumn>(in: general)
        var last: (place: Place, isMarked: Bool)?
        while try rows.step() {
            let (location, size) = (rows.int64(0), rows.int64(1))
            let place = Place(
                code: rows.text(2) ?? "", latitude: rows.optionalDouble(3), longitude: rows.optionalDouble(4),
                region: rows.text(5))
            if last?.place != place {
                count += 1
                last = (place, false)
                insert.bind(.id, count)
                insert.bind(.code, place.code)
                insert.bind(.latitude, place.latitude)
                insert.bind(.longitude, place.longitude)
                insert.bind(.region, place.region)
                try insert.run()
            }
            if size != 0, last?.isMarked == false {
                last?.isMarked = true
                let cell = place.latitude.flatMap { latitude in
                    place.longitude.flatMap { longitude in
                        GridSize(microdegrees: size).flatMap { GridCell(latitude: latitude, longitude: longitude, $0) }
                    }
                }
                generalised.bind(.id, count)
                generalised.bind(.name, cell?.name)
                generalised.bind(.uncertainty, cell?.size.uncertainty)
                generalised.bind(.sentence, Self.sentence(cell, size: size, contacts))
                try generalised.run()
            }
            let rank = count - 1
            if size == GeneralVisits.withheld { withoutChecklists.insert(rank) }
            if let place = ordinary[location], Int64(place.size) == size {
                ordinary[location]?.rank = Int32(clamping: rank)
            } else {
                others[Origin(location: location, size: size)] = rank
            }
        }
    }

    /// What was done, and whom to ask.
    private static func sentence(_ cell: GridCell?, size: Int64, _ contacts: [String]) -> String {
        let what =
            if let cell {
                "The location is shown as a cell of \(cell.size.text)°"
            } else {
                size == GeneralVisits.withheld
                    ? "The location, the month and the day are withheld" : "The location is withheld"
            }
        return what + ", to protect sensitive species or places."
            + (contacts.isEmpty ? "" : " For the exact place ask \(contacts.joined(separator: " or ")).")
    }

    /// Inserts the names of places: each data set has its own for those that are shown as they are, and all have those
    /// of cells. Says too how exact these are. The table `dataset_location` must be right.
    /// - Parameter onlyOpen: Whether only data sets whose names are open give some.
    func insertNames(from exact: Database, to general: Database, onlyOpen: Bool) throws(StoreError) {
        let rows = try exact.prepare(
            """
            SELECT location_id, new_id, n.name FROM main.location_name n JOIN dataset_number d ON d.id = n.dataset_id
            \(onlyOpen ? "JOIN main.dataset s ON s.id = d.id AND s.opens_names <> 0" : "")
            ORDER BY n.name
            """)
        let insert = try general.prepare(
            """
            INSERT OR IGNORE INTO location_name SELECT ?1, ?2, ?3
            WHERE EXISTS (SELECT 1 FROM dataset_location WHERE (location_id, dataset_id) = (?1, ?2))
            """)
        while try rows.step() {
            guard let place = place(of: rows.int64(0), size: nil), !place.isMarked else { continue }
            insert.bind(1, Int64(place.rank + 1))
            insert.bind(2, rows.int64(1))
            insert.bind(3, rows.text(2) ?? "")
            try insert.run()
        }
        try general.execute(
            """
            INSERT OR IGNORE INTO dataset_location (location_id, dataset_id)
                SELECT location_id, dataset_id FROM observation WHERE location_id IN \(Schema.list(withoutChecklists.map { Int64($0 + 1) }));
            UPDATE dataset_location SET (coordinate_uncertainty_m, generalised) = (
                SELECT uncertainty_m, 1 FROM general_location g WHERE g.id = dataset_location.location_id)
                WHERE location_id IN (SELECT id FROM general_location);
            INSERT OR REPLACE INTO location_name SELECT l.location_id, l.dataset_id, g.name
                FROM general_location g CROSS JOIN dataset_location l ON l.location_id = g.id WHERE g.name IS NOT NULL;
            """)
    }
}
