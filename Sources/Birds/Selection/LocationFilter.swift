/// The locations that a query asks for and its view shows.
///
/// A few are listed, and a scan reads an index for each. If there are more, each location that a row refers to is
/// looked up, and the verdict is cached in a table of fixed size. So memory does not grow with the number of
/// locations.
///
/// Like its statements it belongs to one generation and one thread.
final class LocationFilter {
    /// The conditions. All of them must hold.
    struct Key: Hashable {
        /// Values of `loc_id`, as UTF-8; empty for all. (Two different texts can be equal as `String`: Swift
        /// compares by canonical equivalence, SQLite by bytes.)
        let codes: Set<[UInt8]>
        let scope: RegionScope
        /// The ids of the data sets of which the view shows something; nil for all. Only `ids` and `listed` are
        /// limited to their locations, since records are checked for their data set too.
        let datasets: [Int64]?
        let box: GeographicBox?
        let circle: GeographicCircle?

        init(
            codes: [String], scope: RegionScope, datasets: [Int64]? = nil, box: GeographicBox? = nil,
            circle: GeographicCircle? = nil
        ) {
            self.codes = Set(codes.map { Array($0.utf8) })
            self.scope = scope
            self.datasets = datasets
            self.box = box
            self.circle = circle
        }

        /// Whether a location fulfils all conditions.
        func contains(_ location: Records.Location) -> Bool {
            guard codes.isEmpty || codes.contains(Array(location.code.utf8)) else { return false }
            return scope.contains(location.region) && isWithin(location.latitude, location.longitude)
        }

        /// Whether a point is in both areas. A missing point is in no area.
        func isWithin(_ latitude: Double?, _ longitude: Double?) -> Bool {
            if box == nil && circle == nil { return true }
            guard let latitude, let longitude else { return false }
            return box?.contains(latitude: latitude, longitude: longitude) ?? true
                && circle?.contains(latitude: latitude, longitude: longitude) ?? true
        }

        /// Boxes that together contain all points of the areas; nil if there are no areas.
        var bounds: [GeographicBox]? { (circle?.bounds ?? box)?.parts }
    }

    /// All ids, ascending; nil if there are more than `few`.
    let ids: [Int64]?
    /// Whether it has all locations of its regions.
    var isOfWholeRegions: Bool { key.codes.isEmpty && key.bounds == nil }

    private let key: Key
    private let database: Database
    private let records: Records
    private let numbers: RecordNumbers
    /// The result of `listed`, once it was asked for. The inner nil says that there are too many to list.
    private var list: (ids: [Int64], records: Int64)??
    /// A cache with two entries for pairs of hashes of ids; empty if `ids` lists all.
    private let verdicts: UnsafeMutableBufferPointer<Verdict>

    /// An id, and whether it matches, in 64 bits.
    private struct Verdict {
        // Twice the id, and 1 more if it matches. Ids that are too large are not kept.
        private var bits: Int64
        /// In a free entry: twice an id that is not kept.
        static let free = Verdict(bits: .min)

        private init(bits: Int64) { self.bits = bits }

        init?(_ id: Int64, isWithin: Bool) {
            guard id > .min >> 1, id <= .max >> 1 else { return nil }
            bits = id << 1 | (isWithin ? 1 : 0)
        }

        @inline(__always)
        func isOf(_ id: Int64) -> Bool { bits >> 1 == id && bits != Verdict.free.bits }

        var isWithin: Bool { bits & 1 == 1 }
    }

    /// 16,384 verdicts of 8 bytes.
    private static let verdictBits = 14

    /// - Parameter few: The greatest number of ids in `ids`.
    /// - Throws: `.overBudget`, `.cancelled` or `.sqlite`.
    init(
        _ key: Key, few: Int, database: Database, records: Records, numbers: RecordNumbers
    ) throws(StoreError) {
        self.key = key
        self.database = database
        self.records = records
        self.numbers = numbers
        ids = try LocationFilter.list(key, atMost: few, database)
        verdicts = .allocate(capacity: ids == nil ? 1 << LocationFilter.verdictBits : 0)
        verdicts.initialize(repeating: .free)
    }

    deinit { verdicts.deallocate() }

    /// The greatest number of locations that `listed` returns. For more of them, reading one after another would
    /// not be faster than reading by date.
    static let mostListed = 4096
    /// How many locations that the view does not show are passed on the way to those that it does.
    private static let mostPassed = 1024

    /// All ids, ascending, and how many records they have together; nil if there are more than `mostListed`.
    func listed() throws(StoreError) -> (ids: [Int64], records: Int64)? {
        if let list { return list }
        var found: (ids: [Int64], records: Int64)?
        if let ids = try LocationFilter.list(key, atMost: Self.mostListed, database) {
            found = (ids, try numbers.records(ofLocations: ids))
        }
        list = .some(found)
        return found
    }

    /// Whether a location matches.
    @inline(__always)
    func contains(_ id: Int64) throws(StoreError) -> Bool {
        if let ids { return ids.contains(id) }
        let index = Hash.slot(of: id, bits: LocationFilter.verdictBits)
        if verdicts[index].isOf(id) { return verdicts[index].isWithin }
        if verdicts[index ^ 1].isOf(id) { return verdicts[index ^ 1].isWithin }
        return try judge(id, at: index)
    }

    /// Looks a location up, and caches the verdict in place of an id with the same hash, which moves to the other entry
    /// of the pair.
    @inline(never)
    private func judge(_ id: Int64, at index: Int) throws(StoreError) -> Bool {
        let location = try records.location(id)
        let isWithin = key.contains(location)
        if let verdict = Verdict(id, isWithin: isWithin) {
            verdicts[index ^ 1] = verdicts[index]
            verdicts[index] = verdict
        }
        return isWithin
    }

    /// The matching ids, ascending; nil if there are more than `limit`. The rows come from the index that fits
    /// best: by code, by area, else by region.
    private static func list(_ key: Key, atMost limit: Int, _ database: Database) throws(StoreError) -> [Int64]? {
        if key.scope.isNowhere { return [] }
        var ids: [Int64] = []
        // Asked for each row before anything else, so that locations of other data sets cost little time.
        let isOfView = Scope.hasLocation("location.id", of: key.datasets)
        let columns = "SELECT id, code, latitude, longitude, region, \(isOfView) FROM location"
        var left = key.datasets == nil && key.scope.exceptions.isEmpty ? Int.max : mostPassed + limit
        /// Adds the matching rows of a statement; false if there are too many.
        func add(_ statement: Statement) throws(StoreError) -> Bool {
            while try statement.step() {
                left -= 1
                if left < 0 {
                    statement.reset()
                    return false
                }
                guard statement.int64(5) != 0 else { continue }
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
            // The R*Tree stores 32-bit floats, rounded outwards (https://www.sqlite.org/rtree.html, "Roundoff
            // Error"), so no point is missed, and `key.contains` decides exactly.
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
        } else if key.scope.regions == nil {
            guard try add(try database.prepare(columns)) else { return nil }
        } else {
            // In ASCII `.` follows `-`, so the codes between them are those within the region, such as CA-YT or
            // HK-.
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
        // A point on the antimeridian may be in several of the boxes.
        return Set(ids).sorted()
    }
}
