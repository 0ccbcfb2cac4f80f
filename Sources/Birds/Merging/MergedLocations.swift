/// Locations and regions. A location that several parts show, each with other data sets, is one.
extension MergedView {
    func locations(_ query: ObservationQuery, _ format: RowFormat) throws(StoreError) -> RowCursor {
        let merged = try MergedLocations(self, query)
        let table = TableRows(names: EditionStore.locationNames, format: format) { () throws(StoreError) in
            try merged.next()?.cells
        }
        table.page = { () throws(StoreError) in try merged.nextPage() }
        var total: Int?
        if query.page.countsAll {
            var all = query
            all.page = PageRequest()
            total = try MergedLocations(self, all).count()
        }
        return RowCursor(.other(table), total: total, memory: memory)
    }

    func location(_ code: String) throws(StoreError) -> [UInt8]? {
        // By the bytes of their keys.
        var found: [[UInt8]: (location: OneLocation, species: Set<[UInt8]>)] = [:]
        for part in parts {
            let (edition, scope) = (part.edition, part.scope)
            let numbers = try LocationNumbers(edition.database, scope)
            var ofPart: Set<[UInt8]> = []
            for id in try edition.locations(code, scope) {
                var key = try edition.shownValues.location(id).key
                // An edit may have made two locations of an edition the same.
                while !ofPart.insert(key).inserted { key.append(0) }
                let location = try numbers.location(id, edition.records)
                let species = try edition.species(ofLocation: id, scope)
                if var known = found[key] {
                    known.location.add(location)
                    known.species.formUnion(species)
                    found[key] = known
                } else {
                    found[key] = (location, species)
                }
            }
        }
        let sorted = found.sorted { $0.key.lexicographicallyPrecedes($1.key) }.prefix(EditionStore.mostLocations)
        return OneLocation.object(sorted.map { ($0.value.location, Int64($0.value.species.count)) })
    }

    func regions(_ format: RowFormat) throws(StoreError) -> RowCursor {
        let merge = TableMerge(
            try parts.map { (part) throws(StoreError) in try part.edition.oneRegion(part.scope) },
            compare: { Comparison($0.code, $1.code) })
        var counts: [[UInt8]?: Int64]?
        let table = TableRows(names: EditionStore.regionNames, format: format) { [self] () throws(StoreError) in
            let same = try merge.next()
            guard var region = same.first else { return nil }
            for other in same.dropFirst() {
                region.numbers.add(other.numbers)
                region.locations += other.locations
            }
            if same.count > 1, !areApart {
                if counts == nil { counts = try MergedLocations(self, ObservationQuery()).countByRegion() }
                region.locations = counts?[region.code] ?? 0
            }
            return region.cells
        }
        return RowCursor(.other(table), memory: memory)
    }
}

/// The locations of several parts, each once, by their keys.
private final class MergedLocations {
    private let merge: Merge<Int64>
    private let page: MergedPage?
    /// For each part.
    private let numbers: [LocationNumbers]
    /// Whether only locations are wanted that were made less exact, or all others. That is known of a location only
    /// when all parts are added.
    private let isGeneralised: Bool?
    private let budget: Budget

    init(_ view: MergedView, _ query: ObservationQuery) throws(StoreError) {
        let selected = try view.select(query.filter)
        let page = try view.page(query.page, of: .locations, selected)
        let rows = try view.parts(
            page, of: .locations, 0 as Int64, key: { ObservationRow(location: $0) },
            finder: { (index, _, start) throws(StoreError) in
                try LocationScan(
                    selected.selections[index].ofAnyExactness, from: start?.row.location ?? .min,
                    view.parts[index].edition.database)
            })
        merge = Merge(rows, ShownOrder())
        numbers = try view.parts.map { (part) throws(StoreError) in
            try LocationNumbers(part.edition.database, part.scope)
        }
        (self.page, isGeneralised, budget) = (page, query.filter.isGeneralised, view.budget)
    }

    /// The next location of the page; nil at its end.
    func next() throws(StoreError) -> OneLocation? {
        while let first = try merge.next() {
            let same = try merge.same(as: first)
            let location = try location(same)
            let isWanted = isGeneralised == nil || location.isGeneralised ?? false == isGeneralised
            if isWanted, let page, !page.takes() { return nil }
            for index in same { try merge.parts[index].pass() }
            if isWanted { return location }
        }
        return nil
    }

    func nextPage() throws(StoreError) -> String? { try page?.next(after: merge) }

    /// The location that is next in some parts.
    private func location(_ same: [Int]) throws(StoreError) -> OneLocation {
        func location(_ index: Int) throws(StoreError) -> OneLocation {
            let rows = merge.parts[index]
            return try numbers[index].location(rows.row, rows.part.edition.records)
        }
        var sum = try location(same[0])
        for index in same.dropFirst() { sum.add(try location(index)) }
        return sum
    }

    /// The number of locations.
    func count() throws(StoreError) -> Int {
        var count = 0
        if isGeneralised != nil {
            while try next() != nil { count += 1 }
        } else {
            try forEach { (_) in count += 1 }
        }
        return count
    }

    /// The number of locations in each region, by the code of the region.
    func countByRegion() throws(StoreError) -> [[UInt8]?: Int64] {
        var counts: [[UInt8]?: Int64] = [:]
        try forEach { (location) in counts[location.region, default: 0] += 1 }
        return counts
    }

    private func forEach(_ body: (ShownValues.Location) -> Void) throws(StoreError) {
        var count = 0
        while let first = try merge.next() {
            count += 1
            if count & (Budget.rowsBetweenQuestions - 1) == 0, let refusal = budget.refusal() { throw refusal }
            let rows = merge.parts[first]
            body(try rows.part.edition.shownValues.location(rows.row))
            for index in try merge.same(as: first) { try merge.parts[index].pass() }
        }
    }
}
