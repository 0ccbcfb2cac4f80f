/// Which ids of places, regions and data sets there are, as far as a view shows them.
///
/// Statements are prepared when first needed, and each is reset before the function that runs it returns.
final class KnownIDs {
    private let database: Database
    private var regionsOfLocation: Statement?
    private var locationsInRegion: Statement?
    private var regionsOfDataset: Statement?

    init(_ database: Database) { self.database = database }

    func contains(location code: String, _ view: RegionScope) throws(StoreError) -> Bool {
        let sql = "SELECT region FROM location INDEXED BY location_by_code WHERE code = ?1"
        return try any(&regionsOfLocation, sql, code) { view.contains($0.text(0)) }
    }

    /// Whether there are places of exactly this region.
    func contains(region code: String, _ view: RegionScope) throws(StoreError) -> Bool {
        let sql = "SELECT 1 FROM location INDEXED BY location_by_region WHERE region = ?1 LIMIT 1"
        guard view.contains(code) else { return false }
        return try any(&locationsInRegion, sql, code) { _ in true }
    }

    func contains(dataset name: String, _ view: RegionScope) throws(StoreError) -> Bool {
        let sql = """
            SELECT r.code FROM dataset d LEFT JOIN summary s ON s.kind = \(SummaryKind.year.rawValue) AND s.dataset_id = d.id
            LEFT JOIN region r ON r.id = s.region_id WHERE d.name = ?1
            """
        return try any(&regionsOfDataset, sql, name) { view.contains($0.text(0)) }
    }

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
