/// The part of a query's records that its view shows, resolved once against one generation: names have become ids,
/// and regions and areas have become locations.
///
/// Invariants:
/// - A `Resolver` makes it, so the view has been applied to it.
/// - It is the only source of row filters, and the only thing that plans, scans, counts, summaries, zero-filling
///   and page tokens know of a query's filters.
struct Selection {
    /// All conditions. Whoever must know all of them takes this tuple apart, so their code does not compile until it
    /// considers a new one.
    typealias Conditions = (
        dates: DateFilter,
        /// Ids, ascending and distinct; nil for all.
        species: [Int64]?,
        /// Nil if every location matches.
        locations: LocationFilter?,
        /// The regions that contain all matching locations. Summaries, which know the region of their records, are
        /// filtered by these.
        regions: RegionScope,
        /// Ids of those that are asked for and that the view shows, without the names that do not exist; nil for all.
        datasets: [Int64]?,
        counts: CountRange,
        /// Nil if it does not matter how exact places are.
        exactness: ExactnessFilter?
    )

    let conditions: Conditions
    /// The filter that it was made from, after `Resolver.resolved`.
    let filter: RecordFilter
    /// What the view shows, whatever is asked for.
    let scope: Scope
    /// False if the view shows no record of the species that are asked for.
    var hasSpecies = true

    var dates: DateFilter { conditions.dates }
    var species: [Int64]? { conditions.species }
    var locations: LocationFilter? { conditions.locations }
    var regions: RegionScope { conditions.regions }
    var datasets: [Int64]? { conditions.datasets }

    /// Up to this many species or locations get a scan of their own each, and the scans are merged. With more, all
    /// rows of the dates are read and filtered.
    static let few = 32

    /// Whether no record can match, because no location, data set or species does.
    var isEmpty: Bool { datasets?.isEmpty == true || locations?.ids?.isEmpty == true || !hasSpecies }

    /// Whether rows need their data set and id, to check the conditions.
    var needsIdentity: Bool { datasets != nil || conditions.exactness != nil }

    /// Whether it depends on the records of a checklist, and not only on the checklist's own location, date, data set
    /// and exactness.
    var dependsOnRecords: Bool {
        let (_, species, _, _, _, counts, _) = conditions
        return species != nil || !counts.isEverything
    }

    /// The same dates, locations, data sets and exactness, without the conditions on records.
    var ofVisits: Selection {
        let (dates, _, locations, regions, datasets, _, exactness) = conditions
        var visits = filter
        for part in RecordFilter.Part.all {
            switch part {
            case .species: visits.species = []
            case .counts: (visits.leastNum, visits.greatestNum) = (nil, nil)
            case .dates, .regions, .locations, .areas, .datasets, .exactness: break
            }
        }
        return Selection(
            conditions: (dates, nil, locations, regions, datasets, CountRange(), exactness), filter: visits,
            scope: scope)
    }

    /// The same selection of records however exact they are: for resources that ask how exact a checklist is.
    var ofAnyExactness: Selection {
        var conditions = conditions
        conditions.exactness = nil
        return Selection(conditions: conditions, filter: filter, scope: scope, hasSpecies: hasSpecies)
    }

    /// The same selection with other species.
    /// - Parameter species: Ids, ascending and distinct.
    func with(species: [Int64]) -> Selection {
        var conditions = conditions
        conditions.species = species
        return Selection(conditions: conditions, filter: filter, scope: scope)
    }

    /// The conditions to check on each row.
    /// - Parameter index: The index that is read only at the matching species or locations, so that these need no
    ///   check.
    func rowFilter(readBy index: ObservationIndex? = nil) -> RowFilter {
        RowFilter(conditions, readBy: index)
    }

    /// The view, filter, resource and order as bytes, which tie a page token to its query. They are the same however
    /// the filter is written: as one list or several parameters, in quotes, in any order.
    func identity(of resource: String, sort: [SortKey]) -> [UInt8] { filter.identity(of: resource, sort, scope.tag) }
}

extension RecordFilter {
    /// As `Selection.identity`.
    /// - Parameter tag: Of the view, or of the parts that it has.
    func identity(of resource: String, _ sort: [SortKey], _ tag: [UInt8]) -> [UInt8] {
        var identity = Identity(bytes: tag)
        identity.endPart()
        identity.add(resource)
        for part in Part.all { identity.add(part, of: self) }
        for key in sort { identity.add((key.isDescending ? "-" : "") + key.field.rawValue) }
        return identity.bytes
    }
}

/// Texts and lists of texts, one after the other. No UTF-8 contains the bytes that end them.
private struct Identity {
    var bytes: [UInt8]

    mutating func endPart() { bytes.append(0xFF) }
    private mutating func endItem() { bytes.append(0xFE) }

    mutating func add(_ text: String) {
        bytes += text.utf8
        endPart()
    }

    private mutating func add(_ number: (some CustomStringConvertible)?) { add(number?.description ?? "") }

    /// Adds a list, whatever its order.
    private mutating func add(_ texts: [String]) {
        if !texts.isEmpty {
            // As bytes: different texts can be equal as `String`.
            for text in Set(texts.map { Array($0.utf8) }).sorted(by: { $0.lexicographicallyPrecedes($1) }) {
                bytes += text
                endItem()
            }
        }
        endPart()
    }

    private mutating func add(_ numbers: [Int]) { add(numbers.map(\.description)) }

    /// Adds a part of a filter. The number of texts and lists must not depend on the values, or two filters could have
    /// the same sequence.
    mutating func add(_ part: RecordFilter.Part, of filter: RecordFilter) {
        switch part {
        case .species: add(filter.species)
        case .regions: add(filter.regions)
        case .locations: add(filter.locations)
        case .datasets: add(filter.datasets)
        case .dates:
            for numbers in [filter.years, filter.months, filter.days] { add(numbers) }
            for date in [filter.from?.number, filter.to?.lastNumber] { add(date) }
        case .counts:
            for number in [filter.leastNum, filter.greatestNum] { add(number) }
        case .areas:
            let (box, circle) = (filter.box, filter.circle)
            for number in [box?.west, box?.south, box?.east, box?.north] { add(number) }
            for number in [circle?.latitude, circle?.longitude, circle?.kilometres] { add(number) }
        case .exactness: add(filter.isGeneralised)
        }
    }
}
