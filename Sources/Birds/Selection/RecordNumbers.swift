/// How many records species and locations have, all together, to choose between their indexes.
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

    private func records(_ statement: Statement, _ ids: [Int64]) throws(StoreError) -> Int64 {
        var sum: Int128 = 0
        for id in ids {
            statement.bind(1, id)
            while try statement.step() { sum += Int128(statement.int64(0)) }
        }
        return Int64(clamping: sum)
    }
}
