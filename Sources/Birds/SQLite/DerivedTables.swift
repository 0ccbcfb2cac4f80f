/// What a database holds beside the records so that questions are answered without reading them all: the generation, the
/// regions, the boxes of locations, the numbers of species on checklists, and the summaries. It follows from the other tables.
enum DerivedTables {
    /// Makes all of it afresh.
    static func rebuild(in database: Database) throws(StoreError) {
        try database.execute(
            """
            DELETE FROM generation;
            INSERT INTO generation VALUES (lower(hex(randomblob(16))), strftime('%Y-%m-%dT%H:%M:%SZ', 'now'));
            DELETE FROM region;
            INSERT INTO region (code) SELECT DISTINCT region FROM location WHERE region IS NOT NULL ORDER BY region;
            DELETE FROM location_box;
            INSERT INTO location_box
                SELECT id, longitude, longitude, latitude, latitude FROM location WHERE latitude IS NOT NULL;
            CREATE TEMP TABLE counted (id INTEGER PRIMARY KEY, count INTEGER NOT NULL);
            INSERT INTO counted
                SELECT checklist_id, count(DISTINCT species_id) FROM observation
                WHERE num IS NOT 0 AND species_id NOT IN (SELECT id FROM species WHERE code = 'nobird')
                GROUP BY checklist_id;
            UPDATE checklist SET species_count = coalesce((SELECT count FROM counted WHERE id = checklist.id), 0);
            DROP TABLE counted;
            DELETE FROM summary;
            """)
        for kind in SummaryKind.allCases {
            let (first, second) = keys(of: kind)
            try database.execute(
                """
                INSERT INTO summary
                SELECT \(kind.rawValue), \(first), \(second), coalesce(r.id, 0), dataset_id,
                    count(*), sum(num), max(num), min(date), max(date)
                FROM observation o JOIN location l ON l.id = o.location_id LEFT JOIN region r ON r.code = l.region
                GROUP BY 2, 3, 4, 5
                """)
        }
    }

    private static func keys(of kind: SummaryKind) -> (first: String, second: String) {
        let year = "date / 10000"
        let month = "date / 100 % 100"
        // The week of a day is that of its Thursday.
        let week = """
            CASE WHEN date % 100 = 0 THEN 0 ELSE
            (strftime('%j', printf('%04d-%02d-%02d', date / 10000, date / 100 % 100, date % 100), '-3 days', 'weekday 4') - 1)
            / 7 + 1 END
            """
        return switch kind {
        case .species: ("species_id", "0")
        case .year: (year, "0")
        case .month: (month, "0")
        case .week: (week, "0")
        case .date: ("date", "0")
        case .speciesYear: ("species_id", year)
        case .speciesMonth: ("species_id", month)
        case .speciesWeek: ("species_id", week)
        case .speciesDate: ("species_id", "date")
        case .speciesLocation: ("species_id", "location_id")
        case .locationYear: ("location_id", year)
        }
    }
}
