import Birds

/// Makes `checklist_exactness` and `dataset_location` agree with the checklists and the details of records, and removes
/// the names of locations that a data set does not have any more.
enum DatasetLocations {
    private static let checklists = ChecklistExactnessColumn.table
    private static let locations = DatasetLocationColumn.table

    /// Writes all rows again. It reads an index of all checklists, all of `observation_detail`, and of `observation`
    /// the rows whose place is known to be inexact.
    /// - Parameter visits: Where all data sets have checklists; nil if these must be read.
    static func update(in database: Database, visits: VisitedLocations? = nil) throws(StoreError) {
        try database.execute(
            """
            DELETE FROM \(checklists);
            DELETE FROM \(locations);
            \(insertChecklists(from: "observation_detail d CROSS JOIN observation o ON o.id = d.id"));
            """)
        try insertAllLocations(in: database, visits)
        try database.execute(
            """
            INSERT OR REPLACE INTO \(locations) (\(DatasetLocationColumn.selected))
                SELECT c.location_id, c.dataset_id, max(e.coordinate_uncertainty_m), max(e.generalised)
                FROM \(checklists) e CROSS JOIN checklist c ON c.id = e.id GROUP BY c.location_id, c.dataset_id
            """)
        try removeNames(from: database)
    }

    /// Inserts all locations of all data sets, exact ones.
    private static func insertAllLocations(
        in database: Database, _ visits: VisitedLocations?
    ) throws(StoreError) {
        var rows = try IntegerRows<2>([DatasetLocationColumn.locationID, .datasetID], in: database)
        if let visits {
            try visits.visit { (location, dataset) throws(StoreError) in try rows.add([location, dataset]) }
            return try rows.finish()
        }
        // SQLite would sort all checklists for that, but a location has few data sets.
        let checklists = try database.prepare(
            """
            SELECT location_id, dataset_id FROM checklist INDEXED BY checklist_by_location ORDER BY location_id
            """)
        var location: Int64?
        var datasets: [Int64] = []
        while try checklists.step() {
            let (id, dataset) = (checklists.int64(0), checklists.int64(1))
            if id != location { (location, datasets) = (id, []) }
            // The last one is mostly the same.
            if datasets.last == dataset || datasets.contains(dataset) { continue }
            datasets.append(dataset)
            try rows.add([id, dataset])
        }
        try rows.finish()
    }

    /// Removes the names of locations that a data set does not have, or does not have any more.
    static func removeNames(from database: Database) throws(StoreError) {
        try database.execute(
            """
            DELETE FROM \(LocationNameColumn.table) WHERE NOT EXISTS (
                SELECT 1 FROM \(locations) l
                WHERE (l.location_id, l.dataset_id) = (location_name.location_id, location_name.dataset_id))
            """)
    }

    /// Writes the rows of some locations again, and of the checklists there. It reads all records of these locations,
    /// but not those elsewhere that another program has given to these checklists.
    static func update(of ids: Set<Int64>, in database: Database) throws(StoreError) {
        let statements = [
            """
            DELETE FROM \(checklists) WHERE id IN (
                SELECT id FROM checklist INDEXED BY checklist_by_location WHERE location_id = ?1)
            """,
            "DELETE FROM \(locations) WHERE location_id = ?1",
            insertChecklists(
                from: """
                    observation o INDEXED BY observation_by_location
                    CROSS JOIN observation_detail d ON o.location_id = ?1 AND d.id = o.id
                    CROSS JOIN checklist c ON c.id = o.checklist_id AND c.location_id = o.location_id
                    """),
            insertLocations(where: "c.location_id = ?1"),
        ]
        for sql in statements {
            let statement = try database.prepare(sql)
            for id in ids {
                statement.bind(1, id)
                try statement.run()
            }
        }
    }

    /// Removes the rows of a data set that has no checklists any more.
    static func remove(dataset: Int64, from database: Database) throws(StoreError) {
        try database.execute(
            """
            DELETE FROM \(checklists) WHERE id NOT IN (SELECT id FROM checklist);
            DELETE FROM \(locations) WHERE dataset_id = \(dataset);
            DELETE FROM \(LocationNameColumn.table) WHERE dataset_id = \(dataset);
            """)
    }

    private static func insertChecklists(from records: String) -> String {
        """
        INSERT INTO \(checklists) (\(ChecklistExactnessColumn.selected))
            SELECT o.checklist_id, max(d.coordinate_uncertainty_m), max(d.generalised <> 0) FROM \(records)
            WHERE d.coordinate_uncertainty_m IS NOT NULL OR d.generalised IS NOT NULL GROUP BY o.checklist_id
        """
    }

    private static func insertLocations(where condition: String) -> String {
        """
        INSERT INTO \(locations) (\(DatasetLocationColumn.selected))
            SELECT c.location_id, c.dataset_id, max(e.coordinate_uncertainty_m), max(e.generalised)
            FROM checklist c INDEXED BY checklist_by_location LEFT JOIN \(checklists) e ON e.id = c.id
            WHERE \(condition) GROUP BY c.location_id, c.dataset_id
        """
    }
}
