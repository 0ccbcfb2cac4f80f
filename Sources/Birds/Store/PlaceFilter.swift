/// The locations that a query asks for and its view shows.
///
/// Where they are few they are listed, and an index is read for each. Where they are many, each location that a row names is
/// looked up, and the verdict kept: memory does not grow with their number.
final class PlaceFilter {
    struct Key: Hashable {
        /// UTF-8 of values of `loc_id`; empty for all. Strings would be equal to others of the same characters.
        let codes: Set<[UInt8]>
        let scope: RegionScope

        init(codes: [String], scope: RegionScope) {
            self.codes = Set(codes.map { Array($0.utf8) })
            self.scope = scope
        }
    }

    /// All of them, ascending; nil where they are many.
    let ids: [Int64]?

    private let codes: Set<[UInt8]>
    private let scope: RegionScope
    private let records: Records
    /// By the hash of the id; none where all are listed.
    private let verdicts: UnsafeMutableBufferPointer<Verdict>

    private struct Verdict {
        var id: Int64 = 0
        var isKnown = false
        var isWithin = false
    }

    /// 8192 verdicts of 16 bytes.
    private static let verdictBits = 13

    /// - Parameter few: How many locations are listed at most.
    init(_ key: Key, few: Int, database: Database, records: Records) throws(StoreError) {
        codes = key.codes
        scope = key.scope
        self.records = records
        ids = try PlaceFilter.list(codes, key.scope, atMost: few, database)
        verdicts = .allocate(capacity: ids == nil ? 1 << PlaceFilter.verdictBits : 0)
        verdicts.initialize(repeating: Verdict())
    }

    deinit { verdicts.deallocate() }

    @inline(__always)
    func contains(_ id: Int64) throws(StoreError) -> Bool {
        if let ids { return ids.contains(id) }
        let index = Hash.slot(of: id, bits: PlaceFilter.verdictBits)
        let verdict = verdicts[index]
        if verdict.isKnown && verdict.id == id { return verdict.isWithin }
        return try judge(id, at: index)
    }

    @inline(never)
    private func judge(_ id: Int64, at index: Int) throws(StoreError) -> Bool {
        let location = try records.location(id)
        let isWithin = (codes.isEmpty || codes.contains(Array(location.code.utf8))) && scope.contains(location.region)
        verdicts[index] = Verdict(id: id, isKnown: true, isWithin: isWithin)
        return isWithin
    }

    /// Their ids, or nil if there are more than `limit`.
    private static func list(
        _ codes: Set<[UInt8]>, _ scope: RegionScope, atMost limit: Int, _ database: Database
    ) throws(StoreError) -> [Int64]? {
        var ids: [Int64] = []
        if !codes.isEmpty {
            let statement = try database.prepare(
                "SELECT id, region FROM location INDEXED BY location_by_code WHERE code = ?1")
            for code in codes {
                statement.bind(1, utf8: code, code.indices)
                while try statement.step() {
                    guard scope.contains(statement.text(1)) else { continue }
                    if ids.count == limit { return nil }
                    ids.append(statement.int64(0))
                }
            }
        } else {
            // `.` follows `-`: what lies between are the regions within, such as CA-YT or HK-.
            let statement = try database.prepare(
                """
                SELECT id FROM location INDEXED BY location_by_region WHERE region = ?1
                UNION ALL
                SELECT id FROM location INDEXED BY location_by_region WHERE region >= ?1 || '-' AND region < ?1 || '.'
                """)
            for region in scope.regions ?? [] {
                statement.bind(1, region)
                while try statement.step() {
                    if ids.count == limit { return nil }
                    ids.append(statement.int64(0))
                }
            }
        }
        return ids.sorted()
    }
}
