/// Summaries: numbers by species, region, location, time and data set.
extension EditionStore {
    /// The members of a group after its keys, in order.
    static let summaryNumbers = ["records", "total", "max", "first", "last"]

    /// The groups of a summary, in the order of their keys. Each has its keys and the members `summaryNumbers`.
    /// - Parameter keys: At most `SummaryKey.most`.
    func summary(
        by keys: [SummaryKey], _ query: ObservationQuery, _ scope: Scope, format: RowFormat
    ) throws(StoreError) -> RowCursor {
        let next = try groups(by: keys, try resolver.select(query.filter, scope))
        let names = keys.map(\.member) + Self.summaryNumbers
        let rows = TableRows(names: names, format: format) { () throws(StoreError) in try next()?.cells }
        return RowCursor(.other(rows), limit: query.page.limit ?? .max, memory: memory)
    }

    /// A function that returns one group of a summary after the other, in the order of their keys; nil at the end.
    func groups(
        by keys: [SummaryKey], _ selection: Selection, mostKept: Int = Summary.mostKept
    ) throws(StoreError) -> () throws(StoreError) -> SummaryGroup? {
        let kind = SummaryKind.smallest(keys, selection.filter)
        let summary = try summary(by: keys, selection, kind: kind, mostKept: mostKept)
        let cells = try keys.map { (key) throws(StoreError) in try cell(of: key) }
        return { () throws(StoreError) in
            guard let (values, numbers) = try summary.next() else { return nil }
            var shown: [RowCell] = []
            for (cell, value) in zip(cells, values) { shown.append(try cell(value)) }
            return SummaryGroup(keys: shown, numbers: numbers)
        }
    }

    /// - Parameter kind: The rows of the table to read; nil to read the observations themselves.
    func summary(
        by keys: [SummaryKey], _ selection: Selection, kind: SummaryKind?,
        mostKept: Int = Summary.mostKept
    ) throws(StoreError) -> Summary {
        var values: [(SummaryItem) throws(StoreError) -> Int64] = []
        for key in keys { values.append(try value(of: key)) }
        let items: Summary.Items
        if selection.isEmpty {
            items = { (_) in }
        } else if let kind {
            items = try kept(kind, selection)
        } else {
            items = { [self] (body) throws(StoreError) in
                let scan = try planner.anyScan(selection, isWide: true)
                defer { scan.end() }
                var regions: [Int64: Int64] = [:]
                let needsRegion = keys.contains(.region)
                var row = ObservationRow()
                while try scan.next(&row) {
                    var item = SummaryItem()
                    item.species = row.species
                    item.location = row.location
                    item.dataset = row.dataset
                    item.setDate(row.date)
                    if needsRegion {
                        if let known = regions[row.location] {
                            item.region = known
                        } else {
                            item.region = try regionID(ofLocation: row.location)
                            if regions.count >= EditionStore.keptRegions { regions.removeAll() }
                            regions[row.location] = item.region
                        }
                    }
                    let num = row.num.number
                    item.group = SummaryNumbers(records: 1, total: num, max: num, first: row.date, last: row.date)
                    try body(item)
                }
            }
        }
        return Summary(values: values, mostKept: mostKept, memory: database.budget.memory, items: items)
    }

    /// The greatest number of locations whose region, or first location of the same code, is remembered.
    private static let keptRegions = 1 << 16

    /// The rows of the table `summary` that a query matches.
    /// - Parameter kind: One with all keys that the selection filters by (`SummaryKind.smallest`).
    private func kept(_ kind: SummaryKind, _ selection: Selection) throws(StoreError) -> Summary.Items {
        // Rows of the table can't tell which of their records have which count or exactness: see
        // `SummaryKind.smallest`.
        let (dates, species, selected, scope, wanted, _, _) = selection.conditions
        let datasets = wanted.map(Set.init)
        let years = Set(selection.filter.years.map(Int64.init))
        let months = Set(selection.filter.months.map(Int64.init))
        let hasDates = kind == .date || kind == .speciesDate
        let hasLocations = kind == .speciesLocation || kind == .locationYear
        let locations = hasLocations ? selected : nil
        let regions = try visibleRegions(scope)
        let statement = try database.prepare(
            """
            SELECT first_key, second_key, region_id, dataset_id, records, total, max, first, last FROM summary
            WHERE kind = \(kind.rawValue) AND first_key BETWEEN ?1 AND ?2
            """)
        // The first key is the next column of the primary key after the kind, so the rows of a species, or of a
        // range of dates, are adjacent.
        let ranges =
            if let species {
                // In every kind with species, these are the first key.
                Set(species).sorted().map { $0...$0 }
            } else if kind == .date {
                dates.first <= dates.last ? [dates.first...dates.last] : []
            } else {
                [Int64.min...Int64.max]
            }
        return { (body) throws(StoreError) in
            for range in ranges {
                statement.bind(1, range.lowerBound)
                statement.bind(2, range.upperBound)
                while try statement.step() {
                    var item = kind.item(statement.int64(0), statement.int64(1))
                    item.region = statement.int64(2)
                    item.dataset = statement.int64(3)
                    if let datasets, !datasets.contains(item.dataset) { continue }
                    if let regions, !regions.contains(item.region) { continue }
                    // A kind without dates is chosen only if no day and no range is asked for: then year and month
                    // decide.
                    if hasDates {
                        if !dates.matches(item.date) { continue }
                    } else {
                        if !years.isEmpty, !years.contains(item.year) { continue }
                        if !months.isEmpty, !months.contains(item.month) { continue }
                    }
                    if let locations, try !locations.contains(item.location) { continue }
                    item.group = SummaryNumbers(
                        records: statement.int64(4), total: statement.optionalInt64(5), max: statement.optionalInt64(6),
                        first: statement.int64(7), last: statement.int64(8))
                    try body(item)
                }
            }
        }
    }

