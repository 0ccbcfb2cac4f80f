/// How many records some species or locations have in all, from the summaries: the planner compares these numbers
/// to choose an index. Filters by date or data set are not considered.
final class RecordNumbers {
    private let ofSpecies: Statement
    private let ofLocation: Statement

    init(_ database: Database) throws(StoreError) {
        func prepare(_ kind: SummaryKind) throws(StoreError) -> Statement {
            try database.prepare("SELECT records FROM summary WHERE kind = \(kind.rawValue) AND first_key = ?1")
        }
        ofSpecies = try prepare(.species)
        ofLocation = try prepare(.locationYear)
    }

    func records(ofSpecies ids: [Int64]) throws(StoreError) -> Int64 { try records(ofSpecies, ids) }

    func records(ofLocations ids: [Int64]) throws(StoreError) -> Int64 { try records(ofLocation, ids) }

    /// The sum over ids, clamped to 64 bits: an edited file may hold any numbers.
    private func records(_ statement: Statement, _ ids: [Int64]) throws(StoreError) -> Int64 {
        var sum: Int128 = 0
        for id in ids {
            statement.bind(1, id)
            while try statement.step() { sum += Int128(statement.int64(0)) }
        }
        return Int64(clamping: sum)
    }
}
