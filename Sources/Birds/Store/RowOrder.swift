/// The order in which rows come.
enum RowOrder: Equatable {
    /// The default order, as the index by date has it.
    case date(isDescending: Bool)
    /// By species, and then as the default order.
    case species(isDescending: Bool)
    /// By location, and then as the default order.
    case location(isDescending: Bool)
    /// Anything else, for which all rows that match are read.
    case keys([SortKey])

    init(_ keys: [SortKey]) {
        let isDescending = keys.last?.isDescending ?? false
        let fields = keys.map(\.field)
        let isUniform = keys.allSatisfy { $0.isDescending == isDescending }
        func begins(_ order: [Field]) -> Bool { isUniform && order.starts(with: fields) }
        if begins([.date, .locationID, .speciesID, .num]) {
            self = .date(isDescending: isDescending)
        } else if begins([.speciesID, .date, .locationID, .num]) {
            self = .species(isDescending: isDescending)
        } else if begins([.locationID, .date, .speciesID, .num]) {
            self = .location(isDescending: isDescending)
        } else {
            self = .keys(keys)
        }
    }

    /// Whether a row stands before another, as far as their numbers and data sets tell. Without meaning for `keys`.
    func precedes(_ a: ObservationRow, _ b: ObservationRow) -> Bool {
        switch self {
        case .date(let isDescending): RowOrder.precedes(a, b, isDescending)
        case .species(let isDescending):
            a.species != b.species
                ? (a.species < b.species) != isDescending : RowOrder.precedes(a, b, isDescending)
        case .location(let isDescending):
            a.location != b.location
                ? (a.location < b.location) != isDescending : RowOrder.precedes(a, b, isDescending)
        case .keys: false
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
}
