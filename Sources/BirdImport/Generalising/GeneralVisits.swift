import Birds

/// Chooses the checklists that the general edition shows, and how exactly: the temporary table
/// `visit (id, location_id, size)` of the exact edition. A size is that of the cell that stands for the place, in
/// millionths of a degree; 0 for the place itself, and `withheld` for none.
struct GeneralVisits {
    let exact: Database

    /// The size of what has no cell.
    static let withheld: Int64 = -1

    func choose() throws(StoreError) {
        try exact.execute(
            """
            CREATE TEMP TABLE visit (id INTEGER PRIMARY KEY, location_id INTEGER NOT NULL, size INTEGER NOT NULL);
            INSERT INTO visit
                SELECT c.id, c.location_id, max(coalesce(l.size, 0), coalesce(m.size, 0))
                FROM main.checklist c LEFT JOIN marked_location l ON l.id = c.location_id
                LEFT JOIN marked_checklist m ON m.id = c.id ORDER BY c.id;
            """)
        try leaveOutEmptied()
        try exact.execute(
            """
            UPDATE visit SET size = \(Self.withheld) WHERE size > 0 AND location_id IN (
                SELECT id FROM main.location WHERE latitude IS NULL OR longitude IS NULL)
            """)
        try coarsenUncertain()
    }

    /// Leaves out the checklists whose records are all withheld, unless a file of checklists has them.
    private func leaveOutEmptied() throws(StoreError) {
        guard try exact.integer("SELECT 1 FROM withheld_record LIMIT 1") != nil else { return }
        try exact.execute(
            """
            CREATE TEMP TABLE emptied (id INTEGER PRIMARY KEY);
            INSERT OR IGNORE INTO emptied
                SELECT checklist_id FROM withheld_record w CROSS JOIN main.observation o ON o.id = w.id;
            DELETE FROM emptied WHERE id IN (SELECT id FROM main.checklist WHERE listed = 1);
            DELETE FROM emptied WHERE id IN (
                SELECT checklist_id FROM main.observation o NOT INDEXED WHERE checklist_id IN (SELECT id FROM emptied)
                AND NOT EXISTS (SELECT 1 FROM withheld_record w WHERE w.id = o.id));
            DELETE FROM visit WHERE id IN (SELECT id FROM emptied);
            DROP TABLE emptied;
            """)
    }

    /// Gives checklists whose place is less certain than their cell the least cell that is as coarse.
    private func coarsenUncertain() throws(StoreError) {
        let sizes = try exact.prepare("SELECT DISTINCT size FROM visit WHERE size > 0")
        var cases: [String] = []
        while try sizes.step() {
            guard let size = GridSize(microdegrees: sizes.int64(0)) else { continue }
            let coarser = [size] + GridSize.ofPlaces.filter { $0 > size }
            let steps = coarser.map { "WHEN uncertainty <= \($0.uncertainty) THEN \($0.microdegrees)" }
            cases.append("WHEN \(size.microdegrees) THEN CASE \(steps.joined(separator: " ")) ELSE \(Self.withheld) END")
        }
        guard !cases.isEmpty else { return }
        try exact.execute(
            """
            CREATE TEMP TABLE uncertain (id INTEGER PRIMARY KEY, uncertainty REAL NOT NULL);
            INSERT INTO uncertain
                SELECT checklist_id, coordinate_uncertainty_m
                FROM main.observation_detail d CROSS JOIN main.observation o ON o.id = d.id
                WHERE coordinate_uncertainty_m IS NOT NULL AND NOT EXISTS (SELECT 1 FROM withheld_record w WHERE w.id = d.id)
                ON CONFLICT DO UPDATE SET uncertainty = max(uncertainty, excluded.uncertainty);
            UPDATE visit SET size = CASE size \(cases.joined(separator: " ")) ELSE size END
                FROM uncertain u WHERE u.id = visit.id AND size > 0;
            DROP TABLE uncertain;
            """)
    }
}
