/// Tells whether a location, region or data set exists, as far as a view shows it.
///
/// A statement is prepared when it is first needed, and reset before the function that runs it returns.
final class KnownIDs {
    private let database: Database
    private var regionsOfLocation: Statement?
    private var locationsInRegion: Statement?
    private var regionsOfDataset: Statement?

    init(_ database: Database) { self.database = database }

    /// Whether the view shows a location with this code.
    func contains(location code: String, _ view: RegionScope) throws(StoreError) -> Bool {
        let sql = "SELECT region FROM location INDEXED BY location_by_code WHERE code = ?1"
        return try any(&regionsOfLocation, sql, code) { view.contains($0.text(0)) }
    }

    /// Whether there are locations in exactly this region, and the view shows it.
    func contains(region code: String, _ view: RegionScope) throws(StoreError) -> Bool {
        let sql = "SELECT 1 FROM location INDEXED BY location_by_region WHERE region = ?1 LIMIT 1"
        guard view.contains(code) else { return false }
        return try any(&locationsInRegion, sql, code) { _ in true }
    }

    /// Whether the view shows a part of this data set. A data set without records is in no region, so only a view
    /// of everything shows it.
    func contains(dataset name: String, _ view: RegionScope) throws(StoreError) -> Bool {
        let sql = """
            SELECT r.code FROM dataset d LEFT JOIN summary s ON s.kind = \(SummaryKind.year.rawValue) AND s.dataset_id = d.id
            LEFT JOIN region r ON r.id = s.region_id WHERE d.name = ?1
            """
        return try any(&regionsOfDataset, sql, name) { view.contains($0.text(0)) }
    }

    /// Whether the condition holds for a row of the statement, with the value bound to its parameter.
    private func any(
        _ kept: inout Statement?, _ sql: String, _ value: String, _ holds: (Statement) -> Bool
    ) throws(StoreError) -> Bool {
        let statement: Statement
        if let kept {
            statement = kept
        } else {
            statement = try database.prepare(sql)
            kept = statement
        }
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
