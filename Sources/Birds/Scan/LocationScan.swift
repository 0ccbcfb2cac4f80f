/// The ids of a selection's locations in ascending order, which is that of their codes (`Schema`).
final class LocationScan: RowFinder {
    private let locations: LocationFilter?
    private var ids: Statement?

    /// - Parameter first: The least id that is returned.
    init(_ selection: Selection, from first: Int64 = .min, _ database: Database) throws(StoreError) {
        locations = selection.locations
        if locations?.ids?.isEmpty == true { return }
        let exactness = selection.conditions.exactness?.matchesLocation("location.id", selection.scope) ?? "true"
        let ids = try database.prepare(
            """
            SELECT id FROM location WHERE id >= ?1 AND \(selection.scope.hasLocation("location.id")) AND \(exactness)
            ORDER BY id
            """)
        ids.bind(1, first)
        self.ids = ids
    }

    func next(_ id: inout Int64) throws(StoreError) -> Bool {
        while let ids, try ids.step() {
            id = ids.int64(0)
            if try locations?.contains(id) ?? true { return true }
        }
        end()
        return false
    }

    func end() { ids = nil }
}
