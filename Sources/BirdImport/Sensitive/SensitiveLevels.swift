import Birds

/// How much is protected at each location, to compare a database before and after a change.
///
/// A level is the size of the cell of a location, in millionths of a degree. Each entry that withholds records there
/// has a level of its own, which is greater. So what one entry protects does not hide that another one protects less.
struct SensitiveLevels {
    private let database: Database

    /// Of records of which only the region and the year are shown, and of hidden ones.
    static let (withoutPlace, hidden): (Int64, Int64) = (1_000_000_000, 2_000_000_000)
    /// How far a location may move and be the same by its code, in degrees.
    private static let move = 0.02

    init(_ database: Database) { self.database = database }

    /// Makes the marks of a list, and the temporary table `level (id, entry, level)` of the locations.
    /// - Returns: As `SensitiveMarks.make`.
    @discardableResult
    func make(_ marks: SensitiveMarks) throws(StoreError) -> [Int64] {
        try database.execute("CREATE TEMP TABLE level (id INTEGER, entry TEXT, level INTEGER)")
        let counts = try marks.make { (entry, _) throws(StoreError) in
            guard entry.protection.size == nil else { return }
            let withheld = try database.prepare(
                """
                INSERT INTO level SELECT location_id, ?1, ?2 FROM (
                    SELECT location_id FROM matching UNION SELECT location_id FROM matching_visit)
                """)
            withheld.bind(1, entry.subject.text)
            withheld.bind(2, entry.protection == .hidden ? Self.hidden : Self.withoutPlace)
            try withheld.run()
        }
        try database.execute(
            """
            INSERT INTO level SELECT id, '', size FROM marked_location;
            INSERT INTO level SELECT DISTINCT location_id, '', size
                FROM marked_checklist m CROSS JOIN main.checklist c ON c.id = m.id;
            CREATE INDEX level_by_location ON level (id, entry);
            """)
        return counts
    }

    /// Keeps the levels in the temporary tables `old_place` and `old_level`, by what stays the same in a change, and
    /// drops the marks: ids do not stay.
    func keep() throws(StoreError) {
        try database.execute(
            """
            CREATE TEMP TABLE old_place (id INTEGER PRIMARY KEY, code TEXT, latitude REAL, longitude REAL, region TEXT);
            INSERT INTO old_place SELECT id, code, latitude, longitude, region FROM main.location;
            CREATE INDEX old_place_by_code ON old_place (code, latitude, longitude);
            CREATE INDEX old_place_by_latitude ON old_place (latitude);
            CREATE TEMP TABLE old_level AS SELECT id, entry, max(level) AS level FROM level GROUP BY id, entry;
            CREATE INDEX old_level_by_location ON old_level (id);
            DROP TABLE level;
            """)
        try SensitiveMarks.drop(in: database)
    }

    /// The codes of the locations that have a lower level than was kept, sorted. It drops what was kept.
    ///
    /// A location that is new is compared with one that is gone, and that it may have been: of the same code, or at the
    /// same point.
    func lowered() throws(StoreError) -> [String] {
        try database.execute(
            """
            CREATE TEMP TABLE same_place (id INTEGER, old_id INTEGER);
            INSERT INTO same_place SELECT l.id, o.id
                FROM main.location l CROSS JOIN old_place o INDEXED BY old_place_by_code
                ON o.code = l.code AND o.latitude IS l.latitude AND o.longitude IS l.longitude AND o.region IS l.region;
            CREATE TEMP TABLE new_place AS SELECT id, code, latitude, longitude FROM main.location
                WHERE id NOT IN (SELECT id FROM same_place);
            DELETE FROM old_place WHERE id IN (SELECT old_id FROM same_place);
            INSERT INTO same_place SELECT l.id, o.id
                FROM new_place l CROSS JOIN old_place o INDEXED BY old_place_by_code ON o.code = l.code
                WHERE l.code <> '' AND coalesce(abs(o.latitude - l.latitude) <= \(Self.move), 1)
                    AND coalesce(abs(o.longitude - l.longitude) <= \(Self.move), 1);
            INSERT INTO same_place SELECT l.id, o.id
                FROM new_place l CROSS JOIN old_place o INDEXED BY old_place_by_latitude
                ON o.latitude BETWEEN l.latitude - \(SensitiveMarks.tolerance) AND l.latitude + \(SensitiveMarks.tolerance)
                WHERE abs(o.longitude - l.longitude) <= \(SensitiveMarks.tolerance);
            """)
        let rows = try database.prepare(
            """
            SELECT DISTINCT l.code FROM old_level o CROSS JOIN same_place s ON s.old_id = o.id
            CROSS JOIN main.location l ON l.id = s.id
            WHERE coalesce((SELECT max(level) FROM level n WHERE n.id = s.id AND n.entry = o.entry), 0) < o.level ORDER BY 1
            """)
        var codes: [String] = []
        while try rows.step() { codes.append(rows.text(0) ?? "") }
        try database.execute(
            "DROP TABLE old_level; DROP TABLE old_place; DROP TABLE same_place; DROP TABLE new_place; DROP TABLE level")
        return codes
    }
}
