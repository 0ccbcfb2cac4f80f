/// Tells whether a location, region or data set exists, or a species has records, as far as a view shows it.
///
/// A statement is prepared when it is first needed, and reset before the function that runs it returns.
final class KnownIDs {
    private let database: Database
    private let holdings: HoldingList
    private var partsOfCode: Statement?
    private var partsOfLocation: Statement?
    private var locationsInRegion: Statement?
    private var datasetByName: Statement?
    private var partsOfSpecies: Statement?
    /// Earlier answers.
    private var hasRecords: [SpeciesInScope: Bool] = [:]

    /// The greatest number of them. When it is reached, all are dropped.
    private static let kept = 4096

    private struct SpeciesInScope: Hashable {
        let species: Int64
        let scope: Scope

        static func == (a: Self, b: Self) -> Bool { a.species == b.species && a.scope === b.scope }

        func hash(into hasher: inout Hasher) {
            hasher.combine(species)
            hasher.combine(ObjectIdentifier(scope))
        }
    }

    init(_ database: Database, _ holdings: HoldingList) { (self.database, self.holdings) = (database, holdings) }

    /// Whether a view shows a location with this code.
    func contains(location code: String, _ scope: Scope) throws(StoreError) -> Bool {
        let statement = try database.prepare(
            """
            SELECT region, dataset_id FROM location l INDEXED BY location_by_code
            LEFT JOIN dataset_location d ON d.location_id = l.id WHERE code = ?1
            """, keptIn: &partsOfCode)
        statement.bind(1, code)
        return try any(statement, scope)
    }

    /// Whether a view shows the location with this id, which exists.
    func contains(location id: Int64, _ scope: Scope) throws(StoreError) -> Bool {
        if scope.isEverything { return true }
        let statement = try database.prepare(
            """
            SELECT region, dataset_id FROM location l
            LEFT JOIN dataset_location d ON d.location_id = l.id WHERE l.id = ?1
            """, keptIn: &partsOfLocation)
        statement.bind(1, id)
        return try any(statement, scope)
    }

    /// Whether a view shows records of the species with this id.
    func contains(recordsOf species: Int64, _ scope: Scope) throws(StoreError) -> Bool {
        let key = SpeciesInScope(species: species, scope: scope)
        if let known = hasRecords[key] { return known }
        let statement = try database.prepare(
            """
            SELECT r.code, s.dataset_id FROM summary s LEFT JOIN region r ON r.id = s.region_id
            WHERE s.kind = \(SummaryKind.species.rawValue) AND s.first_key = ?1
            """, keptIn: &partsOfSpecies)
        statement.bind(1, species)
        let isShown = try any(statement, scope)
        if hasRecords.count >= Self.kept { hasRecords.removeAll() }
        hasRecords[key] = isShown
        return isShown
    }

    /// Whether there are locations in exactly this region, and a view shows some of them.
    func contains(region code: String, _ scope: Scope) throws(StoreError) -> Bool {
        guard scope.regions.contains(code) else { return false }
        guard scope.datasets == nil else { return holdings.has(region: code, scope) }
        let statement = try database.prepare(
            "SELECT 1 FROM location INDEXED BY location_by_region WHERE region = ?1 LIMIT 1", keptIn: &locationsInRegion
        )
        statement.bind(1, code)
        defer { statement.reset() }
        return try statement.step()
    }

    /// The id of the data set with a name; nil if a view shows no part of it. A data set without checklists is in no
    /// region, so only a view of everything shows it.
    func id(ofDataset name: [UInt8], _ scope: Scope) throws(StoreError) -> Int64? {
        guard scope.isEverything else { return holdings.id(ofDataset: name, scope) }
        return try id(ofDataset: name)
    }

    /// The id of the data set with a name, whoever may see it.
    func id(ofDataset name: [UInt8]) throws(StoreError) -> Int64? {
        let statement = try database.prepare("SELECT id FROM dataset WHERE name = ?1", keptIn: &datasetByName)
        statement.bind(1, utf8: name, name.indices)
        defer { statement.reset() }
        return try statement.step() ? statement.int64(0) : nil
    }

    /// The ids of all data sets.
    func datasets() throws(StoreError) -> Set<Int64> {
        let statement = try database.prepare("SELECT id FROM dataset")
        var ids: Set<Int64> = []
        while try statement.step() { ids.insert(statement.int64(0)) }
        return ids
    }

    /// Whether a scope shows one of the regions and data sets of a statement.
    private func any(_ statement: Statement, _ scope: Scope) throws(StoreError) -> Bool {
        defer { statement.reset() }
        while try statement.step() {
            if scope.contains(region: statement.text(0), dataset: statement.optionalInt64(1)) { return true }
        }
        return false
    }
}
