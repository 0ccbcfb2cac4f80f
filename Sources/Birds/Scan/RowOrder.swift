/// The order of an answer's rows: one that an index has, or any other.
enum RowOrder: Equatable {
    /// The default order, which is that of the index by date.
    case date(isDescending: Bool)
    /// By species, then in the default order.
    case species(isDescending: Bool)
    /// By `loc_id`, then in the default order. The locations of one code are merged.
    case location(isDescending: Bool)
    /// Any other order: all matching rows are read and sorted.
    case keys([SortKey])

    /// Finds the order of an index that sorts as the keys do; `keys` if there is none. All keys must have the same
    /// direction, since an index is read forwards or backwards.
    /// - Parameter sharesCodes: Whether several locations share a `loc_id`. In an index they are separate and
    ///   adjacent, so columns after the location are not sorted within a code. It is asked only if that matters,
    ///   since it reads an index.
    init(_ keys: [SortKey], sharesCodes: () throws(StoreError) -> Bool) throws(StoreError) {
        let isDescending = keys.last?.isDescending ?? false
        let fields = keys.map(\.field)
        let isUniform = keys.allSatisfy { $0.isDescending == isDescending }
        func begins(_ order: [SortKey.Field]) -> Bool { isUniform && order.starts(with: fields) }
        let order: RowOrder
        // How many leading keys the index sorts correctly even if locations share codes.
        let sure: Int
        if begins([.date, .locationID, .speciesID, .num]) {
            (order, sure) = (.date(isDescending: isDescending), 2)
        } else if begins([.speciesID, .date, .locationID, .num]) {
            (order, sure) = (.species(isDescending: isDescending), 3)
        } else if begins([.locationID, .date, .speciesID, .num]) {
            (order, sure) = (.location(isDescending: isDescending), 2)
        } else {
            (order, sure) = (.keys(keys), .max)
        }
        let isInOrder = if keys.count <= sure { true } else { try !sharesCodes() }
        self = isInOrder ? order : .keys(keys)
    }

    /// Whether a row comes before the start of a page, as far as counts and data sets tell; rows that differ only
    /// in their ids do not precede each other. For `keys` it is always false, since a `SortedScan` leaves out
    /// earlier rows itself.
    func precedes(_ row: ObservationRow, _ start: PageStart) -> Bool {
        let first = start.row
        switch self {
        case .date(let isDescending): return RowOrder.precedes(row, first, isDescending)
        case .species(let isDescending):
            if row.species != first.species { return (row.species < first.species) != isDescending }
            return RowOrder.precedes(row, first, isDescending)
        case .location(let isDescending):
            // The scan starts at this code, so only rows of its locations can come before the start.
            return start.locations.contains(row.location) && RowOrder.precedes(row, first, isDescending)
        case .keys: return false
        }
    }

    private static func precedes(_ a: ObservationRow, _ b: ObservationRow, _ isDescending: Bool) -> Bool {
        if a.isLike(b) { return false }
        return ObservationRow.precedes(a, b, isDescending: isDescending)
    }
}

extension ObservationRow {
    /// Whether two rows are equal except for their ids.
    func isLike(_ other: ObservationRow) -> Bool {
        date == other.date && location == other.location && species == other.species && num == other.num
            && dataset == other.dataset
    }
}

/// Where a page begins: after the first `ordinal` of the rows that are equal to `row` except for their ids.
struct PageStart {
    var row: ObservationRow
    /// How many of those rows earlier pages have shown.
    var ordinal: Int64
    /// The `loc_id` of the row as UTF-8, and, in the order by `loc_id`, the ids of all locations that have it now.
    var code: [UInt8]
    var locations: Set<Int64> = []
}
