/// A view of several parts, whose answers are merged from those of its parts.
///
/// Parts are compared by what they show, and never by ids, since each edition has its own.
///
/// Invariant: no two parts overlap, so each record is in one of them, and numbers of records can be added up. A
/// location may be in several, with other data sets.
final class MergedView {
    /// A part, and the edition that it is of.
    struct Part {
        let edition: EditionStore
        let scope: Scope
    }

    let parts: [Part]
    /// Whether all parts have other regions, and so other locations.
    let areApart: Bool
    let seal: TokenSeal
    let memory: RowMemory
    /// That of all parts.
    private let tag: [UInt8]
    private let key: KeyedHash.Key
    private var knownRevision: Revision?

    init(_ parts: [Part], _ seal: TokenSeal, _ secret: Secret, _ memory: RowMemory) {
        (self.parts, self.seal, key, self.memory) = (parts, seal, secret.tags, memory)
        areApart = Set(parts.map(\.scope.regions)).count == parts.count
        // No UTF-8 contains the byte between them.
        tag = Array(parts.map(\.scope.tag).joined(separator: [0xFD]))
    }

    var budget: Budget { memory.budget }

    /// As `ObservationStore.rows`.
    func rows(_ request: RecordRequest.Rows, format: RowFormat) throws(StoreError) -> RowCursor {
        switch request {
        case .observations(let query): try observations(query, format)
        case .zeroFilled(let query): try zeroFilled(query, format)
        case .checklists(let query, let fields): try checklists(query, fields, format)
        case .locations(let query): try locations(query, format)
        case .regions: try regions(format)
        case .summary(let keys, let query): try summary(by: keys, query, format)
        case .species: try species(format)
        case .datasets: try datasets(format)
        }
    }

    /// As `ObservationStore.document`, without a line feed.
    func document(_ request: RecordRequest.Document) throws(StoreError) -> [UInt8]? {
        switch request {
        case .observation(let id, let fields): try observation(id: id, fields)
        case .location(let code): try location(code)
        case .species(let code): try species(code)
        }
    }

    /// As `ObservationStore.revision`.
    func revision() throws(StoreError) -> Revision {
        if let knownRevision { return knownRevision }
        var hash = KeyedHash(key)
        var changedAt: Int64 = 0
        for part in parts {
            let revision = try part.edition.revision(part.scope)
            hash.add(Array(revision.id.utf8))
            changedAt = max(changedAt, revision.changedAt)
        }
        let revision = Revision(hash, changedAt: changedAt)
        knownRevision = revision
        return revision
    }
}

extension MergedView {
    /// What a filter selects of each part.
    struct Selected {
        /// The filter with each value decided.
        let filter: RecordFilter
        /// The codes of the species that it names, ascending; nil for all.
        let species: [String]?
        /// One for each part.
        let selections: [Selection]
    }

    /// Resolves a filter in all parts: what one of them shows is known.
    /// - Throws: `.unknownSpecies`, `.malformedList`, `.overBudget`, `.cancelled` or `.sqlite`.
    func select(_ filter: RecordFilter) throws(StoreError) -> Selected {
        let filter = try filter.resolved { (value, filter) throws(StoreError) in
            for part in parts { if try part.edition.resolver.isID(value, of: filter, part.scope) { return true } }
            return false
        }
        let species = try species(filter.species)
        let selections = try parts.indices.map { (index) throws(StoreError) in
            try parts[index].edition.resolver.select(filter, parts[index].scope, species: species?.ids[index])
        }
        return Selected(filter: filter, species: species?.codes, selections: selections)
    }

    /// The species with these codes or names: their codes, in the order of the bytes, and for each part the ids of
    /// those that it shows, ascending. Nil for an empty list. Both editions have the same species tables, so names mean
    /// the same in both.
    /// - Throws: `.unknownSpecies` for the first name that stands for no species that the view shows.
    private func species(_ names: [String]) throws(StoreError) -> (codes: [String], ids: [[Int64]])? {
        if names.isEmpty { return nil }
        var codes: Set<[UInt8]> = []
        var ids: [Set<Int64>] = Array(repeating: [], count: parts.count)
        for name in names {
            let meanings = try parts.map { (part) throws(StoreError) in
                try part.edition.resolver.meanings(of: name, part.scope)
            }
            // As if there were no others than those that the view shows: the first meaning that any part shows.
            let ranks = 0..<(meanings.map(\.count).max() ?? 0)
            func found(_ part: Int, _ rank: Int) -> [Int64] {
                meanings[part].indices.contains(rank) ? meanings[part][rank] : []
            }
            guard let rank = ranks.first(where: { rank in parts.indices.contains { !found($0, rank).isEmpty } }) else {
                throw .unknownSpecies(name, nearest: try nearest(to: name))
            }
            for part in parts.indices {
                for id in found(part, rank) {
                    ids[part].insert(id)
                    codes.insert(try parts[part].edition.shownValues.species(id).code)
                }
            }
        }
        return (
            codes.sorted { $0.lexicographicallyPrecedes($1) }.map { String(decoding: $0, as: UTF8.self) },
            ids.map { $0.sorted() }
        )
    }

    /// The closest name of a species that the view may show. Species tables, of which it may show all, are the same in
    /// both editions.
    private func nearest(to name: String) throws(StoreError) -> String? {
        guard let first = parts.first else { return nil }
        return try first.edition.resolver.nearest(to: name, first.scope)
    }

    /// The page of a query; nil if all rows are asked for.
    func page(
        _ request: PageRequest, of resource: PagedResource, _ selected: Selected, sort: [SortKey] = []
    ) throws(StoreError) -> MergedPage? {
        try MergedPage(
            request, parts: parts.count, identity: selected.filter.identity(of: resource.rawValue, sort, tag), seal)
    }

    /// The rows of each part from where a page begins.
    /// - Parameters:
    ///   - row: Any row.
    ///   - order: The order of the rows of a part.
    ///   - key: A row as an observation.
    ///   - finder: Finds the rows of a part, beginning at or before a start.
    func parts<Row>(
        _ page: MergedPage?, of resource: PagedResource, _ row: Row, key: @escaping (Row) -> ObservationRow,
        order: (Part) throws(StoreError) -> RowOrder = { (_) in .date(isDescending: false) },
        finder: (Int, RowOrder, PageStart?) throws(StoreError) -> any RowFinder<Row>
    ) throws(StoreError) -> [PartRows<Row>] {
        var rows: [PartRows<Row>] = []
        for (index, part) in parts.enumerated() {
            let order = try order(part)
            var start: PageStart?
            if let token = page?.starts[index] {
                start = try KnownRows(
                    resolver: part.edition.resolver, scope: part.scope, database: part.edition.database
                ).start(token, of: resource, order)
            }
            rows.append(
                PartRows(part, try finder(index, order, start), row, from: PagePosition(start, order), key: key))
        }
        return rows
    }
}
