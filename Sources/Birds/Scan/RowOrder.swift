/// The order in which rows come.
enum RowOrder: Equatable {
    /// The default order, as the index by date has it.
    case date(isDescending: Bool)
    /// By species, and then as the default order.
    case species(isDescending: Bool)
    /// By `loc_id`, and then as the default order: the places of one code together.
    case location(isDescending: Bool)
    /// Anything else, for which all rows that match are read.
    case keys([SortKey])

    /// - Parameter sharesCodes: Whether some `loc_id` has several places. Indexes have those apart, one after the other, so that what
    ///   follows the place in them is not in order for the code.
    init(_ keys: [SortKey], sharesCodes: () throws(StoreError) -> Bool) throws(StoreError) {
        let isDescending = keys.last?.isDescending ?? false
        let fields = keys.map(\.field)
        let isUniform = keys.allSatisfy { $0.isDescending == isDescending }
        func begins(_ order: [SortKey.Field]) -> Bool { isUniform && order.starts(with: fields) }
        let order: RowOrder
        // How many keys are in order whatever the places.
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

    /// Whether a row stands before the start of a page, as far as their numbers and data sets tell. Without meaning for `keys`.
    func precedes(_ row: ObservationRow, _ start: PageStart) -> Bool {
        let first = start.row
        switch self {
        case .date(let isDescending): return RowOrder.precedes(row, first, isDescending)
        case .species(let isDescending):
            if row.species != first.species { return (row.species < first.species) != isDescending }
            return RowOrder.precedes(row, first, isDescending)
        case .location(let isDescending):
            // The scan starts at this code.
            return start.locations.contains(row.location) && RowOrder.precedes(row, first, isDescending)
        case .keys: return false
        }
    }

    private static func precedes(_ a: ObservationRow, _ b: ObservationRow, _ isDescending: Bool) -> Bool {
        if a.isLike(b) { return false }
        return ObservationRow.precedes(a, b) != isDescending
    }
}

extension ObservationRow {
    /// Whether nothing but the id tells two rows apart.
    func isLike(_ other: ObservationRow) -> Bool {
        date == other.date && location == other.location && species == other.species && num == other.num
            && dataset == other.dataset
    }
}

/// Where a page begins: behind so many of the rows that are like this one.
struct PageStart {
    var row: ObservationRow
    var ordinal: Int64
    /// The `loc_id` of the row, and in the order by it the ids of all places that have it now.
    var code: [UInt8]
    var locations: Set<Int64> = []
}
