/// Turns rows of observations into the ids that they are shown with, and back (`RecordID`).
///
/// It belongs to one connection. What it keeps is the last run, since records mostly come in the order of their ids.
final class RecordIDs {
    private let database: Database
    private let key: KeyedHash.Key
    private var holdingOfRow: Statement?
    private var runOfRow: Statement?
    private var holdingByMark: Statement?
    private var runs: Statement?

    /// The holding of the last row.
    private var holding: (dataset: Int64, location: Int64, id: Int64, mark: Int64)?
    /// The last run: its holding, its ids, and the number of the first record.
    private var run: (holding: Int64, ids: Range<Int64>, firstNumber: Int64)?

    init(_ database: Database, _ secret: Secret) { (self.database, key) = (database, secret.ids) }

    /// The id that a record is shown with; nil if the file does not number it, since another program has added it.
    func shown(_ row: ObservationRow) throws(StoreError) -> Int64? {
        guard let holding = try holding(of: row) else { return nil }
        if run?.holding != holding.id || run?.ids.contains(row.id) != true {
            run = nil
            let select = try database.prepare(
                """
                SELECT first_id, first_number, (SELECT min(first_id) FROM record_run WHERE holding_id = ?1 AND first_id > ?2)
                FROM record_run WHERE holding_id = ?1 AND first_id <= ?2 ORDER BY first_id DESC LIMIT 1
                """, keptIn: &runOfRow)
            select.bind(1, holding.id)
            select.bind(2, row.id)
            defer { select.reset() }
            guard try select.step() else { return nil }
            // What lies between two runs of a holding is in other ones.
            let next = select.optionalInt64(2) ?? .max
            guard select.int64(0) < next else { return nil }
            run = (holding.id, select.int64(0)..<next, select.int64(1))
        }
        guard let run else { return nil }
        let (place, isTooFar) = row.id.subtractingReportingOverflow(run.ids.lowerBound)
        let (number, isTooLarge) = run.firstNumber.addingReportingOverflow(place)
        return isTooFar || isTooLarge ? nil : RecordID(mark: holding.mark, number: number)?.shown(key)
    }

    /// The id of the row of the record that is shown with this id; nil if there is none. The row must be read: it may
    /// be missing, and may be that of another holding: then it is shown with another id.
    func row(shown: Int64) throws(StoreError) -> Int64? {
        guard let id = RecordID(shown: shown, key) else { return nil }
        let byMark = try database.prepare(
            "SELECT id FROM holding WHERE mark = ?1", keptIn: &holdingByMark)
        byMark.bind(1, id.mark)
        guard try byMark.step() else { return nil }
        let holding = byMark.int64(0)
        byMark.reset()
        // Numbers ascend with ids: halve the ids until the last run that begins at or before the number is found.
        let select = try database.prepare(
            """
            SELECT first_id, first_number FROM record_run WHERE holding_id = ?1 AND first_id <= ?2
            ORDER BY first_id DESC LIMIT 1
            """, keptIn: &runs)
        var (low, high): (Int64, Int64) = (0, 1 << 53)
        var found: Int64?
        while low <= high {
            let middle = low + (high - low) / 2
            select.bind(1, holding)
            select.bind(2, middle)
            guard try select.step() else {
                low = middle + 1
                continue
            }
            let (first, number) = (select.int64(0), select.int64(1))
            select.reset()
            if number <= id.number {
                found = first.addingSaturated(id.number.addingSaturated(number == .min ? .max : -number))
                low = middle + 1
            } else {
                high = min(high, first) - 1
            }
        }
        return found
    }

    /// The id and mark of the holding of a row.
    private func holding(of row: ObservationRow) throws(StoreError) -> (id: Int64, mark: Int64)? {
        if let holding, holding.dataset == row.dataset, holding.location == row.location {
            return (holding.id, holding.mark)
        }
        let select = try database.prepare(
            """
            SELECT h.id, mark FROM location l JOIN holding h
            ON h.dataset_id = ?1 AND h.region IS l.region AND description = 0 WHERE l.id = ?2
            """, keptIn: &holdingOfRow)
        select.bind(1, row.dataset)
        select.bind(2, row.location)
        defer { select.reset() }
        guard try select.step() else { return nil }
        holding = (row.dataset, row.location, select.int64(0), select.int64(1))
        return (select.int64(0), select.int64(1))
    }
}