    /// The ids of the regions in a scope, as summaries have them; nil for all, including 0, which stands for
    /// locations without a region.
    func visibleRegions(_ scope: RegionScope) throws(StoreError) -> Set<Int64>? {
        guard !scope.isEverywhere else { return nil }
        var ids: Set<Int64> = scope.contains(nil) ? [0] : []
        let statement = try database.prepare("SELECT id, code FROM region")
        while try statement.step() {
            if scope.contains(statement.text(1)) { ids.insert(statement.int64(0)) }
        }
        return ids
    }

    /// The id of a location's region, as in summaries; 0 if it has none.
    private func regionID(ofLocation id: Int64) throws(StoreError) -> Int64 {
        let statement = try database.prepare(
            "SELECT r.id FROM location l JOIN region r ON r.code = l.region WHERE l.id = ?1")
        statement.bind(1, id)
        return try statement.step() ? statement.int64(0) : 0
    }

    /// A function from an item to the number by which a key is grouped and ordered.
    private func value(of key: SummaryKey) throws(StoreError) -> (SummaryItem) throws(StoreError) -> Int64 {
        switch key {
        case .species: return { (item) in item.species }
        case .year: return { (item) in item.year }
        case .isoYear: return { (item) in item.isoYear }
        case .month: return { (item) in item.month }
        case .week: return { (item) in item.week }
        case .date: return { (item) in StoredDate(item.date).group }
        case .region:
            let ranks = try ranks("region", "code")
            return { (item) in ranks[item.region] ?? 0 }
        case .dataset:
            let ranks = try ranks("dataset", "name")
            return { (item) in ranks[item.dataset] ?? 0 }
        case .location:
            // Locations with the same code are one group. The first of them represents it.
            let first = try database.prepare(
                """
                SELECT min(id) FROM location INDEXED BY location_by_code
                WHERE code = (SELECT code FROM location WHERE id = ?1)
                """)
            var known: [Int64: Int64] = [:]
            return { (item) throws(StoreError) in
                if let id = known[item.location] { return id }
                first.bind(1, item.location)
                guard try first.step() else { return item.location }
                let id = first.int64(0)
                first.reset()
                if known.count >= EditionStore.keptRegions { known.removeAll() }
                known[item.location] = id
                return id
            }
        }
    }

    /// The rank of each name by the id of its row, from 1. Names must be unique.
    private func ranks(_ table: String, _ column: String) throws(StoreError) -> [Int64: Int64] {
        var ranks: [Int64: Int64] = [:]
        let statement = try database.prepare("SELECT id FROM \(table) ORDER BY \(column)")
        while try statement.step() { ranks[statement.int64(0)] = Int64(ranks.count + 1) }
        return ranks
    }

    /// A function from the number of a key to the cell that is written.
    private func cell(of key: SummaryKey) throws(StoreError) -> (Int64) throws(StoreError) -> RowCell {
        switch key {
        case .species: return { [self] (id) throws(StoreError) in .text(try records.species(id).code) }
        case .location: return { [self] (id) throws(StoreError) in .text(try records.location(id).code) }
        case .year, .isoYear, .month, .week: return { (number) in number == 0 ? .nothing : .integer(number) }
        case .date: return { (date) in .date(date) }
        case .region, .dataset:
            let (table, column) = key == .region ? ("region", "code") : ("dataset", "name")
            var names: [String] = []
            let statement = try database.prepare("SELECT \(column) FROM \(table) ORDER BY \(column)")
            while try statement.step() { names.append(statement.text(0) ?? "") }
            return { (rank) in
                let index = Int(rank) - 1
                return names.indices.contains(index) ? .text(names[index]) : .nothing
            }
        }
    }
}

/// A group of a summary.
struct SummaryGroup {
    /// The values of its keys.
    let keys: [RowCell]
    var numbers: SummaryNumbers

    /// The values of the keys and of `EditionStore.summaryNumbers`.
    var cells: [RowCell] {
        keys + [
            .integer(numbers.records), RowCell(numbers.total), RowCell(numbers.max), .date(numbers.first),
            .date(numbers.last),
        ]
    }
}
