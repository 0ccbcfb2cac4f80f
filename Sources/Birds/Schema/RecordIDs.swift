/// Turns rows of observations into the ids that they are shown with, and back (`RecordID`).
///
/// It belongs to one connection. It keeps places and rows of runs that it has read, since records of a few holdings
/// mostly come in turns.
final class RecordIDs {
    private let database: Database
    private let key: KeyedHash.Key
    private let list: HoldingList
    private var regionOfLocation: Statement?
    private var runsOfID: Statement?
    private var holdingByMark: Statement?
    private var bounds: Statement?

    /// What a data set has where a location is.
    private struct Place: Hashable {
        let dataset: Int64
        let location: Int64
    }

    private var holdings: [Place: HoldingList.Holding] = [:]
    /// By the id of their holding.
    private var runs: [Int64: RecordRuns] = [:]
    /// The most that are kept. Runs need at most a few KB each.
    private static let (mostHoldings, mostRuns) = (4096, 64)

    init(_ database: Database, _ secret: Secret, _ list: HoldingList) {
        (self.database, key, self.list) = (database, secret.ids, list)
    }

    /// The id that a record is shown with; nil if the file does not number it, since another program has added it.
    func shown(_ row: ObservationRow) throws(StoreError) -> Int64? {
        guard let holding = try holding(of: Place(dataset: row.dataset, location: row.location)) else { return nil }
        var number = runs[holding.id]?.number(of: row.id)
        if number == nil, var found = try runs(of: holding.id, from: row.id) {
            number = found.number(of: row.id)
            if runs.count >= Self.mostRuns { runs.removeAll(keepingCapacity: true) }
            runs[holding.id] = found
        }
        return number.flatMap { RecordID(mark: holding.mark, number: $0)?.shown(key) }
    }

    /// The id of the row of the record that is shown with this id; nil if there is none. The row must be read: it may
    /// be missing, and may be that of another holding: then it is shown with another id.
    func row(shown: Int64) throws(StoreError) -> Int64? {
        guard let id = RecordID(shown: shown, key) else { return nil }
        let byMark = try database.prepare("SELECT id FROM holding WHERE mark = ?1", keptIn: &holdingByMark)
        byMark.bind(1, id.mark)
        guard try byMark.step() else { return nil }
        let holding = byMark.int64(0)
        byMark.reset()
        let bounds = try database.prepare(
            "SELECT min(first_id), max(first_id) FROM record_run WHERE holding_id = ?1", keptIn: &bounds)
        bounds.bind(1, holding)
        guard try bounds.step(), !bounds.isNull(0) else { return nil }
        var (low, high) = (bounds.int64(0), bounds.int64(1))
        bounds.reset()
        // Numbers ascend with ids: halve the ids until the last runs that begin at or before the number are found.
        var found: RecordRuns?
        while low <= high {
            // Not `(low + high) / 2`, which may be too large.
            let middle = (low & high) + ((low ^ high) >> 1)
            guard let runs = try runs(of: holding, from: middle) else { return nil }
            if runs.firstNumber <= id.number {
                found = runs
                if middle == .max { break }
                low = middle + 1
            } else {
                if runs.firstID == .min { break }
                high = min(high, runs.firstID - 1)
            }
        }
        return found?.id(of: id.number)
    }

    /// The last runs of a holding that begin at or before an id.
    private func runs(of holding: Int64, from id: Int64) throws(StoreError) -> RecordRuns? {
        let select = try database.prepare(
            """
            SELECT first_id, first_number, runs FROM record_run WHERE holding_id = ?1 AND first_id <= ?2
            ORDER BY first_id DESC LIMIT 1
            """, keptIn: &runsOfID)
        select.bind(1, holding)
        select.bind(2, id)
        defer { select.reset() }
        guard try select.step() else { return nil }
        return RecordRuns(firstID: select.int64(0), firstNumber: select.int64(1), bytes: select.bytes(2))
    }

    private func holding(of place: Place) throws(StoreError) -> HoldingList.Holding? {
        if let holding = holdings[place] { return holding }
        let select = try database.prepare("SELECT region FROM location WHERE id = ?1", keptIn: &regionOfLocation)
        select.bind(1, place.location)
        defer { select.reset() }
        guard try select.step(), let holding = list.holding(of: place.dataset, in: select.text(0)) else { return nil }
        if holdings.count >= Self.mostHoldings { holdings.removeAll(keepingCapacity: true) }
        holdings[place] = holding
        return holding
    }
}
