import Birds

/// The checklists that the general edition shows in another way than the others at their location: the temporary table
/// `special_visit (id, size)` of the exact edition. Few checklists are in it.
///
/// A size is that of the cell that stands for the place, in millionths of a degree, or one of the constants below; NULL
/// for a checklist that is not shown.
struct GeneralVisits {
    let exact: Database

    /// The place is shown as it is.
    static let asItIs: Int64 = 0
    /// There is no cell, since the point is not known well enough.
    static let unplaced: Int64 = -1
    /// Of records without a checklist, of which only the region and the year are shown.
    static let withheld: Int64 = -2

    /// Whether there are any.
    func choose() throws(StoreError) -> Bool {
        try exact.execute(
            """
            CREATE TEMP TABLE special_visit (id INTEGER PRIMARY KEY, size INTEGER);
            INSERT INTO special_visit
                SELECT m.id, CASE WHEN l.latitude IS NULL OR l.longitude IS NULL THEN \(Self.unplaced) ELSE m.size END
                FROM marked_checklist m CROSS JOIN main.checklist c ON c.id = m.id
                CROSS JOIN main.location l ON l.id = c.location_id LEFT JOIN marked_location p ON p.id = c.location_id
                WHERE m.size > coalesce(p.size, 0);
            """)
        try coarsenUncertain()
        try leaveOutEmptied()
        return try exact.integer("SELECT 1 FROM special_visit LIMIT 1") != nil
    }

    /// Leaves out the checklists of hidden locations, and those whose records are all withheld, unless a file of
    /// checklists or events has them. An event with a bird at another place or on another date is a visit there only.
    private func leaveOutEmptied() throws(StoreError) {
        try exact.execute("INSERT OR REPLACE INTO special_visit SELECT id, NULL FROM hidden_checklist")
        guard try exact.integer("SELECT 1 FROM withheld_record LIMIT 1") != nil else { return }
        try exact.execute(
            """
            CREATE TEMP TABLE emptied (id INTEGER PRIMARY KEY);
            INSERT OR IGNORE INTO emptied
                SELECT checklist_id FROM withheld_record w CROSS JOIN main.observation o ON o.id = w.id;
            DELETE FROM emptied WHERE id IN (
                SELECT checklist_id FROM main.observation o NOT INDEXED WHERE checklist_id IN (SELECT id FROM emptied)
                AND NOT EXISTS (SELECT 1 FROM withheld_record w WHERE w.id = o.id));
            CREATE TEMP TABLE listed_visit (id INTEGER PRIMARY KEY, dataset_id INTEGER, code TEXT);
            INSERT INTO listed_visit SELECT c.id, CASE WHEN format = '\(Format.archive)' THEN dataset_id END, code
                FROM emptied e CROSS JOIN main.checklist c ON c.id = e.id CROSS JOIN main.dataset d ON d.id = dataset_id
                WHERE listed = 1;
            DELETE FROM listed_visit WHERE (dataset_id, code) IN (
                SELECT c.dataset_id, c.code FROM main.checklist c NOT INDEXED
                WHERE (c.dataset_id, c.code) IN (SELECT dataset_id, code FROM listed_visit)
                    AND c.id NOT IN (SELECT id FROM emptied) AND EXISTS (
                        SELECT 1 FROM main.observation o INDEXED BY observation_by_location
                        WHERE o.location_id = c.location_id AND o.date = c.date AND o.checklist_id = c.id));
            DELETE FROM emptied WHERE id IN (SELECT id FROM listed_visit);
            DROP TABLE listed_visit;
            INSERT OR REPLACE INTO special_visit SELECT id, NULL FROM emptied;
            DROP TABLE emptied;
            """)
    }

    /// Gives checklists whose place is less certain than their cell the least cell that is as coarse.
    private func coarsenUncertain() throws(StoreError) {
        let sizes = try exact.prepare(
            "SELECT size FROM marked_location UNION SELECT size FROM special_visit WHERE size > 0")
        var cases: [String] = []
        var least = Double.infinity
        while try sizes.step() {
            guard let size = GridSize(microdegrees: sizes.int64(0)) else { continue }
            least = min(least, size.uncertainty)
            let coarser = [size] + GridSize.ofPlaces.filter { $0 > size }
            let steps = coarser.map { "WHEN uncertainty <= \($0.uncertainty) THEN \($0.microdegrees)" }
            cases.append(
                "WHEN \(size.microdegrees) THEN CASE \(steps.joined(separator: " ")) ELSE \(Self.unplaced) END")
        }
        guard !cases.isEmpty else { return }
        try exact.execute(
            """
            CREATE TEMP TABLE uncertain (id INTEGER PRIMARY KEY, uncertainty REAL NOT NULL);
            INSERT INTO uncertain
                SELECT checklist_id, coordinate_uncertainty_m
                FROM main.observation_detail d CROSS JOIN main.observation o ON o.id = d.id
                WHERE coordinate_uncertainty_m > \(least)
                AND NOT EXISTS (SELECT 1 FROM withheld_record w WHERE w.id = d.id)
                ON CONFLICT DO UPDATE SET uncertainty = max(uncertainty, excluded.uncertainty);
            INSERT OR REPLACE INTO special_visit SELECT id, coarser FROM (
                SELECT id, size, CASE size \(cases.joined(separator: " ")) ELSE size END AS coarser FROM (
                    SELECT u.id, uncertainty, coalesce(s.size, p.size) AS size
                    FROM uncertain u CROSS JOIN main.checklist c ON c.id = u.id
                    CROSS JOIN main.location l ON l.id = c.location_id AND l.latitude IS NOT NULL AND l.longitude IS NOT NULL
                    LEFT JOIN special_visit s ON s.id = u.id LEFT JOIN marked_location p ON p.id = c.location_id)
                WHERE size > 0) WHERE coarser <> size;
            DROP TABLE uncertain;
            """)
    }
}
