extension ObservationStore {
    /// Records of the species of a query on complete checklists, with rows of 0 where a species was not reported. The numbers and
    /// the order of the query are without meaning.
    /// - Throws: `.unknownSpecies`, `.malformedList`, `.unknownPage`, `.overBudget`, `.cancelled` or `.sqlite`.
    public func zeroFilled(_ query: ObservationQuery, view: View, format: RowFormat) throws(StoreError) -> RowCursor {
        let selection = try resolver.select(query.filter, view)
        var paging: Paging?
        if query.page.isPart {
            paging = try Paging(
                query.page, of: "zerofill", selection, order: .date(isDescending: false), database: database)
        }
        let rows = ZeroFillRows(
            try zeroFillScan(selection, start: paging?.start?.row), encoder(format, query.fields),
            limit: query.page.limit ?? .max, paging: paging, store: self)
        var total: Int?
        if query.page.countsAll { total = try count(zeroFillScan(selection, start: nil)) }
        return RowCursor(.other(rows), total: total, store: self)
    }

    /// The name of the page behind the one that a query asks for; nil where there is none.
    public func nextPage(ofZeroFilled query: ObservationQuery, view: View) throws(StoreError) -> String? {
        guard query.page.limit != nil else { return nil }
        var query = query
        query.page.countsAll = false
        let cursor = try zeroFilled(query, view: view, format: .json)
        try cursor.skipRows()
        return cursor.next
    }

    private func zeroFillScan(
        _ selection: Selection, start: ObservationRow?
    ) throws(StoreError) -> ZeroFillScan {
        let entry = start.map { ChecklistScan.Entry(date: $0.date, location: $0.location) }
        let first = start.map { ObservationRow(date: $0.date, location: $0.location, species: .min, num: .min) }
        return try ZeroFillScan(
            // Which checklists there are does not depend on what they report.
            checklists: checklistScan(selection.ofVisits, entry, areComplete: true),
            observations: scan(selection, isWide: true, start: first), species: selection.species ?? [],
            database: database)
    }

    private func count(_ scan: ZeroFillScan) throws(StoreError) -> Int {
        defer { scan.end() }
        var row = ObservationRow()
        var count = 0
        while try scan.next(&row) {
            count += 1
            if count & (ZeroFillRows.rowsBetweenQuestions - 1) == 0, let refusal = database.budget.refusal {
                throw refusal
            }
        }
        return count
    }
}

/// The rows of one page. Of those of one date, place and data set it counts how many were sent, since ids change with imports.
final class ZeroFillRows: RowProducer {
    let opening: String
    let closing: String
    private(set) var nextPage: String?

    private let scan: ZeroFillScan
    private let encoder: RowEncoder
    private let limit: Int
    private let paging: Paging?
    private let store: ObservationStore
    private var sent = 0
    private var read = 0
    /// The date, the place and the data set of the row before, and how many rows of them came.
    private var last = ObservationRow()
    private var ordinal: Int64 = 0

    /// A power of two.
    static let rowsBetweenQuestions = 256

    init(_ scan: ZeroFillScan, _ encoder: RowEncoder, limit: Int, paging: Paging?, store: ObservationStore) {
        self.scan = scan
        self.encoder = encoder
        self.limit = limit
        self.paging = paging
        self.store = store
        opening = encoder.opening
        closing = encoder.syntax.closing
    }

    func next(isFirst: Bool, to buffer: inout RowBuffer) throws(StoreError) -> Bool {
        var row = ObservationRow()
        while try scan.next(&row) {
            read += 1
            if read & (ZeroFillRows.rowsBetweenQuestions - 1) == 0, let refusal = store.database.budget.refusal {
                throw refusal
            }
            let visits = ObservationRow(date: row.date, location: row.location, dataset: row.dataset)
            let number = visits == last ? ordinal + 1 : 1
            let isBehind = paging?.start.map { start in
                (row.date, row.location, row.dataset, number)
                    > (start.row.date, start.row.location, start.row.dataset, start.ordinal)
            }
            if isBehind != false, sent == limit {
                if sent > 0 { nextPage = try paging?.token(last, ordinal: ordinal, store.records) }
                break
            }
            (last, ordinal) = (visits, number)
            guard isBehind != false else { continue }
            sent += 1
            try encoder.append(row, isFirst: isFirst, to: &buffer)
            return true
        }
        return false
    }
}
