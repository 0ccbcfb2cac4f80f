import Birds

/// How much of each location is protected, to compare a database before and after a change.
///
/// The level of a location is 0 if nothing there is protected. Otherwise it is the size of its cell, in millionths of a
/// degree, or a greater number if records there are withheld.
enum SensitiveLevels {
    /// Of a location with a record of which only the region and the year are shown, and of one with hidden records.
    static let (withoutPlace, hidden): (Int64, Int64) = (1_000_000_000, 2_000_000_000)

    /// Keeps the levels in the temporary table `old_level`, by what stays the same in a change: ids do not.
    /// - Parameter database: With the tables of `SensitiveMarks`.
    static func keep(in database: Database) throws(StoreError) {
        try database.execute(
            """
            CREATE TEMP TABLE old_level AS SELECT code, latitude, longitude, region, level
            FROM (\(levels)) JOIN main.location USING (id)
            """)
    }

    /// The codes of the locations that have a lower level than was kept, and drops what was kept. They are sorted.
    static func lowered(in database: Database) throws(StoreError) -> [String] {
        let rows = try database.prepare(
            """
            SELECT DISTINCT l.code FROM old_level o CROSS JOIN main.location l INDEXED BY location_by_code
                ON l.code = o.code AND l.latitude IS o.latitude AND l.longitude IS o.longitude AND l.region IS o.region
            LEFT JOIN (\(levels)) n ON n.id = l.id WHERE coalesce(n.level, 0) < o.level ORDER BY 1
            """)
        var codes: [String] = []
        while try rows.step() { codes.append(rows.text(0) ?? "") }
        try database.execute("DROP TABLE old_level")
        return codes
    }

    private static let levels = """
        SELECT id, max(level) AS level FROM (
            SELECT id, size AS level FROM marked_location
            UNION ALL SELECT location_id, size FROM marked_checklist m CROSS JOIN main.checklist c ON c.id = m.id
            UNION ALL SELECT location_id, \(hidden) FROM hidden_checklist h CROSS JOIN main.checklist c ON c.id = h.id
            UNION ALL SELECT location_id, CASE has_year WHEN 0 THEN \(hidden) ELSE \(withoutPlace) END
                FROM withheld_record w CROSS JOIN main.observation o ON o.id = w.id)
        GROUP BY id
        """
}
