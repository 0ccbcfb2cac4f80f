import Glibc

/// How one value compares with another.
enum Comparison {
    case before, same, after

    var reversed: Comparison {
        switch self {
        case .before: .after
        case .same: .same
        case .after: .before
        }
    }

    init(_ a: Int64, _ b: Int64) { self = a < b ? .before : a > b ? .after : .same }
    private init(_ a: Double, _ b: Double) { self = a < b ? .before : a > b ? .after : .same }

    /// Compares byte by byte, as SQLite does.
    init(_ a: [UInt8], _ b: [UInt8]) {
        let difference = a.withUnsafeBytes { a in
            b.withUnsafeBytes { b in
                guard let one = a.baseAddress, let other = b.baseAddress else { return 0 }
                return Int(memcmp(one, other, min(a.count, b.count)))
            }
        }
        self.init(Int64(difference == 0 ? a.count - b.count : difference), 0 as Int64)
    }

    /// A missing value comes first, as NULL does in SQLite.
    init(_ a: [UInt8]?, _ b: [UInt8]?) {
        guard let a, let b else {
            self.init(a == nil ? 0 : 1 as Int64, b == nil ? 0 : 1 as Int64)
            return
        }
        self.init(a as [UInt8], b as [UInt8])
    }

    /// A missing value comes before numbers, and these before texts.
    init(_ a: RowCell, _ b: RowCell) {
        switch (a, b) {
        case (.integer(let a), .integer(let b)): self.init(a, b)
        case (.text(let a), .text(let b)): self.init(Array(a.utf8), Array(b.utf8) as [UInt8])
        case (.nothing, .nothing): self = .same
        case (.nothing, _), (.integer, .text): self = .before
        default: self = .after
        }
    }

    fileprivate init(_ a: Double?, _ b: Double?) {
        guard let a, let b else {
            self.init(a == nil ? 0 : 1 as Int64, b == nil ? 0 : 1 as Int64)
            return
        }
        self.init(a as Double, b as Double)
    }
}

/// The order of the rows of an answer by what they show: by the keys of a sort, then in the default order or its
/// reverse. Within one edition it is that of a `RowOrder`, since ids ascend with codes and names there.
struct ShownOrder {
    let keys: [SortKey]
    /// Whether rows with equal keys come in the reverse of the default order: the direction of the last key.
    private let isDescending: Bool

    init(_ keys: [SortKey] = []) {
        self.keys = Array(keys.prefix(SortKey.most))
        isDescending = self.keys.last?.isDescending ?? false
    }

    /// A row, and what its ids stand for.
    typealias Shown = (row: ObservationRow, values: ShownValues)

    /// Compares rows down to their data sets. Rows that are the same in all that belong to one part of a view, unless
    /// they are locations.
    @inline(__always)
    func compare<Row>(_ a: PartRows<Row>, _ b: PartRows<Row>) throws(StoreError) -> Comparison {
        if !keys.isEmpty {
            let result = try compareKeys(a.shown, b.shown)
            if result != .same { return result }
        }
        // Rows without a date come last in both directions.
        if a.key.isUndated != b.key.isUndated { return a.key.isUndated ? .after : .before }
        if a.key.date != b.key.date { return directed(Comparison(a.key.date, b.key.date)) }
        // Most rows of one date are of locations that differ in the first bytes.
        let (one, other) = (try a.locationPrefix(), try b.locationPrefix())
        if one != other { return directed(one < other ? .before : .after) }
        return directed(try compareAtDate(a.shown, b.shown))
    }

    private func compareKeys(_ a: Shown, _ b: Shown) throws(StoreError) -> Comparison {
        for key in keys {
            let result = try compare(key, a, b)
            if result != .same { return result }
        }
        return .same
    }

    @inline(__always)
    private func directed(_ result: Comparison) -> Comparison { isDescending ? result.reversed : result }

    /// Compares rows of one date in the default order.
    private func compareAtDate(_ a: Shown, _ b: Shown) throws(StoreError) -> Comparison {
        let location = Comparison(try a.values.location(a.row.location).key, try b.values.location(b.row.location).key)
        if location != .same { return location }
        // 0 stands for none, in resources whose rows have no species or data set.
        if a.row.species != 0 || b.row.species != 0 {
            let species = Comparison(try a.values.species(a.row.species).code, try b.values.species(b.row.species).code)
            if species != .same { return species }
        }
        if a.row.num != b.row.num { return a.row.num < b.row.num ? .before : .after }
        if a.row.dataset == 0, b.row.dataset == 0 { return .same }
        return Comparison(try a.values.dataset(a.row.dataset), try b.values.dataset(b.row.dataset))
    }

    /// Compares rows by one key, as `SortValues` does.
    private func compare(_ key: SortKey, _ a: Shown, _ b: Shown) throws(StoreError) -> Comparison {
        let (one, other) = (a.row, b.row)
        switch key.field {
        case .date, .year, .month, .day:
            if one.isUndated || other.isUndated { return Comparison(one.isUndated ? 1 : 0, other.isUndated ? 1 : 0) }
        default: break
        }
        func location() throws(StoreError) -> (ShownValues.Location, ShownValues.Location) {
            (try a.values.location(one.location), try b.values.location(other.location))
        }
        func species() throws(StoreError) -> (ShownValues.Species, ShownValues.Species) {
            (try a.values.species(one.species), try b.values.species(other.species))
        }
        let result: Comparison
        switch key.field {
        case .date: result = Comparison(one.date, other.date)
        case .year: result = Comparison(StoredDate(one.date).year ?? 0, StoredDate(other.date).year ?? 0)
        case .month: result = Comparison(StoredDate(one.date).month ?? 0, StoredDate(other.date).month ?? 0)
        case .day: result = Comparison(StoredDate(one.date).day ?? 0, StoredDate(other.date).day ?? 0)
        case .num: result = Comparison(one.num.sortKey, other.num.sortKey)
        case .speciesID:
            let (a, b) = try species()
            result = Comparison(a.code, b.code)
        case .commonName:
            let (a, b) = try species()
            result = Comparison(a.commonName, b.commonName)
        case .scientificName:
            let (a, b) = try species()
            result = Comparison(a.scientificName, b.scientificName)
        case .category:
            let (a, b) = try species()
            result = Comparison(a.category, b.category)
        case .locationID:
            let (a, b) = try location()
            result = Comparison(a.code, b.code)
        case .latitude:
            let (a, b) = try location()
            result = Comparison(a.latitude, b.latitude)
        case .longitude:
            let (a, b) = try location()
            result = Comparison(a.longitude, b.longitude)
        case .region:
            let (a, b) = try location()
            result = Comparison(a.region, b.region)
        case .locationName:
            result = Comparison(try a.values.locationName(one), try b.values.locationName(other))
        case .dataset: result = Comparison(try a.values.dataset(one.dataset), try b.values.dataset(other.dataset))
        }
        return key.isDescending ? result.reversed : result
    }
}
