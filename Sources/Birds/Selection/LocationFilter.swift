/// The locations that a query asks for and its view shows.
///
/// Where they are few they are listed, and an index is read for each. Where they are many, each location that a row names is
/// looked up, and the verdict kept: memory does not grow with their number.
final class LocationFilter {
    struct Key: Hashable {
        /// UTF-8 of values of `loc_id`; empty for all. Strings would be equal to others of the same characters.
        let codes: Set<[UInt8]>
        let scope: RegionScope
        let box: GeographicBox?
        let circle: GeographicCircle?

        init(codes: [String], scope: RegionScope, box: GeographicBox? = nil, circle: GeographicCircle? = nil) {
            self.codes = Set(codes.map { Array($0.utf8) })
            self.scope = scope
            self.box = box
            self.circle = circle
        }

        func contains(_ location: Records.Location) -> Bool {
            guard codes.isEmpty || codes.contains(Array(location.code.utf8)) else { return false }
            return scope.contains(location.region) && isWithin(location.latitude, location.longitude)
        }

        /// Whether a point is in the areas. None is in none, but where there are no areas.
        func isWithin(_ latitude: Double?, _ longitude: Double?) -> Bool {
            if box == nil && circle == nil { return true }
            guard let latitude, let longitude else { return false }
            return box?.contains(latitude: latitude, longitude: longitude) ?? true
                && circle?.contains(latitude: latitude, longitude: longitude) ?? true
        }

        /// Boxes that hold all places in the areas; nil where there are no areas.
        var bounds: [GeographicBox]? { (circle?.bounds ?? box)?.parts }
    }

    /// All of them, ascending; nil where they are many.
    let ids: [Int64]?

    private let key: Key
    private let database: Database
    private let records: Records
    private let numbers: RecordNumbers
    /// All of them where they are more than a few, and not too many; nil until somebody asks.
    private var list: (ids: [Int64], records: Int64)??
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
    init(
        _ key: Key, few: Int, database: Database, records: Records, numbers: RecordNumbers
    ) throws(StoreError) {
        self.key = key
        self.database = database
        self.records = records
        self.numbers = numbers
        ids = try LocationFilter.list(key, atMost: few, database)
        verdicts = .allocate(capacity: ids == nil ? 1 << LocationFilter.verdictBits : 0)
        verdicts.initialize(repeating: Verdict())
    }

    deinit { verdicts.deallocate() }

    /// How many are listed at most, so that reading them one after the other may be worth it.
    static let mostListed = 4096

    /// All of them, ascending, and how many records they have; nil where they are too many even for a list.
    func listed() throws(StoreError) -> (ids: [Int64], records: Int64)? {
        if let list { return list }
        var found: (ids: [Int64], records: Int64)?
        if let ids = try LocationFilter.list(key, atMost: Self.mostListed, database) {
            found = (ids, try numbers.records(ofLocations: ids))
        }
        list = .some(found)
        return found
    }

    @inline(__always)
    func contains(_ id: Int64) throws(StoreError) -> Bool {
        if let ids { return ids.contains(id) }
        let index = Hash.slot(of: id, bits: LocationFilter.verdictBits)
        let verdict = verdicts[index]
        if verdict.isKnown && verdict.id == id { return verdict.isWithin }
        return try judge(id, at: index)
    }

    @inline(never)
    private func judge(_ id: Int64, at index: Int) throws(StoreError) -> Bool {
        let location = try records.location(id)
        let isWithin = key.contains(location)
        verdicts[index] = Verdict(id: id, isKnown: true, isWithin: isWithin)
        return isWithin
    }

    /// Their ids, or nil if there are more than `limit`.
    private static func list(_ key: Key, atMost limit: Int, _ database: Database) throws(StoreError) -> [Int64]? {
        var ids: [Int64] = []
        let columns = "SELECT id, code, latitude, longitude, region FROM location"
        /// Adds the rows of a statement that match; false where there are too many.
        func add(_ statement: Statement) throws(StoreError) -> Bool {
            while try statement.step() {
                let location = Records.Location(
                    code: statement.text(1) ?? "", latitude: statement.optionalDouble(2),
                    longitude: statement.optionalDouble(3), region: statement.text(4))
                guard key.contains(location) else { continue }
                if ids.count == limit {
                    statement.reset()
                    return false
                }
                ids.append(statement.int64(0))
            }
            return true
        }
        if !key.codes.isEmpty {
            let statement = try database.prepare(columns + " INDEXED BY location_by_code WHERE code = ?1")
            for code in key.codes {
                statement.bind(1, utf8: code, code.indices)
                guard try add(statement) else { return nil }
            }
        } else if let boxes = key.bounds {
            // The boxes of the table are of 32-bit floats that hold the point: none is missed, and `contains` decides.
            let statement = try database.prepare(
                columns
                    + """
                     WHERE id IN (SELECT id FROM location_box
                    WHERE east >= ?1 AND west <= ?2 AND north >= ?3 AND south <= ?4)
                    """)
            for box in boxes {
                statement.bind(1, box.west)
                statement.bind(2, box.east)
                statement.bind(3, box.south)
                statement.bind(4, box.north)
                guard try add(statement) else { return nil }
            }
        } else {
            // `.` follows `-`: what lies between are the regions within, such as CA-YT or HK-.
            let statement = try database.prepare(
                """
                \(columns) INDEXED BY location_by_region WHERE region = ?1
                UNION ALL
                \(columns) INDEXED BY location_by_region WHERE region >= ?1 || '-' AND region < ?1 || '.'
                """)
            for region in key.scope.regions ?? [] {
                statement.bind(1, region)
                guard try add(statement) else { return nil }
            }
        }
        // A place on the antimeridian is in both parts of a box.
        return Set(ids).sorted()
    }
}
