/// Observations, and zero-filled rows.
extension MergedView {
    func observations(_ query: ObservationQuery, _ format: RowFormat) throws(StoreError) -> RowCursor {
        let selected = try select(query.filter)
        let page = try page(query.page, of: .observations, selected, sort: query.sort)
        let encoders = encoders(query, format)
        // Rows of parts with other regions differ in their locations.
        let isWide = page != nil || !areApart || encoders.contains(where: \.needsIdentity)
        let rows = try parts(
            page, of: .observations, ObservationRow(), key: { $0 },
            order: { (part) throws(StoreError) in try part.edition.planner.order(query.sort, part.scope) },
            finder: { (index, order, start) throws(StoreError) in
                try parts[index].edition.planner.rowScan(
                    selected.selections[index], order, start, limit: query.page.limit, isWide: isWide
                ).finder
            })
        let total: Int? =
            if query.page.countsAll {
                try sum { (index) throws(StoreError) in try parts[index].edition.count(selected.selections[index]) }
            } else { nil }
        return cursor(Merge(rows, ShownOrder(query.sort)), encoders, page, total: total)
    }

    func zeroFilled(_ query: ObservationQuery, _ format: RowFormat) throws(StoreError) -> RowCursor {
        let selected = try select(query.filter)
        let page = try page(query.page, of: .zeroFilled, selected)
        func scan(_ index: Int, _ start: PageStart?) throws(StoreError) -> ZeroFillScan {
            let part = parts[index]
            // A checklist of one part did not report what only another part knows.
            let species = try (selected.species ?? []).map { (code) throws(StoreError) in
                let found = try part.edition.resolver.species(withCode: code)
                return found ?? part.edition.limitedRecords.guest(code: code)
            }
            return try part.edition.zeroFillScan(selected.selections[index], species, start: start?.row)
        }
        let rows = try parts(
            page, of: .zeroFilled, ObservationRow(),
            key: { ObservationRow(date: $0.date, location: $0.location, dataset: $0.dataset) },
            finder: { (index, _, start) throws(StoreError) in try scan(index, start) })
        let total: Int? =
            if query.page.countsAll {
                try sum { (index) throws(StoreError) in try scan(index, nil).count(ObservationRow(), budget) }
            } else { nil }
        return cursor(Merge(rows, ShownOrder()), encoders(query, format), page, total: total)
    }

    /// The sum over all parts, by their indexes.
    func sum(_ count: (Int) throws(StoreError) -> Int) throws(StoreError) -> Int {
        var sum = 0
        for index in parts.indices { sum += try count(index) }
        return sum
    }

    private func encoders(_ query: ObservationQuery, _ format: RowFormat) -> [RowEncoder] {
        parts.map { $0.edition.encoder(format, query.fields, $0.scope, showsExactness: query.showsExactness) }
    }

    private func cursor(
        _ merge: Merge<ObservationRow>, _ encoders: [RowEncoder], _ page: MergedPage?, total: Int?
    ) -> RowCursor {
        RowCursor(.other(MergedRows(merge, encoders, page, budget: budget)), total: total, memory: memory)
    }

    /// One observation. The ids of two editions are permutations by other keys, so that of a record may, though this is
    /// as rare as a guess that hits, also be that of a record of another edition. Then nobody can tell which one is
    /// meant, and none is shown rather than a wrong one.
    func observation(id: Int64, _ fields: [Field]) throws(StoreError) -> [UInt8]? {
        var found: [[UInt8]] = []
        for part in parts {
            if let object = try part.edition.observation(id: id, fields: fields, part.scope) { found.append(object) }
        }
        return found.count == 1 ? found.first : nil
    }
}

/// Writes the rows of several parts, each with an encoder of its own edition.
final class MergedRows: RowProducer {
    let opening: String
    let closing: String
    private(set) var nextPage: String?

    private let merge: Merge<ObservationRow>
    private let encoders: [RowEncoder]
    private let page: MergedPage?
    private let budget: Budget
    /// How many rows were written, to look at the budget now and then.
    private var written = 0

    /// - Parameter encoders: One for each part, of the same format and members.
    init(_ merge: Merge<ObservationRow>, _ encoders: [RowEncoder], _ page: MergedPage?, budget: Budget) {
        (self.merge, self.encoders, self.page, self.budget) = (merge, encoders, page, budget)
        opening = encoders.first?.opening ?? ""
        closing = encoders.first?.syntax.closing ?? ""
    }

    func next(isFirst: Bool, to buffer: inout RowBuffer) throws(StoreError) -> Bool {
        guard let index = try merge.next() else { return false }
        if let page, !page.takes() {
            nextPage = try page.next(after: merge)
            return false
        }
        written += 1
        if written & (Budget.rowsBetweenQuestions - 1) == 0, let refusal = budget.refusal() { throw refusal }
        try encoders[index].append(merge.parts[index].row, isFirst: isFirst, to: &buffer)
        try merge.parts[index].pass()
        return true
    }
}
