/// Tells whether a location, region or data set exists, as far as a view shows it.
///
/// A statement is prepared when it is first needed, and reset before the function that runs it returns.
final class KnownIDs {
    private let database: Database
    private var partsOfLocation: Statement?
    private var locationsInRegion: Statement?
    private var partsOfRegion: Statement?
    private var partsOfDataset: Statement?

    init(_ database: Database) { self.database = database }

    /// Whether a view shows a location with this code.
    func contains(location code: String, _ scope: Scope) throws(StoreError) -> Bool {
        let sql = """
            SELECT region, dataset_id FROM location l INDEXED BY location_by_code
            LEFT JOIN dataset_location d ON d.location_id = l.id WHERE code = ?1
            """
        return try any(&partsOfLocation, sql, code) { row in
            scope.contains(region: row.text(0), dataset: row.optionalInt64(1))
        }
    }

    /// Whether there are locations in exactly this region, and a view shows some of them.
    func contains(region code: String, _ scope: Scope) throws(StoreError) -> Bool {
        guard scope.regions.contains(code) else { return false }
        if scope.datasets == nil {
            let sql = "SELECT 1 FROM location INDEXED BY location_by_region WHERE region = ?1 LIMIT 1"
            return try any(&locationsInRegion, sql, code) { _ in true }
        }
        return try any(&partsOfRegion, "SELECT dataset_id FROM holding WHERE region = ?1", code) { row in
            scope.contains(dataset: row.int64(0))
        }
    }

    /// Whether a view shows a part of this data set. A data set without checklists is in no region, so only a view of
    /// everything shows it.
    func contains(dataset name: String, _ scope: Scope) throws(StoreError) -> Bool {
        let sql = """
            SELECT region, d.id, h.id FROM dataset d LEFT JOIN holding h ON h.dataset_id = d.id AND description = 0
            WHERE d.name = ?1
            """
        return try any(&partsOfDataset, sql, name) { row in
            scope.isEverything
                || !row.isNull(2) && scope.contains(region: row.text(0), dataset: row.int64(1))
        }
    }

    /// Whether the condition holds for a row of the statement, with the value bound to its parameter.
    private func any(
        _ kept: inout Statement?, _ sql: String, _ value: String, _ holds: (Statement) -> Bool
    ) throws(StoreError) -> Bool {
        let statement = try database.prepare(sql, keptIn: &kept)
        statement.bind(1, value)
        while try statement.step() {
            if holds(statement) {
                statement.reset()
                return true
            }
        }
        return false
    }
}
