// Which rows of the table `summary` can answer a query, and what they mean.
extension SummaryKind {
    /// The keys of its rows, besides region and data set.
    private var keys: Set<SummaryKey> {
        switch self {
        case .species: [.species]
        case .year: [.year]
        case .month: [.month]
        case .week: [.week]
        case .date: [.date, .year, .isoYear, .month, .week]
        case .speciesYear: [.species, .year]
        case .speciesMonth: [.species, .month]
        case .speciesWeek: [.species, .week]
        case .speciesDate: [.species, .date, .year, .isoYear, .month, .week]
        case .speciesLocation: [.species, .location]
        case .locationYear: [.location, .year]
        }
    }

    /// All kinds, those with fewer rows first.
    private static let bySize: [SummaryKind] = [
        .year, .month, .week, .species, .speciesYear, .speciesMonth, .speciesWeek, .locationYear, .date,
        .speciesLocation,
        .speciesDate,
    ]

    /// The kind with the fewest rows that have all keys needed for the groups and for the query's filter; nil if
    /// there is none.
    static func smallest(_ keys: [SummaryKey], _ filter: RecordFilter) -> SummaryKind? {
        var needed = Set(keys).subtracting([.region, .dataset])
        for part in RecordFilter.Part.all {
            switch part {
            case .species: if !filter.species.isEmpty { needed.insert(.species) }
            case .dates:
                if !filter.years.isEmpty { needed.insert(.year) }
                if !filter.months.isEmpty { needed.insert(.month) }
                if !filter.days.isEmpty || filter.from != nil || filter.to != nil { needed.insert(.date) }
            case .locations: if !filter.locations.isEmpty { needed.insert(.location) }
            case .areas: if filter.box != nil || filter.circle != nil { needed.insert(.location) }
            case .counts: if filter.leastNum != nil || filter.greatestNum != nil { return nil }
            case .exactness: if filter.isGeneralised != nil { return nil }
            // The rows of every kind have these.
            case .regions, .datasets: break
            }
        }
        return bySize.first { needed.isSubset(of: $0.keys) }
    }

    /// The keys of a row, except for its region and data set.
    func item(_ first: Int64, _ second: Int64) -> SummaryItem {
        var item = SummaryItem()
        func year(_ key: Int64) -> Int64 { key == SummaryKind.noYear ? 0 : key }
        switch self {
        case .species: item.species = first
        case .year: item.year = year(first)
        case .month: item.month = first
        case .week: item.week = first
        case .date: item.setDate(first)
        case .speciesYear: (item.species, item.year) = (first, year(second))
        case .speciesMonth: (item.species, item.month) = (first, second)
        case .speciesWeek: (item.species, item.week) = (first, second)
        case .speciesDate:
            item.species = first
            item.setDate(second)
        case .speciesLocation: (item.species, item.location) = (first, second)
        case .locationYear: (item.location, item.year) = (first, year(second))
        }
        return item
    }
}
