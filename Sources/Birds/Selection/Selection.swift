/// What a query asks for as far as its view shows it, resolved once against one generation: names are ids by now, and regions and
/// areas are places.
///
/// It is the only maker of `RowFilter`, and all that plans, scans, counts, summaries, zero-filling and page tokens know of the
/// filters of a query. Only a `Resolver` makes one.
struct Selection {
    let dates: DateFilter
    /// Ids, ascending and each once; nil for all.
    let species: [Int64]?
    /// Nil for everywhere.
    let places: PlaceFilter?
    /// Within these lie all of the places; for what is known of regions alone.
    let regions: RegionScope
    /// Ids of those that there are; nil for all.
    let datasets: [Int64]?
    /// The least and the greatest number, or nil; either leaves out what was not counted.
    let leastNum: Int64?
    let greatestNum: Int64?
    /// What it was made from, without values that are still to be told from lists.
    let query: ObservationQuery

    /// So many species or places, at most, are read each by itself and merged; of more all dates are read, and the rows that match
    /// kept.
    static let few = 32

    /// Whether no record can match, whatever its date.
    var isEmpty: Bool { datasets?.isEmpty == true || places?.ids?.isEmpty == true }

    /// Whether it depends on single records, and not only on where, when and in which data set a checklist was made.
    var dependsOnRecords: Bool { species != nil || leastNum != nil || greatestNum != nil }

    /// The same dates, places and data sets, whatever the records.
    var ofVisits: Selection {
        var visits = query
        visits.species = []
        visits.leastNum = nil
        visits.greatestNum = nil
        return Selection(
            dates: dates, species: nil, places: places, regions: regions, datasets: datasets, leastNum: nil,
            greatestNum: nil, query: visits)
    }

    /// What a row must hold.
    /// - Parameter index: The one by which all that it tells apart is read already, and need not be looked at again.
    func rowFilter(readBy index: ObservationIndex? = nil) -> RowFilter {
        RowFilter(
            dates: dates, species: index == .species ? nil : species, places: index == .location ? nil : places,
            datasets: datasets, leastNum: leastNum, greatestNum: greatestNum)
    }
}
