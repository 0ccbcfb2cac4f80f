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
    let locations: LocationFilter?
    /// Within these lie all of the places; for what is known of regions alone.
    let regions: RegionScope
    /// Ids of those that there are; nil for all.
    let datasets: [Int64]?
    /// The least and the greatest number, or nil; either one excludes records without a count.
    let leastNum: Int64?
    let greatestNum: Int64?
    /// What it was made from, without values that are still to be told from lists.
    let filter: RecordFilter

    /// So many species or places, at most, are read each by itself and merged; of more all dates are read, and the rows that match
    /// kept.
    static let few = 32

    /// Whether no record can match, whatever its date.
    var isEmpty: Bool { datasets?.isEmpty == true || locations?.ids?.isEmpty == true }

    /// Whether it depends on single records, and not only on where, when and in which data set a checklist was made.
    var dependsOnRecords: Bool { species != nil || leastNum != nil || greatestNum != nil }

    /// The same dates, places and data sets, whatever the records.
    var ofVisits: Selection {
        var visits = filter
        visits.species = []
        visits.leastNum = nil
        visits.greatestNum = nil
        return Selection(
            dates: dates, species: nil, locations: locations, regions: regions, datasets: datasets, leastNum: nil,
            greatestNum: nil, filter: visits)
    }

    /// What a row must hold.
    /// - Parameter index: The one by which all that it tells apart is read already, and need not be looked at again.
    func rowFilter(readBy index: ObservationIndex? = nil) -> RowFilter {
        RowFilter(
            dates: dates, species: index == .species ? nil : species, locations: index == .location ? nil : locations,
            datasets: datasets, leastNum: leastNum, greatestNum: greatestNum)
    }

    /// What tells the pages of one list from those of another: the same however a filter is written, in one list, several
    /// parameters or quotes, and in whichever order. (FNV-1a.)
    func fingerprint(of resource: String, sort: [SortKey]) -> UInt64 {
        let sort = sort.map { ($0.isDescending ? "-" : "") + $0.field.rawValue }
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for text in [resource] + RecordFilter.Part.allCases.flatMap(filter.texts) + sort {
            for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
            hash = (hash ^ 0xFF) &* 0x100_0000_01B3
        }
        return hash
    }
}

extension RecordFilter {
    /// A part of it in words, as many for every filter.
    fileprivate func texts(of part: Part) -> [String] {
        // As bytes: strings would be equal to others of the same characters.
        func list(_ values: [String]) -> String {
            "\(Set(values.map { Array($0.utf8) }).sorted { $0.lexicographicallyPrecedes($1) })"
        }
        func list(_ numbers: [Int]) -> String { "\(Set(numbers).sorted())" }
        func text(_ number: (some CustomStringConvertible)?) -> String { number?.description ?? "" }
        switch part {
        case .species: return [list(species)]
        case .regions: return [list(regions)]
        case .locations: return [list(locations)]
        case .datasets: return [list(datasets)]
        case .dates: return [list(years), list(months), list(days), text(from?.number), text(to?.lastNumber)]
        case .numbers: return [text(leastNum), text(greatestNum)]
        case .areas:
            return [
                box.map { "\($0.west) \($0.south) \($0.east) \($0.north)" } ?? "",
                circle.map { "\($0.latitude) \($0.longitude) \($0.kilometres)" } ?? "",
            ]
        }
    }
}
